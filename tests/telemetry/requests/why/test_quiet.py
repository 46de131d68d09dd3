"""Requests that went well, whatever their lines say: nothing in them convicts anybody."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.telemetry.requests.why.test_executions import EXPRESS, QUOTES, STARTED, SUCCEEDED, left
from tests.telemetry.requests.why.world import (
    ANSWERED,
    CALL,
    INVOKE,
    access,
    call,
    gateway,
    history,
    log_of,
    shop,
    why,
)

NOW = "2026-11-27T02:31:01.123Z"
WORDS = st.sampled_from([
    "Task timed out after 3.00 seconds", "ThrottlingException: Rate exceeded", "403 Forbidden",
    "[ERROR] KeyError: 'x'\nTraceback (most recent call last):\n", "ACCESS_DENIED",
    "java.lang.OutOfMemoryError: Java heap space", "Execution failed due to a timeout error",
    "Runtime exited with error: signal: killed", "AccessDeniedException", "panic: no",
    "is not authorized to perform: dynamodb:GetItem on resource: arn:x", "Status: error",
    "Gateway response type: THROTTLED with status code: 429", "States.Timeout", "TaskFailed",
    "Unauthorized request", "Lambda execution failed with status 200 due to customer function",
])  # fmt: skip


def lines(words):
    """The forms in which a function may log words: plain, by runtimes, by loggers."""
    return st.sampled_from([
        words, f"[ERROR]\t{NOW}\t{CALL}\t{words}", f"{NOW}\t{CALL}\tERROR\t{words}",
        f'{NOW}\t{CALL}\tINFO\treceived {{"errorMessage": {json.dumps(words)}}}',
        json.dumps({"level": "ERROR", "message": words, "requestId": CALL}),
        json.dumps({"level": 50, "msg": "no", "err": {"type": "Refused", "message": words}}),
        json.dumps({"errorType": "Old", "errorMessage": words, "requestId": CALL}),
        json.dumps({"level": "ERROR", "message": "no", "exception": f"Traceback\n{words}"}),
    ])  # fmt: skip


LOGGED = st.lists(WORDS.flatmap(lines), min_size=1, max_size=5)
SENT = st.sampled_from([
    "Method request headers: {X-Note=%s}", "Method request body before transformations: %s",
    "Endpoint response body before transformations: %s", "Method response headers: {X=%s}",
    "Method response body after transformations: %s", "Method request query string: {q=%s}",
    "Endpoint request headers: {X-Note=%s}", "Authorizer result body before parsing: %s",
])  # fmt: skip


@settings(max_examples=60)
@given(LOGGED, st.lists(st.tuples(SENT, WORDS), max_size=4), st.sampled_from([200, 201, 204, 302]))
def test_a_request_that_ended_well_has_not_failed_whatever_was_said(logged, sent, status):
    sentences = [form % words for form, words in sent]
    end = f"Method completed with status: {status}"
    fake = shop(gateway(INVOKE, *sentences, ANSWERED, end), access(status), call(*logged))
    verdict = why(fake)
    assert (verdict.outcome, verdict.cause) == ("ok", None)


@settings(max_examples=30)
@given(WORDS, WORDS)
def test_an_execution_that_succeeded_has_not_failed_whatever_its_data_and_names_say(name, words):
    entered = ("TaskStateEntered", {"name": name, "input": json.dumps({"error": words})})
    done = ("TaskSucceeded", {"output": json.dumps({"error": words, "cause": words})})
    events = history(STARTED, entered, done, left(name), SUCCEEDED)
    verdict = why(shop(log_of(events, EXPRESS, QUOTES)), EXPRESS)
    assert (verdict.outcome, verdict.cause) == ("ok", None)


@settings(max_examples=30)
@given(LOGGED)
def test_an_invocation_that_the_platform_calls_a_success_has_not_failed(logged):
    verdict = why(shop(call(*logged, status="Status: success")), CALL)
    assert verdict.outcome == "ok"


def test_an_unknown_id_is_not_taken_for_success():
    verdict = why(shop())
    assert (verdict.outcome, verdict.found, verdict.next_command) == (
        "unknown", False, "dragonctl status",
    )  # fmt: skip

"""Histories and logs of executions: which failure made the whole fail, and what was overcome."""

import json
from dataclasses import replace

import pytest

from tests.telemetry.requests.why.world import (
    ANSWERED,
    CALL,
    CARDS,
    EXPRESS,
    GROUPS,
    NOON,
    ORDERS,
    QUOTES,
    STANDARD,
    call,
    gateway,
    history,
    log_of,
    shop,
    told,
    why,
)

STARTED = ("ExecutionStarted", {"input": "{}"}, 0)
SCHEDULED = {"resource": "invoke", "resourceType": "lambda", "parameters": "{}"}


def entered(name, *previous, kind="Task"):
    return (f"{kind}StateEntered", {"name": name, "input": "{}"}, *previous)


def left(name, *previous, kind="Task"):
    return (f"{kind}StateExited", {"name": name}, *previous)


def failed(error, *previous, cause="c"):
    details = {"resource": "invoke", "resourceType": "lambda", "error": error, "cause": cause}
    return ("TaskFailed", details, *previous)


def scheduled(*previous):
    return ("TaskScheduled", SCHEDULED, *previous)


def ended(error, cause="c"):
    return ("ExecutionFailed", {"error": error, "cause": cause})


SUCCEEDED = ("ExecutionSucceeded", {"output": "{}"})
_IN_STATE = "An error occurred while executing the state 'Charge' (entered at the event id #2). no"

# HistoryEvent (API reference); "Handling errors in workflows"; recorded histories.
FAILURES = {
    "a task": ("Charge", "exception", "E1", [
        STARTED, entered("Charge"), scheduled(), failed("E1"), ended("E1")]),
    "the first of two branches": ("Charge", "exception", "E1", [
        STARTED, entered("Both", kind="Parallel"), ("ParallelStateStarted", {}),
        entered("Charge", 3), entered("Reserve", 3), scheduled(4), scheduled(5), failed("E1", 6),
        ("ParallelStateFailed", {}, 8), ended("E1")]),
    "of two equal failures the one that was handed up": ("Charge", "exception", "E1", [
        STARTED, entered("Both", kind="Parallel"), ("ParallelStateStarted", {}),
        entered("Charge", 3), entered("Reserve", 3), scheduled(4), scheduled(5), failed("E1", 6),
        failed("E1", 7), ("ParallelStateFailed", {}, 8), ended("E1")]),
    "one item of a map": ("Price", "exception", "E1", [
        STARTED, entered("Each", kind="Map"), ("MapStateStarted", {"length": 2}),
        ("MapIterationStarted", {"index": 0}, 3), ("MapIterationStarted", {"index": 1}, 3),
        entered("Price", 4), entered("Price", 5), scheduled(6), failed("E1", 8),
        entered("Later", 7, kind="Choice"), ("MapIterationFailed", {"index": 0}, 9),
        ("MapStateFailed", {}, 11), ended("E1")]),
    "a fail state": ("Reject", "failed on purpose", "Invalid", [
        STARTED, entered("Valid?", kind="Choice"), left("Valid?", kind="Choice"),
        entered("Reject", kind="Fail"), ended("Invalid")]),
    "what follows a catch": ("Refund", "exception", "E2", [
        STARTED, entered("Charge"), scheduled(), failed("E1"), left("Charge"), entered("Refund"),
        scheduled(), failed("E2"), ended("E2")]),
    "the last try": ("Charge", "exception", "E2", [
        STARTED, entered("Charge"), scheduled(), failed("E1"), scheduled(), failed("E2"),
        ended("E2")]),
    "after a redrive": ("Charge", "exception", "E2", [
        STARTED, entered("Charge"), scheduled(), failed("E1"), ended("E1"),
        ("ExecutionRedriven", {"redriveCount": 1}), scheduled(2), failed("E2"), ended("E2")]),
    "an expression, told before its state": ("Shape", "definition", "States.QueryEvaluationError", [
        STARTED, entered("Prepare", kind="Pass"), left("Prepare", kind="Pass"),
        entered("Shape", kind="Pass"),
        ("EvaluationFailed", {"error": "States.QueryEvaluationError", "state": "Shape"}, 3),
        ended("States.QueryEvaluationError")]),
    "a path": ("Charge", "definition", "States.Runtime", [
        STARTED, entered("Charge"), ended("States.Runtime", _IN_STATE)]),
    "a choice": ("Charge", "definition", "States.NoChoiceMatched", [
        STARTED, entered("Charge", kind="Choice"), ended("States.NoChoiceMatched", _IN_STATE)]),
    "a heartbeat": ("Ship", "timeout", "States.HeartbeatTimeout", [
        STARTED, entered("Ship"), scheduled(),
        ("TaskTimedOut", {"error": "States.HeartbeatTimeout"}), ended("States.HeartbeatTimeout")]),
    "an old lambda task": ("Charge", "timeout", "States.Timeout", [
        STARTED, entered("Charge"), ("LambdaFunctionScheduled", {"resource": "arn"}),
        ("LambdaFunctionTimedOut", {"error": "States.Timeout"}), ended("States.Timeout")]),
    "too much data": ("Charge", "data limit", "States.DataLimitExceeded", [
        STARTED, entered("Charge"), scheduled(), failed("States.DataLimitExceeded"),
        ended("States.DataLimitExceeded")]),
    "a throttled service": ("Charge", "throttled", "DynamoDB.ThrottlingException", [
        STARTED, entered("Charge"), scheduled(), failed("DynamoDB.ThrottlingException"),
        ended("DynamoDB.ThrottlingException")]),
    "an http call": ("Charge", "backend status", "States.Http.StatusCode.503", [
        STARTED, entered("Charge"), scheduled(), failed("States.Http.StatusCode.503"),
        ended("States.Http.StatusCode.503")]),
    "somebody else's not authorized": ("Charge", "exception", "BankRefused", [
        STARTED, entered("Charge"), scheduled(),
        failed("BankRefused", cause="AccessDenied: customer 7 is not authorized to perform"),
        ended("BankRefused")]),
    "a function that was killed": ("Charge", "out of memory", "Lambda.Unknown", [
        STARTED, entered("Charge"), scheduled(),
        failed("Lambda.Unknown", cause='{"errorMessage":"RequestId: x Error: Runtime exited with'
               ' error: signal: killed"}'), ended("Lambda.Unknown")]),
}  # fmt: skip


def standard(events, status, **more):
    fake = shop()
    fake.executions[STANDARD] = (status, history(*events), more)
    return fake


@pytest.mark.parametrize(("state", "kind", "error", "events"), FAILURES.values(), ids=FAILURES)
def test_the_history_names_the_failure_that_made_it_fail(state, kind, error, events):
    verdict = why(standard(events, "FAILED"), STANDARD)
    assert told(verdict) == ("failed", "state", state, kind)
    assert verdict.cause.error == error
    assert verdict.handled == "no"


@pytest.mark.parametrize(("state", "kind", "error", "events"), FAILURES.values(), ids=FAILURES)
def test_an_express_execution_s_log_says_the_same(state, kind, error, events):
    verdict = why(shop(log_of(history(*events), EXPRESS, QUOTES)), EXPRESS)
    assert told(verdict) == ("failed", "state", state, kind)
    assert verdict.cause.error == error


OVERCOME = {
    "retried": [STARTED, entered("Charge"), scheduled(), failed("E1"), scheduled(),
                ("TaskSucceeded", {}), left("Charge"), SUCCEEDED],
    "caught": [STARTED, entered("Charge"), scheduled(), failed("E1"), left("Charge"),
               entered("Sorry", kind="Pass"), left("Sorry", kind="Pass"), SUCCEEDED],
    "redriven": [STARTED, entered("Charge"), scheduled(), failed("E1"), ended("E1"),
                 ("ExecutionRedriven", {"redriveCount": 1}), scheduled(2), ("TaskSucceeded", {}),
                 left("Charge"), SUCCEEDED],
}  # fmt: skip


@pytest.mark.parametrize(("handled", "events"), OVERCOME.items(), ids=OVERCOME)
def test_what_was_overcome_is_said_to_be_so(handled, events):
    express = shop(log_of(history(*events), EXPRESS, QUOTES))
    for verdict in (why(standard(events, "SUCCEEDED"), STANDARD), why(express, EXPRESS)):
        assert told(verdict) == ("handled", "state", "Charge", "exception")
        assert (verdict.handled, verdict.next_command, verdict.cause.remedy) == (handled, "", "")


def test_a_branch_that_the_parallel_state_caught():
    events = [
        STARTED, entered("Both", kind="Parallel"), ("ParallelStateStarted", {}),
        entered("Charge", 3), entered("Reserve", 3), scheduled(4), scheduled(5), failed("E1", 6),
        ("ParallelStateFailed", {}, 8), left("Both", kind="Parallel"),
        entered("Sorry", kind="Pass"), left("Sorry", kind="Pass"), SUCCEEDED,
    ]  # fmt: skip
    verdict = why(standard(events, "SUCCEEDED"), STANDARD)
    assert (verdict.handled, verdict.cause.name) == ("caught", "Charge")


ITEM_FAILED = [
    STARTED, entered("Each", kind="Map"), ("MapStateStarted", {"length": 1}),
    ("MapIterationStarted", {"index": 0}), entered("Price"), scheduled(), failed("E1"),
    ("MapIterationFailed", {"index": 0}), ("MapStateFailed", {}),
]  # fmt: skip
WENT_ON = {
    "caught": [left("Each", kind="Map"), entered("Sorry", kind="Pass"), left("Sorry", kind="Pass")],
    "retried": [
        ("MapStateStarted", {"length": 1}), ("MapIterationStarted", {"index": 0}), entered("Price"),
        scheduled(), ("TaskSucceeded", {}), left("Price"), ("MapIterationSucceeded", {"index": 0}),
        ("MapStateSucceeded", {}), left("Each", kind="Map")],
}  # fmt: skip


@pytest.mark.parametrize(("handled", "events"), WENT_ON.items(), ids=WENT_ON)
def test_an_item_of_an_inline_map_fails_the_map_which_is_overcome_as_a_whole(handled, events):
    """Only a distributed map tolerates items that fail ("Map state", developer guide)."""
    verdict = why(standard([*ITEM_FAILED, *events, SUCCEEDED], "SUCCEEDED"), STANDARD)
    assert (verdict.handled, verdict.cause.name) == (handled, "Price")


def test_items_that_a_distributed_map_tolerates():
    run = "arn:aws:states:eu-west-1:123456789012:mapRun:Orders/Big:1"
    events = [
        STARTED, entered("Big", kind="Map"), ("MapRunStarted", {"mapRunArn": run}),
        ("MapRunSucceeded", {}), left("Big", kind="Map"), SUCCEEDED,
    ]  # fmt: skip
    fake = standard(events, "SUCCEEDED")
    fake.map_runs = [{"mapRunArn": run, "itemCounts": {"failed": 2, "total": 100}}]
    verdict = why(fake, STANDARD)
    assert (verdict.outcome, verdict.handled, verdict.cause.name) == ("handled", "tolerated", "Big")
    fake.map_runs[0]["itemCounts"]["failed"] = 0
    assert why(fake, STANDARD).outcome == "ok"


def test_a_map_run_of_which_no_event_tells_is_named_by_the_label_in_its_arn():
    run = "arn:aws:states:eu-west-1:123456789012:mapRun:Orders/Labelled:1"
    events = [
        STARTED, entered("Big", kind="Map"), ("MapRunStarted", {"mapRunArn": "another"}),
        ("MapRunSucceeded", {}), left("Big", kind="Map"), SUCCEEDED,
    ]  # fmt: skip
    fake = standard(events, "SUCCEEDED")
    fake.map_runs = [{"mapRunArn": run, "itemCounts": {"failed": 2, "total": 100}}]
    assert why(fake, STANDARD).cause.name == "Labelled"


def test_a_failure_far_back_in_a_long_history_is_found():
    items = [("MapIterationStarted", {"index": number}, 3) for number in range(300)]
    events = [
        STARTED, entered("Each", kind="Map"), ("MapStateStarted", {"length": 300}), *items,
        entered("Price", 4), failed("E1", 304),
        *[("TaskSucceeded", {}, 5) for _ in range(300)],
        ("MapIterationFailed", {"index": 0}, 305), ("MapStateFailed", {}, 606), ended("E1"),
    ]  # fmt: skip
    assert why(standard(events, "FAILED"), STANDARD).cause.name == "Price"


@pytest.mark.parametrize(
    ("end", "status", "kind"),
    [("ExecutionAborted", "ABORTED", "aborted"), ("ExecutionTimedOut", "TIMED_OUT", "timeout")],
)
def test_an_execution_that_was_stopped_or_ran_out_of_time(end, status, kind):
    events = [STARTED, entered("Cool down", kind="Wait"), (end, {"error": "x"})]
    verdict = why(standard(events, status), STANDARD)
    assert told(verdict) == ("failed", "state-machine", "Orders", kind)
    assert "while in Cool down" in verdict.cause.meaning
    assert "atch" not in verdict.cause.remedy


def test_of_the_states_in_which_an_execution_stood_three_are_named():
    branches = [entered(name, 3) for name in ("Charge", "Reserve", "Ship", "Tell")]
    both = [STARTED, entered("Both", kind="Parallel"), ("ParallelStateStarted", {}), *branches[:2]]
    late = ("ExecutionTimedOut", {"error": "States.Timeout"})
    for events in ([*both, late], [*both, *branches[2:], late]):
        meaning = why(standard(events, "TIMED_OUT"), STANDARD).cause.meaning
        assert meaning == "the execution ran out of its time while in Both, Charge, Reserve"


def test_a_history_that_is_gone_leaves_the_execution_s_own_error():
    fake = standard([], "FAILED", error="E1", cause="c")
    assert (why(fake, STANDARD).cause.error, why(fake, STANDARD).outcome) == ("E1", "failed")


def test_the_function_that_a_state_called_tells_more():
    cause = json.dumps({"errorMessage": "no", "errorType": "Refused", "requestId": CALL})
    events = [
        STARTED,
        entered("Charge"),
        scheduled(),
        failed("Refused", cause=cause),
        ended("Refused"),
    ]
    fake = shop(call("[ERROR] Refused: no\nTraceback (most recent call last):", group=CARDS))
    fake.executions[STANDARD] = ("FAILED", history(*events), {})
    verdict = why(fake, STANDARD)
    assert told(verdict) == ("failed", "function", "cards", "exception")
    assert [item.name for item in verdict.consequences] == ["Charge"]


def test_the_level_error_leaves_states_out_and_the_error_is_still_named():
    events = history(STARTED, entered("Charge"), scheduled(), failed("E1"), ended("E1"))
    quiet = log_of(events, EXPRESS, QUOTES, lambda kind: kind.endswith("Failed"))
    verdict = why(shop(quiet), EXPRESS)
    assert told(verdict) == ("failed", "state-machine", "Quotes", "exception")
    assert verdict.cause.error == "E1"


IN_BRANCHES = [
    STARTED, entered("Both", kind="Parallel"), ("ParallelStateStarted", {}),
    entered("Charge", 3), entered("Reserve", 3),
]  # fmt: skip


def without_what_handed_it_up(*events):
    """Logs are delivered on a best-effort basis ("Using CloudWatch Logs", developer guide)."""
    lines = history(*IN_BRANCHES, *events)
    return why(shop(log_of(lines, EXPRESS, QUOTES, lambda kind: kind != "ParallelStateFailed")),
               EXPRESS)  # fmt: skip


def test_where_a_line_is_lost_the_end_s_error_tells_which_branch_made_it_fail():
    verdict = without_what_handed_it_up(
        scheduled(4), scheduled(5), failed("E1", 6), failed("E2", 7),
        ("ParallelStateFailed", {}, 8), ended("E1"),
    )  # fmt: skip
    assert told(verdict) == ("failed", "state", "Charge", "exception")
    assert verdict.cause.error == "E1"


def test_where_a_line_is_lost_the_expression_of_the_state_that_the_end_names_is_shown():
    wrong = "States.QueryEvaluationError"
    verdict = without_what_handed_it_up(
        ("EvaluationFailed", {"error": wrong, "state": "Charge", "cause": "no $price"}, 3),
        ("EvaluationFailed", {"error": wrong, "state": "Reserve", "cause": "no $stock"}, 3),
        ("ParallelStateFailed", {}, 6),
        ended(wrong, _IN_STATE.replace("#2", "#4")),
    )
    assert told(verdict) == ("failed", "state", "Charge", "definition")
    assert verdict.cause.evidence.endswith("no $price")


def test_a_failure_that_was_retried_is_not_blamed_for_an_end_of_another_name():
    verdict = why(standard([
        STARTED, entered("Charge"), scheduled(), failed("E1"), scheduled(), ("TaskSucceeded", {}),
        ended("States.DataLimitExceeded"),
    ], "FAILED"), STANDARD)  # fmt: skip
    assert (verdict.cause.kind, verdict.cause.error) == ("data limit", "States.DataLimitExceeded")


def synchronous(action, arn, status):
    body = json.dumps({"executionArn": arn, "status": status})
    return gateway(
        f"Endpoint request URI: https://sync-states.eu-west-1.amazonaws.com/?Action={action}",
        ANSWERED,
        f"Endpoint response body before transformations: {body}",
        "Method completed with status: 200",
    )


def test_an_answer_of_200_hides_no_execution_that_failed():
    events = history(STARTED, entered("Charge"), scheduled(), failed("E1"), ended("E1"))
    fake = shop(
        synchronous("StartSyncExecution", EXPRESS, "FAILED"), log_of(events, EXPRESS, QUOTES)
    )
    assert told(why(fake)) == ("failed", "state", "Charge", "exception")


def test_the_answer_of_a_synchronous_start_tells_a_failure_that_is_in_no_log():
    late = why(shop(synchronous("StartSyncExecution", EXPRESS, "TIMED_OUT")))
    assert told(late) == ("failed", "state-machine", "Quotes", "timeout")
    cut = json.dumps({"cause": 'no "status"', "error": "E1", "executionArn": EXPRESS})[:-1]
    fake = shop(
        gateway(
            "Endpoint request URI: https://sync-states.eu-west-1.amazonaws.com/",
            ANSWERED,
            f'Endpoint response body before transformations: {cut},"input":"{{[TRUNCATED]',
            "Method completed with status: 200",
        )
    )
    assert told(why(fake)) == ("failed", "state-machine", "Quotes", "exception")
    assert why(fake).cause.error == "E1"


def test_a_synchronous_start_that_went_well_is_told_as_such_without_a_log():
    verdict = why(shop(synchronous("StartSyncExecution", EXPRESS, "SUCCEEDED")))
    assert (verdict.outcome, verdict.unseen) == ("ok", ())


def test_an_error_that_a_mapping_makes_of_a_failed_execution_is_explained_by_its_state():
    events = history(STARTED, entered("Charge"), scheduled(), failed("E1"), ended("E1"))
    answer = synchronous("StartSyncExecution", EXPRESS, "FAILED")
    (group, lines), *_ = answer.items()
    mapped = {group: [replace(line, text=line.text.replace("200", "500"))
                      if "completed" in line.text else line for line in lines]}  # fmt: skip
    verdict = why(shop(mapped, log_of(events, EXPRESS, QUOTES)))
    assert told(verdict) == ("failed", "state", "Charge", "exception")
    assert [item.part for item in verdict.consequences] == ["integration"]


def test_a_request_that_looks_at_a_failed_execution_has_not_failed():
    fake = shop(synchronous("DescribeExecution", STANDARD, "FAILED"))
    fake.executions[STANDARD] = (
        "FAILED",
        history(STARTED, ended("E1")),
        {"startDate": NOON.replace(year=2020)},
    )
    assert why(fake).outcome == "ok"


def test_an_execution_still_running_has_not_failed():
    verdict = why(standard([STARTED, entered("Wait", kind="Wait")], "RUNNING"), STANDARD)
    assert (verdict.outcome, verdict.unseen) == ("ok", ("It is still running.",))
    assert GROUPS[2].name == ORDERS

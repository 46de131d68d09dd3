"""How an invocation ended, by Lambda's own records and the runtime's own errors."""

import json

import pytest

from tests.telemetry.fake_logs import Line
from tests.telemetry.requests.why.world import (
    ANSWERED,
    CALL,
    CARDS,
    GROUPS,
    INVOKE,
    NOON_MS,
    OTHER,
    PRICES,
    REQUEST,
    access,
    call,
    gateway,
    shop,
    told,
    why,
)

EXIT = f"RequestId: {CALL} Error: "
ERROR = "Status: error\tError Type: "
TRACEBACK = "\nTraceback (most recent call last):"
CALLING = "An error occurred (AccessDeniedException) when calling the GetItem operation: User:"
LACKING = (
    "is not authorized to perform: dynamodb:GetItem on resource: arn:t because no policy allows"
)
THROTTLED = "An error occurred (ThrottlingException) when calling the Decrypt operation: You have"
MISSING = "java.lang.ClassNotFoundException"
# Lambda developer guide: "Troubleshoot invocation issues", runtime pages, SnapStart.
ENDS = [
    ("timeout", f"2026-11-27T02:31:01.000Z {CALL} Task timed out after 3.00 seconds",
     "Status: timeout"),
    ("out of memory", f"{EXIT}Runtime exited with error: signal: killed\nRuntime.ExitError",
     f"{ERROR}Runtime.ExitError"),
    ("out of memory", f"[ERROR] MemoryError{TRACEBACK}", ""),
    ("out of memory", "no: java.lang.OutOfMemoryError\njava.lang.OutOfMemoryError: no", ""),
    ("out of memory", "FATAL ERROR: Reached heap limit - JavaScript heap out of memory",
     f"{ERROR}Runtime.ExitError"),
    ("exited", f"{EXIT}Runtime exited without providing a reason\nRuntime.ExitError",
     f"{ERROR}Runtime.ExitError"),
    ("exited", f"{EXIT}exit code 1\nExtension.Crash", f"{ERROR}Extension.Crash"),
    ("cannot start", f"{EXIT}Runtime failed to start: exec format error\nRuntime.ExitError",
     f"{ERROR}Runtime.ExitError"),
    ("cannot start", f"{EXIT}Couldn't find valid bootstrap(s): [/opt]\nRuntime.InvalidEntrypoint",
     f"{ERROR}Runtime.InvalidEntrypoint"),
    ("cannot start", "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'", ""),
    ("cannot start", f"Class not found: a.Handler: {MISSING}\n{MISSING}: a.Handler", ""),
    ("exception", f"[ERROR] KeyError: 'x'{TRACEBACK}", ""),
    ("data limit", "", f"{ERROR}Function.ResponseSizeTooLarge"),
    ("throttled", f"[ERROR] ClientError: {THROTTLED} exceeded the rate", ""),
    ("role not allowed", f"[ERROR] ClientError: {CALLING} arn:aws:sts::1:x {LACKING}", ""),
    ("unreachable", "[ERROR] ConnectionRefusedError: [Errno 111] Connection refused", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "line", "status"), ENDS)
def test_each_end_of_a_function_has_its_kind(kind, line, status):
    verdict = why(shop(call(*([line] if line else []), status=status)), CALL)
    assert told(verdict) == ("failed", "function", "prices", kind)


def records(status, error=""):
    end = {"requestId": CALL, "status": status, **({"errorType": error} if error else {})}
    texts = [
        {"type": "platform.start", "record": {"requestId": CALL}},
        {"level": "ERROR", "message": "no", "requestId": CALL, "errorType": "Refused"},
        {"type": "platform.report", "record": {**end, "metrics": {"durationMs": 3}}},
    ]
    return {
        PRICES: [
            Line(NOON_MS + i, json.dumps(text), "2026/11/27/[$LATEST]a")
            for i, text in enumerate(texts)
        ]
    }


@pytest.mark.parametrize(
    ("status", "outcome"), [("success", "ok"), ("error", "failed"), ("timeout", "failed")]
)
def test_the_platform_s_status_decides_not_what_was_logged(status, outcome):
    assert why(shop(records(status)), CALL).outcome == outcome


def test_what_went_wrong_while_the_environment_started_is_the_first_request_s():
    lines = call(status=f"{ERROR}Runtime.Unknown")
    start = [
        Line(NOON_MS - 20, "printed before", "2026/11/27/[$LATEST]a"),
        Line(NOON_MS - 10, "INIT_START Runtime Version: python:3.13.v1", "2026/11/27/[$LATEST]a"),
        Line(
            NOON_MS - 5, "[ERROR] OSError: [Errno 30] Read-only\nTraceback", "2026/11/27/[$LATEST]a"
        ),
    ]
    verdict = why(shop({PRICES: [*start, *lines[PRICES]]}), CALL)
    assert verdict.cause.error == "OSError"
    assert "start of the environment" in verdict.cause.adopted
    assert verdict.lines == 5


def test_a_line_that_names_another_request_belongs_to_that_one():
    def line(at, request, **more):
        return Line(
            NOON_MS + at, json.dumps({"requestId": request, **more}), "2026/11/27/[7.PUBLISHED]a"
        )

    def record(at, kind, request, **more):
        text = json.dumps({"type": f"platform.{kind}", "record": {"requestId": request, **more}})
        return Line(NOON_MS + at, text, "2026/11/27/[7.PUBLISHED]a")

    fake = shop({PRICES: [
        record(0, "start", CALL), record(1, "start", OTHER),
        line(2, CALL, level="INFO", message="working"),
        line(3, OTHER, level="ERROR", message="no", errorType="Refused"),
        Line(NOON_MS + 4, "whose is this?", "2026/11/27/[7.PUBLISHED]a"),
        record(5, "report", OTHER, status="error", errorType="Refused"),
        record(6, "report", CALL, status="success"),
    ]})  # fmt: skip
    good, bad = why(fake, CALL), why(fake, OTHER)
    assert (good.outcome, good.lines, OTHER in good.ids) == ("ok", 3, False)
    assert (bad.outcome, bad.cause.error, CALL in bad.ids) == ("failed", "Refused", False)


def test_an_asynchronous_call_that_was_repeated_with_success_was_retried():
    first = call("[ERROR] KeyError: 'x'\nTraceback (most recent call last):")
    verdict = why(shop(first, call("fine", at=60_000)), CALL)
    assert (verdict.outcome, verdict.handled, verdict.next_command) == ("handled", "retried", "")
    assert not verdict.cause.remedy


def test_a_deeper_function_that_failed_behind_a_good_answer_was_caught():
    fake = shop(
        gateway(INVOKE, ANSWERED, "Method completed with status: 200"), access(200), call("fine"),
        call("boom", request=OTHER, group=CARDS, status=f"{ERROR}Runtime.ExitError"),
    )  # fmt: skip
    verdict = why(fake)
    assert (verdict.outcome, verdict.handled, verdict.cause.name) == ("handled", "caught", "cards")


def test_in_a_shared_group_the_stream_names_the_function():
    lines = call(
        "[ERROR] KeyError: 'x'\nTraceback (most recent call last):",
        stream="2026/11/27/cards[$LATEST]a",
    )
    assert why(shop(lines), CALL).cause.name == "cards"
    assert GROUPS[4].owners == ("prices",)


def test_another_request_of_the_same_trace_is_not_taken_in():
    other = access(502, request=OTHER)
    fake = shop(gateway(INVOKE, ANSWERED, "Method completed with status: 200"), access(200), other)
    verdict = why(fake)
    assert (verdict.outcome, OTHER in verdict.ids) == ("ok", False)
    assert why(fake, OTHER).outcome == "failed"
    assert REQUEST not in why(fake, OTHER).ids

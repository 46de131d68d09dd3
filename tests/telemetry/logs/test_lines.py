import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.logs.access import access_line
from dragonctl.telemetry.logs.lines import recognise

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
TRACE = "1-65a0b0c0-0123456789abcdef01234567"
ARN = "arn:aws:states:eu-west-1:123456789012:execution:MyStateMachine:one"

REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB"
    f"\tMax Memory Used: 45 MB\tInit Duration: 230.10 ms\t\nXRAY TraceId: {TRACE}\tSegmentId: a\t"
)
ACCESS = json.dumps(
    {
        "requestId": REQUEST, "extendedRequestId": "abc=", "xrayTraceId": f"Root={TRACE}",
        "ip": "203.0.113.7", "httpMethod": "GET", "resourcePath": "/dragons", "status": "502",
    }
)  # fmt: skip
STATE = json.dumps(
    {
        "id": "7", "type": "LambdaFunctionFailed", "execution_arn": ARN, "previous_event_id": "6",
        "details": {"error": "DragonValidationException", "cause": "twice", "input": "{}"},
    }
)  # fmt: skip
PLATFORM = json.dumps(
    {
        "time": "2026-01-01T00:00:00Z", "type": "platform.report",
        "record": {
            "requestId": REQUEST, "status": "timeout",
            "metrics": {"durationMs": 3000.0, "billedDurationMs": 3000, "memorySizeMB": 128},
            "tracing": {"value": f"Root={TRACE};Parent=1;Sampled=1"},
        },
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "kind", "level", "text", "ids"),
    [
        (
            REPORT, "report", "info",
            "finished in 12.34 ms, billed 13 ms, 45 MB of 128 MB, cold start 230.10 ms",
            {REQUEST, TRACE},
        ),
        (ACCESS, "access", "error", "GET /dragons 502 203.0.113.7", {REQUEST, TRACE, "abc="}),
        (STATE, "state", "error", "LambdaFunctionFailed DragonValidationException twice", {ARN}),
        (
            PLATFORM, "report", "error",
            "finished in 3000.0 ms, billed 3000 ms, timeout", {REQUEST, TRACE},
        ),
        (f"({REQUEST}) Starting execution", "execution", "info", "Starting execution", {REQUEST}),
        (
            f"({REQUEST}) Execution failed due to configuration error", "execution", "error",
            "Execution failed due to configuration error", {REQUEST},
        ),
        (f"START RequestId: {REQUEST} Version: 3", "boundary", "debug", "START Version: 3",
         {REQUEST}),
        (
            f"[WARNING]\t2026-01-01T00:00:00.000Z\t{REQUEST}\tslow", "plain", "warning", "slow",
            {REQUEST},
        ),
        (
            f"2026-01-01T00:00:00.000Z {REQUEST} Task timed out after 3.00 seconds", "plain",
            "error", "Task timed out after 3.00 seconds", {REQUEST},
        ),
        ('{"level":"error","message":"no","dragon":"Jon"}', "json", "error", "no", set()),
        ("just text", "plain", "info", "just text", set()),
    ],
)  # fmt: skip
def test_known_shapes_are_read(line, kind, level, text, ids):
    shape = recognise(line)
    assert (shape.kind, shape.level, shape.text, shape.links) == (kind, level, text, ids)


def test_what_the_sentence_leaves_out_is_kept_as_fields():
    assert recognise('{"level":"info","message":"hi","dragon":"Jon"}').fields == (
        ("dragon", "Jon"),
    )
    assert recognise(STATE).fields == (("input", "{}"),)


@pytest.mark.parametrize("name", ["requestId", "AWSRequestId", "function_request_id"])
def test_a_function_s_json_line_names_its_invocation(name):
    shape = recognise(json.dumps({"message": "hi", name: REQUEST, "dragon": "Jon"}))
    assert (shape.request, shape.links) == (REQUEST, {REQUEST})
    assert shape.fields == (("dragon", "Jon"),)


def test_an_access_line_keeps_its_error():
    line = '{"requestId":"a","httpMethod":"GET","path":"/x","status":"403","error":"Forbidden"}'
    assert recognise(line).fields == (("error", "Forbidden"),)


@pytest.mark.parametrize(
    "text", ["{}", '{"message":null}', '{"message":""}', '{"level":"INFO","msg":" "}'],
)  # fmt: skip
def test_a_line_that_says_nothing_in_words_is_shown_as_it_is(text):
    assert recognise(text).text == text
    assert recognise(f"{text}\n").text == text


def test_an_object_in_an_access_line_is_told_as_json():
    line = {
        "requestId": "a",
        "httpMethod": "GET",
        "path": {"a": 1},
        "status": 200,
        "ip": ["b", None],
    }
    assert recognise(json.dumps(line)).text == 'GET {"a": 1} 200 ["b", null]'
    assert access_line(json.dumps({"reqId": "a", "status": 200, "error": {"a": True}})).fields == (
        ("error.message", '{"a": true}'),
    )


@given(st.text() | st.from_regex(r"\{.*\}|REPORT RequestId: .*|\([0-9a-f-]{36}\) .*"))
def test_no_line_breaks_the_reading(text):
    recognise(text)


@given(
    st.dictionaries(
        st.sampled_from(["type", "record", "execution_arn", "details", "status", "message",
                         "requestId", "httpMethod", "level"]),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)
        | st.dictionaries(st.text(), st.none() | st.text()),
    )
)  # fmt: skip
def test_no_document_breaks_the_reading(document):
    recognise(json.dumps(document))

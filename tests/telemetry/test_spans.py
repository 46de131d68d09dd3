"""Spans of OpenTelemetry read as the segments that X-Ray would have made of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.traces.segments import tree, walk

TRACE = "65a0b0c00123456789abcdef01234567"
START = 1_705_029_824_000_000_000


def span(ident, name, start, end, parent="", kind="INTERNAL", **more):
    """Times in milliseconds; an ``end`` of None is still running."""
    document = {
        "traceId": TRACE, "spanId": ident, "name": name, "kind": kind,
        "startTimeUnixNano": START + start * 1_000_000,
        "endTimeUnixNano": None if end is None else START + end * 1_000_000,
        "attributes": {}, "status": {"code": "UNSET"}, **more,
    }  # fmt: skip
    return {**document, "parentSpanId": parent} if parent else document


def parts(*spans):
    found = tree([json.dumps(one) for one in spans])
    return {part.id: (depth, part) for depth, part in walk(found)}


def test_a_call_of_aws_beneath_a_function_is_its_subsegment():
    runs = {"cloud.platform": "aws_lambda", "cloud.resource_id": "arn:aws:lambda:r:1:function:x"}
    handler = span(
        "a" * 16, "handler", 0, 90, kind="SERVER", resource={"attributes": runs},
        attributes={"aws.local.service": "list-dragons"},
    )  # fmt: skip
    call = span("b" * 16, "DynamoDB.GetItem", 10, 30, "a" * 16, "CLIENT", attributes={
        "rpc.system": "aws-api", "aws.remote.service": "AWS::DynamoDB", "rpc.method": "GetItem",
        "aws.dynamodb.table_names": ["dragons"], "http.status_code": 200})  # fmt: skip
    found = parts(call, handler)
    depth, function = found["a" * 16]
    assert (depth, function.name, function.origin, function.subsegment) == (
        0, "list-dragons", "AWS::Lambda::Function", False,
    )  # fmt: skip
    depth, inner = found["b" * 16]
    assert (depth, inner.name, inner.namespace, inner.subsegment) == (1, "DynamoDB", "aws", True)
    assert (inner.aws["operation"], inner.aws["table_name"]) == ("GetItem", "dragons")
    assert inner.duration == pytest.approx(0.02, abs=1e-6)


@pytest.mark.parametrize(
    ("told", "code", "status"),
    [
        ({"http.status_code": 502}, "UNSET", "fault"),
        ({"http.response.status_code": 404}, "ERROR", "error"),
        ({"http.response.status_code": 429}, "UNSET", "throttle"),
        ({}, "ERROR", "fault"),
        ({"http.status_code": 200}, "OK", "ok"),
        ({}, "UNSET", "ok"),
    ],
)
def test_a_span_is_judged_by_its_answer_and_then_by_its_own_status(told, code, status):
    (found,) = parts(span("a" * 16, "x", 0, 1, attributes=told, status={"code": code})).values()
    assert found[1].status == status


def test_of_two_records_of_a_span_the_one_with_an_end_counts_and_one_alone_is_running():
    both = parts(span("a" * 16, "x", 0, 5), span("a" * 16, "x", 0, None))
    assert both["a" * 16][1].status == "ok"
    assert parts(span("a" * 16, "x", 0, None))["a" * 16][1].status == "in progress"


def test_exceptions_links_annotations_and_all_other_attributes_are_kept():
    raised = {"exception.type": "KeyError", "exception.message": "family",
              "exception.stacktrace": "Traceback\n  File app.py, line 3"}  # fmt: skip
    other = "f" * 32
    found = parts(span(
        "a" * 16, "x", 0, 1, events=[{"name": "exception", "attributes": raised}],
        links=[{"traceId": other, "spanId": "c" * 16}],
        attributes={"aws.xray.annotations": ["tenant"], "tenant": "blue", "more": {"a": 1}},
    ))["a" * 16][1]  # fmt: skip
    assert [(one.type, one.message) for one in found.exceptions] == [("KeyError", "family")]
    assert found.exceptions[0].stack == ("Traceback", "File app.py, line 3")
    assert found.links[0]["trace_id"] == f"1-{'f' * 8}-{'f' * 24}"
    assert found.annotations == {"tenant": "blue"}
    assert found.metadata["default"]["more"] == {"a": 1}


def test_what_came_as_a_segment_keeps_its_name_and_kind():
    xray = {"name": "validate", "type": "subsegment", "namespace": "remote"}
    found = parts(span("a" * 16, "x", 0, 1, "9" * 16, "SERVER", _aws={"xray": xray}))["a" * 16][1]
    assert (found.name, found.subsegment, found.namespace) == ("validate", True, "remote")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


MEMBERS = (
    "spanId", "parentSpanId", "traceId", "name", "kind", "attributes", "resource", "status",
    "events", "links", "_aws", "startTimeUnixNano", "endTimeUnixNano",
)  # fmt: skip


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, ANY)))
def test_any_record_is_a_segment_and_none_vanishes(record):
    assert len(list(walk(tree([json.dumps(record)])))) == 1

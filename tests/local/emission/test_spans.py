"""Spans that a function sends to the daemon stand in its trace as segments do."""

from __future__ import annotations

import base64
import gzip
import json
import urllib.error
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from dragonctl.local.emission.daemon import arrived

INTERNAL, SERVER, CLIENT, PRODUCER = 1, 2, 3, 4
TRACE = bytes.fromhex("6880250e4fc5b1c42f7b40fc4801f9fd")
ID = bytes.fromhex("53995c3f42cd8ad8")
PARENT = bytes.fromhex("00f067aa0ba902b7")
STACK = """Traceback (most recent call last):
  File "/var/task/app.py", line 7, in handler
    work()
  File "/var/task/app.py", line 3, in work
    raise ValueError("no")
ValueError: no
"""


def value(given):
    match given:
        case bool():
            return AnyValue(bool_value=given)
        case int():
            return AnyValue(int_value=given)
        case list():
            return AnyValue(array_value=ArrayValue(values=[value(one) for one in given]))
    return AnyValue(string_value=given)


def pairs(attributes):
    return [KeyValue(key=key, value=value(one)) for key, one in attributes.items()]


def span(attributes=(), kind=CLIENT, parent=PARENT, name="a span", status=None, events=()):
    return Span(
        trace_id=TRACE, span_id=ID, parent_span_id=parent, name=name, kind=kind,
        start_time_unix_nano=1_700_000_000_500_000_000,
        end_time_unix_nano=1_700_000_001_000_000_000,
        attributes=pairs(dict(attributes)), status=status,
        events=[Span.Event(name=event, attributes=pairs(about)) for event, about in events],
    )  # fmt: skip


def sent(*spans, prefix=b"T1S", resource=None):
    about = ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])
    about.resource.attributes.extend(pairs(resource or {"telemetry.sdk.language": "python"}))
    request = ExportTraceServiceRequest(resource_spans=[about])
    content = base64.b64encode(request.SerializeToString())
    return b'{"format":"json","version":1}\n' + prefix + content


def told(*arguments, **words):
    [document] = arrived(sent(span(*arguments, **words))).documents
    return document


def test_a_call_to_aws_is_a_subsegment_named_by_the_service():
    document = told(
        {
            "rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "GetItem",
            "aws.request_id": "r", "aws.dynamodb.table_names": ["dragons"],
            "http.status_code": 200,
        }
    )  # fmt: skip
    assert (document["type"], document["namespace"], document["name"]) == (
        "subsegment", "aws", "DynamoDB",
    )  # fmt: skip
    assert document["trace_id"] == "1-6880250e-4fc5b1c42f7b40fc4801f9fd"
    assert (document["id"], document["parent_id"]) == (ID.hex(), PARENT.hex())
    assert (document["start_time"], document["end_time"]) == (1_700_000_000.5, 1_700_000_001.0)
    aws = {key: document["aws"][key] for key in ("operation", "request_id", "table_name")}
    assert aws == {"operation": "GetItem", "request_id": "r", "table_name": "dragons"}
    assert document["http"] == {"response": {"status": 200}}
    assert not {"error", "fault", "throttle"} & set(document)


@pytest.mark.parametrize(
    ("attributes", "kind", "name", "namespace"),
    [
        ({"aws.remote.service": "example.com"}, CLIENT, "example.com", "remote"),
        ({"aws.remote.service": "AWS::S3", "rpc.system": "aws-api"}, CLIENT, "S3", "aws"),
        ({"peer.service": "the peer"}, CLIENT, "the peer", "remote"),
        ({"db.name": "dragons", "db.system": "mysql"}, CLIENT, "dragons", "remote"),
        ({"net.peer.name": "host"}, CLIENT, "host", "remote"),
        ({}, INTERNAL, "a span", None),
        ({"aws.remote.service": "queue"}, PRODUCER, "queue", "remote"),
    ],
)
def test_a_span_is_named_by_what_it_is_about(attributes, kind, name, namespace):
    document = told(attributes, kind=kind)
    assert (document["name"], document.get("namespace")) == (name, namespace)


def test_a_server_and_a_span_without_a_parent_are_segments():
    assert "type" not in told({}, kind=SERVER)
    root = told({}, kind=INTERNAL, parent=b"")
    assert not {"type", "parent_id"} & set(root)


@pytest.mark.parametrize(
    ("attributes", "status", "flags"),
    [
        ({"http.status_code": 404}, None, {"error"}),
        ({"http.response.status_code": 429}, None, {"error", "throttle"}),
        ({"http.status_code": 500}, None, {"fault"}),
        ({"http.status_code": 400}, Status(code=2), {"error"}),
        ({}, Status(code=2, message="it broke"), {"fault"}),
        ({}, Status(code=1), set()),
    ],
)
def test_what_went_wrong_is_a_flag(attributes, status, flags):
    document = told(attributes, status=status)
    assert {"error", "fault", "throttle"} & set(document) == flags


def test_an_exception_has_its_stack_and_a_message_alone_is_one_too():
    about = {
        "exception.type": "ValueError", "exception.message": "no", "exception.stacktrace": STACK,
    }  # fmt: skip
    document = told({}, kind=INTERNAL, status=Status(code=2), events=[("exception", about)])
    [exception] = document["cause"]["exceptions"]
    assert (exception["type"], exception["message"]) == ("ValueError", "no")
    assert exception["stack"] == [
        {"path": "/var/task/app.py", "line": 3, "label": "work"},
        {"path": "/var/task/app.py", "line": 7, "label": "handler"},
    ]
    [alone] = told({}, status=Status(code=2, message="it broke"))["cause"]["exceptions"]
    assert alone["message"] == "it broke"


def test_attributes_are_annotations_where_they_are_named_and_metadata_where_not():
    document = told(
        {
            "family": "green", "found": 4, "why": "x", "aws.xray.annotations": ["family", "found"],
            "aws.xray.metadata.mine": '{"a": 1}', "aws.xray.metadata.odd": "no JSON",
        },
        kind=INTERNAL,
    )  # fmt: skip
    assert document["annotations"] == {"family": "green", "found": 4}
    assert document["metadata"] == {
        "mine": {"a": 1}, "default": {"why": "x", "aws.xray.metadata.odd": "no JSON"},
    }  # fmt: skip


def test_a_query_is_a_database_call():
    document = told({"db.system": "sqlite", "db.statement": "select ?", "aws.remote.service": "s"})
    assert document["sql"]["sanitized_query"] == "select ?"
    assert document["sql"]["database_type"] == "sqlite"


def test_a_call_that_nothing_stands_above_gets_a_segment_of_its_service():
    attributes = {"aws.span.kind": "LOCAL_ROOT", "aws.local.service": "mine", "rpc.service": "S3"}
    below, above = sorted(
        arrived(sent(span(attributes))).documents, key=lambda one: "type" not in one
    )
    assert (above["name"], above["parent_id"]) == ("mine", PARENT.hex())
    assert (below["type"], below["parent_id"]) == ("subsegment", above["id"])


@pytest.mark.parametrize("prefix", [b"T1U", b"M1"])
def test_what_is_not_sampled_and_metrics_are_left_out(prefix):
    assert arrived(sent(span(), prefix=prefix)).documents == []


def test_a_segment_of_the_x_ray_sdk_is_taken_as_it_is():
    told = {"id": "a", "name": "s3"}
    wire = b'{"format": "json", "version": 1}\n' + json.dumps(told).encode()
    assert arrived(wire).documents == [told]


KEYS = (
    "http.url", "http.status_code", "db.name", "db.system", "rpc.system", "aws.remote.service",
    "aws.xray.annotations", "enduser.id", "aws.span.kind", "aws.dynamodb.table_names", "x",
)  # fmt: skip
VALUES = st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.lists(st.text()))


@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES),
    st.sampled_from([INTERNAL, SERVER, CLIENT, PRODUCER, 5, 0]),
    st.sampled_from([PARENT, b""]),
)
def test_whatever_a_span_holds_comes_out_as_plain_json_under_a_name(attributes, kind, parent):
    for document in arrived(sent(span(attributes, kind=kind, parent=parent))).documents:
        assert json.loads(json.dumps(document)) == document
        assert 0 < len(document["name"]) <= 200


def posted(local_aws, body, kind="application/x-protobuf", **headers):
    """A signed ``POST /v1/traces``; status and body."""
    request = AWSRequest(
        "POST", f"{local_aws.endpoint}/v1/traces", {"Content-Type": kind, **headers}, body
    )
    SigV4Auth(Credentials("test", "test"), "xray", local_aws.region).add_auth(request)
    sent = urllib.request.Request(request.url, body, dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def exported(**attributes):
    about = ResourceSpans(scope_spans=[ScopeSpans(spans=[span(attributes, name="mine")])])
    return ExportTraceServiceRequest(resource_spans=[about])


def stored(local_aws):
    """The names of the spans that are retrieved: BatchGetTraces has none of them."""
    xray, trace = local_aws.client("xray"), "1-6880250e-4fc5b1c42f7b40fc4801f9fd"
    assert xray.batch_get_traces(TraceIds=[trace])["Traces"] == []
    token = xray.start_trace_retrieval(TraceIds=[trace], StartTime=0, EndTime=1)["RetrievalToken"]
    answers = [xray.list_retrieved_traces(RetrievalToken=token) for _ in range(2)]
    assert [answer["RetrievalStatus"] for answer in answers] == ["RUNNING", "COMPLETE"]
    found = answers[-1]["Traces"]
    return [json.loads(one["Document"])["name"] for t in found for one in t["Spans"]]


def test_spans_over_http_are_taken_where_transaction_search_is_on(local_aws):
    body = exported().SerializeToString()
    status, words = posted(local_aws, body)
    assert (status, b"CloudWatch Logs as a Trace Segment Destination" in words) == (400, True)
    local_aws.client("xray").update_trace_segment_destination(Destination="CloudWatchLogs")
    assert posted(local_aws, body)[0] == 200
    assert posted(local_aws, gzip.compress(body), **{"Content-Encoding": "gzip"})[0] == 200
    told = MessageToDict(exported())
    for one in told["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for key in ("traceId", "spanId", "parentSpanId"):
            one[key] = base64.b64decode(one[key]).hex()
    assert posted(local_aws, json.dumps(told).encode(), "application/json") == (200, b"{}")
    assert set(stored(local_aws)) == {"mine"}


@pytest.mark.parametrize(
    ("body", "kind", "headers", "status"),
    [
        (b"\xff\xff", "application/x-protobuf", {}, 400),
        (b"{", "application/json", {}, 400),
        (b'{"resourceSpans": 1}', "application/json", {}, 400),
        (b"no gzip", "application/x-protobuf", {"Content-Encoding": "gzip"}, 400),
        (b"", "text/plain", {}, 415),
        (b"\0" * ((5 << 20) + 1), "application/x-protobuf", {}, 413),
    ],
)
def test_what_is_no_request_for_spans_is_refused(local_aws, body, kind, headers, status):
    local_aws.client("xray").update_trace_segment_destination(Destination="CloudWatchLogs")
    assert posted(local_aws, body, kind, **headers)[0] == status

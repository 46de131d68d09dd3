"""What is sent is what OpenTelemetry's own library reads, whatever a span holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode

from dragonctl.packaging.tracing.in_function import protobuf

TEXT = st.text(max_size=20)
PLAIN = st.one_of(
    TEXT, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.binary()
)
VALUES = st.one_of(PLAIN, st.lists(TEXT, max_size=3).map(tuple), st.lists(st.booleans()).map(tuple))
ATTRIBUTES = st.dictionaries(st.text(min_size=1, max_size=10), VALUES, max_size=4)
TIMES = st.integers(0, 2**63)
CONTEXTS = st.builds(
    lambda trace, span: SpanContext(trace, span, is_remote=False),
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
)
SPANS = st.builds(
    ReadableSpan,
    name=TEXT,
    context=CONTEXTS,
    parent=st.one_of(st.none(), CONTEXTS),
    attributes=ATTRIBUTES,
    events=st.lists(st.builds(Event, TEXT, ATTRIBUTES, TIMES), max_size=2),
    links=st.lists(st.builds(Link, CONTEXTS, ATTRIBUTES), max_size=2),
    kind=st.sampled_from(SpanKind),
    status=st.one_of(
        st.just(Status(StatusCode.OK)), TEXT.map(lambda text: Status(StatusCode.ERROR, text))
    ),
    start_time=TIMES,
    end_time=TIMES,
)


def plain(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(plain(one) for one in value.array_value.values)
    return getattr(value, kind)


def attributes(pairs):
    return {pair.key: plain(pair.value) for pair in pairs}


@given(SPANS, ATTRIBUTES, TEXT)
def test_a_span_is_read_back_as_it_was(span, resource, scope):
    sent = protobuf.request(
        Resource(resource), {InstrumentationScope(scope, "1"): [protobuf.span(span)]}
    )
    [about] = ExportTraceServiceRequest.FromString(sent).resource_spans
    assert attributes(about.resource.attributes) == dict(Resource(resource).attributes)
    [scope_spans] = about.scope_spans
    assert (scope_spans.scope.name, scope_spans.scope.version) == (scope, "1")
    [read] = scope_spans.spans
    assert (read.name, read.kind) == (span.name, span.kind.value + 1)
    assert int(read.trace_id.hex(), 16) == span.context.trace_id
    assert int(read.span_id.hex(), 16) == span.context.span_id
    assert read.parent_span_id == (span.parent.span_id.to_bytes(8) if span.parent else b"")
    assert (read.start_time_unix_nano, read.end_time_unix_nano) == (span.start_time, span.end_time)
    assert attributes(read.attributes) == dict(span.attributes)
    assert [(one.name, one.time_unix_nano) for one in read.events] == [
        (one.name, one.timestamp) for one in span.events
    ]
    assert [attributes(one.attributes) for one in read.events] == [
        dict(one.attributes) for one in span.events
    ]
    assert [int(one.span_id.hex(), 16) for one in read.links] == [
        one.context.span_id for one in span.links
    ]
    assert (read.status.code, read.status.message) == (
        span.status.status_code.value,
        span.status.description or "",
    )


@given(SPANS, st.integers(0, 5))
def test_strings_are_cut_where_a_span_is_too_large(span, longest):
    sent = protobuf.request(Resource({}), {None: [protobuf.span(span, longest)]})
    [about] = ExportTraceServiceRequest.FromString(sent).resource_spans
    read = about.scope_spans[0].spans[0]
    cut = {key: plain(pair) for key, pair in ((p.key, p.value) for p in read.attributes)}
    assert set(cut) == set(span.attributes)
    assert all(len(value) <= longest for value in cut.values() if isinstance(value, str))
    assert len(read.name) <= longest

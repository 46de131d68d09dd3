"""A request under Transaction Search: its spans in ``aws/spans`` show what X-Ray's documents show.

What differs is the table in docs/transaction-search.md.
"""

import json
import time

import pytest

from dragonctl.local.xray.span_records import of_segment
from dragonctl.telemetry.traces.folding import folded, walk_rows
from dragonctl.telemetry.traces.segments import tree, walk
from tests.local.emission.test_traces import SAMPLED, TRACE, dragons  # noqa: F401 (a fixture)
from tests.local.refusals import refused
from tests.local.serving import until

ROWS = 13
OF_TRACE = (
    "SOURCE logGroups(namePrefix: ['aws/spans']) | filterIndex traceId = '{}'"
    " | fields @message | limit 10000"
)


@pytest.fixture
def searched(dragons):  # noqa: F811 (the fixture)
    """The application with Transaction Search on, after a request of which a state failed."""
    dragons.aws.client("xray").update_trace_segment_destination(Destination="CloudWatchLogs")
    answer = dragons.send("POST", "/dragons", '{"x": 1}', headers=SAMPLED)
    dragons.finished(answer.json["executionArn"])
    return dragons


def asked(application, text, **more):
    """The messages of a query's answer."""
    logs, now = application.aws.client("logs"), int(time.time())
    started = logs.start_query(startTime=now - 600, endTime=now + 60, queryString=text, **more)
    rows = logs.get_query_results(queryId=started["queryId"])["results"]
    return [field["value"] for row in rows for field in row if field["field"] == "@message"]


def spans(application):
    """The records of the trace in the log group."""
    return asked(application, OF_TRACE.format(TRACE.removeprefix("1-").replace("-", "")))


def documents(application):
    """What X-Ray gives of the trace itself."""
    xray, now = application.aws.client("xray"), time.time()
    token = xray.start_trace_retrieval(TraceIds=[TRACE], StartTime=now - 600, EndTime=now)
    told = until(
        lambda: xray.list_retrieved_traces(RetrievalToken=token["RetrievalToken"]),
        lambda answer: answer["RetrievalStatus"] == "COMPLETE",
    )
    return [span["Document"] for one in told["Traces"] for span in one["Spans"]]


def rows_of(texts):
    return list(walk_rows(folded(tree(texts))))


def whole(application, read):
    """All of the trace: functions' segments arrive after their answers."""
    found = until(lambda: read(application), lambda found: len(rows_of(found)) >= ROWS)
    assert len(rows_of(found)) == ROWS
    return found


def waterfall(texts):
    """The rows that people see: each beneath the names above it, with what is told of it."""
    found, above = [], []
    for depth, row in rows_of(texts):
        part = row.first
        above[depth:] = [part.name]
        raised = tuple((one.type, one.message, one.stack) for one in part.exceptions)
        told = (part.request.get("url"), part.response.get("status"), part.aws.get("operation"))
        kept = (part.origin, part.namespace, part.user, raised, tuple(part.annotations.items()))
        found.append((tuple(above), row.status, len(row.segments), told, kept))
    return sorted(found, key=repr)


def test_the_waterfall_of_spans_is_that_of_x_ray_s_documents(searched):
    from_x_ray, from_spans = whole(searched, documents), whole(searched, spans)
    assert waterfall(from_spans) == waterfall(from_x_ray)
    parts = {part.id: part for _, part in walk(tree(from_spans))}
    for _, part in walk(tree(from_x_ray)):
        if part.inferred:  # X-Ray made it of a call; the call itself is a span
            assert part.id not in parts
            continue
        assert parts[part.id].start == pytest.approx(part.start, abs=1e-5)
        assert parts[part.id].duration == pytest.approx(part.duration, abs=1e-5)
        assert parts[part.id].metadata.items() >= part.metadata.items()


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"error": True}, "fault"),  # a span's own status knows only that it failed
        ({"error": True, "http": {"response": {"status": 404}}}, "error"),
        ({"error": True, "throttle": True, "http": {"response": {"status": 429}}}, "throttle"),
        ({"fault": True}, "fault"),
        ({}, "ok"),
    ],
)
def test_an_error_is_told_by_its_http_status(told, shown):
    part = {"id": "1" * 16, "name": "mine", "trace_id": TRACE, "start_time": 1, "end_time": 2}
    (record,) = of_segment({**part, **told})
    assert [found.status for found in tree([json.dumps(record)])] == [shown]


def test_a_machine_s_span_names_its_execution_and_its_resource_the_machine(searched):
    (machine,) = [part for _, part in walk(tree(whole(searched, spans))) if part.name == "machine"]
    assert ":execution:machine:" in machine.resource_arn
    assert machine.metadata["default"]["resource"]["cloud.resource_id"].endswith(
        ":stateMachine:machine"
    )


def test_spans_are_found_wherever_they_lie_by_their_format(searched):
    whole(searched, spans)
    every = asked(
        searched, 'SOURCE logGroups() | filterIndex @data_format = "AWS-OTEL-TRACE-V1"'
        " | filter not ispresent(parentSpanId) | fields @message",
    )  # fmt: skip
    assert [json.loads(text)["name"] for text in every] == ["app/test"]


def test_what_a_segment_s_sender_puts_itself_is_there_twice_if_it_was_open(searched):
    part = {"id": "1" * 16, "name": "mine", "trace_id": TRACE, "start_time": time.time()}
    ended = {**part, "end_time": part["start_time"] + 1}
    texts = [json.dumps({**part, "in_progress": True}), json.dumps(ended), "no document"]
    searched.aws.client("xray").put_trace_segments(TraceSegmentDocuments=texts)
    found = [json.loads(text) for text in spans(searched) if '"mine"' in text]
    assert sorted(one["endTimeUnixNano"] is None for one in found) == [False, True]


def test_without_transaction_search_there_is_no_span(dragons):  # noqa: F811 (the fixture)
    answer = dragons.send("POST", "/dragons", '{"a": 1}', headers=SAMPLED)
    dragons.finished(answer.json["executionArn"])
    assert asked(dragons, "SOURCE logGroups() | fields @message | filter ispresent(spanId)") == []


def test_a_source_beside_names_of_groups_is_refused(searched):
    code, words = refused(
        asked, application=searched, text="SOURCE logGroups() | fields @message",
        logGroupNames=["aws/spans"],
    )  # fmt: skip
    assert (code, "SOURCE" in words) == ("InvalidParameterException", True)

import itertools
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.errors import AwsError
from dragonctl.telemetry.traces.emptiness import explain_empty
from dragonctl.telemetry.traces.groups import grouped
from dragonctl.telemetry.traces.reading import Trace, read_traces
from dragonctl.telemetry.traces.segments import tree, walk
from dragonctl.telemetry.traces.summaries import (
    KEPT,
    WINDOW,
    pieces,
    summaries,
    summary_of,
    windows,
)
from tests.telemetry import trace_documents as documents
from tests.telemetry.fake_logs import refusal
from tests.telemetry.models import judged


def shape(roots):
    return [(depth, part.name) for depth, part in walk(roots)]


def texts(found):
    return [json.dumps(document) for document in found]


def test_documents_and_nested_subsegments_make_one_tree():
    assert shape(tree(texts(documents.dragons()))) == [
        (0, "dragons/prod"), (1, "States"), (2, "MyStateMachine"), (3, "ValidateDragon"),
        (4, "validate-dragon"), (5, "S3"), (6, "connect"), (5, "orders@db.example"), (5, "retry"),
        (3, "AddDragon"),
    ]  # fmt: skip


def test_a_segment_that_ended_before_it_began_has_no_length():
    found = tree(texts([documents.segment("a1", "back", 7.0, 2.0)]))
    assert found[0].duration == 0
    assert found[0].document()["end"] == found[0].start
    whole = {"Id": documents.TRACE, "Duration": -5.0, "ResponseTime": -5.0}
    assert (summary_of(whole).duration, summary_of(whole).response_time) == (0, 0)
    parts = [{"Id": "a1", "Document": one} for one in texts([documents.dragons()[0]])]
    answer = {"Traces": [{**whole, "Segments": parts}]}
    (trace,), _ = read_traces(lambda *_, **__: answer, [documents.TRACE])
    assert trace.document()["duration"] == 0


def test_no_password_of_an_address_is_kept_of_a_trace():
    """Neither of a segment, nor of a span, nor of what X-Ray says of the whole."""
    secret = "jdbc:postgresql://user:Planted@db.example/orders"
    document = documents.segment(
        "a1", "work", 0, 1, sql={"url": secret}, annotations={"dsn": secret},
        http={"request": {"method": "GET", "url": "https://user:Planted@api.example/x"}},
        metadata={"default": {"tried": [secret, ["x", secret]]}},
        subsegments=[documents.sub("a2", "connect", 0, 1, sql={"url": secret})],
    )  # fmt: skip
    span = {"traceId": documents.TRACE, "spanId": "b1", "name": "q", "startTimeUnixNano": 1,
            "attributes": {"db.connection_string": secret}}  # fmt: skip
    shown = json.dumps([part.document() for _, part in walk(tree(texts([document, span])))])
    assert "Planted" not in shown
    assert shown.count("jdbc:postgresql://***@db.example/orders") == 6
    summary = summary_of({
        "Id": documents.TRACE, "Http": {"HttpURL": "https://user:Planted@api.example/x"},
        "Annotations": {"dsn": [{"AnnotationValue": {"StringValue": secret}}]},
    })  # fmt: skip
    assert "Planted" not in json.dumps(summary.document())
    assert summary.url == "https://***@api.example/x"


def test_what_a_segment_says_is_kept():
    parts = {part.name: part for _, part in walk(tree(texts(documents.dragons())))}
    failed = parts["validate-dragon"]
    assert failed.status == "fault"
    assert failed.exceptions[0].type == "DragonValidationException"
    assert failed.exceptions[0].stack == (
        "/var/task/validate.py:41 check", "/var/task/validate.py:12 handler",
    )  # fmt: skip
    assert failed.annotations == {"family": "green", "dragon": "Jon"}
    assert parts["orders@db.example"].status == "throttle"
    assert parts["orders@db.example"].sql["database_type"] == "PostgreSQL"
    assert parts["AddDragon"].in_progress
    assert parts["AddDragon"].duration is None
    assert parts["S3"].aws["operation"] == "GetObject"
    json.dumps(failed.document())


def test_a_cause_by_id_links_and_what_x_ray_inferred_are_in_the_document():
    raised = {"id": "c" * 16, "type": "OutOfStock", "message": "none", "truncated": 3}
    link = {"trace_id": "1-5e1b4151-aaaaaaaaaaaaaaaaaaaaaaaa", "id": "9" * 16}
    inner = {"id": "b" * 16, "name": "take", "start_time": 2, "end_time": 3}
    outer = {"id": "a" * 16, "name": "worker", "start_time": 1, "end_time": 4}
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:worker"
    worker = {
        **outer, "inferred": True, "resource_arn": arn, "links": [link], "cause": "c" * 16,
        "subsegments": [{**inner, "cause": {"exceptions": [raised]}}],
    }  # fmt: skip
    document = tree(texts([worker]))[0].document()
    assert [item["type"] for item in document["exceptions"]] == ["OutOfStock"]
    assert (document["exceptions"][0]["id"], document["exceptions"][0]["truncated"]) == (
        "c" * 16, 3,
    )  # fmt: skip
    assert (document["inferred"], document["resource_arn"]) == (True, arn)
    assert document["links"] == [link]


def test_a_trace_starts_with_its_earliest_segment_even_if_a_clock_is_behind():
    early = {"id": "b" * 16, "name": "fn", "start_time": 8.5, "end_time": 9, "parent_id": "a" * 16}
    root = {"id": "a" * 16, "name": "api", "start_time": 10, "end_time": 12}
    assert Trace("1-0-0", 2.0, False, tuple(tree(texts([root, early])))).start == 8.5


def test_ten_thousand_segments_wide_and_deep_lose_none():
    assert len(shape(tree(texts(documents.many(10_000))))) == 10_000
    deep = shape(tree(texts(documents.chain(10_000))))
    assert deep[-1] == (9_999, "deep 9999")


def test_broken_documents_and_rings_of_parents_do_not_vanish():
    ring = [
        documents.segment("a", "a", 0, 1, parent_id="b"),
        documents.segment("b", "b", 0, 1, parent_id="a"),
    ]
    found = shape(tree([*texts(ring), "not json", "[]", '{"id": 7, "subsegments": "x"}']))
    assert sorted(name for _, name in found if name in ("a", "b")) == ["a", "b"]
    assert len(found) == 5


def test_of_a_segment_sent_twice_the_finished_state_counts():
    open_, closed = (documents.segment("a", "a", 0, end) for end in (None, 2))
    for order in ([open_, closed], [closed, open_]):
        (root,) = tree(texts(order))
        assert root.duration == 2


@given(st.floats(0, 1e9), st.floats(0, 40 * 86400))
def test_windows_cover_the_time_without_gap_and_within_the_limit(start, length):
    pieces = windows(start, start + length)
    assert all(0 < end - begin <= WINDOW for begin, end in pieces)
    assert all(later[0] == earlier[1] for later, earlier in itertools.pairwise(pieces))
    if pieces:
        assert (pieces[-1][0], pieces[0][1]) == (max(start, start + length - KEPT), start + length)


@given(st.floats(0, 1e9), st.floats(1, 40 * 86400), st.integers(1, 9))
def test_pieces_cover_the_same_time_and_are_enough_to_be_read_side_by_side(start, length, least):
    cut, whole = pieces(start, start + length, least), windows(start, start + length)
    assert len(cut) >= least
    assert (cut[-1][0], cut[0][1]) == (whole[-1][0], whole[0][1])
    assert all(later[0] == earlier[1] for later, earlier in itertools.pairwise(cut))


class XRay:
    """Two pages a window; the same trace at both sides of a window's edge."""

    def __init__(self):
        self.calls = []

    def fetch(self, service, operation, **params):
        self.calls.append((operation, params))
        number = int(params["StartTime"] // WINDOW)
        if "NextToken" not in params:
            return {"TraceSummaries": [documents.summary(number)], "NextToken": "more"}
        return {"TraceSummaries": [documents.summary(number + 1)]}


def test_all_windows_and_pages_are_read_and_no_trace_is_given_twice():
    xray = XRay()
    found = list(summaries(judged(xray.fetch), 0, 5 * WINDOW, 'http.url CONTAINS "x"'))
    assert [item.start - documents.START for item in found] == [5, 4, 3, 2, 1, 0]
    assert len(xray.calls) == 2 * len(pieces(0, 5 * WINDOW, 16))
    assert {params["FilterExpression"] for _, params in xray.calls} == {'http.url CONTAINS "x"'}


def test_whole_traces_come_by_fives_in_order_and_the_missing_are_named():
    calls = []

    def fetch(service, operation, **params):
        calls.append(params["TraceIds"])
        answer = {"Traces": [], "UnprocessedTraceIds": []}
        for name in params["TraceIds"]:
            if name == "t3" and calls.count(["t3"]) == 0:
                answer["UnprocessedTraceIds"].append(name)
            elif name != "t7":
                segment = documents.segment("a", name, 0, 1)
                answer["Traces"] += documents.answer([segment], name)["Traces"]
        return answer

    found, missing = read_traces(judged(fetch), [f"t{number}" for number in range(12)])
    assert [trace.id for trace in found] == [f"t{n}" for n in range(12) if n != 7]
    assert missing == ["t7"]
    assert max(len(ids) for ids in calls) == 5
    json.dumps(found[0].document())


def test_what_has_not_ended_is_in_progress_and_never_ok():
    running = documents.segment("a", "api", 0, None)
    assert tree(texts([running]))[0].document()["status"] == "in progress"
    assert tree(texts([{**running, "error": True}]))[0].document()["status"] == "error"
    assert summary_of(documents.summary(0, IsPartial=True)).status == "in progress"
    assert summary_of(documents.summary(0, status=502, IsPartial=True)).status == "fault"


def test_members_without_a_place_of_their_own_are_kept_as_they_are():
    more = {"precursor_ids": ["c" * 16], "service": {"version": "7"}, "_aws": {"xray": 1}}
    cause = {"working_directory": "/var/task", "paths": ["/opt"], "exceptions": []}
    (root,) = tree(texts([documents.segment("a", "fn", 0, 1, **more, cause=cause)]))
    assert root.document()["other"] == {**more, "cause": cause}


def test_grouping_counts_shares_averages_and_outcomes():
    found = [
        summary_of(documents.summary(number, status=status, time=time))
        for number, (status, time) in enumerate([(200, 0.1), (200, 0.3), (500, 2.0), (429, 0.005)])
    ]
    first, *rest = grouped(found, "status")
    assert (first.value, first.count, first.share) == ("200", 2, 0.5)
    assert first.average == 0.2
    assert {group.value: group.statuses for group in rest} == {
        "429": {"throttle": 1}, "500": {"fault": 1},
    }  # fmt: skip
    (everything,) = grouped(found, "method")
    assert everything.latencies == (1, 0, 1, 1, 0, 1, 0, 0)
    assert [group.value for group in grouped(found, "user")] == ["jon"]


def test_a_bare_summary_is_read_too():
    bare = summary_of({"Id": documents.TRACE, "ResponseTime": 1})
    assert bare.start == documents.START
    assert bare.code is None
    dated = summary_of({"Id": "x", "StartTime": datetime(2026, 1, 1, tzinfo=UTC)})
    assert dated.start == 1_767_225_600


def test_a_filter_that_x_ray_does_not_take_is_answered_with_one_that_it_takes():
    def fetch(service, operation, **params):
        raise AwsError(service, operation, "InvalidRequestException", "not a filter", 400)

    with pytest.raises(AwsError) as caught:
        list(summaries(fetch, 0, 60, "nonsense (("))
    assert "fault = true" in caught.value.hint
    with pytest.raises(AwsError) as caught:
        list(summaries(fetch, 0, 60))
    assert caught.value.hint == ""


def test_an_empty_list_is_explained_by_transaction_search_and_sampling():
    def fetch(service, operation, **params):
        if operation == "GetTraceSegmentDestination":
            return {"Destination": "CloudWatchLogs", "Status": "ACTIVE"}
        rule = {"RuleName": "quiet", "FixedRate": 0.0, "ReservoirSize": 0}
        return {"SamplingRuleRecords": [{"SamplingRule": rule}]}

    reasons = explain_empty(judged(fetch), "fault = true")
    assert "aws/spans" in reasons[0]
    assert "--filter" in reasons[1]
    assert "quiet records nothing" in reasons[2]


def test_an_empty_list_is_explained_where_nothing_may_be_asked():
    def fetch(service, operation, **params):
        raise refusal("AccessDeniedException")

    assert "dragonctl status" in explain_empty(fetch)[-1]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "true", '"3"', "null"])
def test_a_number_that_is_none_hides_no_trace(number):
    text = (
        '{"id": "a", "name": "x", "start_time": 1.0, "cause": {"exceptions": '
        f'[{{"id": "e", "truncated": {number}, "skipped": {number}}}]}}, "end_time": {number}}}'
    )
    (root,) = tree([text])
    assert (root.exceptions[0].truncated, root.exceptions[0].skipped) == (0, 0)

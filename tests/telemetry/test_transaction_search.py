"""Traces whose spans are in CloudWatch Logs: found by their ids, and what lists lack is said."""

import time

import pytest

from dragonctl.errors import DragonError
from dragonctl.telemetry.traces.belonging import Parts
from dragonctl.telemetry.traces.coverage import read_coverage
from dragonctl.telemetry.traces.reading import find_traces
from dragonctl.telemetry.traces.retrieval import Retrieval
from dragonctl.telemetry.traces.segments import walk
from dragonctl.telemetry.traces.service_map import service_map
from tests.telemetry import graphs
from tests.telemetry import trace_documents as documents
from tests.telemetry.fake_logs import refusal
from tests.telemetry.fake_retrieval import TransactionSearch
from tests.telemetry.models import judged


def retrieval(search, clock=time.time):
    return Retrieval(judged(search.fetch), 1_000.0, 2_000.0, clock, search.sleep)


def ids(count):
    return [f"1-{int(time.time()):08x}-{number:024x}" for number in range(count)]


def test_a_trace_is_read_when_its_retrieval_is_complete_with_all_its_pages():
    (ident,) = ids(1)
    search = TransactionSearch({ident: documents.many(1_234)})
    (trace,), trouble = find_traces(judged(search.fetch), [ident], retrieval(search))
    assert (len(list(walk(trace.roots))), trace.duration, trouble) == (1_234, 1.5, "")
    assert len(search.slept) == 2
    (started,) = search.made("StartTraceRetrieval")
    moment = int(ident.split("-")[1], 16)
    assert started["StartTime"] < moment < started["EndTime"] + 1


def test_more_than_a_hundred_ids_are_retrieved_by_the_hundred_and_in_their_order():
    wanted = ids(230)
    search = TransactionSearch({ident: documents.chain(2) for ident in wanted})
    found, _ = find_traces(judged(search.fetch), wanted, retrieval(search))
    assert [trace.id for trace in found] == wanted
    assert [len(one["TraceIds"]) for one in search.made("StartTraceRetrieval")] == [100, 100, 30]


def test_an_id_that_bears_no_time_is_looked_for_in_the_time_that_was_asked():
    ident = "1-ffffffff-0123456789abcdef01234567"
    search = TransactionSearch({ident: documents.dragons()})
    assert find_traces(judged(search.fetch), [ident], retrieval(search))[0]
    (started,) = search.made("StartTraceRetrieval")
    assert (started["StartTime"], started["EndTime"]) == (1_000.0, 2_000.0)


def test_what_was_not_retrieved_is_asked_of_x_ray_and_what_kept_it_is_told():
    (ident,) = ids(1)
    search = TransactionSearch({}, denied=["StartTraceRetrieval"])
    search.on_batch_get_traces = lambda params: documents.answer(documents.dragons(), ident)
    (trace,), trouble = find_traces(judged(search.fetch), [ident], retrieval(search))
    assert trace.id == ident
    assert trouble


@pytest.mark.parametrize("status", ["FAILED", "TIMEOUT", "CANCELLED"])
def test_a_retrieval_that_ends_otherwise_is_cancelled_and_said(status):
    search = TransactionSearch({}, ends=status)
    with pytest.raises(DragonError) as caught:
        retrieval(search).traces(ids(1))
    assert (caught.value.code, len(search.made("CancelTraceRetrieval"))) == (status, 1)


def test_a_retrieval_that_never_ends_is_given_up():
    moments = iter(range(0, 10_000, 30))
    search = TransactionSearch({}, looks=1_000)
    with pytest.raises(DragonError) as caught:
        retrieval(search, lambda: float(next(moments))).traces(ids(1))
    assert caught.value.code == "TIMEOUT"
    assert search.made("CancelTraceRetrieval")


def test_the_map_takes_in_what_only_retrieved_traces_show():
    services = [
        graphs.service(0, "dragons/prod", "AWS::ApiGateway::Stage", 9, [(1, 9)]),
        graphs.service(1, "list-dragons", "AWS::Lambda", 9, []),
    ]
    search = TransactionSearch({}, services=services)
    parts = Parts(frozenset(["dragons/prod"]), "123456789012")
    found = service_map(graphs.fetch_of([services[0] | {"Edges": []}]), 0, 60, parts)
    assert found.add_missing(retrieval(search).graph(ids(3)), parts) == 1
    assert {node.name for node in found.nodes.values()} == {"dragons/prod", "list-dragons"}
    (edge,) = found.edges.values()
    assert edge.figures.requests == 9


def test_a_list_says_which_share_is_indexed():
    coverage = read_coverage(judged(TransactionSearch({}, share=2.5).fetch))
    assert (coverage.indexed, coverage.complete) == (2.5, False)
    assert "2.5 %" in coverage.sentence()
    whole = read_coverage(judged(TransactionSearch({}, share=100.0).fetch))
    assert (whole.indexed, whole.complete, whole.notes) == (100.0, True, ())


def test_of_the_graph_nothing_is_claimed_that_aws_does_not_say():
    graph = read_coverage(judged(TransactionSearch({}, share=5.0).fetch)).of_graph()
    assert graph.complete is None
    assert "5 %" in graph.sentence()


def test_what_may_not_be_asked_is_said_and_is_not_told_as_complete():
    def fetch(service, operation, **params):
        raise refusal("AccessDeniedException")

    unknown = read_coverage(fetch)
    assert (unknown.destination, unknown.complete) == (None, None)
    assert "xray:GetTraceSegmentDestination" in unknown.sentence()
    search = TransactionSearch({}, denied=["GetIndexingRules"])
    partly = read_coverage(judged(search.fetch))
    assert (partly.elsewhere, partly.indexed, partly.complete) == (True, None, False)
    assert "xray:GetIndexingRules" in partly.sentence()


def test_without_transaction_search_a_list_is_complete_and_a_change_of_it_is_told():
    def fetch(service, operation, **params):
        return {"Destination": "XRay", "Status": status}

    status = "ACTIVE"
    assert read_coverage(judged(fetch)).complete is True
    status = "PENDING"
    assert read_coverage(judged(fetch)).complete is None

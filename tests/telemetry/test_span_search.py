"""The traces that X-Ray does not index, by their outermost spans in CloudWatch Logs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.errors import AwsError
from dragonctl.telemetry.traces.belonging import Parts
from dragonctl.telemetry.traces.span_search import MOST, QUERY, search_spans, summaries_of
from tests.telemetry.models import judged
from tests.telemetry.test_spans import START, TRACE, span

STAGE = {
    "service.name": "dragons/prod", "cloud.account.id": "123456789012", "cloud.region": "eu-west-1",
    "aws.api_gateway.rest_api_id": "mine123456", "aws.api_gateway.stage": "prod",
}  # fmt: skip
CALL = {
    "http.request.method": "GET", "url.full": "https://api.example/prod/dragons",
    "http.response.status_code": 502, "user_agent.original": "curl/8",
}  # fmt: skip


def first_span(end=50, **more):
    made = span("a" * 16, "dragons/prod", 0, end, kind="SERVER", attributes=CALL, **more)
    return {**made, "resource": {"attributes": STAGE}}


class Insights:
    """Logs Insights, whose query is complete at the second look."""

    def __init__(self, *records, scanned=2_500_000.0):
        self.records, self.scanned, self.asked, self.looks = records, scanned, {}, 0

    def fetch(self, service, operation, **params):
        if operation == "StartQuery":
            self.asked = params
            return {"queryId": "q"}
        self.looks += 1
        if self.looks == 1:
            return {"status": "Running", "results": []}
        rows = [[{"field": "@message", "value": json.dumps(one)}] for one in self.records]
        return {"status": "Complete", "results": rows, "statistics": {"bytesScanned": self.scanned}}

    def search(self):
        return search_spans(
            judged(self.fetch), 1_000, 2_000, clock=lambda: 0.0, sleep=lambda _: None
        )


def test_an_outermost_span_tells_a_trace_as_a_summary_does():
    found = Insights(first_span()).search()
    (summary,) = found.summaries
    assert summary.id == f"1-{TRACE[:8]}-{TRACE[8:]}"
    assert (summary.method, summary.code, summary.status) == ("GET", 502, "fault")
    assert (summary.url, summary.user_agent) == ("https://api.example/prod/dragons", "curl/8")
    assert summary.response_time == pytest.approx(0.05, abs=1e-6)
    assert summary.start == START / 1e9
    assert (found.scanned_bytes, found.cut) == (2_500_000, False)


def test_a_search_names_its_groups_itself_and_asks_for_the_time_that_was_meant():
    insights = Insights()
    insights.search()
    assert insights.asked == {"queryString": QUERY, "startTime": 1_000, "endTime": 2_000}


def test_its_api_is_told_by_the_id_and_others_of_its_name_are_left_out():
    parts = Parts(
        frozenset(["dragons/prod"]), "123456789012", apis=frozenset(["mine123456"]),
        arns=frozenset(["arn:aws:apigateway:eu-west-1::/restapis/mine123456/stages/prod"]),
    )  # fmt: skip
    (mine,) = summaries_of([json.dumps(first_span())])
    theirs = {"attributes": {**STAGE, "aws.api_gateway.rest_api_id": "other12345"}}
    (other,) = summaries_of([json.dumps({**first_span(), "resource": theirs})])
    assert (parts.took_part_in(mine), parts.took_part_in(other)) == (True, False)


def test_of_the_two_records_of_a_span_the_one_with_an_end_counts_in_any_order():
    records = [json.dumps(first_span(end)) for end in (None, 50)]
    for order in (records, records[::-1]):
        (summary,) = summaries_of(order)
        assert summary.status == "fault"
        assert summary.duration is not None


def test_a_search_that_gives_all_it_can_says_that_there_may_be_more():
    assert Insights(*[first_span()] * MOST).search().cut


def test_a_search_that_is_refused_is_an_error_of_aws():
    def fetch(service, operation, **params):
        raise AwsError(service, operation, "AccessDeniedException", "no", 400)

    with pytest.raises(AwsError):
        search_spans(fetch, 0, 1, clock=lambda: 0.0, sleep=lambda _: None)


@given(st.lists(st.text(max_size=40) | st.just(json.dumps(first_span()))))
def test_records_of_any_kind_are_read_and_those_that_are_no_spans_left(records):
    assert len(summaries_of(records)) == (json.dumps(first_span()) in records)

import pytest

from dragonctl.application.log_groups import LogGroup
from dragonctl.errors import DragonError, UsageError
from dragonctl.telemetry.logs.insights import PRESETS, QueryResult, resolve, run
from tests.telemetry.fake_logs import refusal
from tests.telemetry.models import judged

GROUPS = [LogGroup("access", "access"), LogGroup("/aws/lambda/list-dragons", "functions")]


class Insights:
    """StartQuery and its results: running twice, then ``end``."""

    def __init__(self, end="Complete", looks=2):
        self.end, self.looks, self.calls, self.now = end, looks, [], 0.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds

    def fetch(self, service, operation, **params):
        self.calls.append((operation, params))
        if operation == "StartQuery":
            return {"queryId": "q1"}
        if operation == "StopQuery":
            return {"success": True}
        self.looks -= 1
        figures = {"recordsMatched": 2.0, "recordsScanned": 90.0, "bytesScanned": 12345.0}
        if self.looks >= 0:
            return {"status": "Running", "statistics": figures, "results": []}
        rows = [
            [{"field": "route", "value": "/dragons"}, {"field": "errors", "value": "3"}],
            [{"field": "route", "value": "/"}, {"field": "@ptr", "value": "x"}],
        ]
        return {"status": self.end, "statistics": figures, "results": rows}

    def run(self):
        return run(
            judged(self.fetch),
            GROUPS,
            "fields @message",
            1500,
            2500,
            clock=self.clock,
            sleep=self.sleep,
        )


def test_a_query_tells_its_progress_and_then_its_rows():
    insights = Insights()
    *progress, answer = insights.run()
    assert [item.scanned_bytes for item in progress] == [12345, 12345]
    assert isinstance(answer, QueryResult)
    assert answer.columns == ("route", "errors")
    assert answer.rows == [("/dragons", "3"), ("/", "")]
    assert answer.document()["rows"] == [
        {"route": "/dragons", "errors": "3"}, {"route": "/", "errors": ""},
    ]  # fmt: skip
    operation, params = insights.calls[0]
    assert operation == "StartQuery"
    assert (params["startTime"], params["endTime"]) == (1, 3)
    assert "StopQuery" not in [operation for operation, _ in insights.calls]


def test_a_caller_that_goes_away_stops_the_query():
    insights = Insights(looks=100)
    stream = insights.run()
    next(stream)
    stream.close()
    assert insights.calls[-1] == ("StopQuery", {"queryId": "q1"})


@pytest.mark.parametrize("end", ["Failed", "Timeout", "Cancelled"])
def test_a_query_without_an_answer_is_a_failure(end):
    with pytest.raises(DragonError, match=end):
        list(Insights(end=end).run())


def test_more_groups_than_aws_takes_are_refused_before_the_call():
    with pytest.raises(UsageError, match="at most 50 log groups; these are 51"):
        resolve("fields @message", [LogGroup(str(number), "api") for number in range(51)])


def test_presets_ask_the_groups_that_can_answer():
    text, groups = resolve("cold-starts", GROUPS)
    assert text == PRESETS["cold-starts"].text
    assert groups == [GROUPS[1]]
    assert resolve("fields @message | limit 5", GROUPS)[1] == GROUPS


def test_a_name_that_no_preset_has_is_refused_with_the_list():
    with pytest.raises(UsageError, match="cold-starts"):
        resolve("slowest", GROUPS)
    with pytest.raises(UsageError, match="no log group"):
        resolve("failing-states", GROUPS)


def test_a_refusal_of_the_query_reaches_the_caller():
    def fetch(service, operation, **params):
        raise refusal("MalformedQueryException", "unexpected symbol")

    with pytest.raises(Exception, match="unexpected symbol"):
        list(run(fetch, GROUPS, "nonsense |", 0, 1, clock=lambda: 0, sleep=lambda _: None))

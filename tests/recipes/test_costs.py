"""The estimate of a month's logs and traces."""

from __future__ import annotations

import pytest

from dragonctl.application.nouns import Api, App, Machine
from dragonctl.recipes.observability.costs import Traffic, estimate, traffic
from dragonctl.recipes.observability.options import Options

MILLION = Traffic(requests=1_000_000, executions=0)


@pytest.mark.parametrize(
    ("options", "logs"),
    [
        (Options(), "$2.35"),  # 4.7 KB of a million requests, at $0.50 a GB
        (Options(log_level="ERROR"), "$0.40"),
        (Options(log_level="OFF", access_log=False), "$0.00"),
        (Options(data_trace=True), "$4.35"),
    ],
)
def test_logs(options, logs):
    assert f"about {logs} a month for logs" in estimate(MILLION, options)


def test_executions_count_too():
    assert "about $6.35 a month" in estimate(Traffic(1_000_000, 1_000_000), Options())


def test_every_request_within_the_reservoir_may_be_traced():
    assert "at most $5.00 for traces" in estimate(MILLION, Options())
    assert "at most $0.00 for traces" in estimate(MILLION, Options(tracing=False))


class CloudWatch:
    """Counts, by the metric, what it was asked for; ``asked`` are the days between its ends."""

    def __init__(self, **counts):
        self.counts, self.asked = counts, []

    def pages(self, service, operation, key, **params):
        self.asked.append((params["EndTime"] - params["StartTime"]).days)
        return [
            {"Id": query["Id"], "Values": self.counts[query["MetricStat"]["Metric"]["MetricName"]]}
            for query in params["MetricDataQueries"]
        ]


def test_a_month_has_more_than_four_weeks_traffic():
    """The sentence is of a month; the week that was counted is 7 of its 30 days."""
    stage = {"prod": {"stageName": "prod"}}
    flow = Machine("arn:aws:states:us-east-1:1:stateMachine:flow", {}, {})
    app = App((Api("a1", "orders", {}, stage),), (), (flow,), "1", "us-east-1", "aws")
    cloudwatch = CloudWatch(Count=[500.0, 200.0], ExecutionsStarted=[70.0])
    assert traffic(cloudwatch, app) == Traffic(requests=3000.0, executions=300.0)
    assert cloudwatch.asked == [7]

"""The estimate of what a plan adds a month: from what it changes, with traffic and without."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dragonctl.application.nouns import Api, App, Machine
from dragonctl.engine.model import Reading, Step, differences
from dragonctl.engine.plan import Plan, Planned
from dragonctl.errors import AwsError
from dragonctl.recipes import dashboard, sampling
from dragonctl.recipes.observability.costs import costs, traffic
from dragonctl.resources.apigateway_stage import Stage
from dragonctl.resources.cloudwatch_dashboard import Dashboard
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.xray_sampling_rule import SamplingRule

FLOW = "arn:aws:states:us-east-1:1:stateMachine:flow"
APP = App(
    (Api("a1", "orders", {}, {"prod": {"stageName": "prod"}}),),
    (),
    (Machine(FLOW, {}, {}),),
    "1",
    "us-east-1",
    "aws",
)
LOGS, BODIES = "*/*/logging/loglevel", "*/*/logging/dataTrace"
ACCESS = {"accessLogSettings/destinationArn": "arn", "accessLogSettings/format": "f"}
ALL_OF_IT = {LOGS: "INFO", **ACCESS, "tracingEnabled": True}


class CloudWatch:
    """Counts, by the metric, what it was asked for; ``asked`` are the days between its ends."""

    def __init__(self, **counts):
        self.counts, self.asked = counts, []

    def get(self, service, operation, **params):
        self.asked.append((params["EndTime"] - params["StartTime"]).days)
        return {"MetricDataResults": [self._result(one) for one in params["MetricDataQueries"]]}

    def _result(self, query):
        values = self.counts[query["MetricStat"]["Metric"]["MetricName"]]
        hours = [datetime.fromtimestamp(hour * 3600, UTC) for hour in range(len(values))]
        return {"Id": query["Id"], "Timestamps": hours, "Values": values}


class Refusing:
    def get(self, service, operation, **_):
        raise AwsError(service, operation, "AccessDenied", "no")


BUSY = CloudWatch(Count=[700_000 / 3], ExecutionsStarted=[0.0])  # a million a month
QUIET = CloudWatch(Count=[], ExecutionsStarted=[])


def plan(resource, want, have=None):
    reading = Reading(have or {}, {"raw": {}})
    changes = tuple(differences(resource, reading, want))
    return Plan((Planned(Step("", resource, want), reading, want, changes),))


def stage(want, have=None):
    return plan(Stage("a1", "prod"), want, have)


def told(planned, aws=BUSY):
    return " ".join(costs(aws, APP, planned))


@pytest.mark.parametrize(
    ("want", "have", "logs"),
    [
        ({LOGS: "INFO", **ACCESS}, {}, "$2.35"),  # 4.7 KB of a million requests, at $0.50 a GB
        ({LOGS: "ERROR", **ACCESS}, {}, "$0.40"),
        ({LOGS: "INFO", BODIES: True, **ACCESS}, {}, "$4.35"),
        ({LOGS: "INFO", **ACCESS}, {LOGS: "INFO"}, "$0.35"),
        ({BODIES: True}, {LOGS: "INFO", **ACCESS}, "$2.00"),
        ({LOGS: "ERROR"}, {LOGS: "INFO"}, "-$1.95"),
    ],
)
def test_only_what_a_plan_adds_counts(want, have, logs):
    assert f"adds about {logs} a month for logs and at most $0.00 for traces" in told(
        stage(want, have)
    )


def test_every_request_within_the_reservoir_may_be_traced():
    assert "at most $5.00 for traces" in told(stage(ALL_OF_IT))


def test_executions_count_too():
    aws = CloudWatch(Count=[0.0], ExecutionsStarted=[700_000 / 3])
    have = {"loggingConfiguration/level": "OFF"}
    want = {"loggingConfiguration/level": "ALL"}
    assert "about $4.00 a month for logs" in told(plan(MachineSettings(FLOW), want, have), aws)


def test_a_quiet_api_is_told_the_price_of_a_million():
    assert told(stage(ALL_OF_IT), QUIET) == (
        "No request was counted in the last week: this adds nothing while none comes, then about"
        " $2.35 for the logs of a million requests, at most $5.00 for a million traces (prices of"
        " November 2026, us-east-1)."
    )


def test_traffic_that_may_not_be_read_is_no_quiet_api():
    assert told(stage(ALL_OF_IT), Refusing()).startswith("How many requests there are could not")


def test_detailed_metrics_are_priced_by_the_method():
    assert "up to $2.10 a month for each method" in told(stage({"*/*/metrics/enabled": True}))


def test_less_than_a_cent_has_no_sign():
    aws = CloudWatch(Count=[7.0], ExecutionsStarted=[0.0])
    assert "about $0.00 a month for logs" in told(stage({LOGS: "OFF"}, {LOGS: "INFO"}), aws)


def test_less_is_no_price_to_be_told_of_a_quiet_api():
    assert told(stage({LOGS: "OFF"}, {LOGS: "INFO"}), QUIET) == ""


def test_what_costs_nothing_is_not_told_and_asks_for_no_traffic():
    assert told(stage({"tags/a": "b"}), aws=None) == ""


def test_a_month_has_more_than_four_weeks_traffic():
    """The sentence is of a month; the week that was counted is 7 of its 30 days."""
    cloudwatch = CloudWatch(Count=[500.0, 200.0], ExecutionsStarted=[70.0])
    assert traffic(cloudwatch, APP) == {
        "apigateway-stage/a1/prod": 3000.0,
        f"states-machine/{FLOW}": 300.0,
    }
    assert cloudwatch.asked == [7]


def test_a_sampling_rule_is_priced_by_its_share_and_its_reservoir():
    have = {"FixedRate": 0.05, "ReservoirSize": 1}
    (said,) = sampling.cost(plan(SamplingRule("Default"), {"FixedRate": 0.1}, have))
    # 10 % of a million at $5 a million; 30 days have 2,592,000 seconds
    assert "$0.50 for a million requests of this rule, before it $0.25" in said
    assert "$12.96 a month" in said


def test_only_a_new_dashboard_is_priced():
    new = Plan((Planned(Step("", Dashboard("d"), {"body": {}})),))
    assert [*dashboard.cost(new)]
    assert not [*dashboard.cost(plan(Dashboard("d"), {"body": {}}, {"body": {"a": 1}}))]

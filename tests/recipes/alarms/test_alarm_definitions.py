"""The alarms themselves: what each watches, and that CloudWatch would take every one."""

import re

import pytest

from dragonctl.application.nouns import Api, App, Function, Machine
from dragonctl.recipes.alarms.definitions import alarm_name, alarms_of
from dragonctl.resources.cloudwatch_alarm import faults

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:Flow"
STAGE = [{"Name": "ApiName", "Value": "dragons"}, {"Name": "Stage", "Value": "prod"}]


def application(level="INFO", name="dragons"):
    settings = {"methodSettings": {"*/*": {"loggingLevel": level}}} if level else {}
    api = Api("a1", name, {}, {"prod": settings})
    function = Function("list", {"Role": "r"})
    return App((api,), (function,), (Machine(MACHINE, {}),), "123456789012", "eu-west-1", "aws")


def settings(name, app=None):
    found = {one.name: one.settings for one in alarms_of(app or application())}
    return found[name]


def metrics(alarm):
    """Id -> (namespace, metric, dimensions, statistic, seconds)."""
    stats = {one["Id"]: one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one}
    return {
        name: (
            *(stat["Metric"][key] for key in ("Namespace", "MetricName", "Dimensions")),
            stat["Stat"],
            stat["Period"],
        )
        for name, stat in stats.items()
    }


def test_an_application_has_these_alarms():
    assert [one.name for one in alarms_of(application())] == [
        "dragonctl-dragons-a1-prod-5xx-share",
        "dragonctl-dragons-a1-prod-p95-latency",
        "dragonctl-dragons-a1-prod-silent-log",
        "dragonctl-Flow-failed-executions",
        "dragonctl-list-errors",
        "dragonctl-list-throttles",
    ]


@pytest.mark.parametrize("level", ["ERROR", "OFF", None])
def test_a_log_that_may_be_silent_has_no_alarm_for_it(level):
    names = [one.name for one in alarms_of(application(level))]
    assert not any("silent" in name for name in names)


def test_the_5xx_share_is_the_metric_s_average():
    alarm = settings("dragonctl-dragons-a1-prod-5xx-share")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"], alarm["Dimensions"]) == (
        "AWS/ApiGateway", "5XXError", "Average", STAGE,
    )  # fmt: skip
    assert (alarm["Threshold"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (
        0.05, 2, 3,
    )  # fmt: skip


def test_a_percentile_of_a_few_requests_rings_nobody():
    alarm = settings("dragonctl-dragons-a1-prod-p95-latency")
    assert alarm["ExtendedStatistic"] == "p95"
    assert alarm["EvaluateLowSampleCountPercentile"] == "ignore"
    assert (alarm["MetricName"], alarm["Threshold"]) == ("Latency", 3000.0)


def test_a_silent_log_is_requests_without_events():
    alarm = settings("dragonctl-dragons-a1-prod-silent-log")
    group = [{"Name": "LogGroupName", "Value": "API-Gateway-Execution-Logs_a1/prod"}]
    assert metrics(alarm) == {
        "requests": ("AWS/ApiGateway", "Count", STAGE, "Sum", 300),
        "events": ("AWS/Logs", "IncomingLogEvents", group, "Sum", 300),
    }
    formula = alarm["Metrics"][0]["Expression"]
    # IncomingLogEvents has no datapoint at all where nothing comes: FILL makes it a 0.
    assert formula == "IF(FILL(requests, 0) > 0 AND FILL(events, 0) == 0, 1, 0)"
    assert alarm["DatapointsToAlarm"] == 3


def test_an_execution_that_fails_or_times_out_rings_at_once():
    alarm = settings("dragonctl-Flow-failed-executions")
    names = {metric: dimensions for _, metric, dimensions, *_ in metrics(alarm).values()}
    machine = [{"Name": "StateMachineArn", "Value": MACHINE}]
    assert names == {"ExecutionsFailed": machine, "ExecutionsTimedOut": machine}
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1.0, 1)


def test_every_alarm_says_why_and_what_missing_data_means():
    for one in alarms_of(application()):
        assert one.settings["TreatMissingData"] == "notBreaching"
        assert re.search(
            r"Look: .+\. Missing data counts as good: .+\.$", one.settings["AlarmDescription"]
        )


@pytest.mark.parametrize("name", ["dragons", "ドラゴン", "a" * 1024, 'x"\n*?${}', "a b", "", "-"])
def test_cloudwatch_would_take_them_all_whatever_the_api_is_called(name):
    for one in alarms_of(application(name=name)):
        assert re.fullmatch(r"dragonctl-[A-Za-z0-9._-]+", one.name)
        params = {**one.settings, "AlarmName": one.name, "AlarmDescription": "x"}
        assert list(faults(params)) == []


def test_names_that_look_alike_once_made_plain_stay_apart():
    assert len({alarm_name(part, "errors") for part in ("a b", "a-b", "a*b", "a" * 95)}) == 4

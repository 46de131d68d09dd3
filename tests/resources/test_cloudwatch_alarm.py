"""Alarms: what PutMetricAlarm gets, what CloudWatch would refuse."""

import pytest

from dragonctl.engine.model import Reading, differences
from dragonctl.errors import DragonError
from dragonctl.resources.cloudwatch_alarm import Alarm, faults

ALARM = Alarm("dragonctl-x")
HELD = Reading(
    {
        "MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum", "Period": 300,
        "EvaluationPeriods": 3, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold",
        "ActionsEnabled": True, "Unit": None, "AlarmActions/arn:one": True,
        "InsufficientDataActions": ["arn:three"],
    }
)  # fmt: skip
WHOLE = {
    "AlarmName": "dragonctl-x", "MetricName": "Errors", "Namespace": "AWS/Lambda",
    "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 3, "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold", "ActionsEnabled": True,
    "AlarmActions": ["arn:one"], "OKActions": [], "InsufficientDataActions": ["arn:three"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("have", "want", "calls"),
    [
        (HELD, None, [("DeleteAlarms", {"AlarmNames": ["dragonctl-x"]})]),
        (HELD, {"Threshold": 5.0}, [("PutMetricAlarm", {**WHOLE, "Threshold": 5.0})]),
        (
            HELD,
            {"AlarmActions/arn:two": True},
            [("PutMetricAlarm", {**WHOLE, "AlarmActions": ["arn:one", "arn:two"]})],
        ),
        (HELD, {"AlarmActions/arn:one": None}, [("PutMetricAlarm", {**WHOLE, "AlarmActions": []})]),
        (
            None,
            {"Threshold": 1.0, "OKActions/arn:one": True},
            [
                (
                    "PutMetricAlarm",
                    {
                        "AlarmName": "dragonctl-x", "Threshold": 1.0, "AlarmActions": [],
                        "OKActions": ["arn:one"],
                    },
                )
            ],
        ),
    ],
)  # fmt: skip
def test_an_alarm_is_put_whole(have, want, calls):
    assert [(call.operation, call.params) for call in ALARM.calls(have, want)] == calls


def test_what_cloudwatch_adds_and_how_it_orders_is_no_difference():
    want = {
        "Dimensions": [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}],
        "Metrics": [{"Id": "e", "Expression": "m"}, {"Id": "m", "ReturnData": False}],
    }
    shown = {
        "Dimensions": [{"Name": "B", "Value": "2"}, {"Name": "A", "Value": "1"}],
        "Metrics": [{"Id": "m", "ReturnData": False}, {"Id": "e", "Expression": "m", "Period": 60}],
    }
    assert list(differences(ALARM, Reading(shown), want)) == []
    other = {**want, "Metrics": [{"Id": "e", "Expression": "n"}, {"Id": "m", "ReturnData": False}]}
    assert [one.field for one in differences(ALARM, Reading(shown), other)] == ["Metrics"]


def query(name, seconds=300, **more):
    return {"Id": name, "MetricStat": {"Period": seconds}, "ReturnData": False, **more}


RESULT = {"Id": "r", "Expression": "a", "ReturnData": True}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"AlarmName": "x" * 256}, "255 characters"),
        ({"AlarmDescription": "x" * 1025}, "1024 characters"),
        ({"Period": 45}, "multiple of 60"),
        ({"Period": 0}, "multiple of 60"),
        ({"Period": 300, "EvaluationPeriods": 289}, "86400 seconds"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "604800 seconds"),
        ({"DatapointsToAlarm": 4, "EvaluationPeriods": 3}, "DatapointsToAlarm"),
        ({"AlarmActions": ["a"] * 6}, "5 actions"),
        ({"Metrics": [query("a")]}, "compared with the threshold"),
        ({"Metrics": [query("a", ReturnData=True), RESULT]}, "compared with the threshold"),
        ({"Metrics": [RESULT, *(query(f"m{n}") for n in range(11))]}, "10 metrics"),
        ({"Metrics": [RESULT, query("a", 90)]}, "multiple of 60"),
    ],
)
def test_what_cloudwatch_would_refuse_is_refused_before_the_call(params, words):
    whole = {"AlarmName": "x", "Period": 60, **params}
    assert words in " ".join(faults(whole))


@pytest.mark.parametrize(
    "params",
    [
        {"Period": 10, "EvaluationPeriods": 3},
        {"Period": 300, "EvaluationPeriods": 288},
        {"Period": 3600, "EvaluationPeriods": 168},
        {"Metrics": [RESULT, query("a")]},
        {"AlarmName": "x" * 255, "AlarmActions": ["a"] * 5},
    ],
)
def test_what_cloudwatch_takes_is_let_through(params):
    assert list(faults({"AlarmName": "x", **params})) == []


def test_the_refusal_names_the_alarm():
    with pytest.raises(DragonError, match="refuse the alarm dragonctl-x: a period") as refusal:
        list(ALARM.calls(None, {"Period": 45}))
    assert refusal.value.resource == "cloudwatch-alarm/dragonctl-x"

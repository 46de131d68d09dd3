"""What an auditor will say, before and after `setup-observability`, as a user sees it."""

from __future__ import annotations

import re

import pytest

STAGES = {"APIGateway.1", "APIGateway.3"}


@pytest.fixture
def verdicts(dragonctl):
    """The controls of `status --controls`: name -> what is said of each thing."""

    def judged():
        told = dragonctl("status", "--controls", "--output", "json")
        assert told.code == 0, told.stderr
        found = {}
        for one in told.document["controls"]["findings"]:
            found.setdefault(one["control"], []).append(one)
        return found

    return judged


def not_met(found):
    return {
        name for name, findings in found.items() if any(one["met"] is False for one in findings)
    }


def controls_in(notes, verb):
    (sentence,) = (one for one in notes if one.startswith(verb))
    return set(re.findall(r"\b[A-Z]\w+\.\d+|\b\w+_\w+", sentence))


def test_what_a_plan_says_of_the_controls_is_what_status_says_afterwards(
    dragonctl, dragons, verdicts
):
    before = not_met(verdicts())
    assert before >= STAGES
    plan = dragonctl("setup-observability", "--dry-run", "--output", "json").document
    meets, fails = (controls_in(plan["notes"], verb) for verb in ("Meets", "Fails"))
    assert meets >= {*STAGES, "apigateway_restapi_logging_enabled", "Lambda.7"}
    assert dragonctl("setup-observability").code == 0
    after = not_met(verdicts())
    assert meets == before - after
    assert fails == after - before
    assert "CloudWatch.16" in fails
    again = dragonctl("setup-observability", "--dry-run", "--output", "json").document
    assert again["notes"] == []
    kept = dragonctl("setup-observability", "--dry-run", "--retention", "365", "-o", "json")
    assert "CloudWatch.16" in controls_in(kept.document["notes"], "Meets")


def test_what_is_read_for_the_controls_alone_is_judged(dragonctl, dragons, local_aws, verdicts):
    functions = local_aws.client("lambda")
    name = functions.list_functions()["Functions"][0]["FunctionName"]
    open_to_all = {"Action": "lambda:InvokeFunction", "Principal": "*", "StatementId": "all"}
    functions.add_permission(FunctionName=name, **open_to_all)
    cloudwatch = local_aws.client("cloudwatch")
    about = {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum", "Period": 60}
    about |= {
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    for alarm, watched in (("theirs", "another"), ("ours", name)):
        dimensions = [{"Name": "FunctionName", "Value": watched}]
        cloudwatch.put_metric_alarm(AlarmName=alarm, Dimensions=dimensions, **about)
    found = verdicts()
    assert [(one["resource"], one["met"]) for one in found["Lambda.1"]] == [
        (f"lambda-function/{name}", False)
    ]
    assert [(one["resource"], one["met"]) for one in found["CloudWatch.15"]] == [
        ("cloudwatch-alarm/ours", False)
    ]
    assert [one["met"] for one in found["CloudWatch.17"]] == [True]

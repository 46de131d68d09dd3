"""CloudWatch alarms and dashboards, and the SNS topics that they tell."""

from __future__ import annotations

import json

import pytest

from tests.local.refusals import refused
from tests.local.shims.alarms import ALARM


def test_an_alarm_reads_back_as_set(local_aws):
    watch, topics = local_aws.client("cloudwatch"), local_aws.client("sns")
    topic = topics.create_topic(Name="t")["TopicArn"]
    watch.put_metric_alarm(**ALARM, AlarmActions=[topic])
    shown = watch.describe_alarms(AlarmNames=["a"])["MetricAlarms"][0]
    assert {key: shown[key] for key in ALARM} == ALARM
    assert shown["AlarmActions"] == [topic]


@pytest.mark.parametrize(("period", "taken"), [(10, True), (300, True), (45, False), (90, False)])
def test_the_period_of_an_alarm(local_aws, period, taken):
    put = local_aws.client("cloudwatch").put_metric_alarm
    if taken:
        put(**{**ALARM, "Period": period})
    else:
        assert refused(put, **{**ALARM, "Period": period})[0] == "ValidationError"


@pytest.mark.parametrize("body", ["no json", "[]", "{}", '{"widgets": 1}'])
def test_a_dashboard_needs_widgets(local_aws, body):
    watch = local_aws.client("cloudwatch")
    put = watch.put_dashboard
    assert refused(put, DashboardName="d", DashboardBody=body)[0] == "InvalidParameterInput"
    put(DashboardName="d", DashboardBody='{"widgets": []}')
    assert json.loads(watch.get_dashboard(DashboardName="d")["DashboardBody"]) == {"widgets": []}


def test_a_topic_keeps_its_policy(local_aws):
    topics = local_aws.client("sns")
    arn = topics.create_topic(Name="t")["TopicArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
            }
        ],
    }
    topics.set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )
    assert json.loads(topics.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == policy

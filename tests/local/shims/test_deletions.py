"""What is made anew under a name that something had before has nothing of it."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused
from tests.local.shims.alarms import ALARM

TAGS = [{"Key": "a", "Value": "b"}]


def test_a_bucket(local_aws):
    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket="dragons")
    s3.put_bucket_tagging(Bucket="dragons", Tagging={"TagSet": TAGS})
    s3.delete_bucket(Bucket="dragons")
    s3.create_bucket(Bucket="dragons")
    assert refused(s3.get_bucket_tagging, Bucket="dragons")[0] == "NoSuchTagSet"


@pytest.mark.parametrize("name", ["dragons", "/dragons/data"])
@pytest.mark.parametrize(
    "delete",
    [
        lambda ssm, name: ssm.delete_parameter(Name=name),
        lambda ssm, name: ssm.delete_parameters(Names=[name]),
    ],
)
def test_a_parameter(local_aws, name, delete):
    ssm = local_aws.client("ssm")
    ssm.put_parameter(Name=name, Value="v", Type="String", Tags=TAGS)
    delete(ssm, name)
    ssm.put_parameter(Name=name, Value="v", Type="String")
    shown = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)
    assert shown["TagList"] == []


def test_a_log_group(local_aws):
    logs = local_aws.client("logs")
    arn = f"arn:aws:logs:{local_aws.region}:{local_aws.account}:log-group:g"
    logs.create_log_group(logGroupName="g", tags={"a": "b"})
    logs.tag_resource(resourceArn=arn, tags={"c": "d"})
    transformation = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName="g", filterName="f", filterPattern="x", metricTransformations=[transformation]
    )
    logs.delete_log_group(logGroupName="g")
    logs.create_log_group(logGroupName="g")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    assert logs.describe_metric_filters(logGroupName="g")["metricFilters"] == []
    assert logs.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 0


def test_an_alarm(local_aws):
    watch = local_aws.client("cloudwatch")
    arn = f"arn:aws:cloudwatch:{local_aws.region}:{local_aws.account}:alarm:a"
    watch.put_metric_alarm(**ALARM, Tags=TAGS)
    watch.delete_alarms(AlarmNames=["a"])
    watch.put_metric_alarm(**ALARM)
    assert watch.list_tags_for_resource(ResourceARN=arn)["Tags"] == []

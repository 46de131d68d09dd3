"""CloudWatch Logs: names, retention, classes and resource policies."""

from __future__ import annotations

import json

import pytest

from tests.local.refusals import refused

INVALID = "InvalidParameterException"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.mark.parametrize("days", [1, 30, 365, 3653])
def test_a_retention_that_logs_knows(local_aws, make, days):
    logs = local_aws.client("logs")
    make.group("g")
    logs.put_retention_policy(logGroupName="g", retentionInDays=days)
    group = logs.describe_log_groups()["logGroups"][0]
    assert (group["retentionInDays"], group["logGroupClass"]) == (days, "STANDARD")
    logs.delete_retention_policy(logGroupName="g")
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]


@pytest.mark.parametrize("days", [0, 2, 15, 17, 3654])
def test_a_retention_that_it_does_not_know(local_aws, make, days):
    make.group("g")
    put = local_aws.client("logs").put_retention_policy
    code, message = refused(put, logGroupName="g", retentionInDays=days)
    assert code == INVALID
    assert message.startswith(
        f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
        "constraint: Member must satisfy enum value set: [1, 3, 5,"
    )


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("/aws/vendedlogs/states/m-Logs", True),
        ("API-Gateway-Execution-Logs_abc/prod", True),
        ("a.b#c_d", True),
        ("x" * 512, True),
        ("x" * 513, False),
        ("a b", False),
        ("a:b", False),
        ("é", False),
        ("aws/mine", False),
    ],
)
def test_names_of_groups(local_aws, name, taken):
    create = local_aws.client("logs").create_log_group
    if taken:
        create(logGroupName=name)
        assert refused(create, logGroupName=name)[0] == "ResourceAlreadyExistsException"
    else:
        assert refused(create, logGroupName=name)[0] == INVALID


def test_a_class_is_kept_and_goes_with_its_group(local_aws):
    logs = local_aws.client("logs")
    logs.create_log_group(logGroupName="g", logGroupClass="INFREQUENT_ACCESS")
    assert logs.describe_log_groups()["logGroups"][0]["logGroupClass"] == "INFREQUENT_ACCESS"
    logs.delete_log_group(logGroupName="g")
    logs.create_log_group(logGroupName="g")
    assert logs.describe_log_groups()["logGroups"][0]["logGroupClass"] == "STANDARD"


def test_a_key_must_be_there(local_aws, make):
    logs = local_aws.client("logs")
    make.group("g")
    gone = "arn:aws:kms:us-east-1:123456789012:key/gone"
    assert refused(logs.create_log_group, logGroupName="h", kmsKeyId=gone)[0] == INVALID
    assert refused(logs.associate_kms_key, logGroupName="g", kmsKeyId=gone)[0] == INVALID
    key = local_aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    logs.associate_kms_key(logGroupName="g", kmsKeyId=key)
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == key
    logs.disassociate_kms_key(logGroupName="g")
    assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]


def test_a_pattern_is_a_part_of_the_name(local_aws, make):
    for name in ("/aws/lambda/a", "/aws/lambda/b", "other"):
        make.group(name)
    found = local_aws.client("logs").describe_log_groups(logGroupNamePattern="LAMBDA")
    assert [one["logGroupName"] for one in found["logGroups"]] == ["/aws/lambda/a", "/aws/lambda/b"]


def test_a_group_has_both_its_arns(local_aws, make):
    arn = make.group("g")
    group = local_aws.client("logs").describe_log_groups()["logGroups"][0]
    assert (group["arn"], group["logGroupArn"]) == (f"{arn}:*", arn)


def test_ten_resource_policies_of_5120_characters(local_aws):
    put = local_aws.client("logs").put_resource_policy
    long = json.dumps({"Version": "2012-10-17", "Statement": ["x" * 5120]})
    assert refused(put, policyName="p", policyDocument=long)[0] == INVALID
    assert refused(put, policyName="p", policyDocument="no json")[0] == INVALID
    for one in range(10):
        put(policyName=f"p{one}", policyDocument=POLICY)
    put(policyName="p0", policyDocument=POLICY)
    assert refused(put, policyName="p10", policyDocument=POLICY)[0] == "LimitExceededException"

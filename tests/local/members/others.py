"""The other services: alarms, roles, log groups, buckets, topics, parameters, machines, rules."""

from __future__ import annotations

import json

from tests.local.members.cases import Written
from tests.local.members.world import OTHER_DEFINITION, OTHER_POLICY, POLICY, TRUST, World

SHA256_OF_X = "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="
TAGS = [{"Key": "a", "Value": "b"}]


def alarm(world: World):
    """The alarm that was made, with its tags."""
    (shown,) = world.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    tags = world.call("cloudwatch", "ListTagsForResource", ResourceARN=shown["AlarmArn"])["Tags"]
    return {**shown, "Tags": tags}


def role(world: World, name: str):
    """A role, its policy as text."""
    shown = world.call("iam", "GetRole", RoleName=name)["Role"]
    boundary = shown.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    text = json.dumps(shown["AssumeRolePolicyDocument"])
    return {**shown, "AssumeRolePolicyDocument": text, "PolicyDocument": text,
            "PermissionsBoundary": boundary}  # fmt: skip


def policy(world: World, name: str):
    """A managed policy with its default version's document."""
    listed = world.call("iam", "ListPolicies", Scope="Local")["Policies"]
    arn = next(one["Arn"] for one in listed if one["PolicyName"] == name)
    shown = world.call("iam", "GetPolicy", PolicyArn=arn)["Policy"]
    version = world.call(
        "iam", "GetPolicyVersion", PolicyArn=arn, VersionId=shown["DefaultVersionId"]
    )["PolicyVersion"]
    document = json.dumps(version["Document"])
    return {**shown, "PolicyDocument": document, "SetAsDefault": version["VersionId"] == "v2"}


def log_group(world: World, name: str):
    """A log group with its tags."""
    (shown,) = world.call("logs", "DescribeLogGroups", logGroupNamePrefix=name)["logGroups"]
    tags = world.call("logs", "ListTagsForResource", resourceArn=shown["logGroupArn"])["tags"]
    return {**shown, "tags": tags}


def machine(world: World, arn: str):
    """A state machine with its tags."""
    shown = world.call("stepfunctions", "DescribeStateMachine", stateMachineArn=arn)
    tags = world.call("stepfunctions", "ListTagsForResource", resourceArn=arn)["tags"]
    versions = world.call("stepfunctions", "ListStateMachineVersions", stateMachineArn=arn)
    listed = [one["stateMachineVersionArn"] for one in versions["stateMachineVersions"]]
    described = [
        world.call("stepfunctions", "DescribeStateMachine", stateMachineArn=one) for one in listed
    ]
    return {
        **shown, "tags": tags, "publish": bool(listed),
        "versionDescription": described[0].get("description") if described else None,
        "description": described[0].get("description") if described else None,
    }  # fmt: skip


def machine_arn(world: World, name: str):
    """The ARN of a machine of that name."""
    return f"arn:aws:states:us-east-1:{world.aws.account}:stateMachine:{name}"


def described_object(world: World):
    """An object with its tags and its bytes."""
    place = {"Bucket": world.bucket, "Key": "k"}
    shown = world.call("s3", "GetObject", **place, ChecksumMode="ENABLED")
    tags = world.call("s3", "GetObjectTagging", **place)["TagSet"]
    return {
        **shown, "Body": shown["Body"].read(), "ChecksumAlgorithm": "SHA256",
        "Tagging": "&".join(f"{one['Key']}={one['Value']}" for one in tags),
    }  # fmt: skip


def parameter(world: World, name: str):
    """A parameter with what DescribeParameters shows of it."""
    shown = world.call("ssm", "GetParameter", Name=name)["Parameter"]
    (about,) = world.call("ssm", "DescribeParameters")["Parameters"]
    tags = world.call("ssm", "ListTagsForResource", ResourceType="Parameter", ResourceId=name)[
        "TagList"
    ]
    return {**about, **shown, "Tags": tags}  # fmt: skip


def topic(world: World):
    """The topic ``n``: its name to be shown, and its tags."""
    arn = f"arn:aws:sns:us-east-1:{world.aws.account}:n"
    shown = world.call("sns", "GetTopicAttributes", TopicArn=arn)["Attributes"]
    tags = world.call("sns", "ListTagsForResource", ResourceArn=arn)["Tags"]
    return {"Attributes": {"DisplayName": shown["DisplayName"]}, "Tags": tags}


def subscription(world: World):
    """The one subscription of the topic."""
    (shown,) = world.call("sns", "ListSubscriptionsByTopic", TopicArn=world.topic)["Subscriptions"]
    arn = shown["SubscriptionArn"]
    attributes = world.call("sns", "GetSubscriptionAttributes", SubscriptionArn=arn)["Attributes"]
    return {
        **shown,
        "Attributes": {"RawMessageDelivery": attributes.get("RawMessageDelivery")},
        "ReturnSubscriptionArn": arn.startswith(world.topic),
    }


RULE = {
    "RuleName": "r", "ResourceARN": "arn:aws:x", "Priority": 7, "FixedRate": 0.25,
    "ReservoirSize": 3, "ServiceName": "n", "ServiceType": "t", "Host": "h", "HTTPMethod": "GET",
    "URLPath": "/p", "Version": 1, "Attributes": {"k": "v"},
}  # fmt: skip


def sampling_rule(world: World):
    """The rule ``r``."""
    records = world.call("xray", "GetSamplingRules")["SamplingRuleRecords"]
    (shown,) = (one["SamplingRule"] for one in records if one["SamplingRule"]["RuleName"] == "r")
    return {"SamplingRule": {k: v for k, v in shown.items() if k in RULE}}


WRITTEN = {
    ("cloudwatch", "PutMetricAlarm"): Written(
        about=lambda _: {"AlarmName": "a", "EvaluationPeriods": 3},
        told=lambda _: {
            "AlarmDescription": "d", "ActionsEnabled": False,
            "OKActions": ["arn:aws:sns:us-east-1:1:o"],
            "AlarmActions": ["arn:aws:sns:us-east-1:1:a"],
            "InsufficientDataActions": ["arn:aws:sns:us-east-1:1:i"], "MetricName": "M",
            "Namespace": "N", "ExtendedStatistic": "p95",
            "Dimensions": [{"Name": "n", "Value": "v"}], "Period": 120, "Unit": "Seconds",
            "DatapointsToAlarm": 2, "Threshold": 4.5,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "ignore", "Tags": TAGS,
        },
        read=alarm,
        elsewhere=dict.fromkeys(
            ("Statistic", "Metrics", "ThresholdMetricId"), "shims/test_alarms.py"
        ),
    ),
    ("cloudwatch", "PutDashboard"): Written(
        about=lambda _: {"DashboardName": "d"},
        told=lambda _: {"DashboardBody": '{"widgets": []}'},
        read=lambda world: world.call("cloudwatch", "GetDashboard", DashboardName="d"),
    ),
    ("iam", "CreateRole"): Written(
        about=lambda _: {"RoleName": "n"},
        told=lambda world: {
            "Path": "/x/", "AssumeRolePolicyDocument": TRUST, "Description": "d",
            "MaxSessionDuration": 7200, "PermissionsBoundary": world.policy, "Tags": TAGS,
        },
        read=lambda world: role(world, "n"),
    ),
    ("iam", "UpdateRole"): Written(
        about=lambda world: {"RoleName": world.role},
        told=lambda _: {"Description": "d", "MaxSessionDuration": 7200},
        read=lambda world: role(world, world.role),
    ),
    ("iam", "UpdateAssumeRolePolicy"): Written(
        about=lambda world: {"RoleName": world.role},
        told=lambda _: {"PolicyDocument": TRUST},
        read=lambda world: role(world, world.role),
    ),
    ("iam", "CreatePolicy"): Written(
        about=lambda _: {"PolicyName": "n"},
        told=lambda _: {"Path": "/x/", "PolicyDocument": POLICY, "Description": "d", "Tags": TAGS},
        read=lambda world: policy(world, "n"),
    ),
    ("iam", "CreatePolicyVersion"): Written(
        about=lambda world: {"PolicyArn": world.policy},
        told=lambda _: {"PolicyDocument": OTHER_POLICY, "SetAsDefault": True},
        read=lambda world: policy(world, "p"),
    ),
    ("iam", "PutRolePolicy"): Written(
        about=lambda world: {"RoleName": world.role, "PolicyName": "i"},
        told=lambda _: {"PolicyDocument": POLICY},
        read=lambda world: {"PolicyDocument": json.dumps(world.call(
            "iam", "GetRolePolicy", RoleName=world.role, PolicyName="i")["PolicyDocument"])},
    ),
    ("logs", "CreateLogGroup"): Written(
        about=lambda _: {"logGroupName": "n"},
        told=lambda world: {
            "kmsKeyId": world.key, "tags": {"a": "b"},
            "logGroupClass": "INFREQUENT_ACCESS",
        },
        read=lambda world: log_group(world, "n"),
    ),
    ("logs", "PutRetentionPolicy"): Written(
        about=lambda world: {"logGroupName": world.group},
        told=lambda _: {"retentionInDays": 7},
        read=lambda world: log_group(world, world.group),
    ),
    ("s3", "PutObject"): Written(
        about=lambda world: {"Bucket": world.bucket, "Key": "k"},
        told=lambda _: {
            "Body": b"x", "CacheControl": "no-cache", "ContentDisposition": "inline",
            "ContentEncoding": "gzip", "ContentLanguage": "en", "ContentLength": 1,
            "ContentType": "a/b", "Metadata": {"m": "1"}, "Tagging": "a=b",
            "StorageClass": "STANDARD_IA", "WebsiteRedirectLocation": "/to",
            "ServerSideEncryption": "AES256", "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": SHA256_OF_X,
        },
        read=described_object,
        elsewhere={
            **dict.fromkeys(
                ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"),
                "test_admission.py",
            ),
            **dict.fromkeys(
                ("IfMatch", "IfNoneMatch", "Expires", "ContentMD5", "SSEKMSKeyId",
                 "BucketKeyEnabled", "ObjectLockMode", "ObjectLockRetainUntilDate",
                 "ObjectLockLegalHoldStatus", "ChecksumCRC32", "ChecksumCRC32C",
                 "ChecksumCRC64NVME", "ChecksumSHA1", "ExpectedBucketOwner", "RequestPayer"),
                "members/test_objects.py",
            ),
        },
    ),
    ("s3", "PutBucketTagging"): Written(
        about=lambda world: {"Bucket": world.bucket},
        told=lambda _: {"Tagging": {"TagSet": TAGS}},
        elsewhere=dict.fromkeys(
            ("ChecksumAlgorithm", "ContentMD5", "ExpectedBucketOwner"), "members/test_objects.py"
        ),
        read=lambda world: {"Tagging": {"TagSet": world.call(
            "s3", "GetBucketTagging", Bucket=world.bucket)["TagSet"]}},
    ),
    ("sns", "CreateTopic"): Written(
        about=lambda _: {"Name": "n"},
        told=lambda _: {"Attributes": {"DisplayName": "d"}, "Tags": TAGS},
        read=topic,
    ),
    ("sns", "Subscribe"): Written(
        about=lambda world: {"TopicArn": world.topic, "Protocol": "sqs"},
        told=lambda _: {
            "Endpoint": "arn:aws:sqs:us-east-1:123456789012:q",
            "Attributes": {"RawMessageDelivery": "true"}, "ReturnSubscriptionArn": True,
        },
        read=subscription,
    ),
    ("sns", "SetTopicAttributes"): Written(
        about=lambda world: {"TopicArn": world.topic, "AttributeName": "DisplayName"},
        told=lambda _: {"AttributeValue": "d"},
        read=lambda world: {"AttributeValue": world.call(
            "sns", "GetTopicAttributes", TopicArn=world.topic)["Attributes"]["DisplayName"]},
    ),
    ("ssm", "PutParameter"): Written(
        about=lambda _: {"Name": "/n", "Overwrite": False},
        told=lambda _: {
            "Description": "d", "Value": "v7", "Type": "String", "AllowedPattern": "v.",
            "Tags": TAGS, "Tier": "Advanced", "DataType": "text",
        },
        read=lambda world: parameter(world, "/n"),
    ),
    ("stepfunctions", "CreateStateMachine"): Written(
        about=lambda _: {"name": "n"},
        told=lambda world: {
            "roleArn": world.make.role("states", "states"), "definition": OTHER_DEFINITION,
            "type": "EXPRESS",
            "tracingConfiguration": {"enabled": True}, "publish": True, "versionDescription": "v",
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": True},
            "tags": [{"key": "a", "value": "b"}],
        },
        read=lambda world: machine(world, machine_arn(world, "n")),
    ),
    ("stepfunctions", "UpdateStateMachine"): Written(
        about=lambda world: {"stateMachineArn": world.machine},
        told=lambda world: {
            "roleArn": world.make.role("states", "states"), "definition": OTHER_DEFINITION,
            "tracingConfiguration": {"enabled": True}, "publish": True, "versionDescription": "v",
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": True},
        },
        read=lambda world: machine(world, world.machine),
    ),
    ("stepfunctions", "PublishStateMachineVersion"): Written(
        about=lambda world: {"stateMachineArn": world.machine},
        told=lambda _: {"description": "d"},
        read=lambda world: machine(world, world.machine),
        elsewhere={"revisionId": "recorded/test_stepfunctions.py"},
    ),
    ("stepfunctions", "UpdateStateMachineAlias"): Written(
        about=lambda world: {"stateMachineAliasArn": world.machine_alias},
        told=lambda world: {
            "description": "d",
            "routingConfiguration": [
                {"stateMachineVersionArn": world.machine_version, "weight": 100}],
        },
        read=lambda world: world.call(
            "stepfunctions", "DescribeStateMachineAlias", stateMachineAliasArn=world.machine_alias),
    ),
    ("xray", "CreateSamplingRule"): Written(
        about=lambda _: {},
        told=lambda _: {"SamplingRule": RULE},
        read=sampling_rule,
    ),
}  # fmt: skip

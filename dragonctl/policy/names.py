"""Tables: how IAM names the actions and resources of each service's calls.

From the AWS Service Authorization Reference. Log groups carry ``:*`` in policies (CloudWatch
Logs user guide, "Overview of managing access permissions"). A call that no table speaks of has
its own name as action, and ``*`` as resource.
"""

from __future__ import annotations

_OWN = "arn:{partition}:%s:{region}:{account}:%s"

PREFIXES = {
    "resourcegroupstaggingapi": "tag",
    "stepfunctions": "states",
}
"""The services whose actions do not begin with botocore's name of the service."""

FREE = frozenset({("sts", "GetCallerIdentity")})
"""Calls that need no permission."""

ACTIONS = {
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
    ("lambda", "Invoke"): "InvokeFunction",
    ("s3", "DeleteBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "DeleteObjects"): "DeleteObject",
    ("s3", "DeletePublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
    ("s3", "ListObjects"): "ListBucket",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "PutBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
}
"""(service, operation) -> the action's name, where it is not the operation's."""

_BUCKET = "arn:{partition}:s3:::{value}"
_OBJECT = "arn:{partition}:s3:::{Bucket}/{value}"
_GROUP = _OWN % ("logs", "log-group:{value}:*")

ANYWHERE = {
    ("cloudwatch", "DescribeAlarms"): _OWN % ("cloudwatch", "alarm:*"),
    # A list by prefix is authorised on all groups, whatever the prefix.
    ("logs", "DescribeLogGroups"): _OWN % ("logs", "log-group:*"),
    ("stepfunctions", "ListStateMachines"): _OWN % ("states", "stateMachine:*"),
}
"""(service, operation) -> the ARN pattern, where no parameter names it."""

RESOURCES: dict[str, dict[str, str]] = {
    "cloudfront": {"Id": "arn:{partition}:cloudfront::{account}:distribution/{value}"},
    "cloudwatch": {
        "AlarmName": _OWN % ("cloudwatch", "alarm:{value}"),
        "AlarmNames": _OWN % ("cloudwatch", "alarm:{value}"),
        "DashboardName": "arn:{partition}:cloudwatch::{account}:dashboard/{value}",
        "DashboardNames": "arn:{partition}:cloudwatch::{account}:dashboard/{value}",
    },
    # A request's own place, for `send`: API/STAGE/METHOD/PATH.
    "execute-api": {"Place": _OWN % ("execute-api", "{value}")},
    "iam": {
        "PolicyArn": "{value}",
        "PolicyName": "arn:{partition}:iam::{account}:policy{Path}{value}",
    },
    "kms": {"KeyId": _OWN % ("kms", "key/{value}")},
    "lambda": {
        "FunctionName": _OWN % ("lambda", "function:{value}"),
        "Resource": "{value}",
        "Arn": "{value}",
    },
    "logs": {
        "logGroupName": _GROUP,
        "logGroupNames": _GROUP,
        "logGroupIdentifier": _GROUP,
        "logGroupIdentifiers": _GROUP,
    },
    "s3": {"Key": _OBJECT, "Bucket": _BUCKET},
    "sns": {"TopicArn": "{value}", "Name": _OWN % ("sns", "{value}")},
    "ssm": {
        "Name": _OWN % ("ssm", "parameter/{parameter}"),
        "Names": _OWN % ("ssm", "parameter/{parameter}"),
        "ResourceId": _OWN % ("ssm", "parameter/{parameter}"),
    },
    "stepfunctions": {
        "stateMachineArn": "{value}",
        "stateMachineAliasArn": "{value}",
        "stateMachineVersionArn": "{value}",
        "executionArn": "{value}",
        "mapRunArn": "{value}",
        "resourceArn": "{value}",
        "name": _OWN % ("states", "stateMachine:{value}"),
    },
    "xray": dict.fromkeys(
        ("RuleName", "SamplingRule.RuleName", "SamplingRuleUpdate.RuleName"),
        _OWN % ("xray", "sampling-rule/{value}"),
    ),
}
"""service -> parameter -> ARN pattern; the first parameter that a call has names its resource."""

TAGS = {
    ("iam", "CreatePolicy"): "iam:TagPolicy",
    ("iam", "CreateRole"): "iam:TagRole",
    ("lambda", "CreateFunction"): "lambda:TagResource",
    ("logs", "CreateLogGroup"): "logs:TagResource",
    ("sns", "CreateTopic"): "sns:TagResource",
    ("ssm", "PutParameter"): "ssm:AddTagsToResource",
    ("stepfunctions", "CreateStateMachine"): "states:TagResource",
    ("xray", "CreateSamplingRule"): "xray:TagResource",
}
"""(service, operation) -> the action that it needs as well when it gives tags."""

PASSES = {
    ("lambda", "CreateFunction"): {"Role": "lambda.amazonaws.com"},
    ("lambda", "UpdateFunctionConfiguration"): {"Role": "lambda.amazonaws.com"},
    ("stepfunctions", "CreateStateMachine"): {"roleArn": "states.amazonaws.com"},
    ("stepfunctions", "UpdateStateMachine"): {"roleArn": "states.amazonaws.com"},
    ("apigateway", "PutIntegration"): {"credentials": "apigateway.amazonaws.com"},
}
"""(service, operation) -> parameter that holds a role's ARN -> the service that gets the role."""

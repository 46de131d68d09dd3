"""What each call needs, as the AWS Service Authorization Reference has it."""

from __future__ import annotations

import json

import pytest

from dragonctl.engine.model import Call
from dragonctl.policy.document import document
from dragonctl.policy.grants import AccountArns, Grant, grants

PLACE = AccountArns(
    "aws",
    "eu-west-1",
    "123456789012",
    {"worker": "arn:aws:iam::123456789012:role/service-role/worker"},
)
ROLE = "arn:aws:iam::123456789012:role/APIGatewayCWLogs"
LINKED = "arn:aws:iam::123456789012:role/aws-service-role"
LINKED_ROLE = "AWSServiceRoleForCloudWatchApplicationSignals"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:t"
TAGS_OF = "arn:aws:apigateway:eu-west-1::/tags/"
RULE = "arn:aws:xray:eu-west-1:123456789012:sampling-rule"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:m"


def needed(service, operation, region=None, **params):
    return list(grants(Call(service, operation, params, region=region), PLACE))


@pytest.mark.parametrize(
    ("service", "operation", "params", "action", "resource"),
    [
        ("apigateway", "GetAccount", {}, "apigateway:GET",
         "arn:aws:apigateway:eu-west-1::/account"),
        ("apigateway", "GetRestApis", {"limit": 500}, "apigateway:GET",
         "arn:aws:apigateway:eu-west-1::/restapis"),
        ("apigateway", "GetStages", {"restApiId": "a1"}, "apigateway:GET",
         "arn:aws:apigateway:eu-west-1::/restapis/a1/stages"),
        ("apigateway", "FlushStageCache", {"restApiId": "a1", "stageName": "prod"},
         "apigateway:DELETE",
         "arn:aws:apigateway:eu-west-1::/restapis/a1/stages/prod/cache/data"),
        ("apigateway", "CreateDeployment", {"restApiId": "a1"}, "apigateway:POST",
         "arn:aws:apigateway:eu-west-1::/restapis/a1/deployments"),
        ("apigateway", "UpdateMethod",
         {"restApiId": "a1", "resourceId": "r1", "httpMethod": "GET"}, "apigateway:PATCH",
         "arn:aws:apigateway:eu-west-1::/restapis/a1/resources/r1/methods/GET"),
        ("apigatewayv2", "GetApis", {}, "apigateway:GET", "arn:aws:apigateway:eu-west-1::/apis"),
        ("lambda", "Invoke", {"FunctionName": "f"}, "lambda:InvokeFunction",
         "arn:aws:lambda:eu-west-1:123456789012:function:f"),
        ("lambda", "GetFunctionConfiguration", {"FunctionName": "f", "Qualifier": "live"},
         "lambda:GetFunctionConfiguration",
         "arn:aws:lambda:eu-west-1:123456789012:function:f:live"),
        ("stepfunctions", "DescribeStateMachine",
         {"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m"},
         "states:DescribeStateMachine", "arn:aws:states:eu-west-1:123456789012:stateMachine:m"),
        ("lambda", "GetFunctionConfiguration", {"FunctionName": "f", "Qualifier": "4"},
         "lambda:GetFunctionConfiguration",
         "arn:aws:lambda:eu-west-1:123456789012:function:f:*"),
        ("lambda", "DeleteFunction", {"FunctionName": "f", "Qualifier": "4"},
         "lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:123456789012:function:f:4"),
        ("lambda", "UpdateAlias", {"FunctionName": "f", "Name": "live", "FunctionVersion": "4"},
         "lambda:UpdateAlias", "arn:aws:lambda:eu-west-1:123456789012:function:f"),
        ("stepfunctions", "DescribeStateMachine",
         {"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m:4"},
         "states:DescribeStateMachine", "arn:aws:states:eu-west-1:123456789012:stateMachine:m:*"),
        ("iam", "GetRole", {"RoleName": "worker"}, "iam:GetRole",
         "arn:aws:iam::123456789012:role/service-role/worker"),
        ("iam", "GetRole", {"RoleName": "new"}, "iam:GetRole",
         "arn:aws:iam::123456789012:role/new"),
        ("iam", "CreatePolicy", {"PolicyName": "p", "Path": "/team/"}, "iam:CreatePolicy",
         "arn:aws:iam::123456789012:policy/team/p"),
        ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/f"}, "logs:CreateLogGroup",
         "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*"),
        ("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/f"},
         "logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:123456789012:log-group:*"),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k"}, "s3:GetObject", "arn:aws:s3:::b/k"),
        ("s3", "PutObject", {"Bucket": "b", "Key": "a/k"}, "s3:PutObject", "arn:aws:s3:::b/a/k"),
        ("s3", "ListObjectsV2", {"Bucket": "b"}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("s3", "PutBucketTagging", {"Bucket": "b"}, "s3:PutBucketTagging", "arn:aws:s3:::b"),
        ("s3", "HeadBucket", {"Bucket": "b"}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("ssm", "GetParameter", {"Name": "/a/b"}, "ssm:GetParameter",
         "arn:aws:ssm:eu-west-1:123456789012:parameter/a/b"),
        ("ssm", "ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": "/a/b"},
         "ssm:ListTagsForResource", "arn:aws:ssm:eu-west-1:123456789012:parameter/a/b"),
        ("cloudwatch", "DescribeAlarms", {"AlarmNamePrefix": "dragonctl-"},
         "cloudwatch:DescribeAlarms", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"),
        ("cloudwatch", "PutMetricAlarm", {"AlarmName": "late", "ActionsEnabled": True},
         "cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:late"),
        ("cloudwatch", "DeleteAlarms", {"AlarmNames": ["late"]},
         "cloudwatch:DeleteAlarms", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:late"),
        ("cloudwatch", "PutDashboard", {"DashboardName": "d"}, "cloudwatch:PutDashboard",
         "arn:aws:cloudwatch::123456789012:dashboard/d"),
        ("cloudwatch", "GetMetricData", {}, "cloudwatch:GetMetricData", "*"),
        ("cloudfront", "UpdateDistribution", {"Id": "E1"}, "cloudfront:UpdateDistribution",
         "arn:aws:cloudfront::123456789012:distribution/E1"),
        ("sns", "CreateTopic", {"Name": "t"}, "sns:CreateTopic",
         "arn:aws:sns:eu-west-1:123456789012:t"),
        ("sns", "Subscribe", {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@b.c"},
         "sns:Subscribe", TOPIC),
        ("sns", "ListSubscriptionsByTopic", {"TopicArn": TOPIC},
         "sns:ListSubscriptionsByTopic", TOPIC),
        ("sns", "Unsubscribe", {"SubscriptionArn": f"{TOPIC}:1"}, "sns:Unsubscribe", "*"),
        ("kms", "DescribeKey", {"KeyId": "alias/mine"}, "kms:DescribeKey",
         "arn:aws:kms:eu-west-1:123456789012:key/*"),
        ("kms", "GetKeyPolicy", {"KeyId": "1-2", "PolicyName": "default"}, "kms:GetKeyPolicy",
         "arn:aws:kms:eu-west-1:123456789012:key/1-2"),
        ("xray", "GetSamplingRules", {}, "xray:GetSamplingRules", "*"),
        ("xray", "BatchGetTraces", {"TraceIds": ["1-2-3"]}, "xray:BatchGetTraces", "*"),
        ("xray", "UpdateSamplingRule", {"SamplingRuleUpdate": {"RuleName": "Default"}},
         "xray:UpdateSamplingRule", f"{RULE}/Default"),
        ("xray", "CreateSamplingRule", {"SamplingRule": {"RuleName": "mine"}},
         "xray:CreateSamplingRule", f"{RULE}/mine"),
        ("xray", "DeleteSamplingRule", {"RuleName": "mine"}, "xray:DeleteSamplingRule",
         f"{RULE}/mine"),
        ("logs", "GetQueryResults", {"queryId": "1"}, "logs:GetQueryResults", "*"),
        ("stepfunctions", "GetExecutionHistory", {"executionArn": f"{EXECUTION}:x"},
         "states:GetExecutionHistory", f"{EXECUTION}:x"),
        ("lambda", "AddPermission", {"FunctionName": "f", "StatementId": "s"},
         "lambda:AddPermission", "arn:aws:lambda:eu-west-1:123456789012:function:f"),
        ("lambda", "UpdateAlias", {"FunctionName": "f", "Name": "live"},
         "lambda:UpdateAlias", "arn:aws:lambda:eu-west-1:123456789012:function:f"),
        ("apigateway", "UpdateIntegration",
         {"restApiId": "a1", "resourceId": "r1", "httpMethod": "GET"}, "apigateway:PATCH",
         "arn:aws:apigateway:eu-west-1::/restapis/a1/resources/r1/methods/GET/integration"),
        ("apigateway", "GetExport",
         {"restApiId": "a1", "stageName": "prod", "exportType": "oas30"}, "apigateway:GET",
         "arn:aws:apigateway:eu-west-1::/restapis/a1/stages/prod/exports/oas30"),
        ("apigateway", "TagResource",
         {"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/a1", "tags": {"a": "b"}},
         "apigateway:PUT", f"{TAGS_OF}arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2Fa1"),
        ("apigateway", "CreateDeployment", {"restApiId": None}, "apigateway:POST",
         "arn:aws:apigateway:eu-west-1::/restapis/*/deployments"),
        ("execute-api", "Invoke", {"Place": "a1/prod/GET/things/*"}, "execute-api:Invoke",
         "arn:aws:execute-api:eu-west-1:123456789012:a1/prod/GET/things/*"),
    ],
)  # fmt: skip
def test_a_call_needs_one_action_on_one_resource(service, operation, params, action, resource):
    assert needed(service, operation, **params) == [Grant(action, resource)]


def test_who_am_i_needs_nothing():
    assert needed("sts", "GetCallerIdentity") == []


def test_a_role_of_the_account_is_passed_to_api_gateway_alone():
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}
    assert needed("apigateway", "UpdateAccount", patchOperations=[patch])[1:] == [
        Grant(
            "iam:PassRole",
            ROLE,
            ("StringEquals", "iam:PassedToService", "apigateway.amazonaws.com"),
        )
    ]


def test_the_first_tracing_of_a_stage_makes_a_service_linked_role():
    on = {"op": "replace", "path": "/tracingEnabled", "value": "true"}
    stage = {"restApiId": "a1", "stageName": "prod"}
    actions = [one.action for one in needed("apigateway", "UpdateStage", **stage,
                                            patchOperations=[on])]  # fmt: skip
    assert actions == ["apigateway:PATCH", "iam:CreateServiceLinkedRole"]
    off = {**on, "value": "false"}
    assert len(needed("apigateway", "UpdateStage", **stage, patchOperations=[off])) == 1


def test_only_the_policy_that_is_meant_may_be_attached():
    policy = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    assert needed("iam", "AttachRolePolicy", RoleName="new", PolicyArn=policy) == [
        Grant(
            "iam:AttachRolePolicy",
            "arn:aws:iam::123456789012:role/new",
            ("ArnEquals", "iam:PolicyARN", policy),
        )
    ]


def test_a_call_in_another_region_is_allowed_there():
    found = needed("lambda", "PublishVersion", region="us-east-1", FunctionName="edge")
    assert [one.resource for one in found] == [
        "arn:aws:lambda:us-east-1:123456789012:function:edge"
    ]


def test_actions_on_the_same_things_share_a_statement():
    said = document([Grant("a:Put", "x"), Grant("a:Get", "x"), Grant("a:Get", "x"),
                     Grant("a:List", "*"), Grant("a:List", "y")])  # fmt: skip
    assert said == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["a:Get", "a:Put"], "Resource": "x"},
            {"Effect": "Allow", "Action": "a:List", "Resource": "*"},
        ],
    }


def test_conditions_of_one_key_are_joined_and_others_kept_apart():
    first, second = ("ArnEquals", "k", "1"), ("ArnEquals", "k", "2")
    said = document([Grant("a:Do", "x", first), Grant("a:Do", "x", second), Grant("a:Do", "y")])
    assert {"Effect": "Allow", "Action": "a:Do", "Resource": "y"} in said["Statement"]
    assert {
        "Effect": "Allow",
        "Action": "a:Do",
        "Resource": "x",
        "Condition": {"ArnEquals": {"k": ["1", "2"]}},
    } in said["Statement"]


def actions(service, operation, **params):
    return [(one.action, one.resource) for one in needed(service, operation, **params)]


def test_who_makes_a_thing_with_tags_must_be_allowed_to_tag_it():
    assert actions("iam", "CreateRole", RoleName="new", Tags=[{"Key": "a", "Value": "b"}]) == [
        ("iam:CreateRole", "arn:aws:iam::123456789012:role/new"),
        ("iam:TagRole", "arn:aws:iam::123456789012:role/new"),
    ]
    assert len(actions("iam", "CreateRole", RoleName="new")) == 1
    assert (
        "states:TagResource",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:m",
    ) in actions("stepfunctions", "CreateStateMachine", name="m", tags=[{"key": "a", "value": "b"}])


def test_an_object_that_is_absent_is_told_to_who_may_list_its_bucket():
    assert actions("s3", "HeadObject", Bucket="b", Key="k") == [
        ("s3:GetObject", "arn:aws:s3:::b/k"),
        ("s3:ListBucket", "arn:aws:s3:::b"),
    ]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("UpdateFunctionCode", {"S3Bucket": "b", "S3Key": "k"}),
        ("CreateFunction", {"Code": {"S3Bucket": "b", "S3Key": "k"}}),
    ],
)
def test_lambda_fetches_code_with_the_rights_of_the_caller(operation, params):
    assert ("s3:GetObject", "arn:aws:s3:::b/k") in actions(
        "lambda", operation, FunctionName="f", **params
    )


def test_the_roles_of_an_imported_api_are_passed_to_api_gateway():
    body = {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"credentials": ROLE}}}}}
    found = needed("apigateway", "PutRestApi", restApiId="a1", body=json.dumps(body).encode())
    passed = ("StringEquals", "iam:PassedToService", "apigateway.amazonaws.com")
    assert found[1:] == [Grant("iam:PassRole", ROLE, passed)]


def test_who_puts_a_function_on_a_distribution_lets_cloudfront_replicate_it():
    version = "arn:aws:lambda:us-east-1:123456789012:function:f:3"
    behavior = {"LambdaFunctionAssociations": {"Items": [{"LambdaFunctionARN": version}]}}
    config = {"DefaultCacheBehavior": behavior}
    found = needed("cloudfront", "UpdateDistribution", Id="E1", DistributionConfig=config)
    assert {one.action for one in found if one.resource == version} == {
        "lambda:GetFunction", "lambda:EnableReplication*", "lambda:DisableReplication*"
    }  # fmt: skip
    assert {one.condition[2] for one in found if one.condition} == {
        "replicator.lambda.amazonaws.com", "logger.cloudfront.amazonaws.com"
    }  # fmt: skip
    assert len(needed("cloudfront", "UpdateDistribution", Id="E1", DistributionConfig={})) == 1


def test_what_a_wildcard_covers_is_not_said_again():
    said = document([Grant("a:Get", "x/1"), Grant("a:Get", "x/*"), Grant("a:Put", "x/1")])
    assert {(one["Action"], one["Resource"]) for one in said["Statement"]} == {
        ("a:Get", "x/*"), ("a:Put", "x/1")
    }  # fmt: skip


def test_a_layer_is_read_with_the_rights_of_who_adds_it():
    layer = "arn:aws:lambda:eu-west-1:615299751070:layer:AWSOpenTelemetryDistroPython:26"
    assert Grant("lambda:GetLayerVersion", layer) in needed(
        "lambda", "UpdateFunctionConfiguration", FunctionName="f", Layers=[layer]
    )
    assert needed("lambda", "GetLayerVersionByArn", Arn=layer) == [
        Grant("lambda:GetLayerVersion", layer)
    ]


def test_the_discovery_of_application_signals_makes_its_role_and_its_channel():
    """As AWS's policy CloudWatchApplicationSignalsFullAccess allows it."""
    found = needed("application-signals", "StartDiscovery")
    assert [(one.action, one.resource) for one in found] == [
        ("application-signals:StartDiscovery", "*"),
        ("iam:CreateServiceLinkedRole",
         f"{LINKED}/application-signals.cloudwatch.amazonaws.com/{LINKED_ROLE}"),
        ("cloudtrail:CreateServiceLinkedChannel",
         "arn:aws:cloudtrail:*:123456789012:channel/aws-service-channel/application-signals/*"),
    ]  # fmt: skip

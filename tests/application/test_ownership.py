"""Who manages a thing, told by the tags that tools leave, and what a plan says of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dragonctl.application.ownership import Owner, owner, ownership_warnings
from dragonctl.application.properties import properties
from dragonctl.engine.model import Change, Reading, Step
from dragonctl.engine.plan import Planned
from dragonctl.engine.reads import Reads
from dragonctl.errors import AwsError
from dragonctl.resources.apigateway_stage import Stage
from dragonctl.resources.lambda_function import FunctionSettings

STACK, LOGICAL_ID = "aws:cloudformation:stack-name", "aws:cloudformation:logical-id"


@pytest.mark.parametrize(
    ("tags", "tool"),
    [
        ({STACK: "shop"}, "CloudFormation"),
        ({STACK: "shop", LOGICAL_ID: "ListFunction"}, "CloudFormation"),
        ({STACK: "shop", LOGICAL_ID: "Handler20240101"}, "CloudFormation"),
        ({STACK: "terraform-cdk", "aws:cloudformation:stack-id": "cdk"}, "CloudFormation"),
        ({STACK: "shop", "lambda:createdBy": "SAM"}, "SAM"),
        ({STACK: "shop", "stateMachine:createdBy": "SAM"}, "SAM"),
        ({STACK: "shop", "serverlessrepo:applicationId": "x"}, "SAM"),
        ({STACK: "shop", "aws-cdk:auto": "x"}, "CDK"),
        ({STACK: "shop", LOGICAL_ID: "ApiDeploymentStageprod3EB9684E"}, "CDK"),
        ({STACK: "shop-dev", "STAGE": "dev"}, "Serverless Framework"),
        ({STACK: "shop", "deployed-with": "Serverless"}, "Serverless Framework"),
        ({STACK: "shop", "STAGE": "dev", "team": "serverless-shop"}, "CloudFormation"),
        ({STACK: "shop", "note": "was Terraform once"}, "CloudFormation"),
        ({"lambda:createdBy": "SAM"}, "SAM"),
        ({"ManagedBy": "Terraform"}, "Terraform"),
        ({"pulumi:stack": "prod"}, "Pulumi"),
    ],
)
def test_the_tool_is_told_by_the_tags(tags, tool):
    assert owner(None, tags) == Owner(tool, tags.get(STACK, ""))


@pytest.mark.parametrize("tags", [None, {}, {"team": "payments"}, {"STAGE": "dev"}])
def test_nobody(tags):
    assert owner(tags) is None


def test_the_stage_speaks_before_its_api():
    stage, api = {"ManagedBy": "terraform"}, {STACK: "shop"}
    assert owner(stage, api).tool == "Terraform"


TRACED = ["TracingConfig/Mode"]
LOGGED = ["LoggingConfig/LogFormat"]


@pytest.mark.parametrize(
    ("tool", "kind", "fields", "said"),
    [
        (
            "CloudFormation", "apigateway-stage",
            ["tracingEnabled", "*/*/logging/loglevel", "accessLogSettings/format"],
            ("MethodSettings, AccessLogSetting and TracingEnabled"
             " of AWS::ApiGateway::Stage or AWS::Serverless::Api"),
        ),
        (
            "Terraform", "apigateway-stage", ["~1x/GET/caching/enabled", "cacheClusterSize"],
            ("settings of aws_api_gateway_method_settings"
             " and cache_cluster_size of aws_api_gateway_stage"),
        ),
        ("Serverless Framework", "apigateway-stage",
         ["*/*/metrics/enabled", "*/*/logging/loglevel"],
         "provider.apiGateway.metrics and provider.logs.restApi"),
        ("SAM", "apigateway-stage", ["tags/team"], "Tags of AWS::Serverless::Api"),
        ("SAM", "apigateway-stage", ["deploymentId"], ""),
        ("CloudFormation", "lambda-function", LOGGED, "LoggingConfig of AWS::Lambda::Function"),
        ("SAM", "lambda-function", LOGGED, "LoggingConfig of AWS::Serverless::Function"),
        ("CDK", "lambda-function", LOGGED, "loggingFormat of Function"),
        ("Serverless Framework", "lambda-function", LOGGED, "provider.logs.lambda.logFormat"),
        ("Terraform", "lambda-function", LOGGED, "logging_config of aws_lambda_function"),
        ("Pulumi", "lambda-function", LOGGED, "loggingConfig of aws.lambda.Function"),
        ("SAM", "lambda-function", TRACED, "Tracing of AWS::Serverless::Function"),
        ("Terraform", "lambda-function", ["CodeSha256"], "source_code_hash of aws_lambda_function"),
        ("CDK", "states-machine", ["tracingConfiguration/enabled"],
         "tracingEnabled of StateMachine"),
        ("CDK", "iam-role-policies", ["policies/arn"], "managedPolicies of Role"),
        ("CloudFormation", "apigateway-integration", ["cacheKeyParameters/x"],
         "Integration.CacheKeyParameters of AWS::ApiGateway::Method"),
    ],
)  # fmt: skip
def test_what_changes_has_a_name_in_the_tool(tool, kind, fields, said):
    assert properties(tool, kind, fields) == said


def test_what_has_no_name_in_the_tool_is_told_to_be_made_again():
    told = Owner("CDK").warning("apigateway-stage", ["prod"], ["deploymentId"])
    assert told.endswith(
        "A template of CDK has no name for deployment: make the change again after each deployment."
    )


def test_few_things_are_named_and_many_counted():
    stack = Owner("CloudFormation", "shop")
    assert stack.warning("lambda-function", ["a"], TRACED) == (
        "Function a is managed by CloudFormation (stack shop): a deployment that changes these"
        " properties puts its template's values in their place. To keep the change, make it there:"
        " TracingConfig of AWS::Lambda::Function."
    )
    few = Owner("Terraform").warning("states-machine", ["a", "b", "c"], ["loggingConfiguration/x"])
    assert few.startswith("State machines a, b and c are managed by Terraform: its next apply")
    many = stack.warning("lambda-function", list("abcdefgh"), TRACED)
    assert many.startswith("8 functions (a, b, c, …) are managed by CloudFormation (stack shop): ")


@dataclass
class Door:
    """AWS, as far as tags go: an answer for each function."""

    tags: dict
    region: str = "us-east-1"
    partition: str = "aws"

    def paging(self, service, operation):
        return []

    def send(self, service, operation, params, region=None):
        if operation == "GetRestApis":
            return {"items": [{"id": "a1", "tags": {STACK: "shop"}}]}
        answer = self.tags[params["Resource"]]
        if isinstance(answer, str):
            raise AwsError(service, operation, answer, f"no {params['Resource']}", 403)
        return {"Tags": answer}


def changing(resource, title, field, facts):
    change = Change(resource.identifier, field, None, True)
    return Planned(Step(title, resource, {}), Reading({}, facts), {}, (change,))


def warnings(door, *, stage=False):
    items = [
        changing(FunctionSettings(one), f"Tracing of function {one}", *TRACED,
                 {"raw": {"FunctionArn": one}})
        for one in door.tags
    ]  # fmt: skip
    if stage:
        title = "Stage prod of shop"
        items.append(changing(Stage("a1", "prod"), title, "tracingEnabled", {"raw": {}}))
    return [text.split(":")[0] for text in ownership_warnings(Reads(door), items)]


def test_things_of_one_stack_are_one_sentence_and_of_one_tool():
    sam, other = {STACK: "shop", "lambda:createdBy": "SAM"}, {STACK: "other"}
    told = warnings(Door({"one": sam, "two": {STACK: "shop"}, "three": other}), stage=True)
    assert told == [
        "Functions one and two are managed by SAM (stack shop)",
        "Function three is managed by CloudFormation (stack other)",
        "Stage prod of shop is managed by SAM (stack shop)",
    ]


def test_a_missing_right_is_told_once_and_a_fault_not_at_all():
    assert warnings(Door({"one": "AccessDenied", "two": "AccessDenied", "three": "404"})) == [
        "Which tool manages functions one and two cannot be told"
    ]

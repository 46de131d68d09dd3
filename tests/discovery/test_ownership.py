"""Who manages a thing, told by the tags that tools leave."""

from __future__ import annotations

import pytest

from dragonctl.discovery.ownership import owner


@pytest.mark.parametrize(
    ("tags", "tool", "setting"),
    [
        ({"aws:cloudformation:stack-name": "shop"}, "CloudFormation", "AWS::ApiGateway::Stage"),
        (
            {"aws:cloudformation:stack-name": "shop", "lambda:createdBy": "SAM"},
            "SAM",
            "AWS::Serverless::Api",
        ),
        ({"aws:cloudformation:stack-name": "s", "aws-cdk:auto": "x"}, "CDK", "deployOptions"),
        ({"ManagedBy": "Terraform"}, "Terraform", "aws_api_gateway_method_settings"),
        ({"pulumi:stack": "prod"}, "Pulumi", "aws.apigateway.Stage"),
    ],
)
def test_tool_and_place_to_set_it_instead(tags, tool, setting):
    found = owner(None, tags)
    assert found.tool == tool
    warning = found.warning("Stage prod of shop")
    assert warning.startswith(f"Stage prod of shop is managed by {tool}")
    assert setting in warning


def test_the_stage_speaks_before_its_api():
    stage, api = {"ManagedBy": "terraform"}, {"aws:cloudformation:stack-name": "shop"}
    assert owner(stage, api).tool == "Terraform"


@pytest.mark.parametrize("tags", [None, {}, {"team": "payments"}])
def test_nobody(tags):
    assert owner(tags) is None

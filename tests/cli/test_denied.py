"""A right that is missing: its action and the thing are named, the rest is done, exit 1."""

from __future__ import annotations

import pytest

from tests.faults.proxy import Proxy
from tests.faults.rules import ALWAYS, FAULTS, Rule

SETUP = ("setup-observability", "--output", "json")
LEVEL = "*/*/logging/loglevel"
TRACING = "TracingConfig/Mode"
MACHINE = "loggingConfiguration/level"


@pytest.mark.parametrize(
    ("service", "operation", "action", "resource", "done"),
    [
        ("iam", "ListRolePolicies", "iam:ListRolePolicies", "iam-role/small-work-role", {LEVEL}),
        ("apigateway", "GetAccount", "apigateway:GET", "apigateway-account/", {TRACING, MACHINE}),
        ("apigateway", "GetResources", "apigateway:GET", "", {LEVEL}),
        ("apigateway", "UpdateStage", "apigateway:PATCH", "apigateway-stage/", {TRACING, MACHINE}),
        ("logs", "DescribeLogGroups", "logs:DescribeLogGroups", "logs-group/", set()),
        ("lambda", "GetFunctionConfiguration", "lambda:GetFunctionConfiguration", "small-work",
         {LEVEL, MACHINE}),
        ("stepfunctions", "UpdateStateMachine", "states:UpdateStateMachine", "states-machine/",
         {LEVEL, TRACING}),
    ],
)  # fmt: skip
def test_one_missing_right(terminal, application, service, operation, action, resource, done):
    rule = Rule(FAULTS["access-denied"], service, operation, times=ALWAYS)
    with Proxy(terminal.endpoint, rules=[rule]) as proxy:
        assert terminal.run(*SETUP, "--endpoint-url", proxy.url) == 1
    document = terminal.document()
    refused = [error for error in document["errors"] if action in error["hint"]]
    assert refused, document["errors"]
    assert any(resource in error["resource"] for error in refused)
    assert {error["code"] for error in document["errors"]} - {"Skipped"} == {refused[0]["code"]}
    assert done <= {change["field"] for change in document["changes"]}
    assert terminal.on_aws(*SETUP) == 0
    assert terminal.on_aws("setup-observability", "--check") == 0


def test_roles_that_cannot_be_read_are_left_to_aws_on_request(terminal, application, local_aws):
    """A deployer without IAM reads may still switch on what the roles allow already."""
    attach = local_aws.client("iam").attach_role_policy
    attach(RoleName="small-work-role", PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess")
    rule = Rule(FAULTS["access-denied"], "iam", "GetRole", times=ALWAYS)
    with Proxy(terminal.endpoint, rules=[rule]) as proxy:
        line = (*SETUP, "--no-role-changes", "--no-discover", "--function", "small-work")
        terminal.run(*line, "--api", "small", "--endpoint-url", proxy.url)
    fields = {change["field"] for change in terminal.document()["changes"]}
    assert TRACING in fields


def test_status_says_which_roles_it_could_not_judge(terminal, application):
    rule = Rule(FAULTS["access-denied"], "iam", "GetRole", times=ALWAYS)
    with Proxy(terminal.endpoint, rules=[rule]) as proxy:
        assert terminal.run("status", "--output", "json", "--endpoint-url", proxy.url) == 0
    refused = {error["resource"] for error in terminal.document()["errors"]}
    assert refused == {"iam-role/small-work-role", "iam-role/small-flow-role"}

"""The account's CloudWatch role: who may be it."""

from __future__ import annotations

import pytest

from tests.local.conftest import PUSH
from tests.local.refusals import refused

NOT_READY = (
    "BadRequestException",
    (
        "The role ARN does not have required permissions configured. Please grant trust permission "
        "for API Gateway and add the required role policy."
    ),
)


def setting(arn):
    return {"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}]}


def test_a_new_account_has_none(local_aws):
    shown = local_aws.client("apigateway").get_account()
    assert "cloudwatchRoleArn" not in shown
    assert shown["throttleSettings"] == {"burstLimit": 5000, "rateLimit": 10000.0}


def test_a_role_is_set_and_cleared(local_aws, make):
    gateway, arn = local_aws.client("apigateway"), make.account_role()
    assert gateway.get_account()["cloudwatchRoleArn"] == arn
    gateway.update_account(**setting(""))
    assert "cloudwatchRoleArn" not in gateway.get_account()


@pytest.mark.parametrize(
    ("services", "policies", "allow"),
    [
        (["apigateway"], [], []),
        (["lambda"], [PUSH], []),
        (["apigateway"], [], ["logs:CreateLogGroup"]),
    ],
)
def test_a_role_that_cannot_write_is_refused(local_aws, make, services, policies, allow):
    arn = make.role("r", *services, policies=policies, allow=allow)
    assert refused(local_aws.client("apigateway").update_account, **setting(arn)) == NOT_READY


@pytest.mark.parametrize("allow", [["logs:*"], ["*"], [
    "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]])  # fmt: skip
def test_rights_may_come_from_any_policy(local_aws, make, allow):
    arn = make.role("r", "apigateway", allow=allow)
    update = local_aws.client("apigateway").update_account
    assert update(**setting(arn))["cloudwatchRoleArn"] == arn


def test_a_role_that_is_not_there_is_refused(local_aws):
    update = local_aws.client("apigateway").update_account
    gone = "arn:aws:iam::123456789012:role/gone"
    assert refused(update, **setting(gone)) == NOT_READY
    assert refused(update, **setting("gone")) == (
        "BadRequestException",
        "The role ARN is not well formed",
    )


def test_a_role_deleted_later_stays_named(local_aws, make):
    """GetAccount keeps the dead ARN, and stages go on taking log levels (recorded)."""
    arn, api = make.account_role(), make.stage()
    iam, gateway = local_aws.client("iam"), local_aws.client("apigateway")
    iam.detach_role_policy(RoleName="APIGatewayCWLogs", PolicyArn=f"arn:aws:iam::aws:policy/{PUSH}")
    iam.delete_role(RoleName="APIGatewayCWLogs")
    assert gateway.get_account()["cloudwatchRoleArn"] == arn
    gateway.update_stage(
        restApiId=api,
        stageName="prod",
        patchOperations=[{"op": "replace", "path": "/*/*/logging/loglevel", "value": "INFO"}],
    )

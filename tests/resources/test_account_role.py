"""The role through which API Gateway logs: asked of every region in which there were runs."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.errors import AwsError
from dragonctl.resources.apigateway_account import Account
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies

THINGS = (Role("r"), RolePolicies("r"))
HAVE = Reading({"policies/arn:aws:iam::aws:policy/Writes": True}, {"used": {}})


class TwoRegions:
    """Home names another role; the other region answers, or raises, what it is made with."""

    account, region, elsewhere = "1", "us-east-1", frozenset({"eu-south-1"})

    def __init__(self, there):
        self.there = there

    def get(self, service, operation, *, region=None, **params):
        if operation == "GetRole":  # whom nobody else may assume
            return {"Role": {}}
        assert (service, operation, params) == ("apigateway", "GetAccount", {})
        answer = self.there if region == "eu-south-1" else {"cloudwatchRoleArn": "arn:x:role/home"}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pages(self, *_, **__):
        return []

    def concurrently(self, *reads):
        return [read() for read in reads]


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize(
    ("settings", "in_the_way"), [("arn:x:role/path/r", True), ("arn:x:role/other", False)]
)
def test_a_region_that_logs_through_it_is_in_the_way(thing, settings, in_the_way):
    found = thing.obstacle(TwoRegions({"cloudwatchRoleArn": settings}), HAVE, None, {})
    assert ("is API Gateway's CloudWatch role in eu-south-1" in (found or "")) == in_the_way


def test_the_region_in_which_a_role_was_used_last_is_asked_too():
    """There was no run in it: nothing else tells of it."""
    aws = TwoRegions({"cloudwatchRoleArn": "arn:x:role/r"})
    aws.elsewhere = frozenset()
    used = Reading({}, {"used": {"Region": "eu-south-1"}})
    assert "in eu-south-1" in Role("r").obstacle(aws, used, None, {})


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("code", ["AccessDeniedException", "UnrecognizedClientException"])
def test_a_region_that_is_closed_may_log_through_it(thing, code):
    closed = AwsError("apigateway", "GetAccount", code, "no", 403)
    found = thing.obstacle(TwoRegions(closed), HAVE, None, {})
    assert "may be API Gateway's CloudWatch role in eu-south-1" in found
    assert code in found


@pytest.mark.parametrize("thing", THINGS)
def test_a_region_that_cannot_answer_now_is_no_answer(thing):
    with pytest.raises(AwsError):
        thing.obstacle(
            TwoRegions(AwsError("apigateway", "GetAccount", "500", "", 500)), HAVE, None, {}
        )


class OneRole:
    """An account whose settings name a role; the role of that name which it has may write logs."""

    account, region, partition = "111122223333", "us-east-1", "aws"

    def __init__(self, named):
        self.named = named

    def get(self, service, operation, **params):
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
        trust["Principal"] = {"Service": "apigateway.amazonaws.com"}
        writes = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
        return {
            "GetAccount": {"cloudwatchRoleArn": self.named},
            "GetRole": {"Role": {"AssumeRolePolicyDocument": {"Statement": [trust]}}},
            "GetRolePolicy": {"PolicyDocument": {"Statement": [writes]}},
        }[operation]

    def pages(self, service, operation, key, **params):
        return ["writes"] if key == "PolicyNames" else []

    def concurrently(self, *reads):
        return [read() for read in reads]


@pytest.mark.parametrize(
    ("owner", "health"),
    [("111122223333", "healthy"), ("999988887777", "it belongs to another account")],
)
def test_the_role_of_another_account_is_not_judged_by_ours_of_the_same_name(owner, health):
    aws = OneRole(f"arn:aws:iam::{owner}:role/service-role/APIGatewayCWLogs")
    assert Account(aws.account, aws.region).read(aws).facts["health"] == health


class SettingsOf:
    """An account of which API Gateway shows this as its role."""

    account, region, partition = "1", "us-east-1", "aws"

    def __init__(self, role):
        self.role = role

    def get(self, service, operation, **_):
        assert (service, operation) == ("apigateway", "GetAccount")
        return {"cloudwatchRoleArn": self.role}


@pytest.mark.parametrize("text", ["x", "arn:aws:iam", "a:b:c:d"])
def test_what_is_not_an_arn_is_a_role_that_cannot_be_read(text):
    assert Account("1", "us-east-1").read(SettingsOf(text)).facts["health"] == "unreadable"

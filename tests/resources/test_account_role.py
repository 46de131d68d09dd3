"""The role through which API Gateway logs: asked of every region in which there were runs."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.errors import AwsError
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies

THINGS = (Role("r"), RolePolicies("r"))
HAVE = Reading({}, {"used": {}})


class TwoRegions:
    """Home names another role; the other region answers, or raises, what it is made with."""

    account, region, elsewhere = "1", "us-east-1", frozenset({"eu-south-1"})

    def __init__(self, there):
        self.there = there

    def get(self, service, operation, *, region, **params):
        assert (service, operation, params) == ("apigateway", "GetAccount", {})
        answer = self.there if region == "eu-south-1" else {"cloudwatchRoleArn": "arn:x:role/home"}
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pages(self, *_, **__):
        return []


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize(
    ("settings", "in_the_way"), [("arn:x:role/path/r", True), ("arn:x:role/other", False)]
)
def test_a_region_that_logs_through_it_is_in_the_way(thing, settings, in_the_way):
    found = thing.obstacle(TwoRegions({"cloudwatchRoleArn": settings}), HAVE, {})
    assert ("is API Gateway's CloudWatch role in eu-south-1" in (found or "")) == in_the_way


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("code", ["AccessDeniedException", "UnrecognizedClientException"])
def test_a_region_that_is_closed_may_log_through_it(thing, code):
    closed = AwsError("apigateway", "GetAccount", code, "no", 403)
    found = thing.obstacle(TwoRegions(closed), HAVE, {})
    assert "may be API Gateway's CloudWatch role in eu-south-1" in found
    assert code in found


@pytest.mark.parametrize("thing", THINGS)
def test_a_region_that_cannot_answer_now_is_no_answer(thing):
    with pytest.raises(AwsError):
        thing.obstacle(TwoRegions(AwsError("apigateway", "GetAccount", "500", "", 500)), HAVE, {})

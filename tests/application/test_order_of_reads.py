"""A read begins as soon as what it needs is known, whatever else is still being read."""

from __future__ import annotations

import json
from functools import partial
from threading import Condition

import pytest

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import begin, discover
from dragonctl.engine.reads import Reads
from dragonctl.errors import AwsError, UsageError
from dragonctl.recipes.observability import prefetch_shared
from dragonctl.resources.role_rights import read_rights

PLACE = "eu-west-1:111122223333"
API, NAMESAKE = "a1b2c3d4e5", "payments24"
MACHINE = f"arn:aws:states:{PLACE}:stateMachine:order"
POLICY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
ASL = {
    "StartAt": "Store",
    "States": {
        "Store": {"Type": "Task", "Resource": f"arn:aws:lambda:{PLACE}:function:store", "End": True}
    },
}
STARTS = {
    "type": "AWS",
    "uri": "arn:aws:apigateway:eu-west-1:states:action/StartExecution",
    "requestTemplates": {"application/json": json.dumps({"stateMachineArn": MACHINE})},
}
ANSWERS = {
    "GetCallerIdentity": {"Account": "111122223333"},
    "GetRestApis": {
        "items": [{"id": API, "name": "orders"}, {"id": "z9y8x7w6v5", "name": NAMESAKE}]
    },
    "GetStages": {"item": [{"stageName": "prod"}]},
    "GetResources": {
        "items": [{"path": "/", "resourceMethods": {"POST": {"methodIntegration": STARTS}}}]
    },
    "DescribeStateMachine": {
        "name": "order",
        "stateMachineArn": MACHINE,
        "roleArn": "arn:aws:iam::111122223333:role/order-role",
        "definition": json.dumps(ASL),
    },
    "GetFunctionConfiguration": {"Role": "arn:aws:iam::111122223333:role/store-role"},
    "DescribeLogGroups": {"logGroups": []},
    "GetRole": {"Role": {"AssumeRolePolicyDocument": {}}},
    "ListAttachedRolePolicies": {"AttachedPolicies": [{"PolicyArn": POLICY}]},
    "ListRolePolicies": {"PolicyNames": []},
    "GetPolicy": {"Policy": {"DefaultVersionId": "v1"}},
    "GetPolicyVersion": {"PolicyVersion": {"Document": {"Statement": []}}},
}


class Door:
    """AWS with one application. ``held`` maps an operation to the one it is not answered before.

    A read that never comes lets what waits for it go after half a minute, and ``late`` says so.
    """

    region, partition = "eu-west-1", "aws"

    def __init__(self, **held: tuple[str, str]) -> None:
        self.held = held
        self.asked: list[tuple[str, ...]] = []
        self.late: list[str] = []
        self._heard = Condition()

    def send(self, service, operation, params, region=None):
        with self._heard:
            names = (value for value in params.values() if isinstance(value, str))
            self.asked.append((operation, *names))
            self._heard.notify_all()
            before = self.held.get(operation)
            if before and not self._heard.wait_for(lambda: before in self.asked, timeout=240):
                self.late.append(operation)
        if operation not in ANSWERS or params.get("restApiId") == NAMESAKE:
            raise AwsError(service, operation, "NotFoundException", "there is none", 404)
        return json.loads(json.dumps(ANSWERS[operation]))

    def paging(self, service, operation):
        return []


@pytest.mark.parametrize(
    "held",
    [
        {"GetFunctionConfiguration": ("GetRole", "order-role")},
        {"GetRestApis": ("GetResources", API)},
        {"GetRestApis": ("GetCallerIdentity",)},
    ],
    ids=["machine-role-beside-functions", "id-beside-list", "account"],
)
def test_nothing_waits_for_what_it_does_not_need(held):
    door = Door(**held)
    reads, selection = Reads(door), Selection(api=API)
    begin(reads, selection)
    app = discover(reads, selection, partial(prefetch_shared, reads))
    assert [function.name for function in app.functions] == ["store"]
    assert door.late == []


@pytest.mark.parametrize("slow", ["GetRole", "ListRolePolicies"])
def test_a_role_s_policies_are_read_beside_the_role(slow):
    door = Door(**{slow: ("GetPolicy", POLICY)})
    assert read_rights(Reads(door), "order-role").documents == ({"Statement": []},)
    assert door.late == []


def test_what_was_begun_is_asked_once():
    door = Door()
    reads, selection = Reads(door), Selection(api=API)
    begin(reads, selection)
    discover(reads, selection)
    assert len(door.asked) == len(set(door.asked))


def test_a_name_that_looks_like_an_id_is_looked_up_all_the_same():
    reads, selection = Reads(Door()), Selection(api=NAMESAKE)
    begin(reads, selection)
    assert discover(reads, selection).api.id == "z9y8x7w6v5"


def test_a_name_that_is_none_is_refused_as_ever():
    door = Door()
    reads, selection = Reads(door), Selection(api="nosuch")
    begin(reads, selection)
    with pytest.raises(UsageError):
        discover(reads, selection)
    assert not [one for one in door.asked if one[0] == "GetResources"]

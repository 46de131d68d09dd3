"""Who uses a role or a log group when an undo would take from it."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.errors import AwsError
from dragonctl.resources.iam_inline_policy import InlinePolicy
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.lambda_configuration import layer_field
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.resources.states_machine_fields import DESTINATION, LEVEL
from dragonctl.resources.states_machine_fields import TRACING as MACHINE_TRACING

AWS = "arn:aws:iam::aws:policy/"
LOGS, XRAY = f"{AWS}service-role/AWSLambdaBasicExecutionRole", f"{AWS}AWSXRayDaemonWriteAccess"
SIGNALS = f"{AWS}CloudWatchLambdaApplicationSignalsExecutionRolePolicy"
DELIVERY = "arn:aws:iam::1:policy/StepFunctionsCWDelivery"
FLOW = "arn:aws:states:eu-west-1:1:stateMachine:flow"
LAYER = "arn:aws:lambda:eu-west-1:615299751070:layer:AWSOpenTelemetryDistroPython:26"
GROUP = "arn:aws:logs:eu-west-1:1:log-group:/ours"
TRACED, OFF = {"TracingConfig": {"Mode": "Active"}}, {"TracingConfig": {"Mode": "PassThrough"}}
LOGGING = {"loggingConfiguration": {"level": "ALL"}}


def function(role="r", group=None, **about):
    logging = {"LoggingConfig": {"LogGroup": group or "/aws/lambda/f"}}
    return {"FunctionName": "f", "Role": f"arn:aws:iam::1:role/path/{role}", **logging, **about}


def machine(role="r", **about):
    return {"stateMachineArn": FLOW, "name": "flow", "roleArn": f"arn:x:role/{role}", **about}


class Region:
    """An account that holds these, and refuses the ``refused`` operations; asked: ``asked``."""

    account, region, elsewhere = "1", "eu-west-1", frozenset()

    def __init__(self, functions=(), machines=(), refused=(), trusts="lambda states", last=None):
        self.there = {"ListFunctions": functions, "ListStateMachines": machines}
        self.refused, self.asked = refused, []
        who = [f"{service}.amazonaws.com" for service in trusts.split()]
        allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": who}}
        self.role = {
            "AssumeRolePolicyDocument": {"Statement": [allow]},
            "RoleLastUsed": {"Region": last} if last else {},
        }

    def get(self, service, operation, *, region=None, **params):
        self._ask(operation, region)
        if operation == "DescribeStateMachine":
            return next(iter(self.there["ListStateMachines"]))
        return {"GetRole": {"Role": self.role}}.get(operation, {})

    def pages(self, service, operation, key, *, region=None, **params):
        self._ask(operation, region)
        return self.there.get(operation, [])

    def concurrently(self, *reads):
        return [read() for read in reads]

    def _ask(self, operation, region):
        self.asked.append((operation, region))
        if operation in self.refused:
            raise AwsError("x", operation, "AccessDeniedException", "no", 403)


def left(aws, policies, done=None):
    """Why the policies stay when an undo would detach them."""
    have = Reading(attached(*policies))
    want = dict.fromkeys(have.state)
    return RolePolicies("r").obstacle(aws, have, want, done or {})


@pytest.mark.parametrize(
    ("there", "policy", "needs"),
    [
        ({"functions": [function()]}, LOGS, True),
        ({"functions": [function(**OFF)]}, XRAY, False),
        ({"functions": [function(**TRACED)]}, XRAY, True),
        ({"functions": [function(Layers=[{"Arn": LAYER}])]}, XRAY, True),
        ({"functions": [function(Layers=[{"Arn": LAYER}])]}, SIGNALS, True),
        ({"functions": [function(**TRACED)]}, SIGNALS, False),
        ({"functions": [function()]}, DELIVERY, False),
        ({"functions": [function()]}, f"{AWS}AmazonS3ReadOnlyAccess", True),
        ({"functions": [function("other", **TRACED)]}, XRAY, False),
        ({"machines": [machine(**LOGGING)]}, DELIVERY, True),
        ({"machines": [machine()]}, DELIVERY, False),
        ({"machines": [machine(tracingConfiguration={"enabled": True})]}, XRAY, True),
        ({"machines": [machine(**LOGGING)]}, XRAY, False),
        ({"machines": [machine(**LOGGING)]}, LOGS, False),
        ({"machines": [machine(**LOGGING)]}, f"{AWS}AmazonS3ReadOnlyAccess", True),
    ],
)
def test_a_policy_stays_for_the_sake_of_who_needs_it(there, policy, needs):
    name = "function f" if "functions" in there else "state machine flow"
    told = f"{name} uses {policy.rpartition('/')[2]}" if needs else None
    assert left(Region(**there), [policy]) == told


@pytest.mark.parametrize(
    ("there", "policy", "done", "stays"),
    [
        ({"functions": [function(**TRACED)]}, XRAY,
         {"lambda-function/f": Reading({"TracingConfig/Mode": "PassThrough"})}, False),
        ({"functions": [function(**TRACED)]}, XRAY,
         {"lambda-function/f": Reading({"TracingConfig/Mode": "Active"})}, False),
        ({"functions": [function(**OFF)]}, LOGS, {"lambda-function/f": Reading({})}, False),
        ({"functions": [function(**TRACED)]}, LOGS, {"lambda-new-function/f": None}, False),
        ({"functions": [function()]}, LOGS, {"lambda-function/other": None}, True),
        ({"machines": [machine(**LOGGING)]}, DELIVERY,
         {f"states-machine/{FLOW}": Reading({LEVEL: "OFF", MACHINE_TRACING: False})}, False),
        ({"machines": [machine(**LOGGING)]}, DELIVERY,
         {f"states-machine/{FLOW}": Reading({LEVEL: "ERROR"})}, False),
        ({"machines": [machine(**LOGGING)]}, DELIVERY, {f"states-definition/{FLOW}": None}, False),
    ],
)  # fmt: skip
def test_what_the_run_changed_or_served_is_no_user(there, policy, done, stays):
    """What somebody changed of it since holds its rights by itself: ``relies_on``."""
    assert bool(left(Region(**there), [policy], done)) is stays


@pytest.mark.parametrize("refused", ["GetRole", "ListFunctions", "ListStateMachines"])
def test_what_may_not_be_asked_is_left_and_said(refused):
    told = left(Region(refused=[refused]), [XRAY])
    assert told == f"who else uses it in eu-west-1 is not known ({refused}: AccessDeniedException)"


def test_a_user_that_is_known_is_named_before_what_is_not_known():
    aws = Region(machines=[machine(**LOGGING)], refused=["ListFunctions"])
    assert left(aws, [DELIVERY]) == "state machine flow uses StepFunctionsCWDelivery"


@pytest.mark.parametrize(
    ("trusts", "asked"),
    [
        ("lambda", {"ListFunctions"}),
        ("states", {"ListStateMachines"}),
        ("edgelambda lambda states", {"ListFunctions", "ListStateMachines"}),
        ("apigateway", set()),
    ],
)
def test_only_who_may_assume_the_role_is_asked_for(trusts, asked):
    aws = Region(trusts=trusts)
    assert left(aws, [XRAY]) is None
    assert {operation for operation, _ in aws.asked if operation.startswith("List")} == asked


def test_other_regions_in_which_the_role_may_be_used_are_asked_too():
    aws = Region(functions=[function(**TRACED)], trusts="lambda", last="us-east-2")
    aws.elsewhere = frozenset({"eu-south-1"})
    done = {"lambda-function/f": Reading({"TracingConfig/Mode": "PassThrough"})}
    assert left(aws, [XRAY], done) == "function f uses AWSXRayDaemonWriteAccess"
    asked = {region for operation, region in aws.asked if operation == "ListFunctions"}
    assert asked == {None, "us-east-2", "eu-south-1"}


def test_what_is_attached_again_is_nobody_s_loss():
    aws = Region(functions=[function()])
    assert RolePolicies("r").obstacle(aws, Reading({}), attached(XRAY), {}) is None
    assert aws.asked == []


@pytest.mark.parametrize("thing", [Role("r"), InlinePolicy("r", "own")])
def test_a_role_stays_while_anything_has_it(thing):
    have = Reading({}, {"used": {}})
    gone = {"lambda-new-function/f": None, "iam-inline-policy/r/own": None}
    assert "function f has the role r" in thing.obstacle(Region([function()]), have, None, {})
    assert thing.obstacle(Region([function()]), have, None, gone) is None


def group_left(aws, done=None, **facts):
    plain = {"arn": GROUP, "key": None, "filters": 0, "guards": []}
    have = Reading({"name": "/ours"}, {**plain, **facts})
    return LogGroupSettings("/ours").obstacle(aws, have, None, done or {})


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ("DescribeSubscriptionFilters", "what subscribes to it is not known"),
        ("ListFunctions", "who else writes to it is not known"),
        ("ListStateMachines", "who else writes to it is not known"),
        ("GetRestApis", "who else writes to it is not known"),
        ("GetApis", "who else writes to it is not known"),
    ],
)
def test_a_group_of_which_something_may_not_be_asked_is_left(refused, told):
    found = group_left(Region(refused=[refused]))
    assert found == f"{told} ({refused}: AccessDeniedException)"


ELSEWHERE = {DESTINATION: "arn:aws:logs:eu-west-1:1:log-group:/theirs:*"}
TO_OURS = {
    "loggingConfiguration": {
        "level": "ALL",
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{GROUP}:*"}}],
    }
}


@pytest.mark.parametrize(
    ("there", "done", "told"),
    [
        ({"functions": [function(group="/ours")]}, {}, "function f writes to it"),
        ({"functions": [function(group="/ours")]}, {"lambda-function/f": Reading({})}, None),
        ({"functions": [function(group="/ours2")]}, {}, None),
        ({"machines": [machine(**TO_OURS)]}, {}, "state machine flow writes to it"),
        ({"machines": [machine(**TO_OURS)]}, {f"states-machine/{FLOW}": Reading(ELSEWHERE)}, None),
        ({"machines": [machine(**TO_OURS)]}, {f"states-machine/{FLOW}": None}, None),
    ],
)
def test_a_group_stays_for_the_sake_of_who_has_chosen_it(there, done, told):
    assert group_left(Region(**there), done) == told


def test_a_function_needs_no_group_that_it_would_make_itself():
    have = Reading({}, {"key": None, "filters": 0, "guards": []})
    own = LogGroupSettings("/aws/lambda/f")
    assert own.obstacle(Region([function()]), have, None, {}) is None


def test_what_is_set_on_a_group_is_told_without_another_question():
    aws = Region()
    assert "a metric filter" in group_left(aws, filters=1)
    assert "the key arn:k" in group_left(aws, key="arn:k")
    assert group_left(aws, guards=["it is protected from deletion"]) == (
        "it is protected from deletion"
    )
    assert aws.asked == []


def test_a_layer_that_somebody_changed_since_keeps_its_rights():
    raw = {"Role": "arn:aws:iam::123456789012:role/service/work"}
    field = layer_field(LAYER)
    have = Reading({field: LAYER, "TracingConfig/Mode": "Active"}, {"raw": raw})
    held = FunctionSettings("f").relies_on(field, have)
    assert held == (RolePolicies("work").identifier,)
    assert FunctionSettings("f").relies_on("TracingConfig/Mode", have) == ()

"""What the tests of `setup-observability` share: an application, and the recipe made of it."""

from __future__ import annotations

from dragonctl.application.nouns import Api, App, Function, Machine, Route
from dragonctl.engine.model import Reading
from dragonctl.recipes.observability import ObservabilitySurvey, Options, observability
from dragonctl.resources.role_rights import Rights

ACCOUNT, REGION = "123456789012", "us-east-1"
OURS = f"arn:aws:iam::{ACCOUNT}:role/APIGatewayCWLogs"
THEIRS = f"arn:aws:iam::{ACCOUNT}:role/theirs"
DELIVERY = f"arn:aws:iam::{ACCOUNT}:policy/StepFunctionsCWDelivery"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
XRAY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
OWN_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/flow-Logs:*"
OTHER_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/mine:*"


def allow(*actions, **more):
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]}


ALL = (allow("*"),)


def recipe(options=None, *, stages=None, machine=None, function=None, account=None, health="none",
           rights=None, **known_else):  # fmt: skip
    api = Api("a1", "orders", {}, {"prod": {"stageName": "prod"}} if stages is None else stages)
    raw = {"FunctionName": "work", "Role": f"arn:aws:iam::{ACCOUNT}:role/worker"}
    functions = (
        [Function("work", raw, {None: (Route("$LATEST", 1.0, raw),)})]
        if function is None
        else function
    )
    app = App((api,), tuple(functions), tuple(machine or ()), ACCOUNT, REGION, "aws")
    known = {"worker": Rights("worker", {}, ALL), "flower": Rights("flower", {}, ALL)}
    reading = Reading({"cloudwatchRoleArn": account}, {"health": health})
    survey = ObservabilitySurvey(reading, known | (rights or {}), **known_else)
    return observability(app, survey, options or Options())


def step(made, kind):
    return next(one for one in made.steps if one.resource.kind == kind)


def want(made, kind, state):
    have = None if state is None else Reading(state, {})
    return step(made, kind).wanted(have, {})


def groups(made):
    return [one.resource.name for one in made.steps if one.resource.kind == "logs-group"]


def flow(name="flow", group=None, level="OFF"):
    logging = {
        "level": level,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}] if group else [],
    }
    raw = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/flower", "loggingConfiguration": logging}
    return Machine(
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}",
        raw,
        {None: (Route("$LATEST", 1.0, raw),)},
    )

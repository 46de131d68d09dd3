"""What `status` calls wrong, and the command that it gives, for applications as AWS shows them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dragonctl.application.nouns import Api, App, Function, Machine, Route
from dragonctl.cli.line import line_of
from dragonctl.cli.printed import Printed
from dragonctl.engine.model import Reading
from dragonctl.recipes.caching.survey import CacheSurvey
from dragonctl.recipes.observability import ObservabilitySurvey
from dragonctl.resources.role_rights import Rights
from dragonctl.status.observations import Observations, shown_logs
from dragonctl.status.problem import CommandContext
from dragonctl.status.report import document, problems

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "123456789012"
ARN = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:flow"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/vendedlogs/states/flow-Logs:*"
ALL_RIGHTS = ({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},)
NO_KEY = {"requestParameters": {"method.request.querystring.family": False}}

FROZEN = {"Version": "3", "Role": f"arn:aws:iam::{ACCOUNT}:role/worker"}


def serving(verb, path, **method):
    """An API with one method, which its stage serves."""
    methods = {(verb, path): method}
    return CacheSurvey(methods, {"prod": methods}, {})


def stage(**more):
    settings = {"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": False, "metricsEnabled": False}}
    return {"stageName": "prod", "tracingEnabled": True, "methodSettings": settings, **more}


TRACED = {"Mode": "Active"}


def function(mode="Active", qualifiers=None, **more):
    raw = {
        "FunctionName": "work",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/worker",
        "TracingConfig": {"Mode": mode},
        **more,
    }
    return Function("work", raw, qualifiers or {None: (Route("$LATEST", 1.0, raw),)})


def machine(level="ALL", traced=True):
    raw = {
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/flower",
        "loggingConfiguration": {
            "level": level,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}],
        },
        "tracingConfiguration": {"enabled": traced},
    }
    return Machine(ARN, raw, {None: (Route("$LATEST", 1.0, raw),)})


def group(days=30):
    facts = {"arn": "", "class": "STANDARD", "bytes": 0, "key": None}
    return Reading({"name": "g", "retentionInDays": days}, facts)


def observed(*, stages=(), functions=(), machines=(), health="healthy", rights=None, **more):
    api = Api("a1", "orders", {}, {one["stageName"]: one for one in stages})
    app = App((api,), tuple(functions), tuple(machines), ACCOUNT, "us-east-1", "aws")
    groups = tuple(shown_logs(app))
    roles = {name: Rights(name, {}, ALL_RIGHTS) for name in ("worker", "flower")}
    role = None if health == "none" else f"arn:aws:iam::{ACCOUNT}:role/theirs"
    account = Reading({"cloudwatchRoleArn": role}, {"health": health})
    readings = {one.group: group() for one in groups} | more.pop("readings", {})
    return Observations(
        app, ObservabilitySurvey(account, roles | (rights or {})), groups, readings, **more
    )


def found(seen):
    return [(one.resource, one.document()["problem"], one.fix) for one in problems(seen, NOW)]


SETUP = "dragonctl setup-observability"
CASES = {
    "all well": (observed(stages=[stage()], functions=[function()], machines=[machine()]), []),
    "everything off is no fault": (
        observed(stages=[{"stageName": "prod"}], machines=[machine("OFF", traced=False)],
              functions=[function("PassThrough")], health="none"),
        [],
    ),
    "dead role": (
        observed(health="gone"),
        [("apigateway-account", "no longer exists", SETUP)],
    ),
    "role that may not write": (
        observed(health="it may not logs:PutLogEvents"),
        [("apigateway-account", "may log nothing", f"{SETUP} --replace-account-role")],
    ),
    "no role though a stage logs": (
        observed(stages=[stage()], health="none"),
        [("apigateway-account", "stage prod should log", SETUP)],
    ),
    "data trace overdue": (
        observed(stages=[stage(
            methodSettings={"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}},
            tags={"dragonctl:data-trace-until": "2026-11-20T00:00:00Z"})]),
        [("apigateway-stage/a1/prod", "2026-11-20", f"{SETUP} --stage prod --no-data-trace")],
    ),
    "data trace not over yet": (
        observed(stages=[stage(
            methodSettings={"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}},
            tags={"dragonctl:data-trace-until": "2026-11-24T00:00:00Z"})]),
        [],
    ),
    "a tag that is no time": (
        observed(stages=[stage(
            methodSettings={"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}},
            tags={"dragonctl:data-trace-until": "soon"})]),
        [("apigateway-stage/a1/prod", "soon", f"{SETUP} --stage prod --no-data-trace")],
    ),
    "a method that logs less": (
        observed(stages=[stage(methodSettings={
            "*/*": {"loggingLevel": "INFO"}, "~1orders~1{id}/GET": {"loggingLevel": "ERROR",
                                                                   "metricsEnabled": False}})]),
        [("apigateway-stage/a1/prod", "GET /orders/{id} overrides",
          f"{SETUP} --stage prod --log-level INFO")],
    ),
    "a method that is silent in a stage that logs is somebody's choice": (
        observed(stages=[stage(methodSettings={
            "*/*": {"loggingLevel": "INFO"}, "~1x/GET": {"loggingLevel": "OFF"}})]),
        [],
    ),
    "cached without its key": (
        observed(stages=[stage(cacheClusterEnabled=True, cacheClusterSize="0.5", methodSettings={
            "*/*": {"cachingEnabled": True, "loggingLevel": "INFO"}})],
            methods={"a1": serving("GET", "/orders/{id}", **NO_KEY)}),
        [("apigateway-stage/a1/prod", "without path:id, family in its key",
          "dragonctl enable-cache --stage prod --method 'GET /orders/{id}'")],
    ),
    "cached for whoever asks, although it knows its callers": (
        observed(stages=[stage(cacheClusterEnabled=True, cacheClusterSize="0.5", methodSettings={
            "*/*": {"loggingLevel": "INFO"},
            "~1mine/GET": {"cachingEnabled": True, "loggingLevel": "INFO"}})],
            methods={"a1": serving("ANY", "/mine", authorizationType="CUSTOM")}),
        [("apigateway-stage/a1/prod", "ANY /mine is cached although it has an authorizer",
          "dragonctl disable-cache --stage prod")],
    ),
    "role without rights": (
        observed(functions=[function()], rights={"worker": Rights("worker", {}, (
            {"Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]},))}),
        [("iam-role/worker", "cannot send traces", SETUP)],
    ),
    "rights for what is off are not missed": (
        observed(functions=[function("PassThrough")], rights={"worker": Rights("worker", {}, (
            {"Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]},))}),
        [],
    ),
    "boundary": (
        observed(functions=[function()], rights={"worker": Rights("worker", {}, ALL_RIGHTS, {
            "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]})}),
        [("iam-role/worker", "boundary", "Allow it in the boundary")],
    ),
    "role that is gone": (
        observed(functions=[function()], rights={"worker": None}),
        [("iam-role/worker", "does not exist", "Make the role worker")],
    ),
    "function update going on": (
        observed(functions=[function(LastUpdateStatus="InProgress")]),
        [("lambda-function/work", "is updating", "dragonctl status")],
    ),
    "alias without tracing": (
        observed(functions=[function(qualifiers={"live": (Route("3", 1.0, FROZEN),)})]),
        [("lambda-function/work", "alias live", f"{SETUP} --publish")],
    ),
    "alias with another log format": (
        observed(functions=[function(
            qualifiers={"live": (Route("3", 1.0, {**FROZEN, "TracingConfig": TRACED}),)},
            LoggingConfig={"LogFormat": "JSON"},
        )]),
        [("lambda-function/work", "live, and log format differs from $LATEST in the version 3",
          f"{SETUP} --publish")],
    ),
    "version without tracing": (
        observed(functions=[function(qualifiers={"3": (Route("3", 1.0, FROZEN),)})]),
        [("lambda-function/work", "version 3", "Let the traffic go to an alias")],
    ),
    "group that keeps forever": (
        observed(functions=[function()], readings={"/aws/lambda/work": group(None)}),
        [("logs-group//aws/lambda/work", "never deleted", f"{SETUP} --retention 30")],
    ),
    "group that is missing": (
        observed(functions=[function()], readings={"/aws/lambda/work": None}),
        [("logs-group//aws/lambda/work", "does not exist", SETUP)],
    ),
    "somebody's own group is gone": (
        observed(stages=[stage(accessLogSettings={"destinationArn":
                                           GROUP[:-2].replace("flow", "x")})],
              readings={"/aws/vendedlogs/states/x-Logs": None}),
        [("logs-group//aws/vendedlogs/states/x-Logs", "does not exist",
          "aws logs create-log-group --log-group-name /aws/vendedlogs/states/x-Logs")],
    ),
    "resource policies full": (
        observed(policies=tuple({"policyName": str(n), "policyDocument": "x"} for n in range(10))),
        [("logs-resource-policies", "as many as AWS allows", "aws logs delete-resource-policy")],
    ),
    "a resource policy nearly full": (
        observed(policies=({"policyName": "big", "policyDocument": "x" * 5000},)),
        [("logs-resource-policies", "5,000 of 5,120", "--policy-name big")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_and_what_mends_it(name):
    seen, expected = CASES[name]
    told = found(seen)
    assert len(told) == len(expected), told
    for (resource, problem, fix), (thing, words, command) in zip(told, expected, strict=True):
        assert resource.startswith(thing)
        assert words in problem
        assert command in fix


def test_commands_repeat_how_the_application_was_reached():
    line = line_of(
        ["status", "--local", "--region", "eu-west-1", "--api", "orders", "--stage", "prod"]
    )
    context = CommandContext(Printed(line).command, ("orders",), ("prod",))
    assert context.setup("--retention", "30") == (
        "dragonctl setup-observability --stage prod --retention 30 --region eu-west-1 --local"
        " --api orders"
    )
    several = CommandContext(several=True)
    assert several.setup(api="a2", stage="test") == (
        "dragonctl setup-observability --api a2 --stage test"
    )
    assert several.setup() == "dragonctl setup-observability --all"


def test_the_document_holds_each_part():
    seen = document(observed(stages=[stage()], functions=[function()], machines=[machine()]), NOW)
    assert seen["api"] == {"id": "a1", "name": "orders"}
    assert (seen["stages"][0]["log_level"], seen["stages"][0]["tracing"]) == ("INFO", True)
    assert seen["functions"][0]["log_group"] == "/aws/lambda/work"
    assert seen["state_machines"][0]["log_level"] == "ALL"
    assert [one["retention_days"] for one in seen["log_groups"]] == [30, 30, 30]
    assert seen["problems"] == []
    assert seen["switch_on"] == SETUP  # the access log is off


def test_what_could_not_be_read_is_no_problem():
    seen = observed(functions=[function()])
    seen = Observations(seen.app, seen.survey, seen.logs, {})
    assert found(seen) == []
    assert document(seen, NOW)["log_groups"][0]["exists"] is None


BODIES_LOGGED = (
    f"Full requests and responses are logged in prod: `{SETUP} --stage prod --no-data-trace`"
    " ends it."
)
BODIES = {"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}}


@pytest.mark.parametrize(
    ("tags", "warnings"),
    [
        ({}, [BODIES_LOGGED]),
        ({"dragonctl:data-trace-until": "2026-11-20T00:00:00Z"}, []),  # a problem already
    ],
)  # fmt: skip
def test_bodies_in_the_log_are_a_warning_with_the_command_that_ends_it(tags, warnings):
    seen = observed(stages=[stage(methodSettings=BODIES, tags=tags)])
    assert document(seen, NOW)["warnings"] == warnings


@pytest.mark.parametrize("level", ["ALL", "OFF"])
def test_inputs_in_the_log_of_a_machine_are_a_warning(level):
    told = machine(level)
    told.raw["loggingConfiguration"]["includeExecutionData"] = True
    warnings = document(observed(machines=[told]), NOW)["warnings"]
    ends = f"Inputs and outputs are logged of flow: `{SETUP} --no-execution-data` ends it."
    assert warnings == ([] if level == "OFF" else [ends])

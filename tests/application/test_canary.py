"""A canary's share of the traffic sees other stage variables: what they name is behind the API."""

from __future__ import annotations

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.application.log_groups import log_groups, queried
from dragonctl.application.nouns import Api, App
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.model import Reading
from dragonctl.engine.reads import Reads
from dragonctl.recipes.observability import Options
from tests.applications.builder import Builder
from tests.recipes.observing import groups, recipe


def test_what_a_canary_calls_is_found_too(local_aws):
    builder = Builder(local_aws.endpoint)
    api = builder.api("shop")
    builder.function("steady", aliases=["live", "next"])
    builder.function("brave", aliases=["live"])
    function = builder.function_arn("${stageVariables.function}:${stageVariables.alias}")
    builder.calls_function(api, "GET", "/things", function)
    canary = {"percentTraffic": 10, "stageVariableOverrides": {"function": "brave"}}
    variables = {"function": "steady", "alias": "live"}
    builder.stage(api, "prod", variables=variables, canarySettings=canary)

    connection = Connection(None, local_aws.region, local_aws.endpoint, "test", "test")
    found = discover(Reads(Aws(connection)), Selection(api=api.id))
    behind = {function.name: set(function.qualifiers) for function in found.functions}
    assert behind == {"steady": {"live"}, "brave": {"live"}}
    assert found.warnings == ()


def stage_with(canary):
    access = {"destinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:mine"}
    methods = {"*/*": {"loggingLevel": "INFO"}}
    raw = {"stageName": "prod", "methodSettings": methods, "accessLogSettings": access, **canary}
    return App((Api("a1", "shop", {}, {"prod": raw}),), (), (), "123456789012", "eu-west-1", "aws")


def test_a_canary_logs_to_groups_of_its_own_besides():
    """Asked of both, a query would count its lines twice."""
    own = ["API-Gateway-Execution-Logs_a1/prod", "mine"]
    found = log_groups(stage_with({"canarySettings": {"percentTraffic": 5.0}}))
    assert sorted(group.name for group in found) == sorted(
        [*own, *(f"{one}/Canary" for one in own)]
    )
    assert [group.name for group in queried(found)] == own
    assert [group.name for group in log_groups(stage_with({}))] == own


def test_the_groups_of_a_canary_end_as_those_of_its_stage_do():
    canary = {"prod": {"stageName": "prod", "canarySettings": {"percentTraffic": 5.0}}}
    plain = {"prod": {"stageName": "prod"}}
    own = "API-Gateway-Execution-Logs_a1/prod/Canary"
    made = {
        one.resource.name: one.wanted(None, {})
        for one in recipe(stages=canary).steps
        if one.resource.kind == "logs-group" and one.resource.name.endswith("/Canary")
    }
    assert made[own] == {"name": own, "retentionInDays": 30}
    assert made["/aws/apigateway/a1/prod/access/Canary"]["retentionInDays"] == 30
    assert not [name for name in groups(recipe(stages=plain)) if name.endswith("/Canary")]
    left = recipe(Options(retention=7), stages=plain)
    (one,) = [step for step in left.steps if step.resource.identifier == f"logs-group/{own}"]
    assert one.wanted(None, {}) == {}
    assert one.wanted(Reading({"name": own, "retentionInDays": None}), {}) == {"retentionInDays": 7}

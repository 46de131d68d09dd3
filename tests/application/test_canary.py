"""A canary's share of the traffic sees other stage variables: what they name is behind the API."""

from __future__ import annotations

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.reads import Reads
from tests.applications.builder import Builder


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

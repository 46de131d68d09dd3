"""Integrations that name what no function can be called: named, and the rest is found."""

from __future__ import annotations

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.reads import Reads
from tests.applications.builder import Builder

LONG = "a-function-whose-name-has-more-than-the-sixty-four-characters-that"


def test_a_name_that_lambda_does_not_take_stops_nothing(local_aws):
    builder = Builder(local_aws.endpoint)
    api = builder.api("long")
    builder.calls_function(api, "GET", "/real", builder.function("real"))
    builder.calls_function(api, "GET", "/long", builder.function_arn(LONG))
    builder.calls_function(api, "GET", "/live", f"{builder.function_arn(LONG)}:live")
    builder.stage(api, "prod")
    connection = Connection(
        region=builder.region,
        endpoint_url=builder.endpoint,
        access_key="testing",
        secret_key="testing",
    )
    found = discover(Reads(Aws(connection)), Selection(api=api.id))
    assert [function.name for function in found.functions] == ["real"]
    assert f"The function {LONG} does not exist." in found.warnings
    assert not found.errors

"""Which integration stands behind a method, and what it answers."""

from __future__ import annotations

import re

from dragonctl.local.data_plane import (
    faults,
    http_integration,
    lambda_integration,
    states_integration,
    transform,
)
from dragonctl.local.data_plane.exchange import Exchange, Handled
from dragonctl.local.data_plane.mapping import with_variables

_FUNCTION = re.compile(
    r"arn:[\w-]+:apigateway:[\w-]+:lambda:path/[\d-]+/functions/"
    r"(arn:[\w-]+:lambda:[\w-]*:\d*:function:.+)/(?:invocations|response-.*)"
)
_ACTION = re.compile(r"arn:[\w-]+:apigateway:([\w-]+):([\w.-]+):action/(\w+)")


def serve(exchange: Exchange) -> Handled:
    """Do what the integration says.

    Raises:
        GatewayError: what API Gateway answers when it cannot; 501 for what is not done here.

    """
    kind = str(exchange.integration.get("type")).upper()
    if exchange.integration.get("responseTransferMode") == "STREAM":
        raise faults.not_here("integrations that stream (responseTransferMode STREAM)")
    if kind == "MOCK":
        return transform.mock(exchange)
    uri = with_variables(str(exchange.integration.get("uri")), exchange.stage.variables)
    if kind in ("HTTP", "HTTP_PROXY"):
        return http_integration.serve(exchange, uri)
    function = _FUNCTION.fullmatch(uri)
    if function:
        if exchange.integration.get("httpMethod") not in (None, "POST"):
            raise faults.configuration("Lambda takes no invocation by another method than POST")
        called = lambda_integration.proxy if kind == "AWS_PROXY" else lambda_integration.custom
        return called(exchange, function[1])
    action = _ACTION.fullmatch(uri)
    if action and action[2] == "states" and kind == "AWS":
        return states_integration.serve(exchange, action[1], action[3])
    raise faults.not_here(f"integrations with {uri}")

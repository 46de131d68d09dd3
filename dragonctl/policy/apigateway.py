"""API Gateway's control plane: authorised as HTTP method and path, taken from botocore's model.

API Gateway developer guide, "How Amazon API Gateway works with IAM", and "Tag-based access":
``apigateway:PATCH`` on ``arn:aws:apigateway:REGION::/restapis/ID/stages/NAME``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

from dragonctl.aws.client import service_model
from dragonctl.engine.model import Call

SERVICES = ("apigateway", "apigatewayv2")
_PLACEHOLDER = re.compile(r"\{([^}+]+)\+?\}")


def permissions(call: Call) -> Iterator[tuple[str, str]]:
    """The (method, path) pairs that a call needs; tags given at creation need their own."""
    method, template = _http(call.service, call.operation)
    path = _filled(template, call)
    yield method, path
    if call.params.get("tags") and not path.startswith("/tags"):
        yield "PUT", "/tags/*"


def method(call: Call) -> str:
    """The HTTP method of a call."""
    return _http(call.service, call.operation)[0]


def passed_roles(call: Call) -> Iterator[str]:
    """The roles that a patch hands to API Gateway."""
    for patch in _patches(call):
        if patch["path"] in ("/cloudwatchRoleArn", "/credentials") and patch.get("value"):
            yield str(patch["value"])


def turns_tracing_on(call: Call) -> bool:
    """Whether X-Ray tracing of a stage is switched on."""
    if call.operation in ("CreateStage", "CreateDeployment"):
        return bool(call.params.get("tracingEnabled"))
    return any(p["path"] == "/tracingEnabled" and p.get("value") == "true" for p in _patches(call))


def _patches(call: Call) -> list[dict[str, Any]]:
    if call.service != "apigateway":
        return []
    return list(call.params.get("patchOperations") or ())


@cache
def _http(service: str, operation: str) -> tuple[str, str]:
    """The operation's method and path, without the version that v2's paths begin with."""
    http = service_model(service).operation_model(operation).http
    path = http["requestUri"].partition("?")[0]
    return http["method"], re.sub(r"^/v\d+(?=/)", "", path)


def _filled(template: str, call: Call) -> str:
    """The path with the call's own values in it; a placeholder is the parameter's wire name."""
    names = _wire_names(call.service, call.operation)

    def fill(found: re.Match[str]) -> str:
        given = call.params.get(names.get(found[1], found[1]))
        value = "*" if given is None else str(given)  # what AWS has yet to name is any
        return quote(value, safe="") if value.startswith("arn:") else value

    return _PLACEHOLDER.sub(fill, template)


@cache
def _wire_names(service: str, operation: str) -> dict[str, str]:
    """Placeholder of the path -> the parameter's name in botocore."""
    shape = service_model(service).operation_model(operation).input_shape
    members = shape.members if shape else {}
    return {one.serialization.get("name", name): name for name, one in members.items()}

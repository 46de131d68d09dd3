"""Integrations: what stands behind a method, what is mapped, and what its cache key is made of."""

from __future__ import annotations

from collections.abc import Iterable

from dragonctl.local import refusals
from dragonctl.local.gateway import patches, rows
from dragonctl.local.gateway.store import (
    Record,
    answer,
    bad_request,
    method,
    not_found,
    picked,
    resource,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

TYPES = ("HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY")
PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
TRANSFER = ("BUFFERED", "STREAM")
OPTIONS = (
    "uri",
    "connectionType",
    "connectionId",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "contentHandling",
    "tlsConfig",
    "responseTransferMode",
)
"""What an integration may have besides its type and method; without a value it shows none."""

_RESPONSE_FIELDS = (
    "selectionPattern",
    "responseParameters",
    "responseTemplates",
    "contentHandling",
)
_PATHS = patches.Paths(
    fields={
        "uri": str,
        "httpMethod": str,
        "credentials": str,
        "passthroughBehavior": str,
        "cacheNamespace": str,
        "contentHandling": str,
        "connectionType": str,
        "connectionId": str,
        "responseTransferMode": str,
        "timeoutInMillis": patches.number(int),
    },
    maps={"requestParameters": str, "requestTemplates": str},
    sets=("cacheKeyParameters",),
)
_RESPONSE_PATHS = patches.Paths(
    fields={"selectionPattern": str, "contentHandling": str},
    maps={"responseParameters": str, "responseTemplates": str},
)


@instead("apigateway", "PutIntegration")
def put(request: Request) -> Record:
    """Set a method's integration up anew."""
    behind, parameters = method(request), request.parameters
    made = integration(parameters, resource(request)["id"])
    check(made, behind)
    behind["methodIntegration"] = made
    return dict(made)


def integration(parameters: Record, namespace: str) -> Record:
    """An integration with AWS's defaults: 29 seconds, the resource's own cache namespace."""
    made = {
        "type": parameters["type"],
        **picked(parameters, *OPTIONS),
        "passthroughBehavior": parameters.get("passthroughBehavior") or "WHEN_NO_MATCH",
        "timeoutInMillis": parameters.get("timeoutInMillis") or 29000,
        "cacheNamespace": parameters.get("cacheNamespace") or namespace,
        "cacheKeyParameters": list(parameters.get("cacheKeyParameters") or []),
    }
    if made["type"] in ("HTTP", "HTTP_PROXY"):
        made.setdefault("connectionType", "INTERNET")
    if made["type"] != "MOCK" and parameters.get("integrationHttpMethod"):
        made["httpMethod"] = parameters["integrationHttpMethod"]
    return made


def check(made: Record, behind: Record) -> None:
    """Refuse what AWS refuses of an integration, in its words where they are recorded."""
    for name, known in (("type", TYPES), ("passthroughBehavior", PASSTHROUGH)):
        if made[name] not in known:
            raise bad_request(f"Enumeration value for {name} must be one of: [{', '.join(known)}]")
    _check_transfer(made)
    refusals.check(rows.INTEGRATION, made)
    _check_declared(made, behind)


def _check_transfer(made: Record) -> None:
    mode = made.get("responseTransferMode", TRANSFER[0])
    if mode not in TRANSFER:
        raise bad_request(
            f"Enumeration value for responseTransferMode must be one of: [{', '.join(TRANSFER)}]"
        )
    if mode == "STREAM" and made["type"] not in ("AWS_PROXY", "HTTP_PROXY"):
        raise bad_request("Only proxy integrations stream their response")


def _check_declared(made: Record, behind: Record) -> None:
    """Keys and mappings may name only what the method declares as its request parameters."""
    declared = behind.get("requestParameters") or {}
    for key in made.get("cacheKeyParameters") or []:
        if key not in declared:
            raise bad_request("Invalid cache key parameter specified")
    mappings = made.get("requestParameters") or {}
    if no_mapping := rows.wrong_mapping(mappings):
        words = f"Invalid mapping expression specified: {no_mapping}"
        raise bad_request(rows.MAPPING.format(words))
    if wrong := _undeclared(mappings.values(), declared):
        words = f"Invalid mapping expression parameter specified: {wrong}"
        raise bad_request(rows.MAPPING.format(words))


def _undeclared(sources: Iterable[str], declared: Record) -> str | None:
    """The first mapping from a parameter of the request that the method does not know."""
    for source in sources:
        if source.startswith("method.request.") and not source.startswith("method.request.body"):
            known = source.replace("multivalue", "", 1)
            if source not in declared and known not in declared:
                return source
    return None


@instead("apigateway", "GetIntegration")
def get(request: Request) -> Record:
    """A method's integration."""
    return dict(_integration(request))


@instead("apigateway", "UpdateIntegration")
def update(request: Request) -> Record:
    """Patch an integration: a cache key is ``add /cacheKeyParameters/<parameter>``."""
    thing = _integration(request)
    wanted = patches.patched(thing, request.parameters.get("patchOperations") or [], _PATHS)
    check(wanted, method(request))
    thing.clear()
    thing.update({k: v for k, v in wanted.items() if v != {}})
    return dict(thing)


@instead("apigateway", "DeleteIntegration")
def delete(request: Request) -> None:
    """Take the integration away."""
    _integration(request)
    del method(request)["methodIntegration"]


@instead("apigateway", "PutIntegrationResponse")
def put_response(request: Request) -> Record:
    """What an answer of the integration becomes."""
    status = request.parameters["statusCode"]
    made = {"statusCode": status, **picked(request.parameters, *_RESPONSE_FIELDS)}
    _check_answered(made, method(request))
    _integration(request).setdefault("integrationResponses", {})[status] = made
    return dict(made)


@instead("apigateway", "GetIntegrationResponse")
def get_response(request: Request) -> Record:
    """One of them."""
    return dict(_response(request))


@instead("apigateway", "UpdateIntegrationResponse")
def update_response(request: Request) -> Record:
    """Patch one of them."""
    thing = _response(request)
    operations = request.parameters.get("patchOperations") or []
    wanted = patches.patched(thing, operations, _RESPONSE_PATHS)
    _check_answered(wanted, method(request))
    thing.clear()
    thing.update(wanted)
    return dict(thing)


@instead("apigateway", "DeleteIntegrationResponse")
def delete_response(request: Request) -> None:
    """Take one away."""
    _response(request)
    answers = _integration(request)["integrationResponses"]
    del answers[request.parameters["statusCode"]]
    if not answers:
        del _integration(request)["integrationResponses"]


def _integration(request: Request) -> Record:
    found: Record | None = method(request).get("methodIntegration")
    if found is None:
        raise not_found("Invalid Integration identifier specified")
    return found


def _response(request: Request) -> Record:
    responses = _integration(request).get("integrationResponses", {})
    return answer(responses, request.parameters["statusCode"])


def _check_answered(made: Record, behind: Record) -> None:
    """A mapping may set only what the method's response of that status declares."""
    response = (behind.get("methodResponses") or {}).get(made["statusCode"], {})
    declared = response.get("responseParameters") or {}
    for name in made.get("responseParameters") or {}:
        if name not in declared:
            words = f"Invalid mapping expression parameter specified: {name}"
            raise bad_request(rows.MAPPING.format(words))

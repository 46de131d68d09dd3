"""Integrations: what stands behind a method, what is mapped, and what its cache key is made of."""

from __future__ import annotations

from collections.abc import Iterable

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    bad_request,
    held,
    method,
    not_found,
    picked,
    resource,
)
from dragonctl.local.shims import instead
from dragonctl.local.wire import Request

TYPES = ("HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY")
PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
TRANSFER = ("BUFFERED", "STREAM")
_OPTIONS = (
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
_RESPONSE_FIELDS = (
    "selectionPattern",
    "responseParameters",
    "responseTemplates",
    "contentHandling",
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
        **picked(parameters, *_OPTIONS),
        "passthroughBehavior": parameters.get("passthroughBehavior") or "WHEN_NO_MATCH",
        "timeoutInMillis": parameters.get("timeoutInMillis") or 29000,
        "cacheNamespace": parameters.get("cacheNamespace") or namespace,
        "cacheKeyParameters": list(parameters.get("cacheKeyParameters") or []),
    }
    if made["type"] != "MOCK" and parameters.get("integrationHttpMethod"):
        made["httpMethod"] = parameters["integrationHttpMethod"]
    return made


def check(made: Record, behind: Record) -> None:
    """Refuse what AWS refuses of an integration, in its words where they are recorded."""
    if made["type"] not in TYPES:
        raise bad_request(f"Enumeration value for type must be one of: [{', '.join(TYPES)}]")
    if made["passthroughBehavior"] not in PASSTHROUGH:
        raise bad_request(
            f"Enumeration value for passthroughBehavior must be one of: [{', '.join(PASSTHROUGH)}]"
        )
    _check_transfer(made)
    if made["type"] in ("AWS", "AWS_PROXY"):
        _check_aws(made)
    _check_declared(made, behind)


def _check_transfer(made: Record) -> None:
    mode = made.get("responseTransferMode", TRANSFER[0])
    if mode not in TRANSFER:
        raise bad_request(
            f"Enumeration value for responseTransferMode must be one of: [{', '.join(TRANSFER)}]"
        )
    if mode == "STREAM" and made["type"] not in ("AWS_PROXY", "HTTP_PROXY"):
        raise bad_request("Only proxy integrations stream their response")


def _check_aws(made: Record) -> None:
    if not made.get("httpMethod"):
        raise bad_request("Enumeration value for HttpMethod must be non-empty")
    if not str(made.get("uri", "")).startswith("arn:"):
        raise bad_request("Invalid ARN specified in the request")


def _check_declared(made: Record, behind: Record) -> None:
    """Keys and mappings may name only what the method declares as its request parameters."""
    declared = behind.get("requestParameters") or {}
    for key in made.get("cacheKeyParameters") or []:
        if key not in declared:
            raise bad_request("Invalid cache key parameter specified")
    wrong = _undeclared((made.get("requestParameters") or {}).values(), declared)
    if wrong:
        raise bad_request(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
            f"[Invalid mapping expression parameter specified: {wrong}]"
        )


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
    wanted = patches.patched(
        thing,
        request.parameters.get("patchOperations") or [],
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
    behind = method(request)
    if status not in behind.get("methodResponses", {}):
        raise not_found("Invalid Response status code specified")
    made = {"statusCode": status, **picked(request.parameters, *_RESPONSE_FIELDS)}
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
    wanted = patches.patched(
        thing,
        request.parameters.get("patchOperations") or [],
        fields={"selectionPattern": str, "contentHandling": str},
        maps={"responseParameters": str, "responseTemplates": str},
    )
    thing.clear()
    thing.update(wanted)
    return dict(thing)


@instead("apigateway", "DeleteIntegrationResponse")
def delete_response(request: Request) -> None:
    """Take one away."""
    _response(request)
    del _integration(request)["integrationResponses"][request.parameters["statusCode"]]


def _integration(request: Request) -> Record:
    found: Record | None = method(request).get("methodIntegration")
    if found is None:
        raise not_found("Invalid Integration identifier specified")
    return found


def _response(request: Request) -> Record:
    responses = _integration(request).get("integrationResponses", {})
    return held(responses, request.parameters["statusCode"], "Response status code")

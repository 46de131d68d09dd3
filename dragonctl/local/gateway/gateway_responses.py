"""What the gateway itself answers: AWS's defaults, and what an API puts in their place."""

from __future__ import annotations

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import Record, api, not_found, page, picked
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

DEFAULT_STATUS: dict[str, str | None] = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}
"""By type (guide, "Gateway response types"); the two general ones keep the error's own status."""

_TEMPLATE = {"application/json": '{"message":$context.error.messageString}'}
_PATHS = patches.Paths(
    fields={"statusCode": str},
    maps={"responseParameters": str, "responseTemplates": str},
    wrong_path=patches.SHORT,
    wrong_operation=patches.SHORT,
    strict=frozenset({"responseParameters", "responseTemplates"}),
)


@instead("apigateway", "PutGatewayResponse")
def put(request: Request) -> Record:
    """What the gateway answers in some case."""
    kind = request.parameters["responseType"]
    given = picked(request.parameters, "statusCode", "responseParameters", "responseTemplates")
    made = {"responseType": kind, "defaultResponse": False, **given}
    api(request)["responses"][kind] = made
    return dict(made)


@instead("apigateway", "GetGatewayResponses")
def list_all(request: Request) -> Record:
    """All of them, set or by default."""
    record = api(request)
    return page(request, [_shown(record, kind) for kind in DEFAULT_STATUS])


@instead("apigateway", "GetGatewayResponse")
def get(request: Request) -> Record:
    """One of them."""
    return _shown(api(request), request.parameters["responseType"])


@instead("apigateway", "UpdateGatewayResponse")
def update(request: Request) -> Record:
    """Patch one; a default becomes the API's own."""
    record, kind = api(request), request.parameters["responseType"]
    operations = request.parameters.get("patchOperations") or []
    wanted = patches.patched(_shown(record, kind), operations, _PATHS)
    record["responses"][kind] = {**wanted, "defaultResponse": False}
    return dict(record["responses"][kind])


@instead("apigateway", "DeleteGatewayResponse")
def delete(request: Request) -> None:
    """Back to AWS's default."""
    if api(request)["responses"].pop(request.parameters["responseType"], None) is None:
        raise not_found("Gateway response type not defined on api")


def _shown(record: Record, kind: str) -> Record:
    own: Record | None = record["responses"].get(kind)
    if own is not None:
        return dict(own)
    status = {"statusCode": DEFAULT_STATUS[kind]} if DEFAULT_STATUS[kind] else {}
    return {
        "responseType": kind,
        **status,
        "responseParameters": {},
        "responseTemplates": dict(_TEMPLATE),
        "defaultResponse": True,
    }

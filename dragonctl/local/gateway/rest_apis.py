"""REST APIs: made, read, renamed, moved between endpoint types, tagged, deleted."""

from __future__ import annotations

import re
from typing import Any

from dragonctl.local.gateway import patches, rows
from dragonctl.local.gateway.store import (
    Record,
    api,
    apis,
    bad_request,
    held,
    moment,
    new_id,
    not_found,
    page,
    picked,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

ADDRESS_TYPES = ("ipv4", "dualstack")
ENDPOINT_TYPES = ("EDGE", "REGIONAL", "PRIVATE")
_OPTIONS = (
    "description",
    "version",
    "binaryMediaTypes",
    "minimumCompressionSize",
    "policy",
    "tags",
)
_TAGGED = re.compile(r"arn:[^:]+:apigateway:[^:]*::/restapis/([^/]+)(?:/stages/([^/]+))?$")


@instead("apigateway", "CreateRestApi")
def create(request: Request) -> Record:
    """A new API with nothing in it but its root."""
    parameters = request.parameters
    endpoint = parameters.get("endpointConfiguration") or {}
    made = empty(parameters["name"], endpoint.get("types"))
    made["api"]["endpointConfiguration"] |= picked(endpoint, "ipAddressType", "vpcEndpointIds")
    made["api"] |= picked(parameters, *_OPTIONS, "apiKeySource", "disableExecuteApiEndpoint")
    apis(request)[made["api"]["id"]] = made
    return dict(made["api"])


def empty(name: str, types: list[str] | None = None) -> Record:
    """An API as AWS makes it: a root resource and the models ``Empty`` and ``Error``."""
    root, api_id = new_id(), new_id()
    shown = {
        "id": api_id,
        "name": name,
        "createdDate": moment(),
        "apiKeySource": "HEADER",
        "endpointConfiguration": _endpoint(types or ["EDGE"]),
        "disableExecuteApiEndpoint": False,
        "rootResourceId": root,
    }
    return {
        "api": shown,
        "resources": {root: {"id": root, "path": "/"}},
        "models": {name: _model(name, text) for name, text in _MODELS.items()},
        "validators": {},
        "authorizers": {},
        "responses": {},
        "stages": {},
        "deployments": {},
    }


_MODELS = {
    "Empty": '{"type": "object", "title": "Empty Schema"}',
    "Error": '{"type": "object", "properties": {"message": {"type": "string"}}}',
}


def _model(name: str, schema: str) -> Record:
    return {"id": new_id(6), "name": name, "contentType": "application/json", "schema": schema}


def _endpoint(types: list[str]) -> Record:
    """A private API speaks both kinds of addresses, another one the old kind unless told."""
    address = "dualstack" if types == ["PRIVATE"] else "ipv4"
    return {"types": _types(types), "ipAddressType": address}


def _types(types: list[str]) -> list[str]:
    for one in types:
        if one not in ENDPOINT_TYPES:
            raise bad_request(
                f"Invalid endpoint type: {one}. Must be one of: [EDGE, REGIONAL, PRIVATE]"
            )
    return types


@instead("apigateway", "GetRestApi")
def get(request: Request) -> Record:
    """One API."""
    return dict(api(request)["api"])


@instead("apigateway", "GetRestApis")
def list_all(request: Request) -> Record:
    """A page of the APIs."""
    return page(request, [one["api"] for one in apis(request).values()])


@instead("apigateway", "DeleteRestApi")
def delete(request: Request) -> None:
    """Take an API away, stages and all."""
    del apis(request)[api(request)["api"]["id"]]


@instead("apigateway", "UpdateRestApi")
def update(request: Request) -> Record:
    """Patch an API's own fields; its endpoint type among them."""
    record, plain = api(request), []
    wanted = dict(record["api"])
    for operation in request.parameters.get("patchOperations") or []:
        if str(operation.get("path")).startswith("/endpointConfiguration/"):
            wanted["endpointConfiguration"] = _moved(wanted["endpointConfiguration"], operation)
        else:
            plain.append(operation)
    record["api"] = patches.patched(wanted, plain, _PATHS)
    return dict(record["api"])


def _moved(endpoint: Record, operation: Any) -> Record:
    """Another endpoint type or kind of addresses.

    The path of a type names the present one, by itself or by its place.
    """
    _, _, kind, *rest = operation["path"].split("/")
    wanted = patches.value_of(operation)
    if operation.get("op") != "replace":
        raise bad_request(patches.ONLY_REPLACE)
    if kind == "ipAddressType" and not rest:
        return {**endpoint, "ipAddressType": _address_type(endpoint, wanted)}
    present = endpoint["types"][0]
    if kind != "types" or rest not in ([present], ["0"]):
        raise bad_request(patches.SHORT.format(path=operation["path"]))
    if present == "PRIVATE" and wanted == "EDGE":
        raise bad_request("Cannot update endpoint from PRIVATE to EDGE")
    return (
        {**endpoint, **_endpoint([wanted])}
        if wanted == "PRIVATE"
        else {**endpoint, "types": _types([wanted])}
    )


def _address_type(endpoint: Record, wanted: str) -> str:
    if wanted not in ADDRESS_TYPES:
        raise bad_request("ipAddressType must be either ipv4 or dualstack.")
    if endpoint["types"] == ["PRIVATE"] and wanted != "dualstack":
        raise bad_request(rows.ONLY_DUALSTACK)
    return wanted


def _compression(value: str) -> int:
    size: int = patches.number(int)(value)
    if not 0 <= size <= rows.MOST_COMPRESSION:
        raise bad_request(rows.COMPRESSION)
    return size


_PATHS = patches.Paths(
    fields={
        "name": str,
        "description": str,
        "policy": str,
        "apiKeySource": str,
        "disableExecuteApiEndpoint": patches.loose_truth,
        "minimumCompressionSize": _compression,
    },
    sets=("binaryMediaTypes",),
    wrong_path=patches.SHORT,
    wrong_operation=patches.ONLY_REPLACE,
    replaceable=frozenset({"binaryMediaTypes"}),
)


@instead("apigateway", "TagResource")
def tag(request: Request) -> None:
    """Add tags to an API or a stage."""
    _tagged(request).setdefault("tags", {}).update(request.parameters["tags"])


@instead("apigateway", "UntagResource")
def untag(request: Request) -> None:
    """Take tags away; one that is not there is no error."""
    thing = _tagged(request)
    left = {
        k: v for k, v in thing.pop("tags", {}).items() if k not in request.parameters["tagKeys"]
    }
    if left:
        thing["tags"] = left


@instead("apigateway", "GetTags")
def tags(request: Request) -> Record:
    """The tags of an API or a stage."""
    return {"tags": _tagged(request).get("tags", {})}


def _tagged(request: Request) -> Record:
    arn = request.parameters["resourceArn"]
    named = _TAGGED.match(arn)
    if named is None:
        raise bad_request(f"Invalid resource ARN specified in the request: {arn}")
    record = apis(request).get(named[1])
    if record is None:
        raise not_found(f"Invalid API identifier specified {request.account}:{named[1]}")
    thing: Record = record["api"]
    if named[2] is not None:
        thing = held(record["stages"], named[2], "stage")["stage"]
    return thing

"""Methods and what they may answer."""

from __future__ import annotations

import re

from dragonctl.local.gateway import patches, rows
from dragonctl.local.gateway.store import (
    Record,
    answer,
    api,
    bad_request,
    conflict,
    method,
    picked,
    resource,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

VERBS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ANY")
_OPTIONS = (
    "authorizerId",
    "operationName",
    "requestParameters",
    "requestModels",
    "requestValidatorId",
    "authorizationScopes",
)
AUTHORIZATION_TYPES = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
_WITH_AUTHORIZER = ("CUSTOM", "COGNITO_USER_POOLS")
_NO_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
    "COGNITO_USER_POOLS requires a valid authorizer."
)
_PARAMETER = re.compile(
    r"method\.request\.(querystring|multivaluequerystring|path|header|multivalueheader)\.\S+"
)
_PATHS = patches.Paths(
    fields={
        "authorizationType": str,
        "authorizerId": str,
        "operationName": str,
        "requestValidatorId": str,
        "apiKeyRequired": patches.loose_truth,
    },
    maps={"requestParameters": patches.loose_truth, "requestModels": str},
    sets=("authorizationScopes",),
    wrong_path=patches.SHORT,
    wrong_operation=patches.ONLY_REPLACE,
    missing={"requestModels": "Content-Type specified was not found"},
)
_RESPONSE_PATHS = patches.Paths(
    fields={},
    maps={"responseParameters": patches.loose_truth, "responseModels": str},
    missing={"responseModels": "Content-Type specified was not found"},
)


@instead("apigateway", "PutMethod")
def put(request: Request) -> Record:
    """A new method on a resource."""
    verb, parameters = request.parameters["httpMethod"], request.parameters
    methods = resource(request).setdefault("resourceMethods", {})
    if verb not in VERBS:
        raise bad_request(
            "Invalid HttpMethod specified. "
            "Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
        )
    if verb in methods:
        raise conflict("Method already exists for this resource")
    made = {
        "httpMethod": verb,
        "authorizationType": parameters["authorizationType"],
        "apiKeyRequired": bool(parameters.get("apiKeyRequired")),
        **picked(parameters, *_OPTIONS),
    }
    check(made, api(request))
    methods[verb] = made
    return dict(made)


def check(made: Record, record: Record) -> None:
    """What a method names must be there: its authorizer, validator and models."""
    kind, authorizer = made["authorizationType"], made.get("authorizerId")
    if kind not in AUTHORIZATION_TYPES:
        known = ", ".join(AUTHORIZATION_TYPES)
        raise bad_request(f"Invalid authorization type specified. Must be one of: [{known}]")
    if kind in _WITH_AUTHORIZER and authorizer not in record["authorizers"]:
        raise bad_request(_NO_AUTHORIZER)
    validator = made.get("requestValidatorId")
    if validator and validator not in record["validators"]:
        raise bad_request("Invalid Request Validator identifier specified")
    _check_models(made.get("requestModels"), record)
    for name in made.get("requestParameters") or {}:
        if not _PARAMETER.fullmatch(name):
            words = f"Invalid mapping expression parameter specified: {name}"
            raise bad_request(rows.MAPPING.format(words))


def _check_models(named: Record | None, record: Record) -> None:
    for model in (named or {}).values():
        if model not in record["models"]:
            raise bad_request(f"Invalid model identifier specified: {model}")


@instead("apigateway", "GetMethod")
def get(request: Request) -> Record:
    """One method with its integration and responses."""
    return dict(method(request))


@instead("apigateway", "UpdateMethod")
def update(request: Request) -> Record:
    """Patch a method: declaring a request parameter is ``add`` with the value ``false``."""
    thing = method(request)
    wanted = patches.patched(thing, request.parameters.get("patchOperations") or [], _PATHS)
    check(wanted, api(request))
    return _replace(thing, wanted)


@instead("apigateway", "DeleteMethod")
def delete(request: Request) -> None:
    """Take a method away."""
    method(request)
    del resource(request)["resourceMethods"][request.parameters["httpMethod"]]


@instead("apigateway", "PutMethodResponse")
def put_response(request: Request) -> Record:
    """A status that the method may answer."""
    responses = method(request).setdefault("methodResponses", {})
    status = request.parameters["statusCode"]
    if status in responses:
        raise conflict("Response already exists for this resource")
    _check_models(request.parameters.get("responseModels"), api(request))
    responses[status] = {
        "statusCode": status,
        **picked(request.parameters, "responseParameters", "responseModels"),
    }
    return dict(responses[status])


@instead("apigateway", "GetMethodResponse")
def get_response(request: Request) -> Record:
    """One status that the method may answer."""
    return dict(_response(request))


@instead("apigateway", "UpdateMethodResponse")
def update_response(request: Request) -> Record:
    """Patch a method's response."""
    thing = _response(request)
    operations = request.parameters.get("patchOperations") or []
    wanted = patches.patched(thing, operations, _RESPONSE_PATHS)
    return _replace(thing, wanted)


@instead("apigateway", "DeleteMethodResponse")
def delete_response(request: Request) -> None:
    """Take a response away."""
    _response(request)
    del method(request)["methodResponses"][request.parameters["statusCode"]]


def _response(request: Request) -> Record:
    responses = method(request).get("methodResponses", {})
    return answer(responses, request.parameters["statusCode"])


def _replace(thing: Record, wanted: Record) -> Record:
    """The patched thing in the old one's place; what became empty is not shown."""
    thing.clear()
    thing.update({k: v for k, v in wanted.items() if v not in ({}, [])})
    return dict(thing)

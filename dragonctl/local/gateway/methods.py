"""Methods and what they may answer."""

from __future__ import annotations

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    api,
    bad_request,
    conflict,
    held,
    method,
    picked,
    resource,
)
from dragonctl.local.shims import instead
from dragonctl.local.wire import Request

VERBS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ANY")
_OPTIONS = (
    "authorizerId",
    "operationName",
    "requestParameters",
    "requestModels",
    "requestValidatorId",
    "authorizationScopes",
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
    validator = parameters.get("requestValidatorId")
    if validator and validator not in api(request)["validators"]:
        raise bad_request("Invalid Request Validator identifier specified")
    methods[verb] = {
        "httpMethod": verb,
        "authorizationType": parameters["authorizationType"],
        "apiKeyRequired": bool(parameters.get("apiKeyRequired")),
        **picked(parameters, *_OPTIONS),
    }
    return dict(methods[verb])


@instead("apigateway", "GetMethod")
def get(request: Request) -> Record:
    """One method with its integration and responses."""
    return dict(method(request))


@instead("apigateway", "UpdateMethod")
def update(request: Request) -> Record:
    """Patch a method: declaring a request parameter is ``add`` with the value ``false``."""
    thing = method(request)
    wanted = patches.patched(
        thing,
        request.parameters.get("patchOperations") or [],
        fields={
            "authorizationType": str,
            "authorizerId": str,
            "operationName": str,
            "requestValidatorId": str,
            "apiKeyRequired": patches.truth,
        },
        maps={"requestParameters": patches.truth, "requestModels": str},
        sets=("authorizationScopes",),
    )
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
    wanted = patches.patched(
        thing,
        request.parameters.get("patchOperations") or [],
        fields={},
        maps={"responseParameters": patches.truth, "responseModels": str},
    )
    return _replace(thing, wanted)


@instead("apigateway", "DeleteMethodResponse")
def delete_response(request: Request) -> None:
    """Take a response away."""
    _response(request)
    del method(request)["methodResponses"][request.parameters["statusCode"]]


def _response(request: Request) -> Record:
    responses = method(request).get("methodResponses", {})
    return held(responses, request.parameters["statusCode"], "Response status code")


def _replace(thing: Record, wanted: Record) -> Record:
    """The patched thing in the old one's place; what became empty is not shown."""
    thing.clear()
    thing.update({k: v for k, v in wanted.items() if v not in ({}, [])})
    return dict(thing)

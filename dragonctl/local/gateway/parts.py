"""The smaller parts of an API: models, request validators, authorizers, gateway responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    api,
    bad_request,
    conflict,
    held,
    new_id,
    page,
    picked,
)
from dragonctl.local.shims import instead
from dragonctl.local.wire import Request

_AUTHORIZER_FIELDS = (
    "type",
    "providerARNs",
    "authType",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
)
AUTHORIZER_TYPES = ("TOKEN", "REQUEST", "COGNITO_USER_POOLS")


@instead("apigateway", "CreateModel")
def create_model(request: Request) -> Record:
    """A model: a JSON schema with a name."""
    models, name = api(request)["models"], request.parameters["name"]
    if not name.isalnum():
        raise bad_request(f"Model name must be alphanumeric: {name}")
    if name in models:
        raise conflict(f"Model name already exists for this REST API: {name}")
    given = picked(request.parameters, "name", "description", "schema", "contentType")
    models[name] = {"id": new_id(6), **given}
    return dict(models[name])


@instead("apigateway", "GetModel")
def get_model(request: Request) -> Record:
    """One model."""
    return dict(held(api(request)["models"], request.parameters["modelName"], "Model"))


@instead("apigateway", "GetModels")
def list_models(request: Request) -> Record:
    """A page of the models."""
    return page(request, list(api(request)["models"].values()))


@instead("apigateway", "DeleteModel")
def delete_model(request: Request) -> None:
    """Take a model away."""
    get_model(request)
    del api(request)["models"][request.parameters["modelName"]]


@instead("apigateway", "CreateRequestValidator")
def create_validator(request: Request) -> Record:
    """A validator: which of body and parameters a method checks."""
    parameters = request.parameters
    made = validator(
        parameters["name"],
        body=bool(parameters.get("validateRequestBody")),
        parameters=bool(parameters.get("validateRequestParameters")),
    )
    api(request)["validators"][made["id"]] = made
    return dict(made)


def validator(name: str, *, body: bool, parameters: bool) -> Record:
    """A validator in AWS's shape."""
    return {
        "id": new_id(6),
        "name": name,
        "validateRequestBody": body,
        "validateRequestParameters": parameters,
    }


@instead("apigateway", "GetRequestValidator")
def get_validator(request: Request) -> Record:
    """One validator."""
    name = request.parameters["requestValidatorId"]
    return dict(held(api(request)["validators"], name, "Request Validator"))


@instead("apigateway", "GetRequestValidators")
def list_validators(request: Request) -> Record:
    """A page of the validators."""
    return page(request, list(api(request)["validators"].values()))


@instead("apigateway", "DeleteRequestValidator")
def delete_validator(request: Request) -> None:
    """Take a validator away."""
    get_validator(request)
    del api(request)["validators"][request.parameters["requestValidatorId"]]


@instead("apigateway", "CreateAuthorizer")
def create_authorizer(request: Request) -> Record:
    """An authorizer."""
    parameters = request.parameters
    if parameters["type"] not in AUTHORIZER_TYPES:
        raise bad_request(
            f"Enumeration value for type must be one of: [{', '.join(AUTHORIZER_TYPES)}]"
        )
    made = {
        "id": new_id(6),
        "name": parameters["name"],
        **picked(parameters, *_AUTHORIZER_FIELDS),
        "authorizerResultTtlInSeconds": parameters.get("authorizerResultTtlInSeconds", 300),
    }
    api(request)["authorizers"][made["id"]] = made
    return dict(made)


@instead("apigateway", "GetAuthorizer")
def get_authorizer(request: Request) -> Record:
    """One authorizer."""
    name = request.parameters["authorizerId"]
    return dict(held(api(request)["authorizers"], name, "Authorizer"))


@instead("apigateway", "GetAuthorizers")
def list_authorizers(request: Request) -> Record:
    """A page of the authorizers."""
    return page(request, list(api(request)["authorizers"].values()))


@instead("apigateway", "UpdateAuthorizer")
def update_authorizer(request: Request) -> Record:
    """Patch an authorizer."""
    thing = get_authorizer(request)
    operations = request.parameters.get("patchOperations") or []
    fields: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys((*_AUTHORIZER_FIELDS, "name"), str),
        "authorizerResultTtlInSeconds": patches.number(int),
    }
    wanted = patches.patched(thing, operations, fields=fields)
    api(request)["authorizers"][thing["id"]] = wanted
    return dict(wanted)


@instead("apigateway", "DeleteAuthorizer")
def delete_authorizer(request: Request) -> None:
    """Take an authorizer away."""
    get_authorizer(request)
    del api(request)["authorizers"][request.parameters["authorizerId"]]


@instead("apigateway", "PutGatewayResponse")
def put_gateway_response(request: Request) -> Record:
    """What the gateway itself answers in some case."""
    kind = request.parameters["responseType"]
    given = picked(request.parameters, "statusCode", "responseParameters", "responseTemplates")
    made = {"responseType": kind, "defaultResponse": False, **given}
    api(request)["responses"][kind] = made
    return dict(made)


@instead("apigateway", "GetGatewayResponses")
def list_gateway_responses(request: Request) -> Record:
    """Those that were set (AWS adds its defaults, which nothing here needs)."""
    return page(request, list(api(request)["responses"].values()))


@instead("apigateway", "GetGatewayResponse")
def get_gateway_response(request: Request) -> Record:
    """One of them."""
    kind = request.parameters["responseType"]
    return dict(held(api(request)["responses"], kind, "gateway response type"))


@instead("apigateway", "DeleteGatewayResponse")
def delete_gateway_response(request: Request) -> None:
    """Back to AWS's default."""
    get_gateway_response(request)
    del api(request)["responses"][request.parameters["responseType"]]

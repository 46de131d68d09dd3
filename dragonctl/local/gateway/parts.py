"""The smaller parts of an API: request validators and authorizers."""

from __future__ import annotations

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    api,
    apis,
    bad_request,
    conflict,
    held,
    new_id,
    page,
    picked,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_AUTHORIZER_FIELDS = (
    "type",
    "providerARNs",
    "authType",
    "authorizerUri",
    "authorizerCredentials",
    "identitySource",
    "identityValidationExpression",
)
_COGNITO = "COGNITO_USER_POOLS"
# What AWS says of an API that is not there (recorded).
_CONCURRENT = "Unable to complete operation due to concurrent modification. Please try again later."
_AUTHORIZER_PATHS = patches.Paths(
    fields={
        **dict.fromkeys((*_AUTHORIZER_FIELDS, "name"), str),
        "authorizerResultTtlInSeconds": patches.number(int),
    },
    sets=("providerARNs",),
)
AUTHORIZER_TYPES = ("TOKEN", "REQUEST", _COGNITO)


@instead("apigateway", "CreateRequestValidator")
def create_validator(request: Request) -> Record:
    """A validator: which of body and parameters a method checks."""
    parameters = request.parameters
    made = validator(
        parameters.get("name"),
        body=bool(parameters.get("validateRequestBody")),
        parameters=bool(parameters.get("validateRequestParameters")),
    )
    _known_api(request)["validators"][made["id"]] = made
    return dict(made)


def _known_api(request: Request) -> Record:
    """The API; making a validator for another one is a bad request (recorded)."""
    found: Record | None = apis(request).get(request.parameters["restApiId"])
    if found is None:
        raise bad_request("Invalid REST API identifier specified")
    return found


def validator(name: str | None, *, body: bool, parameters: bool) -> Record:
    """A validator in AWS's shape; a name is not needed."""
    return {
        "id": new_id(6),
        **({"name": name} if name else {}),
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


_VALIDATOR_PATHS = patches.Paths(
    {
        "name": str,
        "validateRequestParameters": patches.loose_truth,
        "validateRequestBody": patches.loose_truth,
    }
)


@instead("apigateway", "UpdateRequestValidator")
def update_validator(request: Request) -> Record:
    """Patch a validator."""
    thing = get_validator(request)
    operations = request.parameters.get("patchOperations") or []
    wanted = patches.patched(thing, operations, _VALIDATOR_PATHS)
    api(request)["validators"][thing["id"]] = wanted
    return dict(wanted)


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
    record = apis(request).get(parameters["restApiId"])
    if record is None:
        raise conflict(_CONCURRENT)
    made = {
        "id": new_id(6),
        "name": parameters["name"],
        "authType": "cognito_user_pools" if parameters["type"] == _COGNITO else "custom",
        **picked(parameters, *_AUTHORIZER_FIELDS),
        "authorizerResultTtlInSeconds": parameters.get("authorizerResultTtlInSeconds", 300),
    }
    record["authorizers"][made["id"]] = made
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
    wanted = patches.patched(thing, operations, _AUTHORIZER_PATHS)
    api(request)["authorizers"][thing["id"]] = wanted
    return dict(wanted)


@instead("apigateway", "DeleteAuthorizer")
def delete_authorizer(request: Request) -> None:
    """Take an authorizer away."""
    get_authorizer(request)
    del api(request)["authorizers"][request.parameters["authorizerId"]]

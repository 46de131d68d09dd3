"""Who may call a method, and with what: signatures, validators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dragonctl.local.data_plane import faults
from dragonctl.local.data_plane.exchange import Exchange


def admit(exchange: Exchange) -> None:
    """Let a request in, as far as its signature says.

    Raises:
        GatewayError: as API Gateway refuses it.

    """
    kind = exchange.method.raw.get("authorizationType") or "NONE"
    if kind == "AWS_IAM" and not signed(exchange):
        raise faults.missing_token()


def signed(exchange: Exchange) -> bool:
    """Whether the request bears a SigV4 signature, in a header or its query string."""
    header = exchange.request.header("Authorization") or ""
    return header.startswith("AWS4-HMAC-SHA256") or "X-Amz-Signature" in exchange.request.query


def asks_as_caller(exchange: Exchange) -> bool:
    """Whether the integration is asked with the caller's own rights, who is one of AWS's.

    (``arn:aws:iam::*:user/*``.) What the caller may do is not judged here, as nowhere.
    """
    credentials = str(exchange.integration.get("credentials") or "")
    return credentials.endswith(":iam::*:user/*") and signed(exchange)


def validate(exchange: Exchange) -> None:
    """Judge the request by the method's validator, where it has one.

    Raises:
        GatewayError: 400, naming the missing parameters or the model's complaint (in the log).

    """
    definition = exchange.stage.deployed.definition
    validator = definition["validators"].get(exchange.method.raw.get("requestValidatorId"))
    if validator is None:
        return
    if validator.get("validateRequestParameters"):
        _check_parameters(exchange)
    if validator.get("validateRequestBody"):
        _check_body(exchange, definition["models"])


def _check_parameters(exchange: Exchange) -> None:
    declared: Mapping[str, bool] = exchange.method.raw.get("requestParameters") or {}
    missing = [
        name.rpartition(".")[2]
        for name, required in declared.items()
        if required and not exchange.parameters.value(name)
    ]
    if missing:
        words = f"Missing required request parameters: [{', '.join(missing)}]"
        raise faults.bad_request("BAD_REQUEST_PARAMETERS", words, words)


def _check_body(exchange: Exchange, models: Mapping[str, Any]) -> None:
    from jsonschema import Draft4Validator
    from referencing.exceptions import Unresolvable

    named = exchange.method.raw.get("requestModels") or {}
    model = models.get(named.get(exchange.request.content_type, ""))
    if model is None:
        return
    words = "Invalid request body"
    try:
        document = json.loads(exchange.request.text or "null")
    except ValueError as error:
        line = f"Request body does not match model schema for content type: {error}"
        raise faults.bad_request("BAD_REQUEST_BODY", words, line) from error
    validator = Draft4Validator(_schema(model), registry=_registry(models))
    try:
        complaints = [one.message for one in validator.iter_errors(document)]
    except Unresolvable as error:
        raise faults.configuration(f"a model refers to what is not there: {error}") from error
    if complaints:
        line = (
            "Request body does not match model schema for content type "
            f"{exchange.request.content_type}: [{', '.join(complaints)}]"
        )
        raise faults.bad_request("BAD_REQUEST_BODY", words, line)


def _registry(models: Mapping[str, Any]) -> Any:
    """Models by the address under which others refer to them: ``…/restapis/ID/models/NAME``."""
    from referencing import Registry
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT4

    def retrieve(uri: str) -> Any:
        model = models.get(uri.rpartition("/models/")[2])
        if model is None:
            raise NoSuchResource(uri)
        return DRAFT4.create_resource(_schema(model))

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]


def _schema(model: Mapping[str, Any]) -> Any:
    return json.loads(model.get("schema") or "{}")

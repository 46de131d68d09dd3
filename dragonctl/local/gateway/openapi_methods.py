"""One operation of an OpenAPI document, as API Gateway reads a method from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any
from urllib.parse import urlsplit

from dragonctl.local.gateway.store import Record, bad_request

_PLACES = {"query": "querystring", "header": "header", "path": "path"}
_INTEGRATION = "x-amazon-apigateway-integration"
_VALIDATOR = "x-amazon-apigateway-request-validator"


@dataclass(frozen=True)
class Document:
    """An OpenAPI 3.0 or Swagger 2.0 document."""

    content: dict[str, Any]

    @property
    def title(self) -> str:
        """The API's name."""
        title = (self.content.get("info") or {}).get("title")
        if not title:
            raise bad_request("Invalid OpenAPI input. API title (name) is required.")
        return str(title)

    @property
    def server(self) -> Record:
        """Its first server; empty where none is told, or what is told is no list."""
        servers = self.content.get("servers")
        first = servers[0] if isinstance(servers, list) and servers else {}
        return first if isinstance(first, dict) else {}

    @property
    def base_path(self) -> str:
        """What its server's address, or a Swagger's ``basePath``, puts before each path."""
        url = str(self.server.get("url") or self.content.get("basePath") or "")
        for name, declared_part in (self.server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(declared_part.get("default", "")))
        path = urlsplit(url).path.strip("/")
        return f"/{path}" if path else ""

    @property
    def schemas(self) -> Record:
        """Its models."""
        components = self.content.get("components") or {}
        found: Record = components.get("schemas") or self.content.get("definitions") or {}
        return found

    @property
    def security_schemes(self) -> Record:
        """Its authorizers and API keys."""
        components = self.content.get("components") or {}
        kept = components.get("securitySchemes") or self.content.get("securityDefinitions")
        found: Record = kept or {}
        return found

    def resolved(self, thing: Any) -> Any:
        """What a ``$ref`` within the document points to, or the thing itself."""
        if not isinstance(thing, dict) or "$ref" not in thing:
            return thing
        steps = str(thing["$ref"]).removeprefix("#/").split("/")
        try:
            return reduce(lambda here, step: here[step], steps, self.content)
        except (KeyError, TypeError):
            raise bad_request(f"Unable to resolve reference {thing['$ref']}") from None


def method_of(
    document: Document, item: Record, verb: str, operation: Record, record: Record
) -> Record:
    """A method in GetMethod's shape; its integration still as the extension says it."""
    declared = [*(item.get("parameters") or []), *(operation.get("parameters") or [])]
    made: Record = {
        "httpMethod": verb,
        "authorizationType": "NONE",
        "apiKeyRequired": False,
        "operationName": operation.get("operationId"),
        "requestParameters": dict(_parameters(document, declared)),
        "requestModels": dict(_request_models(document, operation, declared)),
        "methodResponses": dict(_method_responses(document, operation)),
        "requestValidatorId": _validator(document, operation, record),
        **_authorization(document, operation, record),
        _INTEGRATION: operation.get(_INTEGRATION),
    }
    return {key: value for key, value in made.items() if value not in (None, {}, [])}


def _parameters(document: Document, declared: list[Any]) -> Iterator[tuple[str, bool]]:
    """``method.request.<place>.<name>`` -> whether it is required; a later one wins."""
    for declared_part in map(document.resolved, declared):
        place = _PLACES.get(declared_part.get("in", ""))
        if place:
            yield (
                f"method.request.{place}.{declared_part['name']}",
                bool(declared_part.get("required")),
            )


def _request_models(
    document: Document, operation: Record, declared: list[Any]
) -> Iterator[tuple[str, str]]:
    body = document.resolved(operation.get("requestBody") or {})
    yield from _models(body.get("content") or {})
    for declared_part in map(document.resolved, declared):
        name = (
            _model_name(declared_part.get("schema")) if declared_part.get("in") == "body" else None
        )
        if name:
            kinds = operation.get("consumes") or ["application/json"]
            yield from ((kind, name) for kind in kinds)


def _models(content: Record) -> Iterator[tuple[str, str]]:
    for kind, declared_part in content.items():
        name = _model_name(declared_part.get("schema"))
        if name:
            yield kind, name


def _model_name(schema: Any) -> str | None:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return str(reference).rpartition("/")[2] if reference else None


def _method_responses(document: Document, operation: Record) -> Iterator[tuple[str, Record]]:
    for status, referred in (operation.get("responses") or {}).items():
        declared_part = document.resolved(referred)
        models = dict(_models(declared_part.get("content") or {}))
        swagger_model = _model_name(declared_part.get("schema"))
        if swagger_model:
            models["application/json"] = swagger_model
        headers = {
            f"method.response.header.{name}": False for name in declared_part.get("headers") or {}
        }
        shown = {"statusCode": str(status), "responseModels": models, "responseParameters": headers}
        if str(status) != "default":
            yield str(status), {key: value for key, value in shown.items() if value}


def _validator(document: Document, operation: Record, record: Record) -> str | None:
    name = operation.get(_VALIDATOR, document.content.get(_VALIDATOR))
    if not name:
        return None
    for one in record["validators"].values():
        if one["name"] == name:
            return str(one["id"])
    raise bad_request(f"Request validator {name} is not defined")


def _authorization(document: Document, operation: Record, record: Record) -> Record:
    """From ``security``: an authorizer, IAM, or an API key."""
    fields: Record = {}
    if (operation.get("x-amazon-apigateway-auth") or {}).get("type") == "AWS_IAM":
        fields["authorizationType"] = "AWS_IAM"
    required = operation.get("security", document.content.get("security")) or []
    for name, scopes in (pair for one in required for pair in one.items()):
        fields |= _scheme(document.security_schemes.get(name) or {}, name, scopes, record)
    return fields


def _scheme(scheme: Record, name: str, scopes: list[str], record: Record) -> Record:
    kind = scheme.get("x-amazon-apigateway-authtype")
    if kind == "awsSigv4":
        return {"authorizationType": "AWS_IAM"}
    if "x-amazon-apigateway-authorizer" not in scheme:
        return {"apiKeyRequired": True} if scheme.get("name", "").lower() == "x-api-key" else {}
    authorizer = next(one for one in record["authorizers"].values() if one["name"] == name)
    pools = authorizer["type"] == "COGNITO_USER_POOLS"
    fields: Record = {
        "authorizationType": "COGNITO_USER_POOLS" if pools else "CUSTOM",
        "authorizerId": authorizer["id"],
    }
    return {**fields, "authorizationScopes": scopes} if scopes else fields

"""GetExport: what a stage serves, as an OpenAPI document. AWS's only window on a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml  # type: ignore[import-untyped]

from dragonctl.local.gateway.store import Record, api, bad_request, held, picked
from dragonctl.local.shims import instead
from dragonctl.local.wire import Answer, Request

_PLACES = {"querystring": "query", "header": "header", "path": "path"}
_INTEGRATIONS = ("integrations", "apigateway")
_KEPT = (
    "httpMethod",
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
_DEFAULT_TIMEOUT = 29000


@instead("apigateway", "GetExport")
def get_export(request: Request) -> Answer:
    """The stage's deployed definition; integrations in it where ``extensions`` asks for them."""
    parameters, record = request.parameters, api(request)
    if parameters["exportType"] != "oas30":
        raise bad_request(f"The local AWS exports oas30, not {parameters['exportType']}")
    stage = held(record["stages"], parameters["stageName"], "stage")["stage"]
    definition = record["deployments"][stage["deploymentId"]]["definition"]
    wanted = (parameters.get("parameters") or {}).get("extensions", "").split(",")
    document = exported(record["api"], stage, definition, extensions=wanted)
    kind = parameters.get("accepts") or "application/json"
    text = json.dumps(document, indent=2) if "json" in kind else yaml.safe_dump(document)
    return Answer(200, {"Content-Type": kind}, text.encode())


def exported(shown: Record, stage: Record, definition: Record, extensions: list[str]) -> Record:
    """The document."""
    paths = {
        resource["path"]: {
            _word(verb): _operation(method, resource, definition, extensions)
            for verb, method in resource["resourceMethods"].items()
        }
        for resource in sorted(definition["resources"].values(), key=lambda one: one["path"])
        if resource.get("resourceMethods")
    }
    document: Record = {
        "openapi": "3.0.1",
        "info": {
            "title": shown["name"],
            **picked(shown, "description"),
            "version": shown.get("version") or shown["createdDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "servers": [
            {
                "url": f"https://{shown['id']}.execute-api.amazonaws.com/{{basePath}}",
                "variables": {"basePath": {"default": stage["stageName"]}},
            }
        ],
        "paths": paths,
        "components": {
            "schemas": {
                name: json.loads(one.get("schema") or "{}")
                for name, one in definition["models"].items()
            }
        },
    }
    return document | _validators(definition, extensions)


def _validators(definition: Record, extensions: list[str]) -> Record:
    if "apigateway" not in extensions or not definition["validators"]:
        return {}
    named = {
        one["name"]: picked(one, "validateRequestBody", "validateRequestParameters")
        for one in definition["validators"].values()
    }
    return {"x-amazon-apigateway-request-validators": named}


def _word(verb: str) -> str:
    return "x-amazon-apigateway-any-method" if verb == "ANY" else verb.lower()


def _operation(
    method: Record, resource: Record, definition: Record, extensions: list[str]
) -> Record:
    said: Record = {
        "operationId": method.get("operationName"),
        "parameters": list(_parameters(method)),
        "requestBody": _body(method),
        "responses": dict(_responses(method)),
    }
    if "apigateway" in extensions and method.get("requestValidatorId"):
        validator = definition["validators"].get(method["requestValidatorId"], {})
        said["x-amazon-apigateway-request-validator"] = validator.get("name")
    integration = method.get("methodIntegration")
    if integration and set(extensions) & set(_INTEGRATIONS):
        said["x-amazon-apigateway-integration"] = _integration(integration, resource)
    return {key: value for key, value in said.items() if value not in (None, [], {})}


def _parameters(method: Record) -> Iterator[Record]:
    for name, required in sorted((method.get("requestParameters") or {}).items()):
        _, _, place, parameter = name.split(".", 3)
        yield {
            "name": parameter,
            "in": _PLACES[place],
            **({"required": True} if required else {}),
            "schema": {"type": "string"},
        }


def _content(models: Record) -> Record:
    return {
        kind: {"schema": {"$ref": f"#/components/schemas/{name}"}} for kind, name in models.items()
    }


def _body(method: Record) -> Record | None:
    models = method.get("requestModels")
    return {"content": _content(models), "required": True} if models else None


def _responses(method: Record) -> Iterator[tuple[str, Record]]:
    for status, answer in (method.get("methodResponses") or {}).items():
        headers = {
            name.rpartition(".")[2]: {"schema": {"type": "string"}}
            for name in answer.get("responseParameters") or {}
        }
        said = {"headers": headers, "content": _content(answer.get("responseModels") or {})}
        told = {key: value for key, value in said.items() if value}
        yield status, {"description": f"{status} response", **told}


def _integration(integration: Record, resource: Record) -> Record:
    """In the extension's words; AWS leaves out what is at its default."""
    said: dict[str, Any] = {
        "type": integration["type"].lower(),
        "passthroughBehavior": integration["passthroughBehavior"].lower(),
        **picked(integration, *_KEPT),
    }
    if integration["cacheKeyParameters"]:
        said["cacheKeyParameters"] = list(integration["cacheKeyParameters"])
    if integration["cacheNamespace"] != resource["id"]:
        said["cacheNamespace"] = integration["cacheNamespace"]
    if integration["timeoutInMillis"] != _DEFAULT_TIMEOUT:
        said["timeoutInMillis"] = integration["timeoutInMillis"]
    answers = {
        one.get("selectionPattern") or "default": {
            key: value for key, value in one.items() if key != "selectionPattern"
        }
        for one in (integration.get("integrationResponses") or {}).values()
    }
    return {**said, "responses": answers} if answers else said

"""GetExport: what a stage serves, as an OpenAPI document. AWS's only window on a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dragonctl.local.gateway.integrations import OPTIONS
from dragonctl.local.gateway.store import Record, api, bad_request, held, picked
from dragonctl.local.messages import Answer, Request
from dragonctl.local.shims import instead

_PLACES = {"querystring": "query", "header": "header", "path": "path"}
_INTEGRATIONS = ("integrations", "apigateway")
_DEFAULT_TIMEOUT = 29000


@instead("apigateway", "GetExport")
def get_export(request: Request) -> Answer:
    """The stage's deployed definition; integrations in it where ``extensions`` asks for them."""
    parameters, record = request.parameters, api(request)
    make = _KINDS.get(parameters["exportType"])
    if make is None:
        raise bad_request(f"No API definition of type {parameters['exportType']} is available")
    stage = held(record["stages"], parameters["stageName"], "stage")["stage"]
    definition = record["deployments"][stage["deploymentId"]]["definition"]
    wanted = (parameters.get("parameters") or {}).get("extensions", "").split(",")
    document = make(record["api"], stage, definition, wanted, request.region)
    kind = parameters.get("accepts") or "application/json"
    text = json.dumps(document, indent=2) if "json" in kind else _as_yaml(document)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": (
            f'attachment; filename="{parameters["exportType"]}_{document["info"]["version"]}.json"'
        ),
    }
    return Answer(200, headers, text.encode())


def _as_yaml(document: Record) -> str:
    import yaml  # type: ignore[import-untyped]

    text: str = yaml.safe_dump(document)
    return text


def swagger(
    shown: Record, stage: Record, definition: Record, extensions: list[str], region: str
) -> Record:
    """The document as Swagger 2.0."""
    document = exported(shown, stage, definition, extensions, region)
    paths = {
        path: {word: _swagger_operation(one) for word, one in item.items()}
        for path, item in document["paths"].items()
    }
    members: Record = {
        "swagger": "2.0",
        "info": document["info"],
        "host": _host(shown, region),
        "basePath": f"/{stage['stageName']}",
        "schemes": ["https"],
        "paths": paths,
        "definitions": document["components"]["schemas"],
    }
    rest = {key: one for key, one in document.items() if key.startswith("x-amazon")}
    whole: Record = _referring({**members, **rest}, "#/definitions/")
    return whole


def _swagger_operation(operation: Record) -> Record:
    """Bodies are parameters, and what is consumed and produced is named once."""
    members = {key: one for key, one in operation.items() if key != "requestBody"}
    body = operation.get("requestBody", {}).get("content", {})
    parameters = [_swagger_parameter(one) for one in operation.get("parameters", [])]
    for kind, content in list(body.items())[:1]:
        name = str(content["schema"]["$ref"]).rpartition("/")[2]
        parameters.append({"in": "body", "name": name, "required": True, **content})
        members["consumes"] = [kind]
    produced = {
        kind for one in operation.get("responses", {}).values() for kind in one.get("content", {})
    }
    responses = {
        status: _swagger_response(one) for status, one in operation.get("responses", {}).items()
    }
    members |= {"parameters": parameters, "responses": responses, "produces": sorted(produced)}
    return {key: one for key, one in members.items() if one not in ([], None)}


def _swagger_parameter(parameter: Record) -> Record:
    return {**{k: v for k, v in parameter.items() if k != "schema"}, **parameter["schema"]}


def _swagger_response(response: Record) -> Record:
    members = {key: one for key, one in response.items() if key not in ("content", "headers")}
    for content in list(response.get("content", {}).values())[:1]:
        members |= content
    headers = {name: one["schema"] for name, one in response.get("headers", {}).items()}
    return {**members, "headers": headers} if headers else members


def _host(shown: Record, region: str) -> str:
    return f"{shown['id']}.execute-api.{region}.amazonaws.com"


def _referring(value: Any, prefix: str) -> Any:
    """The same with every reference to a model under ``prefix``, wherever it came from."""
    if isinstance(value, list):
        return [_referring(one, prefix) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: prefix + str(one).rpartition("/")[2]
        if key == "$ref" and isinstance(one, str)
        else _referring(one, prefix)
        for key, one in value.items()
    }


def exported(
    shown: Record, stage: Record, definition: Record, extensions: list[str], region: str
) -> Record:
    """The document as OpenAPI 3.0."""
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
                "url": f"https://{_host(shown, region)}/{{basePath}}",
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
    whole: Record = _referring(
        document | _validators(definition, extensions), "#/components/schemas/"
    )
    return whole


_KINDS = {"oas30": exported, "swagger": swagger}


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
        parts = {"headers": headers, "content": _content(answer.get("responseModels") or {})}
        filled = {key: value for key, value in parts.items() if value}
        yield status, {"description": f"{status} response", **filled}


def _integration(integration: Record, resource: Record) -> Record:
    """In the extension's words; AWS leaves out what is at its default."""
    said: dict[str, Any] = {
        "type": integration["type"].lower(),
        "passthroughBehavior": integration["passthroughBehavior"].lower(),
        **picked(integration, "httpMethod", *OPTIONS),
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

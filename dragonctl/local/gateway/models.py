"""Models: JSON schemas with names, by which requests are checked and documents written."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    api,
    apis,
    bad_request,
    conflict,
    new_id,
    not_found,
    page,
    picked,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_WRONG_SCHEMA = (
    "Invalid model specified: Validation Result: warnings : [], errors : "
    "[Invalid model schema specified]"
)


def _schema(text: str) -> str:
    try:
        json.loads(text)
    except ValueError:
        raise bad_request(_WRONG_SCHEMA) from None
    return text


_PATHS = patches.Paths({"description": str, "schema": _schema})


@instead("apigateway", "CreateModel")
def create(request: Request) -> Record:
    """A model; its schema is text that holds JSON."""
    models, name = api(request)["models"], request.parameters["name"]
    if name in models:
        raise conflict("Model name already exists for this REST API")
    given = picked(request.parameters, "name", "description", "schema", "contentType")
    if "schema" in given:
        _schema(given["schema"])
    models[name] = {"id": new_id(6), **given}
    return dict(models[name])


@instead("apigateway", "GetModel")
def get(request: Request) -> Record:
    """One model; ``flatten`` is not done here and changes nothing of a model without references."""
    return dict(_model(request))


@instead("apigateway", "GetModels")
def list_all(request: Request) -> Record:
    """A page of the models."""
    return page(request, list(api(request)["models"].values()))


@instead("apigateway", "UpdateModel")
def update(request: Request) -> Record:
    """Patch a model's description or schema."""
    model = _model(request)
    wanted = patches.patched(model, request.parameters.get("patchOperations") or [], _PATHS)
    api(request)["models"][model["name"]] = wanted
    return dict(wanted)


@instead("apigateway", "DeleteModel")
def delete(request: Request) -> None:
    """Take a model away that no method names."""
    name, record = _model(request)["name"], api(request)
    for where, path, named in _uses(record):
        if name in named.values():
            raise conflict(f"Cannot delete model '{name}', is referenced in method {where}: {path}")
    del record["models"][name]


def _model(request: Request) -> Record:
    """The model; an API that is not there has none (recorded)."""
    record, name = (
        apis(request).get(request.parameters["restApiId"]),
        request.parameters["modelName"],
    )
    found: Record | None = record["models"].get(name) if record else None
    if found is None:
        raise not_found(f"Invalid model name specified: {name}")
    return found


def _uses(record: Record) -> Iterator[tuple[str, str, Record]]:
    """Where methods name models: ``request`` or ``response``, the method, its models by type."""
    for resource in record["resources"].values():
        for verb, method in resource.get("resourceMethods", {}).items():
            path = f"{resource['path']}/{verb}"
            yield "request", path, method.get("requestModels", {})
            for answer in method.get("methodResponses", {}).values():
                yield "response", path, answer.get("responseModels", {})

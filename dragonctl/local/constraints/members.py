"""Members of a request that are refused by name: unknown to the model, or not done here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dragonctl.local.constraints.undone import UNDONE
from dragonctl.local.messages import NOT_HERE, AwsError, Request

_SPEAK_JSON = ("json", "rest-json")


def check(request: Request) -> None:
    """Refuse what would else be dropped in silence; AwsError 501."""
    for name in _unknown(request):
        words = f"The local AWS does not know {name} of {request.service} {request.operation}."
        raise AwsError("NotImplemented", words, NOT_HERE)
    for name in UNDONE.get((request.service, request.operation), ()):
        if request.parameters.get(name):
            words = f"The local AWS does not do {name} of {request.service} {request.operation}."
            raise AwsError("NotImplemented", words, NOT_HERE)


def _unknown(request: Request) -> Iterator[str]:
    """The names of members in a JSON body that the model does not have."""
    model = request.model
    assert model is not None
    shape = model.input_shape
    if "payload" in shape.serialization or not _speaks_json(request):
        return
    try:
        said = json.loads(request.body or b"{}")
    except ValueError:
        return
    yield from _strangers(shape, said, "")


def _speaks_json(request: Request) -> bool:
    assert request.model is not None
    metadata = request.model.service_model.metadata
    kind = request.environ.get("CONTENT_TYPE", "")
    return metadata.get("protocol") in _SPEAK_JSON and "cbor" not in kind and "form" not in kind


def _strangers(shape: Any, said: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(said, dict):
        if getattr(shape, "is_document_type", False):
            return
        known = {one.serialization.get("name", name): one for name, one in shape.members.items()}
        for name, value in said.items():
            if name in known:
                yield from _strangers(known[name], value, f"{path}{name}.")
            else:
                yield f"{path}{name}"
    elif shape.type_name == "list" and isinstance(said, list):
        for one in said:
            yield from _strangers(shape.member, one, path)
    elif shape.type_name == "map" and isinstance(said, dict):
        for one in said.values():
            yield from _strangers(shape.value, one, path)

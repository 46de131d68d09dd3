"""Parameter mappings: from a request to its integration, and from the answer to the client."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.local.data_plane.request import GatewayRequest
from dragonctl.local.data_plane.templates import find

_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


@dataclass(frozen=True)
class Parameters:
    """A request's parameters as ``method.request.…`` names them."""

    path: Mapping[str, str]
    request: GatewayRequest

    def value(self, source: str) -> str | None:
        """The value of ``method.request.querystring.x`` and its like; None where it is absent."""
        kind, _, name = source.removeprefix("method.request.").partition(".")
        if kind == "path":
            return self.path.get(name)
        if kind == "querystring":
            return _last(self.request.query.get(name))
        if kind == "multivaluequerystring":
            values = self.request.query.get(name)
            return None if values is None else json.dumps(values)
        if kind in ("header", "multivalueheader"):
            return self.request.header(name)
        if kind == "body":
            return _text(find(name or "$", _parsed(self.request.text)))
        return None

    def by_kind(self) -> dict[str, dict[str, str]]:
        """What ``$input.params()`` shows."""
        query = {name: values[-1] for name, values in self.request.query.items()}
        return {
            "path": dict(self.path),
            "querystring": query,
            "header": dict(self.request.headers),
        }


def resolve(
    source: str, parameters: Parameters, context: Mapping[str, Any], variables: Mapping[str, str]
) -> str | None:
    """The value of a mapping expression (AWS: "Request and response data mappings")."""
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    if source.startswith("method.request."):
        return parameters.value(source)
    if source.startswith("stageVariables."):
        return variables.get(source.removeprefix("stageVariables."))
    if source.startswith("context."):
        return _text(walk(context, source.removeprefix("context.")))
    return None


def resolve_answer(
    source: str,
    headers: Mapping[str, str],
    body: str,
    context: Mapping[str, Any],
    variables: Mapping[str, str],
) -> str | None:
    """The value of a response mapping: ``integration.response.header.x``, a literal, and so on."""
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    if source.startswith("integration.response.header."):
        wanted = source.removeprefix("integration.response.header.").lower()
        return next((v for k, v in headers.items() if k.lower() == wanted), None)
    if source.startswith("integration.response.body"):
        path = source.removeprefix("integration.response.body").lstrip(".")
        return _text(find(path or "$", _parsed(body)))
    if source.startswith("stageVariables."):
        return variables.get(source.removeprefix("stageVariables."))
    if source.startswith("context."):
        return _text(walk(context, source.removeprefix("context.")))
    return None


def with_variables(text: str, variables: Mapping[str, str]) -> str:
    """``${stageVariables.x}`` replaced by its value, or by nothing."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], ""), text)


def walk(document: Mapping[str, Any], path: str) -> Any:
    """``identity.sourceIp`` in nested maps; None where a part is missing."""
    value: Any = document
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _last(values: list[str] | None) -> str | None:
    return values[-1] if values else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""Which method of a deployment a request is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dragonctl.local.data_plane.definition import DeployedMethod, ServedStage


@dataclass(frozen=True)
class Route:
    """A method, and what the path's parameters are here."""

    method: DeployedMethod
    path_parameters: Mapping[str, str]


def find(stage: ServedStage, http_method: str, path: str) -> Route | None:
    """The method for this request; None where nothing is deployed for it.

    A literal part wins over ``{name}``, that over ``{proxy+}``; a method of its own wins over
    ``ANY`` (AWS: "API Gateway REST API resources").
    """
    parts = [part for part in path.split("/") if part] if path != "/" else []
    matches = []
    for resource in stage.resources:
        found = _match(_parts(resource["path"]), parts)
        if found is not None:
            matches.append((found[0], resource, found[1]))
    for _, resource, parameters in sorted(matches, key=lambda match: match[0]):
        methods = resource.get("resourceMethods") or {}
        raw = methods.get(http_method) or methods.get("ANY")
        if raw is not None and raw.get("methodIntegration"):
            named = http_method if http_method in methods else "ANY"
            method = DeployedMethod(resource["id"], resource["path"], named, raw)
            return Route(method, parameters)
    return None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _match(
    pattern: Sequence[str], parts: Sequence[str]
) -> tuple[tuple[int, ...], dict[str, Any]] | None:
    """How well a pattern fits (lower is better) and its parameters; None where it does not."""
    rank: list[int] = []
    parameters: dict[str, Any] = {}
    for index, wanted in enumerate(pattern):
        if wanted.endswith("+}"):
            if len(parts) <= index:
                return None
            parameters[wanted[1:-2]] = unquote("/".join(parts[index:]))
            return (*rank, 2), parameters
        if index >= len(parts):
            return None
        if wanted.startswith("{"):
            parameters[wanted[1:-1]] = unquote(parts[index])
            rank.append(1)
        elif wanted == unquote(parts[index]):
            rank.append(0)
        else:
            return None
    return (tuple(rank), parameters) if len(pattern) == len(parts) else None

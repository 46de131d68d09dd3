"""Layers that others share with everybody: AWS's of OpenTelemetry are here, without content.

AWS's accounts publish them for all (Lambda developer guide, "Application Signals"). Their code does
not run here: a function that has one runs as if it had not.
"""

from __future__ import annotations

import re
from typing import Any

from moto.awslambda.models import Layer, LayerVersion

from dragonctl.local import backends, state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, instead

_PUBLIC = re.compile(
    r"arn:aws[\w-]*:lambda:(?P<region>[\w-]+):(?P<account>\d{12})"
    r":layer:(?P<name>AWSOpenTelemetryDistro(?P<language>Python|Js|Java|DotNet)):(?P<version>\d+)"
)
_NEWEST = 99
"""No layer of AWS's has more versions (its table of July 2026 ends at 33)."""
_RUNTIMES = {
    "Python": ["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"],
    "Js": ["nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"],
    "Java": ["java11", "java17", "java21", "java25"],
    "DotNet": ["dotnet8", "dotnet10"],
}


def find_layer(request: Request, arn: str) -> LayerVersion | None:
    """A version of a layer of the caller's, or one that AWS shares with everybody; None: neither.

    moto goes by the name alone, whoever the layer belongs to.
    """
    backend = backends.backend("lambda", request.account, request.region)
    _have_public(request, arn)
    found = backend.layers_versions_by_arn(arn) if arn.count(":") > _COLONS else None
    return found if found is not None and found.arn == arn else None


_COLONS = 6


def _have_public(request: Request, arn: str) -> None:
    """Make the stand-in for a layer that AWS shares, when it is first named."""
    named = _PUBLIC.fullmatch(arn)
    if named is None or named["account"] == request.account or named["region"] != request.region:
        return
    if not 0 < int(named["version"]) <= _NEWEST:
        return
    storage = backends.backend("lambda", request.account, request.region)._layers  # noqa: SLF001
    with state.LOCK:
        layer = storage._layers.get(named["name"])  # noqa: SLF001
        if layer is None or int(named["version"]) not in layer.layer_versions:
            _add(storage, named)


def _add(storage: Any, named: re.Match[str]) -> None:
    runtimes = _RUNTIMES[named["language"]]
    spec = {"LayerName": named["name"], "Content": {"ZipFile": ""}, "CompatibleRuntimes": runtimes}
    version = LayerVersion(spec, named["account"], named["region"])  # type: ignore[abstract]
    layer = storage._layers.setdefault(named["name"], Layer(version))  # noqa: SLF001
    version.attach(layer, int(named["version"]))
    layer.layer_versions[named["version"]] = version


@instead("lambda", "GetLayerVersionByArn")
def get_by_arn(request: Request) -> dict[str, Any]:
    """The layer's version, as GetLayerVersion shows it; moto has no such operation."""
    found = find_layer(request, request.parameters["Arn"])
    if found is None:
        words = "The resource you requested does not exist."
        raise AwsError("ResourceNotFoundException", words, 404)
    shown: dict[str, Any] = found.get_layer_version()
    return shown


@after("lambda", "ListLayers")
def hide_others(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A list shows the caller's own layers alone."""
    own = f":{request.account}:layer:"
    return {**result, "Layers": [one for one in result["Layers"] if own in one["LayerArn"]]}

"""AWS's layers of OpenTelemetry for Lambda: which one, by runtime and region; others', by name.

The table is AWS's own, ``src/config/lambdaLayerArns.js`` of github.com/aws-otel/aws-otel.github.io
at commit e256b2e4 (22 July 2026), which the ADOT documentation shows. Numbers differ by region for
the same code. A region that is not in it (GovCloud) has no such layer that AWS tells of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dragonctl.resources.lambda_layers import arns_of, name_of

WRAPPER = "/opt/otel-instrument"
"""The script in the layer that starts the runtime, of all four languages."""

_NAME = "AWSOpenTelemetryDistro"
_LANGUAGES = {"python": "Python", "nodejs": "Js", "java": "Java", "dotnet": "DotNet"}
"""How names of runtimes begin -> how the layer's name ends."""

KNOWN_RUNTIMES = frozenset(
    {
        *(f"python3.{minor}" for minor in range(10, 15)),
        *("nodejs18.x", "nodejs20.x", "nodejs22.x"),
        *("java11", "java17", "java21"),
        "dotnet8",
    }
)
"""The runtimes that AWS's documentation, or the layer's release, names; of younger ones the layer
itself says whether it is for them (``CompatibleRuntimes``)."""

# fmt: off
_LAYERS: Mapping[str, tuple[str, int, int, int, int]] = {
    "af-south-1": ("904233096616", 23, 15, 16, 13),
    "ap-east-1": ("888577020596", 23, 15, 16, 13),
    "ap-east-2": ("412664885777", 4, 4, 5, 4),
    "ap-northeast-1": ("615299751070", 26, 15, 16, 13),
    "ap-northeast-2": ("615299751070", 26, 15, 16, 13),
    "ap-northeast-3": ("615299751070", 26, 15, 16, 13),
    "ap-south-1": ("615299751070", 26, 15, 16, 13),
    "ap-south-2": ("796973505492", 23, 15, 16, 13),
    "ap-southeast-1": ("615299751070", 25, 15, 16, 13),
    "ap-southeast-2": ("615299751070", 26, 15, 16, 13),
    "ap-southeast-3": ("039612877180", 23, 15, 16, 13),
    "ap-southeast-4": ("713881805771", 23, 15, 16, 13),
    "ap-southeast-5": ("152034782359", 14, 8, 13, 9),
    "ap-southeast-6": ("313828097273", 3, 3, 5, 3),
    "ap-southeast-7": ("980416031188", 14, 8, 13, 9),
    "ca-central-1": ("615299751070", 26, 15, 16, 13),
    "ca-west-1": ("595944127152", 14, 8, 13, 9),
    "cn-north-1": ("440179912924", 14, 8, 13, 9),
    "cn-northwest-1": ("440180067931", 14, 8, 13, 9),
    "eu-central-1": ("615299751070", 26, 15, 16, 13),
    "eu-central-2": ("156041407956", 23, 15, 16, 13),
    "eu-north-1": ("615299751070", 26, 15, 16, 13),
    "eu-south-1": ("257394471194", 23, 15, 16, 13),
    "eu-south-2": ("490004653786", 23, 15, 16, 13),
    "eu-west-1": ("615299751070", 26, 15, 16, 13),
    "eu-west-2": ("615299751070", 26, 15, 16, 13),
    "eu-west-3": ("615299751070", 26, 15, 16, 13),
    "il-central-1": ("746669239226", 23, 15, 16, 13),
    "me-central-1": ("739275441131", 22, 15, 16, 13),
    "me-south-1": ("980921751758", 0, 12, 0, 0),
    "mx-central-1": ("610118373846", 14, 8, 13, 9),
    "sa-east-1": ("615299751070", 26, 15, 16, 13),
    "us-east-1": ("615299751070", 29, 15, 16, 14),
    "us-east-2": ("615299751070", 26, 15, 16, 13),
    "us-west-1": ("615299751070", 33, 15, 16, 13),
    "us-west-2": ("615299751070", 33, 15, 16, 13),
}
# fmt: on
"""Region -> AWS's account there, and the number of the layer for Python, Js, Java, DotNet; 0 is
none."""

_ANY_OPENTELEMETRY = re.compile(r"opentelemetry|otel|adot", re.IGNORECASE)


def language_of(runtime: str) -> str:
    """How a runtime's name begins: ``python`` of ``python3.13``; empty where it has none."""
    language = re.match(r"[a-z]+", runtime)
    return language[0] if language else ""


def distribution_name(runtime: str) -> str | None:
    """The name of AWS's layer for a runtime; None where AWS has none for its language."""
    ending = _LANGUAGES.get(language_of(runtime))
    return f"{_NAME}{ending}" if ending else None


def is_distribution(arn: str) -> bool:
    """Whether it is one of AWS's own layers, whatever its version, region or account."""
    return name_of(arn).startswith(_NAME)


def carries_opentelemetry(arn: str) -> bool:
    """Whether a layer's name tells of OpenTelemetry: AWS's older layers, upstream's, others'."""
    return bool(_ANY_OPENTELEMETRY.search(name_of(arn)))


def opentelemetry_layer(raw: Mapping[str, Any]) -> str | None:
    """The name of a layer of a function's configuration that brings OpenTelemetry, if one does."""
    names = [name_of(arn) for arn in arns_of(raw.get("Layers")) if carries_opentelemetry(arn)]
    return names[0] if names else None


def layer_for(runtime: str, region: str, partition: str) -> str | None:
    """The ARN of AWS's layer for a runtime in a region; None where AWS tells of none."""
    name, row = distribution_name(runtime), _LAYERS.get(region)
    if name is None or row is None:
        return None
    account, *numbers = row
    version = dict(zip(_LANGUAGES.values(), numbers, strict=True))[name.removeprefix(_NAME)]
    if not version:
        return None
    return f"arn:{partition}:lambda:{region}:{account}:layer:{name}:{version}"

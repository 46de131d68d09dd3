"""AWS's layers of OpenTelemetry for Lambda: which one, by runtime and region; others', by name.

The table is AWS's own, ``src/config/lambdaLayerArns.js`` of github.com/aws-otel/aws-otel.github.io
at commit e256b2e4 (22 July 2026), which the ADOT documentation shows. Numbers differ by region for
the same code. A region that is not in it (GovCloud) has no such layer that AWS tells of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

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

_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":layer:(?P<name>[a-zA-Z0-9_-]{1,140}):(?P<version>[1-9]\d*)"
)
_ANY_OPENTELEMETRY = re.compile(r"opentelemetry|otel|adot", re.IGNORECASE)


def is_layer_arn(arn: str) -> bool:
    """Whether this is the ARN of one version of a layer."""
    return _ARN.fullmatch(arn) is not None


def region_of(arn: str) -> str:
    """The region of a layer: a function can have layers of its own region alone."""
    return arn.split(":")[3]


def account_of(arn: str) -> str:
    """The account that a layer belongs to."""
    return arn.split(":")[4]


def name_of(arn: str) -> str:
    """The name of a layer, with or without its version in the ARN."""
    return arn.split(":")[6]


def without_version(arn: str) -> str:
    """A layer's ARN without its version: a function holds no layer twice (Lambda refuses it)."""
    return ":".join(arn.split(":")[:7])


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


def arns_of(layers: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """The ARNs of a function's layers, in their order: later ones override earlier ones."""
    return [str(layer["Arn"]) for layer in layers or ()]


def with_layers(now: list[str], wanted: Mapping[str, str | None]) -> list[str]:
    """The layers once some of them are what is wanted: ARN without version -> whole ARN, or None.

    Each stays in its place; one that takes the place of another tracing layer takes it wholly;
    a new one comes last, as the console puts it.
    """
    gone = {key for key, value in wanted.items() if value is None}
    held = {without_version(arn) for arn in now}
    new = [value for key, value in wanted.items() if value and key not in held]
    found: list[str] = []
    for arn in now:
        key = without_version(arn)
        if key in gone:
            found += [new.pop(0)] if new else []
        else:
            found.append(wanted.get(key) or arn)
    return [*found, *new]

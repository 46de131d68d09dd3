"""A layer of a Lambda function by its ARN, and the list of them that a function holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12})"
    r":layer:(?P<name>[a-zA-Z0-9_-]{1,140}):(?P<version>[1-9]\d*)"
)


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

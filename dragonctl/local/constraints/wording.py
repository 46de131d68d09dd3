"""How AWS says that a request is not what its model allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dragonctl.local.messages import AwsError

_FIRST_BUCKETS = 32
_LOAD = 0.75


@dataclass(frozen=True)
class Dialect:
    """A service's error code for what its model refuses."""

    code: str

    def error(self, violations: Sequence[str]) -> AwsError:
        """One sentence for all of them, as AWS counts them."""
        plural = "" if len(violations) == 1 else "s"
        listed = "; ".join(violations)
        words = f"{len(violations)} validation error{plural} detected: {listed}"
        return AwsError(self.code, words)


_BY_PROTOCOL = {
    "json": Dialect("ValidationException"),
    "rest-json": Dialect("ValidationException"),
    "query": Dialect("ValidationError"),
}
DIALECTS: dict[str, Dialect | None] = {
    "cloudwatch": Dialect("ValidationError"),
    "cognito-idp": Dialect("InvalidParameterException"),
    "logs": Dialect("InvalidParameterException"),
    "resourcegroupstaggingapi": Dialect("InvalidParameterException"),
    # These say what they refuse in words of their own, parameter by parameter.
    "sns": None,
    "sqs": None,
    "xray": None,
}
"""Where a service's code is not that of its protocol (as recorded)."""


def by_protocol(model: Any) -> Dialect | None:
    """The usual code of a protocol; None for those that check nothing first (S3, CloudFront)."""
    return _BY_PROTOCOL.get(model.service_model.metadata.get("protocol", ""))


def violation(value: Any, path: str, constraint: str) -> str:
    """One fault. ``None`` is said without quotes, as Java prints it."""
    said = "null" if value is None else f"'{text(value)}'"
    return f"Value {said} at '{path}' failed to satisfy constraint: {constraint}"


def text(value: Any) -> str:
    """A value as Java prints it: ``[a, b]``, ``{k=v}``, ``true``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={text(one)}" for key, one in value.items()) + "}"
    return "null" if value is None else str(value)


def enum_order(values: Iterable[str]) -> list[str]:
    """The order in which AWS lists an enum's values: that of a Java hash set of 32 buckets or more.

    It explains every recorded list, six values in the strangest order among them. Of two in one
    bucket the later comes first, as in Java 7.
    """
    listed = list(values)
    listed.reverse()
    buckets = _FIRST_BUCKETS
    while len(listed) > buckets * _LOAD:
        buckets *= 2
    return sorted(listed, key=lambda value: _java_hash(value) & (buckets - 1))


def _java_hash(value: str) -> int:
    """``String.hashCode`` as an unsigned 32-bit number."""
    hashed = 0
    for letter in value:
        hashed = (31 * hashed + ord(letter)) & 0xFFFFFFFF
    return hashed

"""What AWS answers, held against the shape that its API promises, at the one door.

botocore reads an answer by its API's description and lets through what is of another kind: a number
where a text belongs, a list for a structure. Behind this door every reader may trust what the
description says; a structure says itself when somebody asks for a member that did not come.

AWS writes ``null`` for what is not set, so nothing is never odd: API Gateway's response templates
hold ``{"application/json": null}``. In a list it stands for no item, in a map for what is empty.
Members and enum values that a later version of an API adds are let through (Smithy, "Client
behavior"; JSON protocols there write a float that is no number as a text).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dragonctl.errors import ODD, AwsError

DEEPEST = 200
"""The levels of a JSON document that are read: AWS's own have a dozen, and a state machine's
definition that nests its maps a few dozen."""
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
_WHOLE, _FRACTIONS = ("integer", "long", "short", "byte", "bigInteger"), ("float", "double")
_POLICY = "policyDocumentType"
_TOO_DEEP = f": JSON that is nested more than {DEEPEST} levels deep"
_KINDS: dict[type, str] = {
    str: "a text", bool: "true or false", int: "a number", float: "a number", dict: "an object",
    list: "a list", bytes: "bytes", datetime: "a time", type(None): "nothing",
}  # fmt: skip
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,), "character": (str,), "boolean": (bool,), "integer": (int,), "long": (int,),
    "short": (int,), "byte": (int,), "bigInteger": (int,), "float": (float, int),
    "double": (float, int), "bigDecimal": (float, int), "timestamp": (datetime,),
}  # fmt: skip


class Answer(dict[str, Any]):
    """A structure of an answer. A member that did not come is an error of that call, in words."""

    __slots__ = ("origin",)
    origin: tuple[str, str]

    def __missing__(self, key: str) -> Any:
        raise odd(*self.origin, f"AWS's answer has no {key}, which is needed here")


class HeldList(list[Any]):
    """A list of an answer whose items were held against their shape when they were read."""

    __slots__ = ()


class OddAnswerError(ValueError):
    """What is odd, and where: ``items[2].name: a number where a text belongs``."""


def odd(service: str, operation: str, what: str) -> AwsError:
    """An answer that no API of AWS gives, as the error of its call."""
    error = AwsError(service, operation, ODD, what)
    error.hint = (
        "Something between here and AWS may have changed it, or what answers is not AWS: look at"
        " --endpoint-url and the proxy."
    )
    return error


def loads(text: str | bytes) -> Any:
    """JSON that AWS sent; a ValueError also for what is nested deeper than anybody means."""
    try:
        document = json.loads(text)
    except RecursionError:
        raise OddAnswerError(_TOO_DEEP) from None
    if _openings(text) > DEEPEST and _is_deep(document):
        raise OddAnswerError(_TOO_DEEP)
    return document


def _openings(text: str | bytes) -> int:
    """How many levels there may be at most: most documents need no closer look."""
    if isinstance(text, bytes):
        return text.count(b"{") + text.count(b"[")
    return text.count("{") + text.count("[")


def _is_deep(document: Any) -> bool:
    """Level by level: what is too deep for one call within another is looked at too."""
    level = [document]
    for _ in range(DEEPEST):
        level = [
            item
            for one in level
            if isinstance(one, dict | list)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


_EMPTY: dict[str, type] = {"structure": dict, "list": list, "map": dict}
Check = Callable[[Any, tuple[str, str]], Any]
"""``check(value, origin)`` gives the value with its structures as :class:`Answer` s."""


def check_of(shape: Any) -> Check:
    """What holds an answer against a shape (botocore's, None: no answer is promised).

    It raises :class:`OddAnswerError` with the place of the first member of another kind.
    """
    if shape is None or getattr(shape, "is_document_type", False):
        return _anything
    if shape.serialization.get("eventstream"):
        return _anything
    if shape.name == _POLICY:
        return _policy
    makers = {"structure": _structure, "list": _list, "map": _map}
    if shape.type_name in makers:
        return makers[shape.type_name](shape)
    return _scalar(shape.type_name) if shape.type_name in _SCALARS else _anything


def _anything(value: Any, _: tuple[str, str]) -> Any:
    """A document, or a body that streams: it is read by whoever asked for it."""
    return value


def _policy(value: Any, _: tuple[str, str]) -> Any:
    """IAM's, whose text botocore has read already (its ``json_decode_policies``)."""
    if not isinstance(value, dict | str | None):
        raise _other(value, str)
    if _is_deep(value):
        raise OddAnswerError(_TOO_DEEP)
    return value


def _scalar(name: str) -> Check:
    kinds = _SCALARS[name]

    def check(value: Any, _: tuple[str, str]) -> Any:
        if value is None or isinstance(value, kinds):
            return value
        if name in _WHOLE and isinstance(value, float) and value.is_integer():
            return int(value)  # JSON has one kind of number: 300.0 is 300
        if name in _FRACTIONS and value in _NO_NUMBERS:
            return float(value)
        raise _other(value, kinds[0])

    return check


def _structure(shape: Any) -> Check:
    members = shape.members
    known: dict[str, tuple[tuple[type, ...], Check]] = {}

    def learn(name: str) -> tuple[tuple[type, ...], Check]:
        """The types that need no closer look, and the look."""
        member = members.get(name)
        is_free = member is None or "jsonvalue" in member.serialization
        look = _anything if is_free else check_of(member)
        known[name] = (() if is_free else _SCALARS.get(member.type_name, ()), look)
        return known[name]

    def check(value: Any, origin: tuple[str, str]) -> Any:
        if not isinstance(value, dict):
            raise _other(value, dict)
        found = Answer(value)
        found.origin = origin
        name = ""
        try:
            for name, member in value.items():
                types, look = known.get(name) or learn(name)
                if member is not None and type(member) not in types:
                    found[name] = look(member, origin)
        except OddAnswerError as error:
            raise _within(f".{name}", error) from None
        return found

    return check


def _list(shape: Any) -> Check:
    look: Check | None = None

    def check(value: Any, origin: tuple[str, str]) -> Any:
        nonlocal look
        if type(value) is HeldList:
            return value
        if not isinstance(value, list):
            raise _other(value, list)
        look = look or check_of(shape.member)
        found: list[Any] = []
        try:
            for item in value:
                kept = None if item is None else look(item, origin)
                found.append(kept)
        except OddAnswerError as error:
            raise _within(f"[{len(found)}]", error) from None
        return [item for item in found if item is not None] if None in found else found

    return check


def _map(shape: Any) -> Check:
    def check(value: Any, origin: tuple[str, str]) -> Any:
        if not isinstance(value, dict):
            raise _other(value, dict)
        one, found = check_of(shape.value), {}
        empty = _EMPTY.get(shape.value.type_name)
        for key, item in value.items():
            try:
                found[key] = one(empty() if item is None and empty else item, origin)
            except OddAnswerError as error:
                raise _within(f".{key}", error) from None
        return found

    return check


def _other(value: Any, kind: type) -> OddAnswerError:
    return OddAnswerError(f": {_word(type(value))} where {_word(kind)} belongs")


def _within(place: str, error: OddAnswerError) -> OddAnswerError:
    return OddAnswerError(f"{place}{error}")


def _word(kind: type) -> str:
    return next((word for one, word in _KINDS.items() if issubclass(kind, one)), kind.__name__)

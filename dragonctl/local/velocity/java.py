"""Java's values: how they print, when they are equal, and the kinds of collections there are.

Text, numbers, booleans and None stand for themselves. What JSONPath finds is as json-smart makes
it: objects are maps that print in Java's way, arrays print as JSON (recorded on AWS:
``{foo=[{"nested":"bar"}]}``). What a template makes itself prints in Java's way throughout.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dragonctl.local.velocity.errors import TemplateError

_FIRST_SCIENTIFIC = 1e7
_LAST_SCIENTIFIC = 1e-3


class JavaMap(dict[str, Any]):
    """A ``java.util.Map`` that keeps its order; prints as ``{a=1, b=x}``."""


class JavaList(list[Any]):
    """A ``java.util.List``; prints as ``[1, x]``."""


class JsonArray(JavaList):
    """A list that JSON text held; prints as JSON."""


class JavaSet(JavaList):
    """The keys, values or entries of a map: no index."""


class JavaArray(JavaList):
    """What ``split`` gives: Velocity lets an array be asked as a list."""


class JavaCharacter(str):
    """One ``char``: prints as text, equals no text by ``equals``."""

    __slots__ = ()


@dataclass(frozen=True)
class JavaEntry:
    """A map's entry."""

    key: str
    value: Any


class Missing:
    """What ``$input.path`` gives where it finds nothing.

    Recorded on AWS: it prints as nothing, and equals both ``$null`` and ``""``.
    """

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def of_json(value: Any) -> Any:
    """A decoded JSON document as a template sees it."""
    if isinstance(value, dict):
        return JavaMap({name: of_json(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return JsonArray(of_json(inner) for inner in value)
    return value


def as_json(value: Any) -> str:
    """JSON text without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=text_of)


def text_of(value: Any) -> str:
    """``toString()``; ``null`` for None.

    Raises:
        TemplateError: an array, or an object of the gateway's, whose text is an address.

    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, (str, int)):
        return str(value)
    return _composed(value)


def _composed(value: Any) -> str:
    if isinstance(value, Missing):
        return ""
    if isinstance(value, JsonArray):
        return as_json(value)
    if isinstance(value, JavaArray):
        raise TemplateError("the text of an array is not done here: join its elements in a loop")
    if isinstance(value, list):
        return "[" + ", ".join(map(text_of, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={text_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, JavaEntry):
        return f"{value.key}={text_of(value.value)}"
    raise TemplateError(f"the text of {kind_of(value)} is not done here")


def _double(value: float) -> str:
    """``Double.toString``: plain between 10^-3 and 10^7, else ``1.5E10``."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN)
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if value == 0 or _LAST_SCIENTIFIC <= abs(value) < _FIRST_SCIENTIFIC:
        return format(Decimal(repr(value)), "f")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    rest = "".join(map(str, digits[1:])) or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{digits[0]}.{rest}E{power}"


def kind_of(value: Any) -> str:
    """What a value is, in Java's words."""
    return _KINDS.get(type(value)) or type(value).__name__


_KINDS = {
    type(None): "null",
    bool: "a Boolean",
    int: "an Integer",
    float: "a Double",
    str: "a String",
    JavaCharacter: "a Character",
    dict: "a Map",
    JavaMap: "a Map",
    JavaList: "a List",
    JsonArray: "a JSONArray",
    JavaSet: "a Set",
    JavaArray: "an array",
    JavaEntry: "a Map.Entry",
    Missing: "nothing",
}


def is_number(value: Any) -> bool:
    """An integer or a float: Python's booleans are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(left: Any, right: Any) -> bool:
    """``left.equals(right)``: the same kind and the same value; 1 is not 1.0, nor "1"."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and bool(left == right)


def loosely_equal(left: Any, right: Any) -> bool:
    """Velocity's ``==``: numbers by value, one kind by ``equals``, two kinds by their text."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return all(one is None or isinstance(one, Missing) or one == "" for one in (left, right))
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, type(right)) or isinstance(right, type(left)):
        return same(left, right) or (isinstance(left, str) and str(left) == str(right))
    return text_of(left) == text_of(right)


def holds(value: Any) -> bool:
    """Velocity's truth: null and false do not hold, everything else does, empty text too."""
    return not (value is None or value is False or isinstance(value, Missing))


def hash_of(value: Any) -> int:
    """``hashCode()``, a signed 32-bit number.

    Raises:
        TemplateError: of what is neither text, an integer nor a boolean.

    """
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, str):
        total = 0
        for unit in _units(value):
            total = total * 31 + unit
        return _signed(total)
    if isinstance(value, int):
        return _signed(value)
    raise TemplateError(f"hashCode of {kind_of(value)} is not done here")


def _units(text: str) -> list[int]:
    """UTF-16 code units: a Java ``char`` each."""
    raw = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def _signed(number: int) -> int:
    return (number + 2**31) % 2**32 - 2**31

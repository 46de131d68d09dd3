"""Patch operations on a definition: one :class:`Paths` for each kind of thing.

A path is a JSON pointer (``~1`` is ``/``, ``~0`` is ``~``). A *field* takes ``replace``, a *map* of
text (``/requestParameters/<name>``) ``add``, ``replace`` and ``remove``, a *set* of names
(``/cacheKeyParameters/<name>``) ``add`` and ``remove``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragonctl.local.gateway.store import bad_request, not_found
from dragonctl.local.messages import AwsError

Record = dict[str, Any]
Operations = Iterable[Mapping[str, Any]]
Reader = Callable[[str], Any]
"""What makes a value of the text that a patch carries; refuses what it cannot be."""

LISTED = "Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{known}]"
UNSUPPORTED = (
    "Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations"
)
SHORT = "Invalid patch path {path}"
ONLY_REPLACE = "Invalid patch operation specified. Must be one of: [replace]"


@dataclass(frozen=True)
class Paths:
    """What of a kind of thing can be patched, and how AWS refuses the rest of it.

    ``wrong_path`` and ``wrong_operation`` are templates over ``path``, ``op`` and ``known``.
    ``missing`` says, for a map, that it does not hold the name; maps in ``strict`` hold what they
    ``replace``. An item of a set in ``replaceable`` can be replaced by the value.
    """

    fields: Mapping[str, Reader]
    maps: Mapping[str, Reader] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    wrong_path: str = LISTED
    wrong_operation: str = UNSUPPORTED
    missing: Mapping[str, str] = field(default_factory=dict)
    strict: frozenset[str] = frozenset()
    replaceable: frozenset[str] = frozenset()


def truth(value: str) -> bool:
    """A boolean, which patches carry as text."""
    if value.lower() not in ("true", "false"):
        raise bad_request(f"Invalid boolean value: {value}. Must be one of: [true, false]")
    return value.lower() == "true"


def number(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of numbers (``int`` or ``float``), which patches carry as text."""

    def read(value: str) -> Any:
        try:
            return kind(value)
        except ValueError:
            raise bad_request(f"Invalid number: {value}") from None

    return read


def unescaped(part: str) -> str:
    """One segment of a JSON pointer."""
    return part.replace("~1", "/").replace("~0", "~")


def loose_truth(value: str) -> bool:
    """A boolean as Java reads it: whatever is not ``true`` is false (recorded)."""
    return value.lower() == "true"


def patched(thing: Record, operations: Operations, paths: Paths) -> Record:
    """A copy of the thing with all operations applied, or none: the first bad one refuses all."""
    wanted = copy.deepcopy(thing)
    for operation in operations:
        _apply(wanted, operation, paths)
    return wanted


def _apply(thing: Record, operation: Mapping[str, Any], paths: Paths) -> None:
    kind, path = str(operation.get("op")), str(operation.get("path"))
    name, _, rest = path.removeprefix("/").partition("/")
    value = value_of(operation)
    if not rest and name in paths.fields:
        if kind != "replace":
            raise _refused(paths.wrong_operation, path, kind, paths)
        _set_field(thing, name, value, paths.fields[name])
    elif rest and "/" not in rest and name in paths.maps and kind in ("add", "replace", "remove"):
        _set_in_map(thing.setdefault(name, {}), name, unescaped(rest), kind, value, paths)
    elif rest and name in paths.sets and _may(kind, name, paths):
        _set_in_list(thing.setdefault(name, []), unescaped(rest), kind, value)
    else:
        raise _refused(paths.wrong_path, path, kind, paths)


def _may(kind: str, name: str, paths: Paths) -> bool:
    return kind in ("add", "remove") or (kind == "replace" and name in paths.replaceable)


def _refused(template: str, path: str, kind: str, paths: Paths) -> AwsError:
    known = ", ".join(f"/{one}" for one in (*paths.fields, *paths.maps, *paths.sets))
    return bad_request(template.format(path=path, op=kind, known=known))


def value_of(operation: Mapping[str, Any]) -> str:
    """The value, which must be text (AWS's deserializer says so in Java's words)."""
    value = operation.get("value")
    if value is not None and not isinstance(value, str):
        kind = {bool: "Boolean", int: "Integer", float: "Double"}.get(type(value), "Object")
        words = f"class java.lang.{kind} can not be converted to an String"
        raise AwsError("SerializationException", words)
    return value or ""


def _set_field(thing: Record, name: str, value: str, read: Reader) -> None:
    if value:
        thing[name] = read(value)
    else:
        thing.pop(name, None)


def _set_in_map(
    among: Record, field_name: str, name: str, kind: str, value: str, paths: Paths
) -> None:
    held = name in among
    if not held and (kind == "remove" or (kind == "replace" and field_name in paths.strict)):
        raise not_found(paths.missing.get(field_name, "Invalid parameter name specified"))
    if kind == "remove":
        del among[name]
    else:
        among[name] = paths.maps[field_name](value)


def _set_in_list(among: list[str], name: str, kind: str, value: str) -> None:
    if kind != "add" and name not in among:
        raise not_found("Invalid parameter name specified")
    if kind == "add" and name not in among:
        among.append(name)
    elif kind == "replace":
        among[among.index(name)] = value
    elif kind == "remove":
        among.remove(name)

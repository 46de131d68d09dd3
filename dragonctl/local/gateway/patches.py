"""Patch operations on a definition: one table of paths for each kind of thing.

A path is a JSON pointer (``~1`` is ``/``, ``~0`` is ``~``). A *field* takes ``replace``, a *map* of
text (``/requestParameters/<name>``) ``add``, ``replace`` and ``remove``, a *set* of names
(``/cacheKeyParameters/<name>``) ``add`` and ``remove``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dragonctl.local.gateway.store import bad_request, not_found

Record = dict[str, Any]
Operations = Iterable[Mapping[str, Any]]


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


def patched(
    thing: Record,
    operations: Operations,
    *,
    fields: Mapping[str, Callable[[str], Any]],
    maps: Mapping[str, Callable[[str], Any]] | None = None,
    sets: Iterable[str] = (),
) -> Record:
    """A copy of the thing with all operations applied, or none: the first bad one refuses all."""
    wanted = copy.deepcopy(thing)
    tables = (fields, maps or {}, tuple(sets))
    for operation in operations:
        _apply(wanted, operation, *tables)
    return wanted


def _apply(
    thing: Record,
    operation: Mapping[str, Any],
    fields: Mapping[str, Callable[[str], Any]],
    maps: Mapping[str, Callable[[str], Any]],
    sets: tuple[str, ...],
) -> None:
    kind, path = str(operation.get("op")), str(operation.get("path"))
    name, _, rest = path.lstrip("/").partition("/")
    value = value_of(operation)
    if not rest and name in fields and kind in ("replace", "add", "remove"):
        _set_field(thing, name, kind, value, fields[name])
    elif rest and name in maps and kind in ("add", "replace", "remove"):
        _set_in_map(thing.setdefault(name, {}), unescaped(rest), kind, value, maps[name])
    elif rest and name in sets and kind in ("add", "remove"):
        _set_in_list(thing.setdefault(name, []), unescaped(rest), kind)
    else:
        known = [f"/{one}" for one in (*fields, *maps, *sets)]
        raise bad_request(
            f"Invalid patch path  '{path}' specified for op '{kind}'. "
            f"Must be one of: [{', '.join(known)}]"
        )


def value_of(operation: Mapping[str, Any]) -> str:
    """The value, which must be text (AWS's deserializer says so in Java's words)."""
    from dragonctl.local.wire import AwsError

    value = operation.get("value")
    if value is not None and not isinstance(value, str):
        kind = {bool: "Boolean", int: "Integer", float: "Double"}.get(type(value), "Object")
        words = f"class java.lang.{kind} can not be converted to an String"
        raise AwsError("SerializationException", words)
    return value or ""


def _set_field(thing: Record, name: str, kind: str, value: str, read: Callable[[str], Any]) -> None:
    if kind == "remove" or not value:
        thing.pop(name, None)
    else:
        thing[name] = read(value)


def _set_in_map(
    among: Record, name: str, kind: str, value: str, read: Callable[[str], Any]
) -> None:
    if kind != "remove":
        among[name] = read(value)
    elif among.pop(name, None) is None:
        raise not_found("Invalid parameter name specified")


def _set_in_list(among: list[str], name: str, kind: str) -> None:
    if kind == "add" and name not in among:
        among.append(name)
    elif kind == "remove":
        if name not in among:
            raise not_found("Invalid parameter name specified")
        among.remove(name)

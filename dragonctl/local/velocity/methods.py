"""The methods that a template may call, by the kind of the value: Java's names and semantics.

A row is ``name: (fewest arguments, most arguments, function)``. What no row names is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dragonctl.local.velocity import regular_expressions
from dragonctl.local.velocity.errors import TemplateError
from dragonctl.local.velocity.java import (
    JavaArray,
    JavaCharacter,
    JavaEntry,
    JavaList,
    JavaMap,
    JavaSet,
    JsonArray,
    Missing,
    as_json,
    hash_of,
    is_number,
    kind_of,
    same,
    text_of,
)

Row = tuple[int, int, Callable[..., Any]]
Table = Mapping[str, Row]


def call(target: Any, name: str, arguments: list[Any]) -> Any:
    """``target.name(arguments)``; on null and on what is missing, null.

    Raises:
        TemplateError: there is no such method, or it throws in Java.

    """
    if target is None or isinstance(target, Missing):
        return None
    row = table_of(target).get(name)
    if row is None:
        raise TemplateError(f"the method {name} of {kind_of(target)} is not done here")
    fewest, most, function = row
    if not fewest <= len(arguments) <= most:
        raise TemplateError(
            f"the method {name} of {kind_of(target)} with {len(arguments)} arguments is not "
            "done here"
        )
    try:
        return function(target, *arguments)
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError) as error:
        raise TemplateError(f"{name} of {kind_of(target)} failed: {error}") from error


def table_of(target: Any) -> Table:
    """The methods of a value; an object of the gateway's brings its own."""
    own = getattr(target, "velocity_methods", None)
    if own is not None:
        return {name: (0, 9, _bound(method)) for name, method in own().items()}
    return next((TABLES[kind] for kind in type(target).__mro__ if kind in TABLES), {})


def _bound(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _target, *arguments: method(*arguments)


def _text(value: Any) -> str:
    """An argument that must be text."""
    if not isinstance(value, str):
        raise TypeError(f"{kind_of(value)} where a String is asked for")
    return value


def _whole(value: Any) -> int:
    """An argument that must be an integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{kind_of(value)} where an Integer is asked for")
    return value


def _within(length: int, *places: int) -> None:
    if any(not 0 <= place <= length for place in places) or list(places) != sorted(places):
        raise IndexError(f"index out of range: {', '.join(map(str, places))} of {length}")


def _substring(text: str, begin: Any, end: Any = None) -> str:
    last = len(text) if end is None else _whole(end)
    _within(len(text), _whole(begin), last)
    return text[begin:last]


def _char_at(text: str, place: Any) -> JavaCharacter:
    _within(len(text) - 1, _whole(place))
    return JavaCharacter(text[place])


def _index_of(text: str, what: Any, start: Any = 0) -> int:
    wanted = what if isinstance(what, str) else chr(_whole(what))
    return text.find(wanted, max(0, min(_whole(start), len(text))))


def _last_index_of(text: str, what: Any, start: Any = None) -> int:
    wanted = what if isinstance(what, str) else chr(_whole(what))
    end = len(text) if start is None else _whole(start) + len(wanted)
    return text.rfind(wanted, 0, max(0, end))


def _starts_with(text: str, prefix: Any, at: Any = 0) -> bool:
    return _whole(at) >= 0 and text[at:].startswith(_text(prefix)) and at <= len(text)


def _compared(left: str, right: str) -> int:
    for one, other in zip(left, right, strict=False):
        if one != other:
            return ord(one) - ord(other)
    return len(left) - len(right)


def _equal_text(text: str, other: Any) -> bool:
    return isinstance(other, str) and not isinstance(other, JavaCharacter) and text == other


def _equal_whatever_case(text: str, other: Any) -> bool:
    return isinstance(other, str) and text.lower() == other.lower()


def _trimmed(text: str) -> str:
    """Java trims everything up to the space, and nothing beyond it."""
    return text.strip("".join(map(chr, range(33))))


def _split(text: str, expression: Any, limit: Any = 0) -> JavaArray:
    return JavaArray(regular_expressions.split(text, _text(expression), _whole(limit)))


def _matches(text: str, expression: Any) -> bool:
    return regular_expressions.pattern(_text(expression)).fullmatch(text) is not None


def _replaced(text: str, old: Any, new: Any) -> str:
    return text.replace(_text(old), _text(new))


def _replaced_all(text: str, expression: Any, by: Any) -> str:
    return regular_expressions.replaced(text, _text(expression), _text(by))


def _replaced_first(text: str, expression: Any, by: Any) -> str:
    return regular_expressions.replaced(text, _text(expression), _text(by), 1)


ANYTHING: Table = {
    "toString": (0, 0, text_of),
    "equals": (1, 1, same),
    "hashCode": (0, 0, hash_of),
}
STRING: Table = {
    **ANYTHING,
    "equals": (1, 1, _equal_text),
    "charAt": (1, 1, _char_at),
    "codePointAt": (1, 1, lambda text, place: ord(_char_at(text, place))),
    "compareTo": (1, 1, lambda text, other: _compared(text, _text(other))),
    "compareToIgnoreCase": (1, 1, lambda text, other: _compared(text.lower(), other.lower())),
    "concat": (1, 1, lambda text, other: text + _text(other)),
    "contains": (1, 1, lambda text, what: _text(what) in text),
    "contentEquals": (1, 1, lambda text, other: text == _text(other)),
    "endsWith": (1, 1, lambda text, suffix: text.endswith(_text(suffix))),
    "equalsIgnoreCase": (1, 1, _equal_whatever_case),
    "indexOf": (1, 2, _index_of),
    "intern": (0, 0, str),
    "isEmpty": (0, 0, lambda text: not text),
    "lastIndexOf": (1, 2, _last_index_of),
    "length": (0, 0, len),
    "matches": (1, 1, _matches),
    "replace": (2, 2, _replaced),
    "replaceAll": (2, 2, _replaced_all),
    "replaceFirst": (2, 2, _replaced_first),
    "split": (1, 2, _split),
    "startsWith": (1, 2, _starts_with),
    "substring": (1, 2, _substring),
    "subSequence": (2, 2, _substring),
    "toLowerCase": (0, 0, str.lower),
    "toUpperCase": (0, 0, str.upper),
    "trim": (0, 0, _trimmed),
    "valueOf": (1, 1, lambda _text, value: text_of(value)),
}
CHARACTER: Table = {
    **ANYTHING,
    "charValue": (0, 0, lambda character: character),
    "compareTo": (1, 1, lambda one, other: ord(one) - ord(other)),
}


def _parsed_integer(_number: Any, text: Any, base: Any = 10) -> int:
    if _text(text).strip() != text or "_" in text:
        raise ValueError(f'For input string: "{text}"')
    return int(text, base)


def _parsed_double(_number: Any, text: Any) -> float:
    return float(_text(text))


NUMBER: Table = {
    **ANYTHING,
    "compareTo": (1, 1, lambda one, other: (one > other) - (one < other)),
    "doubleValue": (0, 0, float),
    "floatValue": (0, 0, float),
    "intValue": (0, 0, int),
    "longValue": (0, 0, int),
}
INTEGER: Table = {
    **NUMBER,
    "parseInt": (1, 2, _parsed_integer),
    "valueOf": (
        1,
        2,
        lambda one, value, *base: value if is_number(value) else _parsed_integer(one, value, *base),
    ),
    "toHexString": (1, 1, lambda _one, value: format(value % 2**32, "x")),
}
DOUBLE: Table = {
    **NUMBER,
    "isNaN": (0, 0, lambda number: number != number),  # noqa: PLR0124 (NaN)
    "parseDouble": (1, 1, _parsed_double),
    "valueOf": (
        1,
        1,
        lambda one, value: float(value) if is_number(value) else _parsed_double(one, value),
    ),
}
BOOLEAN: Table = {
    **ANYTHING,
    "booleanValue": (0, 0, lambda value: value),
    "compareTo": (1, 1, lambda one, other: int(one) - int(other)),
    "parseBoolean": (1, 1, lambda _one, text: str(text).lower() == "true"),
    "valueOf": (1, 1, lambda _one, text: text_of(text).lower() == "true"),
}


def element(values: list[Any], place: Any) -> Any:
    """``get``.

    Raises:
        IndexError: there is none.

    """
    if not 0 <= _whole(place) < len(values):
        raise IndexError(f"Index: {place}, Size: {len(values)}")
    return values[place]


def _place(values: list[Any], wanted: Any) -> int:
    return next((at for at, one in enumerate(values) if same(one, wanted)), -1)


def _last_place(values: list[Any], wanted: Any) -> int:
    return max((at for at, one in enumerate(values) if same(one, wanted)), default=-1)


def _add(values: list[Any], *arguments: Any) -> Any:
    if len(arguments) == 1:
        values.append(arguments[0])
        return True
    _within(len(values), _whole(arguments[0]))
    values.insert(*arguments)
    return None


def _add_all(values: list[Any], more: list[Any]) -> bool:
    values.extend(list(more))
    return bool(more)


def _set(values: list[Any], place: Any, value: Any) -> Any:
    before = element(values, place)
    values[place] = value
    return before


def _remove(values: list[Any], what: Any) -> Any:
    """By index for an integer, else by value."""
    if isinstance(what, int) and not isinstance(what, bool):
        element(values, what)
        return values.pop(what)
    at = _place(values, what)
    if at >= 0:
        values.pop(at)
    return at >= 0


def _contains_all(values: list[Any], wanted: list[Any]) -> bool:
    return all(_place(values, one) >= 0 for one in wanted)


def _sub_list(values: list[Any], begin: Any, end: Any) -> JavaList:
    _within(len(values), _whole(begin), _whole(end))
    return type(values)(values[begin:end])  # type: ignore[return-value]


COLLECTION: Table = {
    **ANYTHING,
    "contains": (1, 1, lambda values, wanted: _place(values, wanted) >= 0),
    "containsAll": (1, 1, _contains_all),
    "isEmpty": (0, 0, lambda values: not values),
    "size": (0, 0, len),
    "toArray": (0, 0, JavaArray),
}
ARRAY: Table = {
    "get": (1, 1, element),
    "isEmpty": (0, 0, lambda values: not values),
    "set": (2, 2, _set),
    "size": (0, 0, len),
}
LIST: Table = {
    **COLLECTION,
    "add": (1, 2, _add),
    "addAll": (1, 1, _add_all),
    "clear": (0, 0, list.clear),
    "get": (1, 1, element),
    "indexOf": (1, 1, _place),
    "lastIndexOf": (1, 1, _last_place),
    "remove": (1, 1, _remove),
    "set": (2, 2, _set),
    "subList": (2, 2, _sub_list),
}
JSON_ARRAY: Table = {**LIST, "toJSONString": (0, 0, as_json)}


def _key(name: Any) -> str:
    return name if isinstance(name, str) else text_of(name)


def _put(values: dict[str, Any], name: Any, value: Any) -> Any:
    before = values.get(_key(name))
    values[_key(name)] = value
    return before


def _put_if_absent(values: dict[str, Any], name: Any, value: Any) -> Any:
    return _put(values, name, value) if values.get(_key(name)) is None else values[_key(name)]


def _entries(values: Mapping[str, Any]) -> JavaSet:
    return JavaSet(JavaEntry(name, value) for name, value in values.items())


MAP: Table = {
    **ANYTHING,
    "clear": (0, 0, dict.clear),
    "containsKey": (1, 1, lambda values, name: _key(name) in values),
    "containsValue": (1, 1, lambda values, wanted: _place(list(values.values()), wanted) >= 0),
    "entrySet": (0, 0, _entries),
    "get": (1, 1, lambda values, name: values.get(_key(name))),
    "getOrDefault": (2, 2, lambda values, name, other: values.get(_key(name), other)),
    "isEmpty": (0, 0, lambda values: not values),
    "keySet": (0, 0, JavaSet),
    "put": (2, 2, _put),
    "putAll": (1, 1, lambda values, more: values.update(more)),
    "putIfAbsent": (2, 2, _put_if_absent),
    "remove": (1, 1, lambda values, name: values.pop(_key(name), None)),
    "size": (0, 0, len),
    "values": (0, 0, lambda values: JavaSet(values.values())),
}
ENTRY: Table = {
    "getKey": (0, 0, lambda entry: entry.key),
    "getValue": (0, 0, lambda entry: entry.value),
    "toString": (0, 0, text_of),
}
TABLES: Mapping[type, Table] = {
    bool: BOOLEAN,
    int: INTEGER,
    float: DOUBLE,
    str: STRING,
    JavaCharacter: CHARACTER,
    JavaSet: COLLECTION,
    JavaArray: ARRAY,
    JsonArray: JSON_ARRAY,
    list: LIST,
    JavaMap: MAP,
    dict: MAP,
    JavaEntry: ENTRY,
}

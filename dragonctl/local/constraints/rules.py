"""Botocore's input shapes, compiled to checks: once for each operation, when it is first called."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from dragonctl.local.constraints.corrections import CORRECTIONS, JAVA_PATTERNS, LOCATIONS
from dragonctl.local.constraints.wording import enum_order, text, violation

_OWN_TO_JAVA = re.compile(r"\\[pP]|\[\[|&&|--|~~|\|\||[*+?}]\+")
"""What Python's own expressions read otherwise: classes by property, sets of sets, possessives."""
Check = Callable[[Any, str], Iterator[str]]
"""``(value, path) -> violations``."""
Rule = tuple[Callable[[Any], bool], str]
"""A test that a value must pass, and the words for one that does not."""

NOT_NULL = "Member must not be null"
_WHOLE = ("integer", "long", "float", "double")
_SIZED = ("string", "blob", "list", "map")
_CHECKS: dict[tuple[str, str], Check] = {}


def violations(service: str, model: Any, parameters: dict[str, Any]) -> list[str]:
    """Every fault of a request's parameters, in the order of the model's members."""
    key = (service, model.name)
    if key not in _CHECKS:
        _CHECKS[key] = _operation(service, model)
    return list(_CHECKS[key](parameters, ""))


def _operation(service: str, model: Any) -> Check:
    """The whole input: names begin in lower case; API Gateway names the body's holder first."""
    compiler = Compiler(service)
    prefix = f"{_lower(model.name)}Input." if service in LOCATIONS else ""
    shape = model.input_shape
    members = {
        name: (compiler.check(one), "" if one.serialization.get("location") else prefix)
        for name, one in shape.members.items()
    }
    # A body that is the payload is there, be it empty.
    required = set(shape.required_members) - {shape.serialization.get("payload")}

    def check(parameters: Any, _: str) -> Iterator[str]:
        for name, (inner, before) in members.items():
            yield from _member(
                parameters.get(name), f"{before}{_lower(name)}", name in required, inner
            )

    return check


def _member(value: Any, path: str, required: bool, inner: Check) -> Iterator[str]:
    if value is not None:
        yield from inner(value, path)
    elif required:
        yield violation(None, path, NOT_NULL)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


class Compiler:
    """Makes checks of shapes; a shape within itself is compiled once."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._structures: dict[str, Check] = {}

    def check(self, shape: Any) -> Check:
        """The check of one shape and all below it."""
        if shape.type_name == "structure":
            return self._structure(shape)
        rules = self.rules(shape)
        if shape.type_name == "list":
            return self._list(shape, rules)
        if shape.type_name == "map":
            return self._map(shape, rules)
        return _scalar(rules)

    def rules(self, shape: Any) -> list[Rule]:
        """What the shape itself asks, in the order in which AWS lists it."""
        said = {**shape.metadata, **CORRECTIONS.get((self._service, shape.name), {})}
        return [*_ranges(shape, said), *_patterns(shape, said)]

    def _structure(self, shape: Any) -> Check:
        if shape.name not in self._structures:
            required = set(shape.required_members)
            members: list[tuple[str, str, bool, Check]] = []

            def each(value: Any, path: str) -> Iterator[str]:
                for name, said, needed, inner in members:
                    yield from _member(value.get(name), f"{path}.{said}", needed, inner)

            # Its own place first: a shape may hold itself.
            self._structures[shape.name] = each
            members += [
                (name, _lower(name), name in required, self.check(one))
                for name, one in shape.members.items()
            ]
        return self._structures[shape.name]

    def _list(self, shape: Any, rules: list[Rule]) -> Check:
        own = _scalar(rules)
        if shape.member.type_name in ("structure", "list", "map"):
            inner = self.check(shape.member)

            def each(value: Any, path: str) -> Iterator[str]:
                yield from own(value, path)
                for number, one in enumerate(value, 1):
                    yield from inner(one, f"{path}.{number}.member")

            return each
        of_items = self.rules(shape.member)

        def whole(value: Any, path: str) -> Iterator[str]:
            yield from own(value, path)
            yield from _within(value, value, path, "Member", of_items)

        return whole

    def _map(self, shape: Any, rules: list[Rule]) -> Check:
        own, of_keys = _scalar(rules), self.rules(shape.key)
        if shape.value.type_name in ("structure", "list", "map"):
            inner, of_values = self.check(shape.value), []
        else:
            inner, of_values = None, self.rules(shape.value)

        def each(value: Any, path: str) -> Iterator[str]:
            yield from own(value, path)
            yield from _within(value, list(value), path, "Map keys", of_keys)
            yield from _within(value, list(value.values()), path, "Map value", of_values)
            for key, one in value.items() if inner else ():
                yield from inner(one, f"{path}.{key}.member")  # type: ignore[misc]

        return each


def _scalar(rules: list[Rule]) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        for passes, words in rules:
            if not passes(value):
                yield violation(value, path, words)

    return check


def _within(whole: Any, items: list[Any], path: str, what: str, rules: list[Rule]) -> Iterator[str]:
    """Of simple items AWS names the whole, and everything that is asked of each."""
    if rules and any(not passes(item) for item in items for passes, _ in rules):
        listed = ", ".join([*(words for _, words in rules), NOT_NULL])
        yield violation(whole, path, f"{what} must satisfy constraint: [{listed}]")


def _ranges(shape: Any, said: dict[str, Any]) -> Iterator[Rule]:
    least, most = said.get("min"), said.get("max")
    if shape.type_name in _SIZED:
        if most is not None:
            yield (
                lambda value: len(value) <= most,
                f"Member must have length less than or equal to {most}",
            )
        if least:
            yield (
                lambda value: len(value) >= least,
                f"Member must have length greater than or equal to {least}",
            )
    elif shape.type_name in _WHOLE:
        kind = float if shape.type_name in ("float", "double") else int
        if most is not None:
            yield (
                lambda value: value <= most,
                f"Member must have value less than or equal to {text(kind(most))}",
            )
        if least is not None:
            yield (
                lambda value: value >= least,
                f"Member must have value greater than or equal to {text(kind(least))}",
            )


def _patterns(shape: Any, said: dict[str, Any]) -> Iterator[Rule]:
    values = said.get("enum")
    if values:
        known = frozenset(values)
        yield (
            lambda value: value in known,
            f"Member must satisfy enum value set: [{', '.join(enum_order(values))}]",
        )
    pattern = said.get("pattern")
    if pattern and shape.type_name == "string":
        yield (
            lambda value: _fits(pattern, value),
            f"Member must satisfy regular expression pattern: {pattern}",
        )


def _fits(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> Any:
    """The pattern as Java reads it; None for the few that only Java reads."""
    pattern = JAVA_PATTERNS.get(pattern, pattern)
    if not _OWN_TO_JAVA.search(pattern):
        with contextlib.suppress(re.error):
            return re.compile(pattern, re.ASCII)  # what \w means to Java
    import regex  # type: ignore[import-untyped]  # large: only where it is needed

    try:
        return regex.compile(pattern)
    except regex.error:
        return None

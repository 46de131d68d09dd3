"""What has a value: literals, references, operators."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dragonctl.local.velocity import methods
from dragonctl.local.velocity.errors import TemplateError
from dragonctl.local.velocity.java import (
    JavaEntry,
    JavaList,
    JavaMap,
    JavaSet,
    Missing,
    holds,
    is_number,
    kind_of,
    loosely_equal,
    text_of,
)


class Renders(Protocol):
    """A part of a template."""

    def render(self, scope: Scope) -> None:
        """Write what it says to the scope's output."""


class Expression(Protocol):
    """Something with a value."""

    def value(self, scope: Scope) -> Any:
        """Its value; None for Java's null."""


@dataclass
class Macro:
    """``#macro(name $a $b)``; ``body`` is set once it is parsed."""

    name: str
    parameters: Sequence[str]
    body: Renders


@dataclass
class Definition:
    """What ``#define($x)`` binds: rendered whenever ``$x`` is asked for."""

    body: Renders


@dataclass
class Scope:
    """One rendering: the names, the macros, and the text so far.

    Velocity has one set of names: what is set in a loop is set after it.
    """

    names: dict[str, Any]
    macros: dict[str, Macro] = field(default_factory=dict)
    output: list[str] = field(default_factory=list)
    depth: int = 0

    def captured(self, part: Renders) -> str:
        """What a part writes, kept out of the output."""
        before, self.output = self.output, []
        try:
            part.render(self)
            return "".join(self.output)
        finally:
            self.output = before


@dataclass(frozen=True)
class Literal:
    """A number, a boolean, or text in single quotes."""

    held: Any

    def value(self, scope: Scope) -> Any:  # noqa: ARG002 (the protocol's)
        """Itself."""
        return self.held


@dataclass(frozen=True)
class Interpolated:
    """Text in double quotes: a template of its own."""

    body: Renders

    def value(self, scope: Scope) -> str:
        """Its text."""
        return scope.captured(self.body)


@dataclass(frozen=True)
class ListOf:
    """``[a, b]``."""

    items: Sequence[Expression]

    def value(self, scope: Scope) -> JavaList:
        """A new list."""
        return JavaList(item.value(scope) for item in self.items)


@dataclass(frozen=True)
class Range:
    """``[1..3]``, downwards too."""

    first: Expression
    last: Expression

    def value(self, scope: Scope) -> JavaList | None:
        """Every integer from the first to the last; null where one is none."""
        first, last = self.first.value(scope), self.last.value(scope)
        if not isinstance(first, int) or not isinstance(last, int):
            return None
        step = 1 if first <= last else -1
        return JavaList(range(first, last + step, step))


@dataclass(frozen=True)
class MapOf:
    """``{"a": 1}``."""

    items: Sequence[tuple[Expression, Expression]]

    def value(self, scope: Scope) -> JavaMap:
        """A new map."""
        return JavaMap((text_of(key.value(scope)), one.value(scope)) for key, one in self.items)


@dataclass(frozen=True)
class Property:
    """``.name``: a map's value, or what Java's getter gives."""

    name: str

    def of(self, target: Any, scope: Scope) -> Any:  # noqa: ARG002 (the steps' common shape)
        """Its value; null where a map, text or a number has no such property."""
        if isinstance(target, dict):
            return target.get(self.name)
        if self.name == "class":
            raise TemplateError("the property class is not done here")
        table = methods.table_of(target)
        capital = self.name[:1].upper() + self.name[1:]
        for getter in (f"get{capital}", f"is{capital}"):
            if getter in table and table[getter][0] == 0:
                return methods.call(target, getter, [])
        own = getattr(target, "velocity_properties", None)
        if own is not None:
            return own(self.name)
        return None


@dataclass(frozen=True)
class Call:
    """``.name(arguments)``."""

    name: str
    arguments: Sequence[Expression]

    def of(self, target: Any, scope: Scope) -> Any:
        """What the method gives."""
        return methods.call(target, self.name, [one.value(scope) for one in self.arguments])


@dataclass(frozen=True)
class Index:
    """``[index]``: of a list from either end, or of a map."""

    index: Expression

    def of(self, target: Any, scope: Scope) -> Any:
        """The element."""
        place = self.index.value(scope)
        if isinstance(target, dict):
            return methods.call(target, "get", [place])
        if not isinstance(target, list) or isinstance(target, JavaSet):
            return None
        return methods.call(target, "get", [_from_begin(target, place)])


def _from_begin(values: list[Any], place: Any) -> Any:
    return place + len(values) if is_number(place) and place < 0 else place


@dataclass(frozen=True)
class Reference:
    """``$root.steps``; ``text`` is how it was written."""

    root: str
    steps: Sequence[Property | Call | Index]
    text: str

    def value(self, scope: Scope) -> Any:
        """What it finds; null for a name that nothing has set."""
        found = scope.names.get(self.root)
        if found is None and "-" in self.root:
            raise TemplateError(
                f"the name {self.root} is not set: Velocity reads the hyphen as a part of it"
            )
        if isinstance(found, Definition):
            found = scope.captured(found.body)
        for step in self.steps:
            found = step.of(found, scope)
        return found

    def render(self, scope: Scope) -> None:
        """Print it; what it does not find prints as nothing (API Gateway's departure)."""
        found = self.value(scope)
        if found is not None:
            scope.output.append(text_of(found))

    def assign(self, scope: Scope, value: Any) -> None:
        """``#set`` it.

        Raises:
            TemplateError: what it is a part of takes no such part.

        """
        if not self.steps:
            scope.names[self.root] = value
            return
        target = Reference(self.root, self.steps[:-1], self.text).value(scope)
        last = self.steps[-1]
        place = last.index.value(scope) if isinstance(last, Index) else getattr(last, "name", None)
        if isinstance(target, dict) and not isinstance(last, Call):
            target[text_of(place)] = value
        elif isinstance(target, list) and isinstance(last, Index):
            methods.call(target, "set", [_from_begin(target, place), value])
        else:
            raise TemplateError(f"#set({self.text} = …) of {kind_of(target)} is not done here")


@dataclass(frozen=True)
class Not:
    """``!x``."""

    inner: Expression

    def value(self, scope: Scope) -> bool:
        """Whether it does not hold."""
        return not holds(self.inner.value(scope))


@dataclass(frozen=True)
class Negative:
    """``-x``."""

    inner: Expression

    def value(self, scope: Scope) -> Any:
        """The number below zero; null of what is no number."""
        number = self.inner.value(scope)
        return -number if is_number(number) else None


@dataclass(frozen=True)
class Both:
    """``a && b``; the second is asked only where the first holds."""

    left: Expression
    right: Expression

    def value(self, scope: Scope) -> bool:
        """Whether both hold."""
        return holds(self.left.value(scope)) and holds(self.right.value(scope))


@dataclass(frozen=True)
class Either:
    """``a || b``; the second is asked only where the first does not hold."""

    left: Expression
    right: Expression

    def value(self, scope: Scope) -> bool:
        """Whether one holds."""
        return holds(self.left.value(scope)) or holds(self.right.value(scope))


@dataclass(frozen=True)
class Compared:
    """``==``, ``<`` and their like."""

    sign: str
    left: Expression
    right: Expression

    def value(self, scope: Scope) -> bool:
        """Whether it is so; only numbers have an order, as in Velocity."""
        left, right = self.left.value(scope), self.right.value(scope)
        if self.sign in ("==", "!="):
            return loosely_equal(left, right) is (self.sign == "==")
        if not is_number(left) or not is_number(right):
            return False
        return _ORDERS[self.sign](left, right)


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


@dataclass(frozen=True)
class Arithmetic:
    """``+ - * / %``; ``+`` joins text."""

    sign: str
    left: Expression
    right: Expression

    def value(self, scope: Scope) -> Any:
        """The result; null where one side is no number, or for a division by zero."""
        left, right = self.left.value(scope), self.right.value(scope)
        if self.sign == "+" and (isinstance(left, str) or isinstance(right, str)):
            return _joined(left) + _joined(right)
        if not is_number(left) or not is_number(right):
            return None
        if self.sign in "/%" and right == 0:
            return None
        return _OPERATIONS[self.sign](left, right)


def _joined(value: Any) -> str:
    return "null" if value is None else text_of(value)


def _quotient(left: Any, right: Any) -> Any:
    """Java's: integers are cut towards zero."""
    if isinstance(left, int) and isinstance(right, int):
        return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return left / right


def _remainder(left: Any, right: Any) -> Any:
    """Java's: it has the sign of the dividend."""
    whole = isinstance(left, int) and isinstance(right, int)
    return left - right * _quotient(left, right) if whole else math.fmod(left, right)


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _quotient,
    "%": _remainder,
}


def elements(value: Any) -> list[Any] | None:
    """What ``#foreach`` walks over: a list, or a map's values; None where there is nothing."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return list(value)
    if value is None or isinstance(value, (str, int, float, JavaEntry, Missing)):
        return None
    raise TemplateError(f"#foreach over {kind_of(value)} is not done here")

"""The parser's lower half: references, literals, and operators by their precedence."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from dragonctl.local.velocity.errors import TemplateError
from dragonctl.local.velocity.expressions import (
    Arithmetic,
    Both,
    Call,
    Compared,
    Either,
    Expression,
    Index,
    Interpolated,
    ListOf,
    Literal,
    MapOf,
    Negative,
    Not,
    Property,
    Range,
    Reference,
    Renders,
)

NAME = r"[A-Za-z_]\w*(?:-+\w+)*"
_ROOT = re.compile(rf"\$!?(\{{?)({NAME})", re.ASCII)
_PROPERTY = re.compile(rf"\.({NAME})", re.ASCII)
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"-?(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+)(?!\.\d)")
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_DOUBLE = re.compile(r'"((?:[^"]|"")*)"')
_WORD = re.compile(r"(?:true|false)\b")
_DOTS = re.compile(r"\s*\.\.")

_LEVELS: tuple[tuple[re.Pattern[str], Callable[[str, Any, Any], Expression]], ...] = (
    (re.compile(r"\|\||or\b"), lambda _sign, left, right: Either(left, right)),
    (re.compile(r"&&|and\b"), lambda _sign, left, right: Both(left, right)),
    (re.compile(r"==|!=|eq\b|ne\b"), Compared),
    (re.compile(r"<=|>=|<|>|lt\b|le\b|gt\b|ge\b"), Compared),
    (re.compile(r"[+-]"), Arithmetic),
    (re.compile(r"[*/%]"), Arithmetic),
)
_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class Operands:
    """A place in a text, and what can be read from there on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def template(self, text: str) -> Renders:
        """What stands in double quotes."""
        raise NotImplementedError

    def fail(self, what: str) -> NoReturn:
        """Raise a TemplateError that says where."""
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - self.text.rfind("\n", 0, self.at)
        raise TemplateError(f"{what} (line {line}, column {column})")

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What matches here, passed over; None where nothing does."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Pass over what matches here, if anything does."""
        self.take(pattern)

    def expect(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """What must stand here."""
        found = self.take(pattern)
        if found is None:
            self.fail(f"{what} expected")
        return found

    def space(self) -> None:
        """Pass over white space."""
        self.skip(_SPACE)

    def reference(self) -> Reference | None:
        """``$name``, ``$!name``, ``${name}`` with its steps; None where the ``$`` is text."""
        begin = self.at
        root = self.take(_ROOT)
        if root is None:
            return None
        self._refuse_hyphen(root[2])
        steps = []
        while (step := self._step()) is not None:
            steps.append(step)
        if root[1]:
            self.space()
            if self.text.startswith("|", self.at):
                self.fail(f"an alternate value (${{{root[2]}|…}}) is not done here")
            self.expect(re.compile(r"\}"), "}")
        return Reference(root[2], tuple(steps), self.text[begin : self.at])

    def _refuse_hyphen(self, name: str) -> None:
        """Velocity 1.7 reads ``$a-`` as a name that nobody set: surely not what was meant."""
        if self.text.startswith("-", self.at):
            self.fail(
                f"Velocity takes the hyphen after {name} for a part of the name: ${{{name}}}-"
            )

    def _step(self) -> Property | Call | Index | None:
        if self.text.startswith("[", self.at):
            return self._index()
        found = self.take(_PROPERTY)
        if found is None:
            return None
        if not self.text.startswith("(", self.at):
            self._refuse_hyphen(found[1])
            return Property(found[1])
        self.at += 1
        return Call(found[1], self._separated(")"))

    def _index(self) -> Index | None:
        """``[1]``; a bracket that holds no index is text."""
        begin = self.at
        self.at += 1
        try:
            place = self.expression()
            self.space()
            self.expect(re.compile(r"\]"), "]")
        except TemplateError:
            self.at = begin
            return None
        return Index(place)

    def _separated(self, end: str) -> list[Expression]:
        """Expressions with commas between them, up to a bracket."""
        given: list[Expression] = []
        self.space()
        while not self.text.startswith(end, self.at):
            if given:
                self.expect(re.compile(r","), f", or {end}")
            given.append(self.expression())
            self.space()
        self.at += 1
        return given

    def expression(self, level: int = 0) -> Expression:
        """Operators of this precedence and above."""
        if level == len(_LEVELS):
            return self._unary()
        signs, made = _LEVELS[level]
        left = self.expression(level + 1)
        while True:
            self.space()
            sign = self.take(signs)
            if sign is None:
                return left
            left = made(_WORDS.get(sign[0], sign[0]), left, self.expression(level + 1))

    def _unary(self) -> Expression:
        self.space()
        if self.take(re.compile(r"!(?!=)|not\b")):
            return Not(self._unary())
        if self.take(re.compile(r"-(?=[\s$(])")):
            return Negative(self._unary())
        return self.operand()

    def operand(self) -> Expression:
        """A literal, a reference, a list, a map, or something in parentheses."""
        self.space()
        mark = self.text[self.at : self.at + 1]
        if mark == "$":
            found = self.reference()
            if found is None:
                self.fail("a name is expected after $")
            return found
        if mark in ("'", '"'):
            return self._string()
        if mark == "(":
            return self._parenthesis()
        if mark == "[":
            return self._list()
        if mark == "{":
            return self._map()
        return self._literal()

    def _string(self) -> Expression:
        single = self.take(_SINGLE)
        if single is not None:
            return Literal(single[1].replace("''", "'"))
        text = self.expect(_DOUBLE, "a quote that ends").group(1).replace('""', '"')
        if "$" not in text and "#" not in text:
            return Literal(text)
        return Interpolated(self.template(text))

    def _parenthesis(self) -> Expression:
        self.at += 1
        inner = self.expression()
        self.space()
        self.expect(re.compile(r"\)"), ")")
        return inner

    def _list(self) -> Expression:
        self.at += 1
        self.space()
        if self.text.startswith("]", self.at):
            self.at += 1
            return ListOf(())
        first = self.expression()
        if self.take(_DOTS):
            last = self.expression()
            self.space()
            self.expect(re.compile(r"\]"), "]")
            return Range(first, last)
        self.space()
        self.skip(re.compile(","))
        return ListOf((first, *self._separated("]")))

    def _map(self) -> Expression:
        self.at += 1
        self.space()
        items: list[tuple[Expression, Expression]] = []
        while not self.text.startswith("}", self.at):
            if items:
                self.expect(re.compile(r","), ", or }")
            key = self.expression()
            self.space()
            self.expect(re.compile(":"), ":")
            items.append((key, self.expression()))
            self.space()
        self.at += 1
        return MapOf(tuple(items))

    def _literal(self) -> Expression:
        word = self.take(_WORD)
        if word is not None:
            return Literal(word[0] == "true")
        number = self.take(_NUMBER)
        if number is None:
            self.fail("a value is expected")
        text = number[0]
        return Literal(float(text) if "." in text else int(text))

"""Expressions of Logs Insights: text -> a function of a record.

A record maps fields to text; a value is text, a number, a truth, or None where there is no such
field. Text that looks like a number is one when it is compared or reckoned with.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from dragonctl.local.messages import NOT_HERE, AwsError

Record = Mapping[str, Any]
Value = Callable[[Record], Any]

TOKEN = re.compile(
    r"""\s*(?:
      (?P<period>\d+(?:ms|s|m|h|d|w)\b)
    | (?P<number>\d+(?:\.\d+)?(?![\w.]))
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<regex>(?<=\s)/(?:[^/\\]|\\.)+/i?(?=\s|$|\)|\|))
    | (?P<field>`[^`]+`|[@A-Za-z_][\w@]*(?:\.[\w@-]+)*)
    | (?P<sign><=|>=|!=|=~|[=<>+*/%^(),\[\]|-])
    )""",
    re.VERBOSE,
)
_COMPARED = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RECKONED: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, operator.truediv),
    "%": (2, operator.mod),
}


def malformed(words: str) -> AwsError:
    """A text that is no query."""
    return AwsError("MalformedQueryException", words)


def undone(what: str) -> AwsError:
    """A part of the language that is not done here, by its name."""
    words = f"The local AWS does not do {what} of Logs Insights (logs StartQuery)."
    return AwsError("NotImplemented", words, NOT_HERE)


def number(value: Any) -> float | None:
    """A value as a number; None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


class Tokens:
    """The words of a query, one after the other."""

    def __init__(self, text: str) -> None:
        self._found: list[tuple[str, str]] = []
        place = 0
        while text[place:].strip():
            match = TOKEN.match(text, place)
            if match is None or match.end() == place:
                raise malformed(f"unexpected symbol found {text[place:].strip()[0]} at {place}")
            kind = str(match.lastgroup)
            self._found.append((kind, match[kind]))
            place = match.end()
        self._next = 0

    def peek(self) -> tuple[str, str]:
        """The next kind and word; two empty texts at the end."""
        return self._found[self._next] if self._next < len(self._found) else ("", "")

    def take(self) -> tuple[str, str]:
        """The next kind and word, which is passed."""
        found = self.peek()
        self._next += 1
        return found

    def has(self, *words: str) -> bool:
        """Pass these words if they come next, in any case."""
        ahead = [word.lower() for _, word in self._found[self._next : self._next + len(words)]]
        if ahead != list(words):
            return False
        self._next += len(words)
        return True

    def need(self, word: str) -> None:
        """Pass a word that must come."""
        if not self.has(word):
            raise malformed(f"unexpected symbol found {self.peek()[1]}, expected {word}")


def condition(tokens: Tokens) -> Value:
    """``or`` of ``and`` of ``not`` of comparisons."""
    left = _all(tokens)
    while tokens.has("or"):
        left = _either(left, _all(tokens))
    return left


def _either(left: Value, right: Value) -> Value:
    return lambda record: bool(left(record)) or bool(right(record))


def _all(tokens: Tokens) -> Value:
    left = _negated(tokens)
    while tokens.has("and"):
        left = _both(left, _negated(tokens))
    return left


def _both(left: Value, right: Value) -> Value:
    return lambda record: bool(left(record)) and bool(right(record))


def _negated(tokens: Tokens) -> Value:
    if tokens.has("not"):
        inner = _negated(tokens)
        return lambda record: not inner(record)
    return _comparison(tokens)


def _comparison(tokens: Tokens) -> Value:
    left = value(tokens)
    _, sign = tokens.peek()
    if sign in _COMPARED or sign == "!=":
        tokens.take()
        return _compared(sign, left, value(tokens))
    if tokens.has("not", "like"):
        test = _like(tokens, left)
        return lambda record: not test(record)
    if tokens.has("like") or tokens.has("=~"):
        return _like(tokens, left)
    if tokens.has("not", "in"):
        inside = _in(tokens, left)
        return lambda record: not inside(record)
    return _in(tokens, left) if tokens.has("in") else left


def _compared(sign: str, left: Value, right: Value) -> Value:
    if sign == "!=":
        equal = _compared("=", left, right)
        return lambda record: not equal(record)

    def compare(record: Record) -> bool:
        pair = left(record), right(record)
        if None in pair:
            return False
        numbers = [number(one) for one in pair]
        both = pair if None in numbers else numbers
        return bool(_COMPARED[sign](*map(str, both) if both is pair else both))

    return compare


def _like(tokens: Tokens, left: Value) -> Value:
    kind, word = tokens.take()
    if kind == "regex":
        ignored = re.IGNORECASE if word.endswith("i") else 0
        try:
            pattern = re.compile(word.rpartition("/")[0][1:], ignored)
        except re.error as error:
            raise malformed(f"Invalid regular expression {word}: {error}") from None
    elif kind == "text":
        pattern = re.compile(re.escape(unquoted(word)))
    else:
        raise malformed(f"unexpected symbol found {word}, expected a text or a /pattern/")

    def test(record: Record) -> bool:
        found = left(record)
        return found is not None and pattern.search(str(found)) is not None

    return test


def _in(tokens: Tokens, left: Value) -> Value:
    tokens.need("[")
    among = [value(tokens)]
    while tokens.has(","):
        among.append(value(tokens))
    tokens.need("]")
    tests = [_compared("=", left, one) for one in among]
    return lambda record: any(test(record) for test in tests)


def value(tokens: Tokens, level: int = 1) -> Value:
    """A value, reckoned by the levels of its signs."""
    if level > 2:  # noqa: PLR2004 (sums, then products)
        return _single(tokens)
    left = value(tokens, level + 1)
    while _RECKONED.get(tokens.peek()[1], (0,))[0] == level:
        _, sign = tokens.take()
        left = _reckoned(_RECKONED[sign][1], left, value(tokens, level + 1))
    return left


def _reckoned(reckon: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    def reckoned(record: Record) -> float | None:
        numbers = number(left(record)), number(right(record))
        try:
            return None if None in numbers else float(reckon(*numbers))
        except ZeroDivisionError:
            return None

    return reckoned


def _single(tokens: Tokens) -> Value:
    kind, word = tokens.take()
    if kind == "number":
        return lambda _: float(word)
    if kind == "text":
        text = unquoted(word)
        return lambda _: text
    if word == "(":
        inner = condition(tokens)
        tokens.need(")")
        return inner
    if kind != "field":
        raise malformed(f"unexpected symbol found {word or 'end of the query'}")
    if tokens.has("("):
        return _called(word.lower(), tokens)
    name = word.strip("`")
    return lambda record: record.get(name)


def _called(name: str, tokens: Tokens) -> Value:
    if name not in _FUNCTIONS:
        raise undone(f"the function {name}")
    arguments = [] if tokens.peek()[1] == ")" else [value(tokens)]
    while tokens.has(","):
        arguments.append(value(tokens))
    tokens.need(")")
    function = _FUNCTIONS[name]
    return lambda record: function([one(record) for one in arguments])


def unquoted(word: str) -> str:
    """A text without its quotes and backslashes."""
    return re.sub(r"\\(.)", r"\1", word[1:-1])


_FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "ispresent": lambda values: all(one is not None for one in values),
    "isempty": lambda values: values[0] in (None, ""),
    "isblank": lambda values: not str(values[0] or "").strip(),
    "coalesce": lambda values: next((one for one in values if one is not None), None),
    "concat": lambda values: "".join(str(one) for one in values if one is not None),
    "strlen": lambda values: None if values[0] is None else len(str(values[0])),
    "tolower": lambda values: None if values[0] is None else str(values[0]).lower(),
    "toupper": lambda values: None if values[0] is None else str(values[0]).upper(),
    "strcontains": lambda values: int(str(values[1]) in str(values[0] or "")),
}

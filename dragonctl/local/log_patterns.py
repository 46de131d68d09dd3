"""CloudWatch Logs' filter patterns: terms, ``?any``, ``-none``, ``%regex%``, JSON and fields.

The language is that of "Filter pattern syntax" in the CloudWatch Logs guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from dragonctl.local.messages import AwsError

Test = Callable[[str], bool]
_TERM = re.compile(r'\s*(?P<mark>[?-]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>\S+))')
_MISSING = object()


@lru_cache(maxsize=256)
def parse(pattern: str) -> Test:
    """A test for messages.

    Raises:
        AwsError: InvalidParameterException, as for every pattern that AWS does not understand.

    """
    text = pattern.strip()
    if not text:
        return lambda _message: True
    if text.startswith("{") and text.endswith("}"):
        return _Json(text[1:-1]).test()
    if text.startswith("[") and text.endswith("]"):
        return _fields(text[1:-1])
    return _terms(text)


def invalid(pattern: str) -> AwsError:
    """The refusal of a pattern."""
    return AwsError("InvalidParameterException", f"Invalid filter pattern: {pattern}")


def _terms(text: str) -> Test:
    """All plain terms and none with ``-``; ``?`` terms count only when they stand alone."""
    marked: dict[str, list[Test]] = {"": [], "?": [], "-": []}
    at = 0
    while text[at:].strip():
        found = _TERM.match(text, at)
        if found is None:
            raise invalid(text)
        marked[found["mark"]].append(_term(found, text))
        at = found.end()
    wanted, unwanted, any_of = marked[""], marked["-"], marked["?"]
    if any_of and not wanted and not unwanted:
        return lambda message: any(test(message) for test in any_of)
    return lambda message: (
        all(test(message) for test in wanted) and not any(test(message) for test in unwanted)
    )


def _term(found: re.Match[str], pattern: str) -> Test:
    if found["quoted"] is not None:
        words = re.sub(r"\\(.)", r"\1", found["quoted"])
        return lambda message: words in message
    plain = found["plain"]
    if len(plain) > 2 and plain.startswith("%") and plain.endswith("%"):  # noqa: PLR2004 (%x%)
        expression = _regex(plain[1:-1], pattern)
        return lambda message: expression.search(message) is not None
    if re.search(r"[^\w.*/:=@#-]", plain):
        # AWS wants quotes round what is not alphanumeric.
        raise invalid(pattern)
    # A term is a whole word: START is not in INIT_START (recorded).
    word = re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)" if plain else "")
    return lambda message: word.search(message) is not None


def _regex(text: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error:
        raise invalid(pattern) from None


class _Json:
    """``{ ($.a = "x*") && ($.b.c[0] >= 2 || $.d IS NULL) }``."""

    _token = re.compile(
        r"""\s*(?:(?P<sign>&&|\|\||!=|<=|>=|[()=<>])
        |(?P<path>\$(?:\.[\w-]+|\[\d+\]|\.?\['[^']+'\])*)
        |"(?P<quoted>(?:[^"\\]|\\.)*)"
        |%(?P<regex>[^%]+)%
        |(?P<word>[^\s()&|=<>!]+))""",
        re.VERBOSE,
    )

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = self._token.match(text, at)
            if found is None or found.lastgroup is None:
                raise invalid("{" + text + "}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._tokens.append(("end", ""))
        self._at = 0

    def test(self) -> Test:
        whole = self._either()
        if self._tokens[self._at][0] != "end":
            raise self._refusal()

        def holds(message: str) -> bool:
            try:
                document = json.loads(message)
            except ValueError:
                return False
            return isinstance(document, dict | list) and whole(document)

        return holds

    def _either(self) -> Callable[[Any], bool]:
        tests = [self._all()]
        while self._take("||"):
            tests.append(self._all())
        return lambda document: any(test(document) for test in tests)

    def _all(self) -> Callable[[Any], bool]:
        tests = [self._single()]
        while self._take("&&"):
            tests.append(self._single())
        return lambda document: all(test(document) for test in tests)

    def _single(self) -> Callable[[Any], bool]:
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                raise self._refusal()
            return test
        path = self._next("path")
        kind, sign = self._tokens[self._at]
        self._at += 1
        if kind == "word":
            return self._stated(path, sign.upper())
        if kind != "sign" or sign not in _COMPARED:
            raise self._refusal()
        compare, wanted = _COMPARED[sign], self._value()

        def holds(document: Any) -> bool:
            value = _found(document, path)
            return value is not _MISSING and compare(value, wanted)

        return holds

    def _stated(self, path: str, first: str) -> Callable[[Any], bool]:
        """``IS NULL``, ``IS TRUE``, ``IS FALSE``, ``NOT EXISTS``."""
        second = self._next("word").upper()
        stated = {"NULL": None, "TRUE": True, "FALSE": False}
        if first == "NOT" and second == "EXISTS":
            return lambda document: _found(document, path) is _MISSING
        if first != "IS" or second not in stated:
            raise self._refusal()
        return lambda document: _found(document, path) is stated[second]

    def _value(self) -> tuple[str, Any]:
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "quoted":
            return "text", re.sub(r"\\(.)", r"\1", text)
        if kind == "regex":
            return "regex", _regex(text, self._text)
        if kind != "word":
            raise self._refusal()
        try:
            return "number", float(text)
        except ValueError:
            return "text", text

    def _next(self, kind: str) -> str:
        if self._tokens[self._at][0] != kind:
            raise self._refusal()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _take(self, sign: str) -> bool:
        found = self._tokens[self._at] == ("sign", sign)
        self._at += found
        return found

    def _refusal(self) -> AwsError:
        return invalid("{" + self._text + "}")


def _found(document: Any, path: str) -> Any:
    value = document
    for name, index, quoted in re.findall(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]", path):
        try:
            value = value[int(index)] if index else value[name or quoted]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return value


def _same(value: Any, wanted: tuple[str, Any]) -> bool:
    kind, told = wanted
    if kind == "number":
        return bool(_as_number(value) == told)
    if value is None or isinstance(value, bool | dict | list):
        return False
    if kind == "regex":
        return bool(told.search(str(value)))
    return fnmatchcase(str(value), told.replace("[", "[[]").replace("?", "[?]"))


def _as_number(value: Any) -> float | None:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if numeric else None


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[Any, tuple[str, Any]], bool]:
    def holds(value: Any, wanted: tuple[str, Any]) -> bool:
        number = _as_number(value)
        return wanted[0] == "number" and number is not None and compare(number, wanted[1])

    return holds


_COMPARED: dict[str, Callable[[Any, tuple[str, Any]], bool]] = {
    "=": _same,
    "!=": lambda value, wanted: not _same(value, wanted),
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
}


def _fields(text: str) -> Test:
    """``[ip, user, status = 4*, ...]``: a message cut at spaces, field by field."""
    parts = [part.strip() for part in text.split(",")]
    tests: list[Callable[[str], bool] | None] = []
    for part in parts:
        if part == "...":
            tests.append(None)
            continue
        found = re.fullmatch(r"[\w]*\s*(?:(!=|<=|>=|=|<|>)\s*(.+))?", part)
        if found is None:
            raise invalid(f"[{text}]")
        tests.append(_field(found[1], found[2]))
    return lambda message: _fits(tests, _cut(message))


def _field(sign: str | None, wanted: str | None) -> Callable[[str], bool]:
    if sign is None or wanted is None:
        return lambda _value: True
    plain = wanted.strip().strip('"')
    if sign in ("=", "!="):
        return lambda value: fnmatchcase(value, plain.replace("[", "[[]")) == (sign == "=")
    compare = _COMPARED[sign]
    return lambda value: bool(_is_number(value) and compare(float(value), ("number", float(plain))))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _cut(message: str) -> list[str]:
    """Fields stand between spaces, in quotes or in square brackets."""
    found = re.findall(r'"([^"]*)"|\[([^\]]*)\]|(\S+)', message)
    return [next(part for part in parts if part or parts == ("", "", "")) for parts in found]


def _fits(tests: list[Callable[[str], bool] | None], fields: list[str]) -> bool:
    if None in tests:
        at = tests.index(None)
        behind = len(tests) - at - 1
        if len(fields) < at + behind:
            return False
        fields = fields[:at] + fields[len(fields) - behind :]
        tests = tests[:at] + tests[at + 1 :]
    return len(tests) == len(fields) and all(
        test(field) for test, field in zip(tests, fields, strict=True) if test is not None
    )

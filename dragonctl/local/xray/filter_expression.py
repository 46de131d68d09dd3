"""X-Ray's filter expressions: ``service("a") { fault } AND annotation.user = "x"``.

The language is that of "Using filter expressions" in the X-Ray guide. What it has and is not done
here (groups, root causes, ``json``) is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dragonctl.local.messages import AwsError
from dragonctl.local.xray.compiled import Segment, Trace, walk

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][\w.:-]*)
    | (?P<sign><=|>=|!=|[=<>!(){}\[\],:])
    )""",
    re.VERBOSE,
)

Test = Callable[["Subject"], bool]
FLAGS = ("ok", "error", "fault", "throttle", "partial")
NUMBERS = ("responsetime", "duration", "http.status")
TEXTS = ("http.url", "http.method", "http.useragent", "http.clientip", "user", "name", "type")
_HTTP = {
    "http.url": "url",
    "http.method": "method",
    "http.useragent": "user_agent",
    "http.clientip": "client_ip",
    "http.status": "status",
}


@dataclass(frozen=True)
class Subject:
    """What an expression is asked of: a trace and, inside braces, some of its segments alone."""

    trace: Trace
    segments: tuple[Segment, ...]
    whole: bool = True

    def within(self, segment: Segment) -> Subject:
        """One segment alone, as braces see it."""
        return Subject(self.trace, (segment,), whole=False)

    def first(self) -> tuple[Segment, ...]:
        """Whose flags and times count: the root's for a whole trace."""
        return (self.trace.root,) if self.whole else self.segments


def parse(text: str) -> Callable[[Trace], bool]:
    """A test for traces.

    Raises:
        AwsError: InvalidRequestException, with the place that is not understood.

    """
    test = _Parser(text).whole()
    return lambda trace: test(Subject(trace, trace.segments))


class _Parser:
    """Recursive descent: OR over AND over NOT over single tests."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def whole(self) -> Test:
        test = self._either()
        if self._kind() != "end":
            raise self._refusal()
        return test

    def _either(self) -> Test:
        tests = [self._all()]
        while self._take_word("OR"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda subject: any(t(subject) for t in tests)

    def _all(self) -> Test:
        tests = [self._negated()]
        while self._take_word("AND"):
            tests.append(self._negated())
        return tests[0] if len(tests) == 1 else lambda subject: all(t(subject) for t in tests)

    def _negated(self) -> Test:
        if self._take("!") or self._take_word("NOT"):
            test = self._negated()
            return lambda subject: not test(subject)
        if self._take("("):
            test = self._either()
            self._need(")")
            return test
        return self._single()

    def _single(self) -> Test:
        kind, word = self._tokens[self._at]
        if kind != "word":
            raise self._refusal()
        self._at += 1
        name = word.lower()
        if name == "service":
            return self._service()
        if name == "edge":
            return self._edge()
        if name == "annotation" or name.startswith("annotation."):
            return self._annotation(word)
        if name in FLAGS:
            return self._flag(name)
        if name in (*NUMBERS, *TEXTS):
            return self._compared(lambda subject: _values(subject, name))
        raise _invalid(f"The filter expression's keyword {word!r} is not known here")

    def _flag(self, name: str) -> Test:
        def holds(subject: Subject) -> bool:
            return any(_flagged(one, name) for one in subject.first())

        if self._kind() == "sign" and self._tokens[self._at][1] in ("=", "!="):
            wanted = self._sign() == "="
            truth = self._word().lower() == "true"
            return lambda subject: (holds(subject) == truth) == wanted
        return holds

    def _annotation(self, word: str) -> Test:
        if "." in word:
            key = word.partition(".")[2]
        else:
            self._need("[")
            key = self._value_text()
            self._need("]")
        if self._ends_here():
            return lambda subject: bool(annotated(subject.segments, key))
        return self._compared(lambda subject: annotated(subject.segments, key))

    def _service(self) -> Test:
        self._need("(")
        wanted = self._identity()
        self._need(")")
        inner = self._braces()

        def holds(subject: Subject) -> bool:
            found = tuple(one for one in subject.segments if wanted(one))
            return bool(found) and any(
                inner(Subject(subject.trace, (one,), False)) for one in found
            )

        return holds

    def _edge(self) -> Test:
        self._need("(")
        source = self._identity()
        self._need(",")
        target = self._identity()
        self._need(")")
        inner = self._braces()

        def holds(subject: Subject) -> bool:
            callers = {one.document["id"] for one in subject.segments if source(one)}
            found = [one for one in subject.segments if one.caller in callers and target(one)]
            return any(inner(subject.within(one)) for one in found)

        return holds

    def _braces(self) -> Test:
        if not self._take("{"):
            return lambda _: True
        test = self._either()
        self._need("}")
        return test

    def _identity(self) -> Callable[[Segment], bool]:
        """``"name"``, ``id(name: "n", type: "t")``, or nothing at all."""
        if self._kind() == "string":
            name = self._value_text()
            return lambda one: one.name == name
        if not self._take_word("id"):
            return lambda _: True
        self._need("(")
        wanted: dict[str, str] = {}
        while not self._take(")"):
            key = self._word().lower().rstrip(":")
            self._take(":")
            wanted[key] = self._value_text()
            self._take(",")
        return lambda one: all(getattr(one, key, None) == value for key, value in wanted.items())

    def _compared(self, values: Callable[[Subject], Iterable[Any]]) -> Test:
        operation = self._sign() if self._kind() == "sign" else self._word().upper()
        compare = _OPERATIONS.get(operation)
        if compare is None:
            raise self._refusal(back=1)
        wanted = self._value()
        if operation == "!=":
            return lambda subject: not any(_equal(value, wanted) for value in values(subject))
        return lambda subject: any(compare(value, wanted) for value in values(subject))

    def _ends_here(self) -> bool:
        kind, text = self._tokens[self._at]
        return kind == "end" or text.upper() in ("AND", "OR", ")", "}")

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _sign(self) -> str:
        return self._next("sign")

    def _word(self) -> str:
        return self._next("word")

    def _next(self, kind: str) -> str:
        if self._kind() != kind:
            raise self._refusal()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _value(self) -> Any:
        if self._kind() == "number":
            return float(self._next("number"))
        if self._kind() == "word":
            word = self._word()
            return {"true": True, "false": False}.get(word.lower(), word)
        return self._value_text()

    def _value_text(self) -> str:
        if self._kind() == "word":
            return self._word()
        quoted = self._next("string")
        return re.sub(r"\\(.)", r"\1", quoted[1:-1])

    def _take(self, sign: str) -> bool:
        found = self._tokens[self._at] == ("sign", sign)
        self._at += found
        return found

    def _take_word(self, word: str) -> bool:
        kind, text = self._tokens[self._at]
        found = kind == "word" and text.upper() == word.upper()
        self._at += found
        return found

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self._refusal()

    def _refusal(self, back: int = 0) -> AwsError:
        _, text = self._tokens[self._at - back]
        place = f"near {text!r}" if text else "at its end"
        return _invalid(f"Invalid filter expression {place}: {self._text}")


def _tokens(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _invalid(f"Invalid filter expression near {text[at:].strip()[:20]!r}: {text}")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()
    yield "end", ""


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRequestException", message)


def _flagged(segment: Segment, name: str) -> bool:
    if name == "ok":
        return segment.ok
    return segment.flag("in_progress" if name == "partial" else name)


def _values(subject: Subject, name: str) -> Iterable[Any]:
    if name == "duration" and subject.whole:
        return [subject.trace.duration]
    if name in ("duration", "responsetime"):
        return [one.seconds for one in subject.first()]
    if name in ("user", "name", "type"):
        held = [one.document.get("user") if name == "user" else getattr(one, name)
                for one in subject.segments]  # fmt: skip
        return [value for value in held if value is not None]
    found = [one.http.get(_HTTP[name]) for one in subject.first()]
    return [value for value in found if value is not None]


def annotated(segments: Iterable[Segment], key: str) -> list[Any]:
    """The values of an annotation in these segments and their subsegments."""
    return [
        part["annotations"][key]
        for one in segments
        for part in walk(one.document)
        if key in (part.get("annotations") or {})
    ]


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, int | float) and isinstance(wanted, float):
        return float(value) == wanted
    return str(value) == str(wanted)


def _number(value: Any, wanted: Any, compare: Callable[[float, float], bool]) -> bool:
    try:
        return compare(float(value), float(wanted))
    except (TypeError, ValueError):
        return False


_OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _equal,
    "!=": lambda value, wanted: not _equal(value, wanted),
    "<": lambda value, wanted: _number(value, wanted, lambda a, b: a < b),
    "<=": lambda value, wanted: _number(value, wanted, lambda a, b: a <= b),
    ">": lambda value, wanted: _number(value, wanted, lambda a, b: a > b),
    ">=": lambda value, wanted: _number(value, wanted, lambda a, b: a >= b),
    "CONTAINS": lambda value, wanted: str(wanted) in str(value),
    "BEGINSWITH": lambda value, wanted: str(value).startswith(str(wanted)),
    "ENDSWITH": lambda value, wanted: str(value).endswith(str(wanted)),
}

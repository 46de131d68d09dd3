"""The forms in which runtimes and their loggers write a line of text: level, request id, message.

One row a form, each with where it is documented. ``why`` and ``logs`` read lines by it. A row is
tried only for lines that begin as it does, because a hundred thousand lines pass here in a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from dragonctl.telemetry.ids import UUID

Level = Literal["debug", "info", "warning", "error"]

LEVELS: dict[str, Level] = {
    **dict.fromkeys(
        ("TRACE", "DEBUG", "FINE", "FINER", "FINEST", "VERBOSE", "SILLY", "TRCE", "DBUG", "DBG",
         "VRB", "TRC", "T", "D"), "debug"),
    **dict.fromkeys(("INFO", "INFORMATION", "NOTICE", "INF", "CONFIG", "HTTP", "I"), "info"),
    **dict.fromkeys(("WARN", "WARNING", "WRN", "W"), "warning"),
    **dict.fromkeys(
        ("ERROR", "CRITICAL", "FATAL", "SEVERE", "ALERT", "EMERGENCY", "EMERG", "PANIC", "DPANIC",
         "FAIL", "CRIT", "ERR", "FTL", "PNC", "E", "F"), "error"),
}  # fmt: skip
"""The words for levels of every logger that is known here, in capitals."""


def level_of(word: object) -> Level | None:
    """The level that a logger's word or number means.

    Numbers: pino and bunyan count 10, 20 … 60 (trace to fatal); OpenTelemetry's severity numbers
    go from 1 to 24 and would be taken for theirs, so they are never asked for here.
    """
    if isinstance(word, str):
        return LEVELS.get(word.upper())
    if isinstance(word, bool) or not isinstance(word, int | float):
        return None
    for edge, level in _NUMBERS:
        if word >= edge:
            return level
    return "debug"


_NUMBERS: tuple[tuple[int, Level], ...] = ((50, "error"), (40, "warning"), (30, "info"))


class TextLine(msgspec.Struct, frozen=True, gc=False):
    """A line of text, read: ``request`` is empty where the line names none."""

    level: Level
    request: str
    message: str


class LineForm(NamedTuple):
    """One way to write a line: its first characters, its parts by name, its source.

    ``parts`` has the groups level, request and message; one of them may take no part.
    """

    begins: str
    parts: re.Pattern[str]
    source: str


_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_ID = rf"(?P<request>{UUID}|undefined)"


def _form(begins: str, parts: str, source: str) -> LineForm:
    no_request = "" if "(?P<request>" in parts else r"(?P<request>(?!))?"
    return LineForm(begins, re.compile(parts + no_request, re.DOTALL), source)


FORMS = (
    _form(
        "[", rf"\[(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)\]\s+\S+Z\s+(?:{_ID})?\s*"
        r"(?P<message>.*)",
        "Lambda developer guide, Log and monitor Python Lambda functions",
    ),
    _form(
        "0123456789", rf"{_ISO}\t{_ID}\t(?P<level>[A-Za-z]+)\t(?P<message>.*)",
        "Lambda developer guide, Log and monitor Node.js, and .NET, Lambda functions",
    ),
    _form(
        "0123456789", rf"{_ISO}\s+{_ID}\s+(?P<level>[A-Z]+)\s+(?P<message>.*)",
        "Lambda developer guide, Java: the pattern of the sample's log4j2.xml",
    ),
    _form(
        "0123456789", rf"{_ISO}\s+\[[^\]]*\]\s+(?P<level>[A-Z]+)\s+(?P<message>.*)",
        "Logback manual, layouts: %d [%thread] %-5level",
    ),
    _form(
        "0123456789", r"\d\d:\d\d:\d\d[.,]\d+ \[[^\]]*\] (?P<level>[A-Z]+)\s+(?P<message>.*)",
        "Logback manual, the default pattern of BasicConfigurator",
    ),
    _form(
        "0123456789",
        rf"{_ISO}\s+(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL|DPANIC|PANIC)\s+(?P<message>.*)",
        "zap's console encoder; Rust's tracing_subscriber::fmt",
    ),
    _form(
        "DIWEFA",
        rf"[DIWEFA], \[{_ISO} #\d+\]\s+(?P<level>[A-Z]+)\s+(?:{_ID}\s+)?-- [^:]*: (?P<message>.*)",
        "Ruby's Logger::Formatter; aws-lambda-ruby-runtime-interface-client puts the id in",
    ),
    _form(
        "[", r"\[\d\d:\d\d:\d\d (?P<level>VRB|DBG|INF|WRN|ERR|FTL)\] (?P<message>.*)",
        "Serilog.Sinks.Console, the default output template",
    ),
    _form(
        "t", r"time=\S+ level=(?P<level>\w+) (?P<message>msg=.*)",
        "Go log/slog's TextHandler, and logrus's text formatter",
    ),
    _form(
        "ewid", r"(?P<level>error|warn|info|debug): (?P<message>.*)",
        "winston's format.simple()",
    ),
)  # fmt: skip

_BY_FIRST: dict[str, tuple[Callable[[str], re.Match[str] | None], ...]] = {
    sign: tuple(form.parts.fullmatch for form in FORMS if sign in form.begins)
    for sign in {sign for form in FORMS for sign in form.begins}
}


def read_text(text: str) -> TextLine | None:
    """The line by the first form that fits; None where none does."""
    for fullmatch in _BY_FIRST.get(text[:1], ()):
        found = fullmatch(text)
        if found is None:
            continue
        word, request, message = found.group("level", "request", "message")
        level = LEVELS.get(word.upper())
        if level:
            return TextLine(
                level, "" if not request or request == "undefined" else request, message
            )
    return None

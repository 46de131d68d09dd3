"""The error that a function's line tells: its name, its words, whether nobody caught it.

An error that nobody caught is written by the runtime itself, in a form of its own (``uncaught``);
a logger's error was written by code that went on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from dragonctl.telemetry.logs import loggers
from dragonctl.telemetry.logs.lines import json_object
from dragonctl.telemetry.logs.runtimes import read_text
from dragonctl.telemetry.logs.uncaught import UNCAUGHT, UncaughtForm


class Raised(NamedTuple):
    """An error: ``name`` may be empty where only words were logged; ``uncaught`` by the runtime."""

    name: str
    message: str = ""
    uncaught: bool = False


_NAME = r"[A-Za-z_][\w$]*(?:(?:\.|::)[A-Za-z_][\w$]*)*"
_FRAME = r"\n\s+(?:at |File |from |\.\.\. \d+ more)"
_CAUSED = re.compile(rf"^\s*(?:Caused by:|--->) ({_NAME})(?:: ([^\n]*))?", re.MULTILINE)
_LAST_OF_TRACEBACK = re.compile(rf"^({_NAME})(?:: (.*))?$")
_BEFORE_FRAMES = re.compile(rf"(?:^|[\s\"'])({_NAME})(?:: ([^\n]*))?{_FRAME}")
_NAMED_FIRST = re.compile(rf"^({_NAME}): ?([^\n]*)")
_LOGFMT = re.compile(rf'\berr(?:or)?="?({_NAME}): ([^"]*)')
_ANYWHERE = re.compile(r"\b((?:[A-Za-z_]\w*[.:]+)*[A-Z]\w*(?:Error|Exception|Fault|Panic))\b")


def raised(text: str) -> Raised | None:
    """The error that a line tells; None where it tells of none. Any line may be asked."""
    stripped = text.strip()
    document = json_object(stripped) if stripped.startswith("{") else None
    if document is not None:
        return _of_document(document)
    for form in UNCAUGHT:
        found = form.parts.fullmatch(stripped)
        if found:
            return _of_form(form, found)
    line = read_text(stripped)
    message = line.message if line else stripped
    error = of_stack(message)
    if error or line is None or line.level != "error":
        return error
    return _in_words(message)


def _of_form(form: UncaughtForm, found: re.Match[str]) -> Raised:
    parts = found.groupdict()
    if parts.get("document"):
        document = json_object(_first_object(parts["document"])) or {}
        name, message = _named(document)
        return Raised(name or "error", message, True)
    return Raised(form.name or parts.get("name") or "error", parts.get("message") or "", True)


def _first_object(text: str) -> str:
    """The JSON object at the beginning of a text; a line may go on behind it."""
    end = text.rfind("}")
    return text[: end + 1]


def _of_document(document: Mapping[str, Any]) -> Raised | None:
    name, message = _named(document)
    stacks = map(of_words, loggers.texts(document, loggers.STACK))
    stacked = next(filter(None, stacks), None)
    if not name and (listed := _listed(document.get("exception"))):
        return listed
    if not name and not stacked:
        return _by_level(document)
    if loggers.level(document) not in (None, "error"):
        return None
    error = Raised(name, message) if name else stacked or Raised(name, message)
    return error._replace(uncaught=_by_runtime(document))


def _by_level(document: Mapping[str, Any]) -> Raised | None:
    """A line of the level ERROR without any error in it still tells that something was wrong."""
    message = next(loggers.texts(document, loggers.MESSAGE), "")
    if loggers.level(document) != "error":
        return None
    words = next(loggers.texts(document, loggers.ERROR_WORDS), "")
    return of_stack(message) or _in_words(": ".join(filter(None, (message, words))))


def _by_runtime(document: Mapping[str, Any]) -> bool:
    """Whether the runtime wrote it: Lambda's own members alone, no logger's message."""
    message = document.get("message")
    whole = isinstance(message, dict) and "errorType" in message
    return whole or ("errorType" in document and "message" not in document)


def _named(document: Mapping[str, Any]) -> tuple[str, str]:
    name = next(loggers.texts(document, loggers.ERROR_NAME), "")
    return name, next(loggers.texts(document, loggers.ERROR_MESSAGE), "")


def _listed(value: Any) -> Raised | None:
    """Structlog's dict_tracebacks: a list of exceptions, the one that was raised first."""
    item = value[0] if isinstance(value, list) and value else None
    if not isinstance(item, dict) or not item.get("exc_type"):
        return None
    return Raised(str(item["exc_type"]), str(item.get("exc_value", "")))


def of_words(text: str) -> Raised | None:
    """The error of a stack, or of ``Name: message``, as loggers keep it in a member."""
    error = of_stack(text)
    if error:
        return error
    found = _NAMED_FIRST.match(text.strip())
    return Raised(found[1], found[2]) if found else _bare_name(text)


def _bare_name(text: str) -> Raised | None:
    found = _ANYWHERE.fullmatch(text.strip())
    return Raised(found[1]) if found else None


def of_stack(text: str) -> Raised | None:
    """The error of a stack trace in a text: Python's stands last, others' before their frames."""
    for read in (_python_stack, _framed_stack):
        error = read(text)
        if error:
            return error
    return None


def _python_stack(text: str) -> Raised | None:
    if "Traceback (most recent call last)" not in text:
        return None
    for line in reversed(text.rstrip().splitlines()):
        found = _LAST_OF_TRACEBACK.match(line)
        if found and not line.startswith(("Traceback", "During handling")):
            return Raised(found[1], found[2] or "")
    return None


def _framed_stack(text: str) -> Raised | None:
    found = _BEFORE_FRAMES.search(text)
    return Raised(found[1], found[2] or "") if found else None


def _in_words(message: str) -> Raised:
    """What a line of the level ERROR says: the first word that has an error's form, or none."""
    if found := _LOGFMT.search(message):
        return Raised(found[1], found[2])
    found = _ANYWHERE.search(message)
    return Raised(found[1] if found else "", message)


def deepest(text: str) -> Raised | None:
    """The innermost cause that a stack names (``Caused by:`` in Java, ``--->`` in .NET)."""
    found = _CAUSED.findall(text)
    return Raised(found[-1][0], found[-1][1]) if found else None

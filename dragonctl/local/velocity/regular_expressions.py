"""``java.util.regex`` by Python's ``re``, where both mean the same; what differs is refused."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from dragonctl.local.velocity.errors import TemplateError

# Intersections of classes, quoting, and properties that Python's engine reads as something else.
_JAVA_ALONE = re.compile(r"&&|\\[QEpPGhHvVRXzk]")
_NAMED = re.compile(r"\(\?<(?![=!])")
_REPLACED = re.compile(r"\\(.)|\$(\d)|\$\{(\w+)\}|([\\$])", re.DOTALL)


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    r"""A compiled pattern; classes such as ``\d`` are ASCII's alone, as in Java.

    Raises:
        TemplateError: it is no pattern, or one that only Java knows.

    """
    if _JAVA_ALONE.search(text):
        raise TemplateError(f"the regular expression {text} is not done here")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return re.compile(_NAMED.sub("(?P<", text), re.ASCII)
    except (re.error, FutureWarning) as error:
        raise TemplateError(f"the regular expression {text} is not done here: {error}") from error


def replaced(text: str, expression: str, by: str, most: int = 0) -> str:
    """``replaceAll``; ``most`` 1 is ``replaceFirst``. ``$1`` in ``by`` is a group."""

    def filled(found: re.Match[str]) -> str:
        return _REPLACED.sub(lambda part: _part(part, found), by)

    return pattern(expression).sub(filled, text, count=most)


def _part(part: re.Match[str], found: re.Match[str]) -> str:
    if part[1]:
        return str(part[1])
    if part[4]:
        raise TemplateError(f"Illegal group reference in {part.string}")
    try:
        return found[int(part[2])] or "" if part[2] else found[part[3]] or ""
    except IndexError as error:
        raise TemplateError(f"No group {part[2] or part[3]}") from error


def split(text: str, expression: str, limit: int = 0) -> list[str]:
    """``String.split``: empty ends are cut off unless ``limit`` says otherwise."""
    parts: list[str] = []
    at = 0
    for found in pattern(expression).finditer(text):
        if 0 < limit <= len(parts) + 1:
            break
        if found.end() == 0 or (found.start() == found.end() == len(text)):
            continue  # a match of no width at the begin gives no part (Java 8 on)
        parts.append(text[at : found.start()])
        at = found.end()
    if not parts:
        return [text]
    parts.append(text[at:])
    while limit == 0 and parts and not parts[-1]:
        parts.pop()
    return parts

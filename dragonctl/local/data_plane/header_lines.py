"""Header lines of an answer: one of each name, and those that repeat it."""

from __future__ import annotations

from collections.abc import Iterable


def parted(
    lines: Iterable[tuple[str, str]], default: str = "application/json"
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """The first line of each name, and those that repeat it; ``default`` is a Content-Type."""
    names: dict[str, str] = {}
    headers: dict[str, str] = {}
    repeated = []
    for name, value in lines:
        first = names.setdefault(name.lower(), name)
        if first in headers:
            repeated.append((first, value))
        else:
            headers[first] = value
    kind = names.get("content-type")
    headers["Content-Type"] = headers.pop(kind) if kind else default
    return headers, tuple(one for one in repeated if one[0].lower() != "content-type")

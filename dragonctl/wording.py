"""Names in a sentence: all of them, any of them, or the first few."""

from __future__ import annotations

from collections.abc import Iterable


def with_and(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; of none, nothing."""
    return _joined(names, "and")


def with_or(names: Iterable[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``; of none, nothing."""
    return _joined(names, "or")


def first_few(names: Iterable[str], most: int = 3, *, between: str = ", ") -> str:
    """``a, b``; of more than ``most`` the first so many: ``a, b, c and 4 more``."""
    names = list(names)
    rest = len(names) - most
    return between.join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _joined(names: Iterable[str], word: str) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} {word} {last}" if first else last

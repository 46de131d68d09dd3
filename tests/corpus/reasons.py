"""Why a deviation stands: limits of AWS or of a backend, each with its source."""

from __future__ import annotations

from tests.corpus.walk import Deviation

REASONS: dict[tuple[str, str], str] = {}
"""(shape, kind of deviation) -> why."""


def reason(shape: str, deviation: Deviation) -> str:
    """The reason that is known, or that there is none yet."""
    return REASONS.get((shape, deviation.kind), "not explained")

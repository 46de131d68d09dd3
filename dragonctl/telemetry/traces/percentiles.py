"""Percentiles of values that are all known."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The value that ``share`` (0 to 1) of the values keep to, the nearest rank; None of none.

    ``ordered``: the values, the smallest first.
    """
    if not ordered:
        return None
    return ordered[max(0, min(len(ordered), ceil(share * len(ordered))) - 1)]

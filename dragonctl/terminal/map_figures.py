"""What became of the requests of a part or a call, in words and colours."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from dragonctl.telemetry.traces.segments import Status
from dragonctl.telemetry.traces.service_map import Figures
from dragonctl.terminal.traces import STATUS_COLOURS, percent

OUTCOMES: tuple[Status, ...] = ("ok", "error", "throttle", "fault")
"""What X-Ray counts of requests, the worst last."""
BAD = OUTCOMES[:0:-1]
"""What may have gone wrong, the worst first."""


def outcomes(figures: Figures) -> list[tuple[Status, str]]:
    """What became of requests, the worst first: ``fault`` and its share, or ``ok``.

    Empty where nothing is known of it: X-Ray counts no outcomes for clients.
    """
    bad = [name for name in BAD if getattr(figures, name)]
    if bad:
        return [(name, percent(figures.share(name))) for name in bad]
    return [("ok", "")] if figures.ok else []


def shares_text(figures: Figures) -> str:
    """What went wrong, worst first: ``fault 2 % throttle <1 %``; ``ok`` when nothing did."""
    return " ".join(f"{name} {share}".strip() for name, share in outcomes(figures)) or "-"


def worst_of(figures: Figures) -> str:
    """The name of the gravest outcome; "" where none is known."""
    return next((name for name, _ in outcomes(figures)), "")


def outcomes_text(figures: Figures) -> Text:
    """What became of requests, each outcome in its colour; ``-`` where nothing is known."""
    return coloured_outcomes(outcomes(figures), " ") or Text("-")


def coloured_outcomes(found: Sequence[tuple[Status, str]], between: str) -> Text:
    """Outcomes, each in its colour."""
    parts = [Text(f"{name} {share}".strip(), style=STATUS_COLOURS[name]) for name, share in found]
    return Text(between).join(parts)

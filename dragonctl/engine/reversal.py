"""What becomes of a step when its run is undone, and how the journal spells it."""

from __future__ import annotations

from dataclasses import dataclass

JOURNAL_PATTERN = r"^(reverse$|keep: .)"
"""What a journal may hold of it, as a regular expression."""
_REVERSE, _KEEP = "reverse", "keep: "


@dataclass(frozen=True)
class Reverse:
    """What the step wrote goes back to how it was."""


@dataclass(frozen=True)
class Keep:
    """The step stays done: it cannot or must not be taken back, for this ``reason``."""

    reason: str


Reversal = Reverse | Keep


def to_journal(reversal: Reversal) -> str:
    """``reverse``, or ``keep: <reason>``: one member of a journal's line."""
    return f"{_KEEP}{reversal.reason}" if isinstance(reversal, Keep) else _REVERSE


def from_journal(text: str) -> Reversal:
    """The reversal that is written so; ``text`` matches :data:`JOURNAL_PATTERN`."""
    return Reverse() if text == _REVERSE else Keep(text.removeprefix(_KEEP))

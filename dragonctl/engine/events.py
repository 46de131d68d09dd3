"""What a run tells while it works; the terminal turns it into lines, tests into assertions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dragonctl.engine.model import Change, Step
from dragonctl.errors import DragonError


@dataclass(frozen=True)
class Started:
    """A step with something to change begins."""

    step: Step


@dataclass(frozen=True)
class Waiting:
    """A step waits ``seconds`` before it tries again, because of ``reason``.

    It has waited for ``elapsed`` seconds already; ``expected_seconds`` is how many it takes, where
    that is known.
    """

    about: str
    reason: str
    seconds: float
    elapsed: float = 0.0
    expected_seconds: float | None = None


@dataclass(frozen=True)
class Finished:
    """A step has ended well; ``changes`` is what this run wrote and read back."""

    step: Step
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Failed:
    """A step has failed, or was not begun because ``error`` stopped one that it needs."""

    step: Step
    error: DragonError


@dataclass(frozen=True)
class Kept:
    """A step left its thing as it is; ``reason`` says who relies on it."""

    step: Step
    reason: str


@dataclass(frozen=True)
class Working:
    """What is being done for ``about`` beside the steps; nothing more once ``doing`` is empty."""

    about: str
    doing: str


Event = Started | Waiting | Finished | Failed | Kept | Working
Emit = Callable[[Event], None]


def ignore_event(event: Event) -> None:
    """Tell nobody."""

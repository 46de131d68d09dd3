"""What a recipe gives: the steps of a command, and what is to be said of them."""

from __future__ import annotations

from dataclasses import dataclass

from dragonctl.engine.model import Step
from dragonctl.errors import DragonError


@dataclass(frozen=True)
class Recipe:
    """The steps of a command; ``warnings`` and ``notes`` are sentences for a person.

    ``errors`` holds what AWS did not let us read and steps would have needed.
    """

    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[DragonError, ...] = ()

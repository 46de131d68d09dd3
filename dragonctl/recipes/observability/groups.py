"""Log groups: made before their first use, so that their events do not live forever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.observability.options import DEFAULT_RETENTION, Options
from dragonctl.resources.logs_group import LogGroup


def group_step(name: str, owner: str, options: Options, *, make: bool = True) -> Step:
    """The step that makes a group where it is missing, and sets a retention that was asked for.

    Without ``make`` a missing group stays missing.
    """
    group = LogGroup(name)
    half_made = group.identifier in options.unfinished
    wanted = _GroupWanted(name, options.retention, make=make, half_made=half_made)
    return Step(f"Log group of {owner}", group, wanted, warn=wanted.deletions)


def existing_group(name: str, owner: str, options: Options) -> Iterator[Step]:
    """A group that nothing new is written to, or somebody's own: only a retention touches it."""
    if options.retention and name:
        yield group_step(name, owner, options, make=False)


@dataclass(frozen=True)
class _GroupWanted:
    name: str
    retention: int | None
    make: bool
    half_made: bool

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None and not self.make:
            return {}
        if have is None:
            return {"name": self.name, "retentionInDays": self.retention or DEFAULT_RETENTION}
        if self.half_made and have.state["retentionInDays"] is None:
            return {"retentionInDays": self.retention or DEFAULT_RETENTION}
        return {"retentionInDays": self.retention} if self.retention else {}

    def deletions(self, have: Reading | None) -> Iterator[str]:
        """A warning where an explicit retention deletes events."""
        now = have.state["retentionInDays"] if have else None
        if have and self.retention and (now is None or now > self.retention):
            yield (
                f"Log group {self.name}: events older than {self.retention} days are deleted for"
                " good; undo does not bring them back."
            )

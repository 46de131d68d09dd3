"""Log groups: made before their first use, so that their events do not live forever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.recipes.observability.options import DEFAULT_RETENTION, Options
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.wording import with_and


def group_step(
    name: str, owner: str, options: Options, *, make: bool = True, serves: tuple[str, ...] = ()
) -> Step:
    """The step that makes a group where it is missing, and sets a retention that was asked for.

    Without ``make`` a missing group stays missing. ``serves``: whose group it is.
    """
    group = LogGroupSettings(name)
    half_made = group.identifier in options.unfinished
    strangers = options.strangers.get(name, ())
    wanted = _GroupWanted(
        name, options.retention, make=make, half_made=half_made, strangers=strangers
    )
    return Step(f"Log group of {owner}", group, wanted, warn=wanted.warnings, serves=serves)


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
    strangers: tuple[str, ...] | None = ()

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None and not self.make:
            return {}
        if have is None:
            return {"name": self.name, "retentionInDays": self.retention or DEFAULT_RETENTION}
        if self.half_made and have.state["retentionInDays"] is None:
            return {"retentionInDays": self.retention or DEFAULT_RETENTION}
        return {"retentionInDays": self.retention} if self.retention else {}

    def warnings(self, have: Reading | None) -> Iterator[str]:
        """Where an explicit retention deletes events, and where it is others' retention too."""
        now = have.state["retentionInDays"] if have else None
        if not (have and self.retention) or now == self.retention:
            return
        if now is None or now > self.retention:
            yield (
                f"Log group {self.name}: events older than {self.retention} days are deleted for"
                " good; undo does not bring them back."
            )
        if self.strangers is None:
            yield (
                f"Whether others write to log group {self.name} too, and get this retention, is not"
                " known: that wants logs:DescribeLogStreams."
            )
        elif self.strangers:
            yield (
                f"Log group {self.name} is shared with {with_and(self.strangers)}, no part of this"
                f" application: those events too are kept {self.retention} days."
            )

"""Planning: everything is read at once, then compared; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from dragonctl.engine.model import Change, Reading, Resource, State, Step, differences
from dragonctl.engine.reads import Reads
from dragonctl.engine.symptoms import is_absent, is_fatal
from dragonctl.engine.titles import told_apart
from dragonctl.errors import AwsError, DragonError


@dataclass(frozen=True)
class Planned:
    """A step, how its thing stands, and what would change; or why it cannot be planned.

    ``kept`` says why a step that checks dependents leaves its thing alone.
    """

    step: Step
    have: Reading | None = None
    want: State | None = None
    changes: tuple[Change, ...] = ()
    error: DragonError | None = None
    kept: str | None = None

    @property
    def outcome(self) -> Reading | None:
        """How the thing will stand afterwards."""
        if not self.changes:
            return self.have
        state = self.step.resource.expected(self.have, self.want)
        return None if state is None else Reading(state, self.have.facts if self.have else {})


@dataclass(frozen=True)
class Plan:
    """The steps in an order in which they may run."""

    items: tuple[Planned, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything that would change."""
        return tuple(change for item in self.items for change in item.changes)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person must know of the changes beforehand."""
        # What an undo leaves is told even where it has nothing else to do.
        changing = (item for item in self.items if item.changes or item.step.checks_dependents)
        return tuple(text for item in changing for text in item.step.warn(item.have))

    @property
    def errors(self) -> tuple[DragonError, ...]:
        """What could not be read."""
        return tuple(item.error for item in self.items if item.error)


def plan(reads: Reads, steps: Iterable[Step], first: Plan | None = None) -> Plan:
    """Read every step's thing at the same time and compare it with what is wanted.

    ``first`` are those that are carried out before these, or meanwhile. A thing that cannot be read
    becomes its step's error; credentials that are no good end it all.
    """
    ordered = _told_apart(_ordered(list(steps)))
    reads.prefetch_listed(step.resource for step in ordered)
    readings = reads.concurrently(*(partial(_read, reads, step.resource) for step in ordered))
    _look_for_obstacles(reads, zip(ordered, readings, strict=True))
    before = first.items if first else ()
    done = {item.step.resource.identifier: item.outcome for item in before}
    items = []
    for step, reading in zip(ordered, readings, strict=True):
        item = _planned(reads, step, reading, done)
        done[step.resource.identifier] = item.outcome
        items.append(item)
    return Plan(tuple(items))


def _ordered(steps: list[Step]) -> list[Step]:
    """The recipe's own order, which it chose for people, with what a step needs before it."""
    by_name = {step.resource.identifier: step for step in steps}
    assert len(by_name) == len(steps), "a recipe speaks of each resource once"
    ordered: dict[str, Step] = {}

    def place(step: Step) -> None:
        for name in step.after:
            if name in by_name and name not in ordered:
                place(by_name[name])
        ordered[step.resource.identifier] = step

    for step in steps:
        if step.resource.identifier not in ordered:
            place(step)
    return list(ordered.values())


def _told_apart(steps: list[Step]) -> list[Step]:
    titles = told_apart((step.resource, step.title) for step in steps)
    return [replace(step, title=titles[step.resource.identifier]) for step in steps]


def _read(reads: Reads, resource: Resource) -> Reading | DragonError | None:
    try:
        return reads.of(resource)
    except DragonError as error:
        if is_fatal(error):
            raise
        return _gone(reads, resource) if is_absent(error) else error


def _gone(reads: Reads, resource: Resource) -> Reading | DragonError | None:
    """What was there a moment ago, by the first of its reads, somebody has deleted before the next.

    A second look tells that it is gone; where it does not, that is an error.
    """
    try:
        return reads.again(resource)
    except DragonError as error:
        return error


def _look_for_obstacles(
    reads: Reads, standing: Iterable[tuple[Step, Reading | DragonError | None]]
) -> None:
    """Ask at the same time what steps will ask of their dependents: it is remembered.

    What comes of it depends on the steps before, and its errors are told there.
    """

    def look(step: Step, have: Reading) -> None:
        with suppress(DragonError):
            if any(differences(step.resource, have, step.wanted(have, {}))):
                step.obstacle(reads, have, {})

    checks = [
        partial(look, step, have)
        for step, have in standing
        if step.checks_dependents and isinstance(have, Reading)
    ]
    reads.concurrently(*checks)


def _planned(
    reads: Reads, step: Step, reading: Reading | DragonError | None, done: dict[str, Reading | None]
) -> Planned:
    if isinstance(reading, DragonError):
        return Planned(step, error=in_step(reading, step))
    try:
        want = step.wanted(reading, done)
        changes = tuple(differences(step.resource, reading, want))
        if changes and step.checks_dependents and reading:
            kept = step.obstacle(reads, reading, done)
            if kept:
                return Planned(step, reading, reading.state, kept=kept)
    except DragonError as error:
        return Planned(step, reading, error=in_step(error, step))
    if not changes and reading and (why := step.resource.failure(reading)):
        return Planned(step, reading, error=failed(step, why))
    return Planned(step, reading, want, changes)


def failed(step: Step, why: str) -> DragonError:
    """AWS has given up making the thing of a step: what needs it must not have it."""
    return DragonError(
        f"{step.title} failed in AWS: {why}",
        "Fix what AWS names, then run the same command again.",
        code="FailedInAws",
        resource=step.resource.identifier,
    )


def in_step(error: DragonError, step: Step) -> DragonError:
    """The same error, naming the step and the thing it befell."""
    if isinstance(error, AwsError) and not error.resource:
        error.message = f"{step.title}: {error.message}"
    error.resource = error.resource or step.resource.identifier
    return error

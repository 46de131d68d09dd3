"""Undo: a journalled run turned round into steps, for the engine to run like any others.

Per field: what the run wrote is put back where the live value is still the one it wrote; the rest
is left, and named.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass

from dragonctl.engine.journal import Entry, Run, Scope
from dragonctl.engine.model import Done, Reading, Resource, State, Step
from dragonctl.errors import DragonError, UsageError


@dataclass(frozen=True)
class Undoing:
    """The steps that take a run back, and what they leave alone from the start."""

    steps: tuple[Step, ...]
    kept: tuple[str, ...]


def choose(runs: Iterable[Run], scope: Scope, name: str | None) -> Run:
    """The run to undo: the one named, else the last of this scope that is not undone yet."""
    runs = list(runs)
    if name:
        named = next((run for run in runs if run.run == name), None)
        if named is None:
            raise UsageError(f"There is no run {name!r}.", "`dragonctl history` lists the runs.")
        if named.scope != scope:
            raise UsageError(
                f"Run {name} belongs to account {named.scope.account}, {named.scope.region}, "
                f"endpoint {named.scope.endpoint}; you are on {scope.account}, {scope.region}, "
                f"endpoint {scope.endpoint}."
            )
        return named
    taken_back = undone(runs)
    open_runs = [
        run
        for run in runs
        if run.scope == scope and run.changes and not run.undoes and run.run not in taken_back
        if any(entry.undo == "reverse" for entry in run.entries.values())
    ]
    if not open_runs:
        raise DragonError(
            f"There is no run to undo in account {scope.account}, {scope.region}.",
            "`dragonctl history` lists the runs.",
            code="NothingToUndo",
        )
    return open_runs[-1]


def elsewhere(runs: Iterable[Run], scope: Scope) -> frozenset[str]:
    """The other regions of the account of which runs tell; what stands there AWS is asked.

    A role has no region: taken back here, it would be missing there.
    """
    here = (scope.account, scope.endpoint)
    scopes = {run.scope for run in runs if (run.scope.account, run.scope.endpoint) == here}
    return frozenset(one.region for one in scopes) - {scope.region}


def undone(runs: Iterable[Run]) -> set[str]:
    """The runs that an undo, itself not undone, has taken back."""
    taken_back: set[str] = set()
    for run in reversed(list(runs)):
        if run.undoes and run.outcome == "done" and run.run not in taken_back:
            taken_back.add(run.undoes)
    return taken_back


def unfinished(runs: Iterable[Run], scope: Scope) -> frozenset[str]:
    """The things that a run which was cut short, or failed, may have left half made.

    AWS does not tell who made a thing: only here does history know more than AWS.
    """
    runs = list(runs)
    taken_back = undone(runs)
    begun: set[str] = set()
    for run in runs:
        if run.scope == scope and run.run not in taken_back:
            entries = run.entries.values()
            begun |= {one.identifier for one in entries if one.before is None and not one.ended}
            begun -= {one.identifier for one in entries if one.ended}
    return frozenset(begun)


def undoing(run: Run) -> Undoing:
    """The run's steps, turned round. Pure but for importing the resources' modules."""
    entries = [entry for entry in run.entries.values() if entry.changes or not entry.ended]
    reversible = [entry for entry in entries if not entry.undo.startswith("keep")]
    kept = tuple(
        f"{entry.identifier} was left as it is: {entry.undo.removeprefix('keep: ')}"
        for entry in entries
        if entry.undo.startswith("keep")
    )
    if run.broken:
        lost = f"{run.broken} lines" if run.broken > 1 else "A line"
        kept += (f"{lost} of this run's journal cannot be read: what is told there stays as it is",)
    steps = tuple(_reversed(entry, reversible) for entry in reversible)
    return Undoing(steps, kept)


def left(entry: Entry, have: Reading | None) -> list[str]:
    """The fields that somebody changed after the run, so that undo leaves them alone."""
    now = have.state if have else {}
    returning = _returning(entry, now)
    return [
        key for key in _touched(entry) if key not in returning and not _is_back(entry, key, now)
    ]


def _reversed(entry: Entry, others: list[Entry]) -> Step:
    """What needed this thing is taken back first."""
    dependents = tuple(other for other in others if entry.identifier in other.requires)
    return Step(
        title=f"Undo: {entry.title}",
        resource=resource_of(entry),
        want=_Before(entry),
        after=tuple(other.identifier for other in dependents),
        considerate=True,
        needed=_Needed(entry.identifier, dependents),
        warn=_Left(entry),
    )


@dataclass(frozen=True)
class _Needed:
    """What somebody changed since, and therefore stays, may need the thing of ``identifier``."""

    identifier: str
    dependents: tuple[Entry, ...]

    def __call__(self, done: Done) -> str | None:
        for other in self.dependents:
            if (reading := done.get(other.identifier)) and self._is_needed(other, reading):
                return f"{other.identifier} still needs it"
        return None

    def _is_needed(self, other: Entry, reading: Reading) -> bool:
        resource = resource_of(other)
        fields = left(other, reading)
        return any(self.identifier in resource.relies_on(field, reading) for field in fields)


@dataclass(frozen=True)
class _Left:
    """Names what stays because somebody changed it after the run."""

    entry: Entry

    def __call__(self, have: Reading | None) -> tuple[str, ...]:
        fields = left(self.entry, have)
        if not fields:
            return ()
        what = f"{', '.join(fields)} of {self.entry.identifier}"
        if len(fields) == 1:
            return (f"{what} was changed after that run, and is left as it is.",)
        return (f"{what} were changed after that run, or go with what was: they are left.",)


@dataclass(frozen=True)
class _Before:
    """What an undo wants: the state before, as far as the present one is still the run's."""

    entry: Entry

    def __call__(self, have: Reading | None, done: Done) -> State | None:
        entry = self.entry
        now = have.state if have else {}
        if entry.before is None:
            untouched = not set(_touched(entry)) - _returning(entry, now)
            return None if untouched or have is None else {}
        if have is None:
            return entry.before if entry.after is None else {}
        returning = _returning(entry, now)
        return {key: entry.before.get(key) for key in _touched(entry) if key in returning}


def _touched(entry: Entry) -> list[str]:
    before, after = entry.before or {}, entry.after or {}
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _returning(entry: Entry, now: State) -> set[str]:
    """The touched fields that go back: the run's still, and bound to none that stays."""
    ours = {key for key in _touched(entry) if _is_ours(entry, key, now)}
    inseparable = resource_of(entry).inseparable

    def stays(key: str) -> bool:
        return key not in ours and not _is_back(entry, key, now)

    return {key for key in ours if not any(map(stays, inseparable(key)))}


def _is_ours(entry: Entry, key: str, now: State) -> bool:
    """The value is what the run wrote; a run cut short may not have come to write it."""
    written = (entry.after or {}).get(key)
    return now.get(key) == written or (not entry.ended and now.get(key) is None)


def _is_back(entry: Entry, key: str, now: State) -> bool:
    return bool(now.get(key) == (entry.before or {}).get(key))


def resource_of(entry: Entry) -> Resource:
    """The resource that an entry speaks of."""
    _load_resources()
    try:
        return Resource.kinds[entry.kind](**entry.identity)
    except (KeyError, TypeError) as error:
        raise DragonError(
            f"This version of dragonctl does not know {entry.identifier}.",
            "Undo with the version that made the change.",
            code="UnknownResource",
        ) from error


def _load_resources() -> None:
    import dragonctl.resources

    for module in pkgutil.iter_modules(dragonctl.resources.__path__):
        importlib.import_module(f"dragonctl.resources.{module.name}")

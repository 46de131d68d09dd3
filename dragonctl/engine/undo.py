"""Undo: a journalled run turned round into steps, for the engine to run like any others.

Per field: what the run wrote is put back where the live value is still the one it wrote; the rest
is left, and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from dragonctl.engine.history import Entry, Run
from dragonctl.engine.journal import Scope
from dragonctl.engine.masking import is_same
from dragonctl.engine.model import Done, Reading, Resource, State, Step
from dragonctl.engine.plan import Plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.restoring import Kinds, Restoration, resource_of
from dragonctl.engine.reversal import Keep, Reverse
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
    if not (found := open_runs(runs, scope)):
        raise DragonError(
            f"There is no run to undo in account {scope.account}, {scope.region}.",
            "`dragonctl history` lists the runs.",
            code="NothingToUndo",
        )
    return found[-1]


def open_runs(runs: Iterable[Run], scope: Scope) -> list[Run]:
    """The runs of a scope that changed something and can still be taken back, oldest first."""
    runs = list(runs)
    taken_back = undone(runs)
    return [
        run
        for run in runs
        if run.scope == scope and run.changes and not run.undoes and run.run not in taken_back
        if any(isinstance(entry.undo, Reverse) for entry in run.entries.values())
    ]


def ends_requests(planned: Plan) -> list[str]:
    """The identifiers of what people's requests go to, and what a plan deletes."""
    resources = [item.step.resource for item in planned.items if item.changes and item.want is None]
    return [one.identifier for one in resources if one.answers_requests]


def would_end_requests(run: Run, kinds: Kinds, planned: Plan, reads: Reads) -> list[str]:
    """The titles of what people's requests go to, and what goes with a run after a plan.

    What cannot be read is named, too: it may go.
    """

    def ends(past: _Past) -> bool:
        try:
            have = _standing_after(planned, past.resource, reads)
        except DragonError:
            return True
        return have is not None and past.beside(have).wanted is None

    made = [
        _Past(entry, resource)
        for entry in run.entries.values()
        if entry.before is None and entry.changes and isinstance(entry.undo, Reverse)
        if (resource := resource_of(entry, kinds)) and resource.answers_requests
    ]
    ended = reads.concurrently(*(partial(ends, past) for past in made))
    return [past.entry.title for past, is_ended in zip(made, ended, strict=True) if is_ended]


def _standing_after(planned: Plan, resource: Resource, reads: Reads) -> Reading | None:
    """How a thing will stand after a plan, which may change it by way of another kind, too."""
    about = [item for item in planned.items if _is_same_thing(item.step.resource, resource)]
    own = next((item for item in about if item.step.resource == resource and not item.error), None)
    have = own.outcome if own else reads.of(resource)
    if have is None:
        return None
    changes = (change for item in about for change in item.changes)
    changed = {one.field: one.after for one in changes if one.field in have.state}
    return Reading({**have.state, **changed}, have.facts)


def _is_same_thing(one: Entry | Resource, other: Entry | Resource) -> bool:
    """Whether both are about one thing in AWS: a function is made as one kind, changed as another.

    Kinds of one service that name a thing by the same parts are parts, or moments, of it.
    """
    services = {some.kind.partition("-")[0] for some in (one, other)}
    return one.identity == other.identity and len(services) == 1


def elsewhere(runs: Iterable[Run], scope: Scope) -> frozenset[str]:
    """The other regions of the account of which runs tell; what stands there AWS is asked.

    A role has no region: taken back here, it would be missing there.
    """
    here = (scope.account, scope.endpoint)
    scopes = {run.scope for run in runs if (run.scope.account, run.scope.endpoint) == here}
    return frozenset(one.region for one in scopes) - {scope.region}


def undone(runs: Iterable[Run]) -> dict[str, str]:
    """The runs that an undo, itself not undone, has taken back -> the first such undo."""
    taken_back: dict[str, str] = {}
    for run in reversed(list(runs)):
        if run.undoes and run.outcome == "done" and run.run not in taken_back:
            taken_back[run.undoes] = run.run
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
            begun |= {
                entry.identifier for entry in entries if entry.before is None and not entry.ended
            }
            begun -= {entry.identifier for entry in entries if entry.ended}
    return frozenset(begun)


def undoing(run: Run, kinds: Kinds, runs: Sequence[Run] = ()) -> Undoing:
    """The run's steps, turned round; of what ``runs``, all of them, changed since, which. Pure."""
    since = takewhile(lambda one: one is not run, reversed(runs))
    later = tuple(one for one in since if one.scope == run.scope)
    entries = [entry for entry in run.entries.values() if entry.changes or not entry.ended]
    resources = {entry.identifier: resource_of(entry, kinds) for entry in entries}
    unknown = _unknown(entries, resources)
    reversible: list[_Past] = []
    left: dict[str, str] = {}
    for entry in entries:
        resource, reversal = resources[entry.identifier], entry.undo
        if entry.identifier in unknown:
            reversal = Keep(unknown[entry.identifier])
        if isinstance(reversal, Keep):
            left[entry.identifier] = reversal.reason
        elif resource:
            reversible.append(_Past(entry, resource, later))
    kept = _kept(left, all_of_it=not reversible)
    if run.passed_over:
        lost = f"{len(run.passed_over)} lines" if len(run.passed_over) > 1 else "A line"
        kept.append(
            f"{lost} of this run's journal cannot be read: what is told there stays as it is"
        )
    steps = (past.turned_round(reversible[place:]) for place, past in enumerate(reversible, 1))
    return Undoing(tuple(steps), tuple(kept))


def _kept(left: Mapping[str, str], *, all_of_it: bool) -> list[str]:
    """A line for each thing that is left; one where that is the whole run, for one reason."""
    reasons = set(left.values())
    if all_of_it and len(left) > 1 and len(reasons) == 1:
        return [f"nothing of this run can be put back: {reasons.pop()}"]
    return [f"{identifier} was left as it is: {reason}." for identifier, reason in left.items()]


def _unknown(entries: list[Entry], resources: Mapping[str, Resource | None]) -> dict[str, str]:
    """Identifier -> why a thing is left: this version does not know it, or what is left needs it.

    What a thing requires stands before it in a journal, so the last comes first.
    """
    found: dict[str, str] = {}
    for entry in reversed(entries):
        if resources[entry.identifier] is None:
            found[entry.identifier] = (
                "this version of dragonctl does not know it; the one that made it can undo it"
            )
        if entry.identifier in found:
            for name in entry.requires:
                found.setdefault(name, f"{entry.identifier} still needs it")
    return found


@dataclass(frozen=True)
class _Past:
    """What a run did to one thing, and the thing; ``later`` are the runs since, the last first."""

    entry: Entry
    resource: Resource
    later: tuple[Run, ...] = ()

    def turned_round(self, later: list[_Past]) -> Step:
        """The step back. What needed this thing goes first: in the journal it stands later."""
        identifier = self.entry.identifier
        dependents = tuple(past for past in later if identifier in past.entry.requires)
        return Step(
            title=f"Undo: {self.entry.title}",
            resource=self.resource,
            want=_Before(self),
            after=tuple(past.entry.identifier for past in dependents),
            checks_dependents=True,
            waits_for_read_back=True,  # what needed a thing must be known to do so no more
            needed=_Needed(identifier, dependents),
            warn=_Left(self),
            serves=self.entry.serves,
            births=self._births(),
        )

    def _births(self) -> frozenset[str]:
        """Those of the run's thing, and of what later runs made in its stead; none if not known."""
        if not self.entry.birth:
            return frozenset()
        later = (run.entries.get(self.entry.identifier) for run in self.later)
        return frozenset({self.entry.birth, *(one.birth for one in later if one and one.birth)})

    def beside(self, have: Reading | None) -> Restoration:
        """What it was before the run, beside how it stands."""
        return Restoration(self.entry, self.resource, have)

    def changed_by(self, fields: Iterable[str], have: Reading | None) -> str:
        """``run X (deploy-function)``: the last one that left the thing so, if a run did."""
        for run in self.later:
            about = (one for one in run.entries.values() if _is_same_thing(one, self.entry))
            if any(_has_left_so(entry, fields, have) for entry in about):
                return f"run {run.run} ({run.title})"
        return ""


@dataclass(frozen=True)
class _Needed:
    """What somebody changed since, and therefore stays, may need the thing of ``identifier``."""

    identifier: str
    dependents: tuple[_Past, ...]

    def __call__(self, done: Done) -> str | None:
        for past in self.dependents:
            if (reading := done.get(past.entry.identifier)) and self._is_needed(past, reading):
                return f"{past.entry.identifier} still needs it"
        return None

    def _is_needed(self, past: _Past, reading: Reading) -> bool:
        fields = past.beside(reading).left
        return any(self.identifier in past.resource.relies_on(field, reading) for field in fields)


@dataclass(frozen=True)
class _Left:
    """Names what stays: somebody changed it after the run, or the journal cannot bring it back."""

    past: _Past

    def __call__(self, have: Reading | None) -> tuple[str, ...]:
        back = self.past.beside(have)
        lost = [field for field in back.left if field in back.lost]
        changed = [field for field in back.left if field not in {*back.lost, *back.needed}]
        by = self.past.changed_by(changed, have)
        if changed and have is None:
            name = self.past.entry.identifier
            return (f"{name} is gone: {f'{by} deleted it' if by else 'deleted after that run'}.",)
        return (
            *self._changed(changed, by),
            *self._lost(lost),
            *self._needed(back.needed),
            *self._outlasting(back),
        )

    def _outlasting(self, back: Restoration) -> Iterator[str]:
        """What others gave as its own to a part of the thing stays, though the whole's goes."""
        if back.have is None or back.wanted is None:
            return
        was = self.past.entry.before or {}
        found = {*self.past.resource.outlasting(back.returning, back.now)}
        found = {one for one in found if not is_same(was.get(one), back.now[one])}
        if fields := [one for one in back.now if one in found]:  # as the kind's table has them
            by = self.past.changed_by(fields, back.have)
            who = by or "somebody"
            yield f"{self._named(fields)}: left, {who} has set it for that part alone."

    def _needed(self, needed: Mapping[str, str]) -> Iterator[str]:
        for why in dict.fromkeys(needed.values()):
            what = self._named([field for field in needed if needed[field] == why])
            yield f"{what}: left, {why}."

    def _named(self, fields: list[str]) -> str:
        return f"{', '.join(map(self.past.resource.label, fields))} of {self.past.entry.identifier}"

    def _changed(self, fields: list[str], by: str) -> tuple[str, ...]:
        what = self._named(fields)
        if fields and by and self.past.entry.before is None:
            return (f"{self.past.entry.identifier} is left: {by} changed it.",)
        match len(fields):
            case 0:
                return ()
            case 1 if by:
                return (f"{what} is left: {by} changed it.",)
            case 1:
                return (f"{what} was changed after that run, and is left as it is.",)
        if by:
            return (f"{what} are left: {by} changed them, or what they go with.",)
        return (f"{what} were changed after that run, or go with what was: they are left.",)

    def _lost(self, fields: list[str]) -> tuple[str, ...]:
        what = self._named(fields)
        return (
            (f"{what}: left, the journal does not hold what was there before.",) if fields else ()
        )


def _has_left_so(entry: Entry, fields: Iterable[str], have: Reading | None) -> bool:
    """Whether a run wrote one of these fields, and it still is what the run wrote."""
    if have is None or entry.after is None:
        return have is None and entry.after is None
    changes = [*entry.changes, *entry.unconfirmed]
    written = {change["field"] for change in changes}.intersection(fields)
    return any(is_same(have.state.get(field), entry.after.get(field)) for field in written)


@dataclass(frozen=True)
class _Before:
    """What an undo wants: the state before, as far as the present one is still the run's."""

    past: _Past

    def __call__(self, have: Reading | None, done: Done) -> State | None:
        return self.past.beside(have).wanted

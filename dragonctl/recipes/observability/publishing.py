"""Traffic through aliases and versions: settings that are frozen, and ``--publish``.

A published version's settings are locked (AWS Lambda and Step Functions developer guides): a
change to ``$LATEST`` does not reach what an alias or a version number sends there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dragonctl.application.nouns import App, Function, Machine, Routes, percent, split
from dragonctl.engine.fields import Table, lagging, shipped, state_of
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.engine.pending import NEW_VERSION
from dragonctl.errors import DragonError
from dragonctl.recipes.functions.publication import (
    alias_step,
    check_published,
    foreseen_publication,
    publication,
    routed,
    split_traffic,
    version_step,
)
from dragonctl.recipes.observability.functions import FunctionWanted, function_wanted
from dragonctl.recipes.observability.layers_survey import LayerChoices
from dragonctl.recipes.observability.machines import MachineWanted
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.roles import RoleVerdict
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.states_alias import ROUTES, VERSION, MachineAlias, shares
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.states_machine_fields import machine_state
from dragonctl.resources.states_version import NewestMachineVersion
from dragonctl.wording import with_and


@dataclass(frozen=True)
class Frozen:
    """A qualifier that traffic uses and that a change to ``$LATEST`` does not reach.

    ``what`` says which settings stay as they are; ``ships`` what else a publication would bring;
    ``routes`` where its traffic goes, ``behind`` those of them that lag.
    """

    subject: str
    thing: str
    qualifier: str
    what: str
    ships: tuple[str, ...]
    routes: Routes
    behind: Routes

    @property
    def is_alias(self) -> bool:
        """Only an alias can be moved; a bare version stays what it is."""
        return not self.qualifier.isdigit()

    @property
    def is_split(self) -> bool:
        """Whether somebody's deployment is going on: its weights are not ours to end."""
        return len(self.routes) > 1

    @property
    def verb(self) -> str:
        """``is``, or ``are`` where several settings are frozen."""
        return "are" if " and " in self.what else "is"

    @property
    def lag(self) -> str:
        """``whose tracing is frozen``; of one that splits its traffic, in which version."""
        if not self.is_split:
            return f"whose {self.what} {self.verb} frozen"
        which = with_and(f"version {one.version} ({percent(one.share)})" for one in self.behind)
        return f"which goes {split(self.routes)}; the {self.what} of {which} {self.verb} frozen"


def frozen(
    app: App, verdict: RoleVerdict, options: Options, layer_choices: LayerChoices
) -> tuple[Frozen, ...]:
    """Every alias and version whose frozen settings are not those that are wanted."""
    wanted = (
        function_wanted(function, verdict, options, layer_choices) for function in app.functions
    )
    return (
        *(found for one in wanted for found in _functions(one)),
        *(one for machine in app.machines for one in _machines(app, machine, verdict, options)),
    )


def _functions(wanted: FunctionWanted) -> Iterator[Frozen]:
    """Of a function; one whose role cannot send traces is judged by what else is wanted."""
    function = wanted.function
    subject = f"function {function.name}"
    yield from _behind(FunctionSettings.table, function, wanted, subject, function.name)


def _machines(
    app: App, machine: Machine, verdict: RoleVerdict, options: Options
) -> Iterator[Frozen]:
    wanted = MachineWanted(app, machine, verdict, options)
    subject = f"state machine {machine.name}"
    yield from _behind(MachineSettings.table, machine, wanted, subject, machine.arn)


def _behind(
    table: Table,
    noun: Function | Machine,
    wanted: Callable[[Reading, Done], State],
    subject: str,
    thing: str,
) -> Iterator[Frozen]:
    """The qualifiers whose versions do not hold what ``$LATEST`` will.

    Of what is observed, and of what is asked for.
    """
    latest = state_of(table, noun.raw)
    want = wanted(Reading(latest, {"raw": noun.raw}), {})
    goal = {**latest, **want}
    for qualifier, routes in noun.qualifiers.items():
        lags = {route.version: lagging(table, goal, route.raw, want) for route in routes}
        behind = tuple(route for route in routes if lags[route.version])
        if qualifier and behind:
            what = dict.fromkeys(row.noun for one in behind for row in lags[one.version])
            ships = dict.fromkeys(
                word for one in behind for word in shipped(table, noun.raw, one.raw, want)
            )
            yield Frozen(subject, thing, qualifier, with_and(what), tuple(ships), routes, behind)


def publishing_warnings(found: tuple[Frozen, ...], options: Options) -> Iterator[str]:
    """What this run does not reach, and why."""
    for one in found:
        if not one.is_alias:
            yield (
                f"Traffic goes to version {one.qualifier} of {one.subject}, whose {one.what}"
                f" {one.verb} frozen: this run does not reach it. Let the traffic go to an alias."
            )
        elif not options.publish:
            yield (
                f"Traffic goes through the alias {one.qualifier} of {one.subject}, {one.lag}:"
                f" {_WAY_OUT[one.is_split]}."
            )
        elif one.ships and not one.is_split:
            yield (
                f"The alias {one.qualifier} of {one.subject} is not moved: a new version would"
                f" also ship another {', '.join(one.ships)}. Publish it yourself, then run again."
            )


_WAY_OUT = {
    False: "--publish publishes a version and moves the alias",
    True: "end that deployment, then --publish publishes a version and moves the alias",
}


def publishing_errors(found: tuple[Frozen, ...], options: Options) -> Iterator[DragonError]:
    """The aliases that ``--publish`` does not move, because a deployment is going on in them."""
    for one in found if options.publish else ():
        if one.is_alias and one.is_split:
            subject = (
                f"The alias {one.qualifier} of {one.subject}, whose {one.what} {one.verb} frozen,"
            )
            kind = "lambda" if one.subject.startswith("function") else "states"
            error = split_traffic(subject, split(one.routes))
            error.resource = f"{kind}-alias/{one.thing}{'/' if kind == 'lambda' else ':'}"
            error.resource += one.qualifier
            yield error


def publishing_steps(found: tuple[Frozen, ...], options: Options) -> Iterator[Step]:
    """With ``--publish``: a version of each thing, and its aliases moved to it."""
    aliases: dict[tuple[str, str], list[str]] = {}
    for one in found if options.publish else ():
        if one.is_alias and not (one.ships or one.is_split):
            aliases.setdefault((one.subject, one.thing), []).append(one.qualifier)
    for (subject, thing), names in aliases.items():
        if subject.startswith("function"):
            source = FunctionSettings(thing).identifier
            yield from publication(thing, tuple(sorted(names)), source)
        else:
            yield from _machine_publication(subject, thing, sorted(names))


def foreseen_publications(app: App) -> Iterator[Step]:
    """For `policy`: every alias that traffic uses, as if it lagged and could be moved.

    Whether it will is not known beforehand; the rights to move it are the same.
    """
    for function in app.functions:
        if aliases := [*_aliases(function)]:
            yield from foreseen_publication(function.name, function.code_sha256, aliases)
    for machine in app.machines:
        if aliases := [*_aliases(machine)]:
            version = dict(machine.settings)
            yield Step(f"Version of {machine.name}", NewestMachineVersion(machine.arn), version)
        for name in aliases:
            alias = MachineAlias(f"{machine.arn}:{name}")
            yield Step(f"Alias {name} of {machine.name}", alias, {VERSION: NEW_VERSION})


def _aliases(noun: Function | Machine) -> Iterator[str]:
    """The aliases that stand for published versions."""
    for name, routes in noun.qualifiers.items():
        if name and not name.isdigit() and any(one.version.isdigit() for one in routes):
            yield name


def _machine_publication(subject: str, arn: str, names: list[str]) -> Iterator[Step]:
    source, version = MachineSettings(arn).identifier, NewestMachineVersion(arn)
    published = _Published(source)
    step = version_step(subject, version, published, source)
    yield step
    for name in names:
        moved = _Moved(version.identifier, published)
        yield alias_step(f"{name} of {subject}", MachineAlias(f"{arn}:{name}"), moved, step)


@dataclass(frozen=True)
class _Published:
    """The newest version is to hold what the machine holds after the step ``source``."""

    source: str

    def __call__(self, have: Reading | None, done: Done) -> State:
        latest = done.get(self.source)
        return latest.state if latest else {}


@dataclass(frozen=True)
class _Moved:
    """The alias is to stand for the newest version."""

    version: str
    published: _Published

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None:
            return {}
        if have.state[ROUTES]:
            parts = {arn.rpartition(":")[2]: one for arn, one in shares(have.facts["raw"]).items()}
            raise split_traffic(f"The alias {have.facts['raw'].get('name')}", routed(parts))
        newest = done.get(self.version)
        check_published(self.version, newest, self.published(None, done))
        raw = newest.facts.get("raw") if newest else None
        known = newest is not None and raw and machine_state(raw) == newest.state
        return {VERSION: raw["stateMachineArn"] if known and raw else NEW_VERSION}

"""Traffic through aliases and versions: settings that are frozen, and ``--publish``.

A published version's settings are locked (AWS Lambda and Step Functions developer guides): a
change to ``$LATEST`` does not reach what an alias or a version number sends there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.app import App, Function, Machine, Raw
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.errors import DragonError
from dragonctl.recipes.functions.publication import PENDING, publication
from dragonctl.recipes.observability.machines import MachineWanted
from dragonctl.recipes.observability.options import Options, fill
from dragonctl.recipes.observability.roles import Verdict
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.role_rights import role_name
from dragonctl.resources.states_alias import VERSION, MachineAlias
from dragonctl.resources.states_machine import LEVEL, TRACING, MachineSettings, machine_state
from dragonctl.resources.states_version import NewestMachineVersion

# What a new version of a function would bring to the traffic beside its tracing.
_SHIPPED = {
    "CodeSha256": "code",
    "Environment": "environment variables",
    "Handler": "handler",
    "Layers": "layers",
    "MemorySize": "memory",
    "Role": "role",
    "Runtime": "runtime",
    "Timeout": "time-out",
    "VpcConfig": "network",
    "LoggingConfig": "logging",
}
_SHIPPED_BY_MACHINES = {"definition": "definition", "roleArn": "role"}


@dataclass(frozen=True)
class Frozen:
    """A qualifier that traffic uses and that a change to ``$LATEST`` does not reach.

    ``what`` says which settings stay as they are; ``ships`` what else a publication would bring.
    """

    subject: str
    thing: str
    qualifier: str
    what: str
    ships: tuple[str, ...]

    @property
    def is_alias(self) -> bool:
        """Only an alias can be moved; a bare version stays what it is."""
        return not self.qualifier.isdigit()


def frozen(app: App, verdict: Verdict, options: Options) -> tuple[Frozen, ...]:
    """Every alias and version whose frozen settings are not those that are wanted."""
    return (
        *(one for function in app.functions for one in _functions(function, verdict, options)),
        *(one for machine in app.machines for one in _machines(app, machine, verdict, options)),
    )


def _functions(function: Function, verdict: Verdict, options: Options) -> Iterator[Frozen]:
    if options.wants_tracing and verdict.unmet(role_name(function.role), "send traces"):
        return
    mode = _mode(function.raw)
    said = {None: None, True: "Active", False: "PassThrough"}[options.tracing]
    wanted = fill(said, mode, "Active", (None, "PassThrough"))
    for qualifier, raw in function.qualifiers.items():
        if qualifier and _mode(raw) != wanted:
            ships = _different(function.raw, raw, _SHIPPED)
            subject = f"function {function.name}"
            yield Frozen(subject, function.name, qualifier, "tracing", ships)


def _machines(app: App, machine: Machine, verdict: Verdict, options: Options) -> Iterator[Frozen]:
    wanted = MachineWanted(app, machine, verdict, options)
    goal = wanted(Reading(machine_state(dict(machine.raw))), {})
    for qualifier, raw in machine.qualifiers.items():
        state = machine_state(dict(raw))
        off = [
            word
            for field, word in ((TRACING, "tracing"), (LEVEL, "log level"))
            if field in goal and goal[field] != state[field]
        ]
        if qualifier and off:
            ships = _different(machine.raw, raw, _SHIPPED_BY_MACHINES)
            subject = f"state machine {machine.name}"
            yield Frozen(subject, machine.arn, qualifier, " and ".join(off), ships)


def _mode(raw: Raw) -> str:
    return str((raw.get("TracingConfig") or {}).get("Mode") or "PassThrough")


def _different(latest: Raw, behind: Raw, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for key, word in names.items() if _plain(latest, key) != _plain(behind, key))


def _plain(raw: Raw, key: str) -> Any:
    """AWS shows some settings as nothing at all, or as an empty one."""
    value = raw.get(key)
    if isinstance(value, dict) and not any(value.values()):
        return None
    return value or None


def publishing_warnings(found: tuple[Frozen, ...], options: Options) -> Iterator[str]:
    """What this run does not reach, and why."""
    for one in found:
        if not one.is_alias:
            yield (
                f"Traffic goes to version {one.qualifier} of {one.subject}, whose {one.what} is"
                " frozen: this run does not reach it. Let the traffic go to an alias."
            )
        elif not options.publish:
            yield (
                f"Traffic goes through the alias {one.qualifier} of {one.subject}, whose"
                f" {one.what} is frozen: --publish publishes a version and moves the alias."
            )
        elif one.ships:
            yield (
                f"The alias {one.qualifier} of {one.subject} is not moved: a new version would"
                f" also ship another {', '.join(one.ships)}. Publish it yourself, then run again."
            )


def publishing_steps(found: tuple[Frozen, ...], options: Options) -> Iterator[Step]:
    """With ``--publish``: a version of each thing, and its aliases moved to it."""
    aliases: dict[tuple[str, str], list[str]] = {}
    for one in found if options.publish else ():
        if one.is_alias and not one.ships:
            aliases.setdefault((one.subject, one.thing), []).append(one.qualifier)
    for (subject, thing), names in aliases.items():
        if subject.startswith("function"):
            source = FunctionSettings(thing).identifier
            yield from publication(thing, tuple(sorted(names)), source)
        else:
            yield from _machine_publication(subject, thing, sorted(names))


def _machine_publication(subject: str, arn: str, names: list[str]) -> Iterator[Step]:
    source, version = MachineSettings(arn).identifier, NewestMachineVersion(arn)
    yield Step(
        f"Version of {subject}",
        version,
        _Published(source),
        after=(source,),
        undo="keep: a published version may be in use, and costs nothing",
    )
    for name in names:
        yield Step(
            f"Alias {name} of {subject}",
            MachineAlias(f"{arn}:{name}"),
            _Moved(version.identifier),
            after=(version.identifier,),
        )


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

    def __call__(self, have: Reading | None, done: Done) -> State:
        if have is None:
            return {}
        if len(have.facts["raw"]["routingConfiguration"]) > 1:
            raise DragonError(
                f"The alias {have.facts['raw'].get('name')} splits its executions between two"
                " versions.",
                "End that deployment first: a move now would mix a third version in.",
                code="SplitTraffic",
            )
        newest = done.get(self.version)
        raw = newest.facts.get("raw") if newest else None
        known = newest is not None and raw and machine_state(raw) == newest.state
        return {VERSION: raw["stateMachineArn"] if known and raw else PENDING}

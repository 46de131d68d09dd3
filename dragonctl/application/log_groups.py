"""The one list of an application's log groups: what writes to each, and which a run makes.

The execution log's name is fixed by API Gateway; the others are read from the settings, of
versions that get traffic too: theirs are frozen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from dragonctl.application.nouns import (
    LATEST,
    Api,
    App,
    Function,
    Machine,
    Raw,
    milliseconds,
    named,
)
from dragonctl.resources.log_group_names import canary_group, execution_group, group_name
from dragonctl.resources.states_machine_fields import DESTINATION, LEVEL, machine_state

SOURCES = ("api", "access", "functions", "state-machines")
"""Where lines come from: execution log, access log, functions, state machines."""

_STREAM = re.compile(r"\d{4}/\d\d/\d\d/(?P<function>[\w-]+)\[|states/(?P<machine>[^/]+)/")
_NOT_IN_GROUP_NAMES = re.compile(r"[^.\-_/#A-Za-z0-9]")
"""What CreateLogGroup refuses in a name; names of state machines may hold some of it."""


@dataclass(frozen=True, slots=True)
class Log:
    """What one part of an application writes, and the ``group`` (its name) that it goes to.

    ``source`` is one of :data:`SOURCES`; ``part`` the stage (``orders/prod``), the function or the
    machine; ``owner`` the same in words, with its version where that is a published one;
    ``is_written``: whether anything is written as things stand; ``format`` an access log's;
    ``is_frozen``: whether it is a published version's; ``made_ms``: when the API or the machine was
    made, in milliseconds since the epoch, 0 where AWS does not say (Lambda never does). ``stage``
    is ``<api id>/<stage>`` of an access log. ``is_canary``: what a stage's canary logs besides.
    """

    group: str
    source: str
    part: str
    owner: str
    is_written: bool = True
    format: str = ""
    is_frozen: bool = False
    made_ms: int = 0
    stage: str = ""
    is_canary: bool = False


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group and which part of the application writes it (one of :data:`SOURCES`).

    ``owners`` names the stages, machines or functions that write there, ``formats`` holds the
    access log formats of its stages. ``known`` are all functions and machines of the application:
    a line of any other is a stranger's; empty where not all of them could be read. What is older
    than ``made_ms`` was written by deleted ones of the same name; 0 where that is not known.
    ``delivers`` are the stages (``<api id>/<stage>``) whose execution log is delivered there,
    ``stages`` those whose access log it is; none where not all of the application could be read.
    ``is_canary``: it holds what canaries logged besides.
    """

    name: str
    source: str
    owners: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    known: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    made_ms: int = field(default=0, compare=False)
    delivers: frozenset[str] = field(default=frozenset(), compare=False)
    stages: frozenset[str] = field(default=frozenset(), compare=False)
    is_canary: bool = field(default=False, compare=False)


def logs(app: App) -> Iterator[Log]:
    """Every log of the application's stages, functions and state machines, in this order."""
    for api, name, raw in app.stages:
        yield from stage_logs(api, name, raw)
    for function in app.functions:
        yield from function_logs(function)
    for machine in app.machines:
        yield from machine_logs(machine)


def log_groups(app: App) -> list[LogGroup]:
    """The groups that the logs go to, each once: one that several parts write to names them all."""
    found: dict[str, list[Log]] = {}
    names = frozenset({part.name for part in app.functions} | {part.name for part in app.machines})
    known = frozenset() if app.errors else names
    for log in logs(app):
        found.setdefault(log.group, []).append(log)
    return [
        LogGroup(
            name,
            shared[0].source,
            tuple(dict.fromkeys(log.part for log in shared)),
            tuple(dict.fromkeys(log.format for log in shared if log.format)),
            known,
            min(log.made_ms for log in shared),
            stages=frozenset(log.stage for log in shared if log.stage and not app.errors),
            is_canary=all(log.is_canary for log in shared),
        )
        for name, shared in found.items()
    ]


def queried(groups: Iterable[LogGroup]) -> list[LogGroup]:
    """The groups that one query may be asked of.

    A canary's lines are in its stage's group as well: asked of both, they would count twice. And
    while a canary has served nothing its group is not there, which no query survives.
    """
    return [group for group in groups if not group.is_canary]


def stage_logs(api: Api, stage: str, raw: Raw) -> Iterator[Log]:
    """The execution log and, where it goes to a log group, the access log. ``raw``: GetStages'.

    Of a stage with a canary, those of the canary too, each behind the one that it goes with.
    """
    for log in _own_logs(api, stage, raw):
        yield log
        if raw.get("canarySettings"):
            owner = f"{log.owner} of the canary"
            yield replace(log, group=canary_group(log.group), owner=owner, is_canary=True)


def _own_logs(api: Api, stage: str, raw: Raw) -> Iterator[Log]:
    part = f"{api.name}/{stage}"
    levels = {
        setting.get("loggingLevel", "OFF") for setting in (raw.get("methodSettings") or {}).values()
    }
    is_written = bool(levels - {"OFF"})
    name = execution_group(api.id, stage)
    yield Log(name, "api", part, f"stage {stage}, execution", is_written)
    settings = raw.get("accessLogSettings") or {}
    if group := group_name(settings.get("destinationArn")):
        form = settings.get("format") or ""
        made_ms = api.made_ms
        yield Log(
            group, "access", part, f"stage {stage}, access", format=form, made_ms=made_ms,
            stage=f"{api.id}/{stage}",
        )  # fmt: skip


def function_logs(function: Function) -> Iterator[Log]:
    """The log of ``$LATEST``, and those of versions that get traffic."""
    for version, raw in function.configurations:
        owner = named(f"function {function.name}", version)
        yield Log(function.group_of(raw), "functions", function.name, owner)


def machine_logs(machine: Machine) -> Iterator[Log]:
    """The logs that a machine and its versions have a group for, whatever their level."""
    for version, raw in machine.configurations:
        state = machine_state(raw)
        if group := group_name(state[DESTINATION]):
            owner = named(f"state machine {machine.name}", version)
            is_written = state[LEVEL] != "OFF"
            is_frozen = version != LATEST
            made_ms = milliseconds(machine.raw.get("creationDate"))
            yield Log(
                group, "state-machines", machine.name, owner, is_written,
                is_frozen=is_frozen, made_ms=made_ms,
            )  # fmt: skip


@lru_cache(maxsize=4096)
def stream_writer(stream: str) -> str:
    """The function or state machine that a stream's name names; "" where it names none.

    In a group that somebody chose, Lambda names a stream ``YYYY/MM/DD/<function>[version][id]``, in
    the function's own ``YYYY/MM/DD/[version]id`` ("Configuring CloudWatch log groups", Lambda
    developer guide); Step Functions begins it with ``states/<machine>/``.
    """
    found = _STREAM.match(stream)
    return (found["function"] or found["machine"]) if found else ""


def access_group(api: str, stage: str) -> str:
    """The access log's group, for a stage that has none yet."""
    return f"/aws/apigateway/{api}/{stage}/access"


def vended_group(machine: str) -> str:
    """A machine's group, for one that has none yet.

    ``/aws/vendedlogs/`` keeps the account's resource policy small.
    """
    return f"/aws/vendedlogs/states/{_NOT_IN_GROUP_NAMES.sub('_', machine)}-Logs"


def groups_of_setup(*things: Api | Function | Machine) -> Iterator[str]:
    """The names of the groups that ``setup-observability`` makes for these, where missing."""
    for thing in things:
        match thing:
            case Api():
                for stage, raw in thing.stages.items():
                    own = execution_group(thing.id, stage), access_group(thing.id, stage)
                    yield from own
                    if raw.get("canarySettings"):
                        yield from map(canary_group, own)
            case Function():
                yield from dict.fromkeys(log.group for log in function_logs(thing))
            case Machine():
                yield vended_group(thing.name)


def of_sources(groups: Iterable[LogGroup], sources: Iterable[str]) -> list[LogGroup]:
    """The groups of some sources; of all where none is named."""
    wanted = set(sources) or set(SOURCES)
    return [group for group in groups if group.source in wanted]

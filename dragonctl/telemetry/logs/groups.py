"""What an application writes its logs to, and what X-Ray calls its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dragonctl.application.nouns import App, Machine
from dragonctl.resources.logs_group import execution_group, group_name
from dragonctl.telemetry.logs.events import LogGroup


def log_groups(app: App) -> list[LogGroup]:
    """The log groups of the application's stages, functions and state machines, each once.

    The execution log's name is fixed by API Gateway; the others are read from the settings, of
    versions that traffic uses too: theirs are frozen. A group that several parts write to names
    them all.
    """
    found: dict[str, LogGroup] = {}
    for group in _all_groups(app):
        known = found.get(group.name)
        found[group.name] = _joined(known, group) if known else group
    return list(found.values())


def _joined(one: LogGroup, other: LogGroup) -> LogGroup:
    owners = tuple(dict.fromkeys((*one.owners, *other.owners)))
    return replace(one, owners=owners, formats=tuple(dict.fromkeys((*one.formats, *other.formats))))


def _all_groups(app: App) -> Iterator[LogGroup]:
    for api, name, stage in app.stages:
        yield LogGroup(execution_group(api.id, name), "api", (f"{api.name}/{name}",))
        settings = stage.get("accessLogSettings") or {}
        access = group_name(settings.get("destinationArn"))
        if access:
            form = settings.get("format")
            yield LogGroup(access, "access", (f"{api.name}/{name}",), (form,) if form else ())
    for machine in app.machines:
        yield from _machine_groups(machine)
    for function in app.functions:
        for _, raw in function.configurations:
            yield LogGroup(function.group_of(raw), "functions", (function.name,))


def _machine_groups(machine: Machine) -> Iterator[LogGroup]:
    for _, raw in machine.configurations:
        for place in (raw.get("loggingConfiguration") or {}).get("destinations") or ():
            name = group_name((place.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn"))
            if name:
                yield LogGroup(name, "state-machines", (machine.name,))


def trace_names(app: App) -> set[str]:
    """What X-Ray calls the application's parts: ``<api>/<stage>``, functions, state machines."""
    stages = {f"{api.name}/{name}" for api, name, _ in app.stages}
    functions = {function.name for function in app.functions}
    return stages | functions | {machine.name for machine in app.machines}

"""What an application writes its logs to, and what X-Ray calls its parts."""

from __future__ import annotations

from collections.abc import Iterator

from dragonctl.app import App, Machine, Raw
from dragonctl.resources.logs_group import execution_group, group_name
from dragonctl.telemetry.logs.events import LogGroup


def log_groups(app: App) -> list[LogGroup]:
    """The log groups of the application's stages, functions and state machines, each once.

    The execution log's name is fixed by API Gateway; the others are read from the settings.
    """
    found = {group.name: group for group in _all_groups(app)}
    return list(found.values())


def _all_groups(app: App) -> Iterator[LogGroup]:
    if app.api:
        for name, stage in app.api.stages.items():
            yield LogGroup(execution_group(app.api.id, name), "api")
            access = group_name((stage.get("accessLogSettings") or {}).get("destinationArn"))
            if access:
                yield LogGroup(access, "access")
    for machine in app.machines:
        yield from _machine_groups(machine)
    for function in app.functions:
        yield LogGroup(function.log_group, "functions")


def _machine_groups(machine: Machine) -> Iterator[LogGroup]:
    """Also those of the versions that traffic uses: their settings are frozen."""
    behind = (route.raw for routes in machine.qualifiers.values() for route in routes)
    raws: list[Raw] = [machine.raw, *behind]
    for raw in raws:
        for place in (raw.get("loggingConfiguration") or {}).get("destinations") or ():
            name = group_name((place.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn"))
            if name:
                yield LogGroup(name, "state-machines")


def trace_names(app: App) -> set[str]:
    """What X-Ray calls the application's parts: ``<api>/<stage>``, functions, state machines."""
    stages = {f"{app.api.name}/{name}" for name in app.api.stages} if app.api else set()
    functions = {function.name for function in app.functions}
    return stages | functions | {machine.name for machine in app.machines}

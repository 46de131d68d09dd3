"""Traffic through aliases and versions in ``status``: where it goes, and what is frozen there.

Every version that gets a part of it is judged: one that a tenth of the callers meet is no less
blind than one that all of them do.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dragonctl.application.nouns import Function, Machine, Route, Routes, percent, split
from dragonctl.engine.fields import Field, lagging
from dragonctl.engine.model import State
from dragonctl.resources.lambda_configuration import configured, traces
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.lambda_version import failed_version
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.states_machine_fields import LEVEL, TRACING, machine_state
from dragonctl.status.observations import Observations
from dragonctl.status.problem import CommandContext, Problem
from dragonctl.wording import with_and


def function_qualifiers(function: Function) -> list[dict[str, Any]]:
    """The qualifiers of a function that traffic uses; ``version`` is the alias's own."""
    return [
        {
            "name": name,
            "version": routes[0].version,
            "tracing": all(traces(one.raw) for one in routes),
            "versions": [
                {
                    "version": one.version,
                    "share": one.share,
                    "tracing": traces(one.raw),
                    "state": one.raw.get("State", "Active"),
                }
                for one in routes
            ],
        }
        for name, routes in function.qualifiers.items()
        if name
    ]


def machine_qualifiers(machine: Machine) -> list[dict[str, Any]]:
    """The qualifiers of a machine that executions are started by; ``log_level`` is the lowest."""
    found = []
    for name, routes in machine.qualifiers.items():
        states = [machine_state(one.raw) for one in routes]
        levels = [state[LEVEL] for state in states]
        versions = [
            {
                "version": one.version,
                "share": one.share,
                "tracing": state[TRACING],
                "log_level": state[LEVEL],
            }
            for one, state in zip(routes, states, strict=True)
        ]
        tracing = all(state[TRACING] for state in states)
        level = "OFF" if "OFF" in levels else levels[0]
        about = {"name": name, "tracing": tracing, "log_level": level, "versions": versions}
        found += [about] if name else []
    return found


@dataclass(frozen=True)
class _Used:
    """A qualifier that traffic uses. ``end`` is the command that ends a deployment in it."""

    context: CommandContext
    resource: str
    subject: str
    name: str
    routes: Routes
    end: str

    @property
    def is_split(self) -> bool:
        return len(self.routes) > 1

    def splits(self) -> Iterator[Problem]:
        """An alias that sends a part of its traffic elsewhere."""
        if self.is_split:
            text = f"its alias {self.name} splits the traffic: {split(self.routes)}"
            fix = f"When that deployment is over, end it: {self.end}"
            yield Problem(self.resource, self.subject, text, fix)

    def lags(self, route: Route, what: str) -> Problem:
        """A version that a change to ``$LATEST`` does not reach; ``what`` ends in "in"."""
        if self.name.isdigit():
            text = f"traffic goes to version {self.name}, and {what} it"
            fix = "Let the traffic go to an alias, which setup-observability --publish can move."
            return Problem(self.resource, self.subject, text, fix)
        where = f"version {route.version} behind it"
        publish = self.context.setup("--publish")
        if not self.is_split:
            text = f"traffic goes through the alias {self.name}, and {what} the {where}"
            return Problem(self.resource, self.subject, text, publish)
        part = f"{percent(route.share)} of the traffic through the alias {self.name} goes to"
        text = f"{part} version {route.version}, and {what} it"
        return Problem(self.resource, self.subject, text, f"End that deployment, then: {publish}")


def function_traffic(observed: Observations) -> Iterator[Problem]:
    """Aliases that split their traffic, versions behind them that failed or are not traced."""
    for function in observed.app.functions:
        reported = set()
        for used in _of_function(observed.context, function):
            yield from used.splits()
            for route in used.routes:
                if why := failed_version(route.raw):
                    reported.add(route.version)
                    text = f"its alias {used.name} sends {percent(route.share)} there, but {why}"
                    fix = observed.context.command(
                        "deploy-function", function.name, "--alias", used.name
                    )
                    yield Problem(used.resource, used.subject, text, fix)
                off = [] if traces(route.raw) else ["tracing"]
                latest = configured(function.raw)
                others = lagging(FunctionSettings.table, latest, route.raw)
                more = _other_than_off(others, latest, configured(route.raw))
                if what := _lag(off, more):
                    yield used.lags(route, what)
        newest = observed.newest.get(function.name) or {}
        if (why := failed_version(newest)) and newest["Version"] not in reported:
            resource, subject = f"lambda-function/{function.name}", f"Function {function.name}"
            fix = observed.context.command("deploy-function", function.name, "--publish")
            yield Problem(resource, subject, f"no traffic reaches it yet, but {why}", fix)


def _other_than_off(rows: Iterable[Field], latest: State, frozen: State) -> list[str]:
    """The words of the fields that both have on, but not alike: a version may be ahead, too."""
    return [
        row.noun
        for row in rows
        if row.is_family or (latest[row.name] not in row.off and frozen[row.name] not in row.off)
    ]


def _lag(off: Sequence[str], others: Sequence[str]) -> str:
    """``tracing is off and log format differs from $LATEST in``; nothing where nothing lags."""
    parts = [f"{with_and(off)} {'is' if len(off) == 1 else 'are'} off"] if off else []
    verb = "differs" if len(others) == 1 else "differ"
    parts += [f"{with_and(others)} {verb} from $LATEST"] if others else []
    return f"{with_and(parts)} in" if parts else ""


def _of_function(context: CommandContext, function: Function) -> Iterator[_Used]:
    resource, subject = f"lambda-function/{function.name}", f"Function {function.name}"
    for name, routes in function.qualifiers.items():
        if name:
            words = ["--function-name", function.name, "--name", name, "--routing-config"]
            end = ["aws", "lambda", "update-alias", *words, "AdditionalVersionWeights={}"]
            yield _Used(context, resource, subject, name, routes, shlex.join(end))


def inactive(observed: Observations) -> Iterator[str]:
    """Versions that Lambda has put to rest: nothing is wrong with them."""
    for function in observed.app.functions:
        for name, routes in function.qualifiers.items():
            for one in routes:
                if one.raw.get("State") == "Inactive":
                    where = f", behind its alias {name}," if name and not name.isdigit() else ""
                    yield (
                        f"Version {one.version} of function {function.name}{where} is inactive:"
                        " Lambda has put it to rest, and the first call wakes it."
                    )


def machine_traffic(observed: Observations) -> Iterator[Problem]:
    """Aliases that split their executions, versions behind them that trace or log nothing."""
    for machine in observed.app.machines:
        for used in _of_machine(observed.context, machine):
            yield from used.splits()
            for route in used.routes:
                state = machine_state(route.raw)
                off = ["tracing"] * (not state[TRACING]) + ["log"] * (state[LEVEL] == "OFF")
                latest = machine.settings
                others = lagging(MachineSettings.table, latest, route.raw)
                more = _other_than_off(others, latest, state)
                if what := _lag(off, [] if state[LEVEL] == "OFF" else more):
                    yield used.lags(route, what)


def _of_machine(context: CommandContext, machine: Machine) -> Iterator[_Used]:
    resource, subject = f"states-machine/{machine.arn}", f"State machine {machine.name}"
    for name, routes in machine.qualifiers.items():
        if name:
            kept = f"{machine.arn}:{routes[0].version}"
            words = ["--state-machine-alias-arn", f"{machine.arn}:{name}"]
            route = ["--routing-configuration", f"stateMachineVersionArn={kept},weight=100"]
            end = ["aws", "stepfunctions", "update-state-machine-alias", *words, *route]
            yield _Used(context, resource, subject, name, routes, shlex.join(end))

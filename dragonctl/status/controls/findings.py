"""What an auditor will say of an application: every control about every thing, each by its rule.

What cannot be known is ``None`` with the reason. It is never told as met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.application.nouns import Function, Machine
from dragonctl.resources.apigateway_stage import stage_state
from dragonctl.resources.lambda_configuration import configured
from dragonctl.status.controls.evidence import Evidence
from dragonctl.status.controls.model import Control, ControlFinding, Shown
from dragonctl.status.controls.tables import (
    ACTIVITY,
    ALARM,
    API,
    FUNCTION,
    GROUP,
    MACHINE,
    READ_ON,
    STAGE,
)
from dragonctl.status.observations import Observations

Commands = Callable[..., str]


@dataclass(frozen=True)
class _Subject:
    """One thing to judge: its identifier, how it is shown, and the names that commands take."""

    resource: str
    shown: Shown
    controls: Sequence[Control]
    command: Commands
    names: dict[str, str]


def findings(observed: Observations, evidence: Evidence) -> Iterator[ControlFinding]:
    """Every control about every thing that ``status`` shows; of a kind that is not there, why."""
    judged: set[int] = set()
    for subject in _subjects(observed, evidence):
        judged.add(id(subject.controls))
        yield from _judged(subject)
    account = f"account/{observed.app.account}/{observed.app.region}"
    for controls, why in _absent(evidence):
        if id(controls) not in judged:
            yield from _unjudged(controls, account, why)


def _absent(evidence: Evidence) -> Iterator[tuple[Sequence[Control], str]]:
    """Each table, and why nothing is judged by it where there is nothing."""
    yield API, "no API is meant"
    yield STAGE, "no stage is meant"
    yield FUNCTION, "no function is behind it"
    yield MACHINE, "no state machine is behind it"
    yield GROUP, "there is no log group yet, or none could be read"
    read = evidence.alarms is not None
    yield ALARM, "no alarm watches this application" if read else "the alarms could not be read"
    yield ACTIVITY, "no state machine here names an activity"


def _subjects(observed: Observations, evidence: Evidence) -> Iterator[_Subject]:
    app, command = observed.app, observed.context.command
    for api in app.apis:
        name = f"apigateway-rest-api/{api.id}"
        shown = {**api.raw, **evidence.members.get(name, {})}
        yield _Subject(name, shown, API, command, {"api": api.id})
    for api, stage, raw in app.stages:
        yield _Subject(
            f"apigateway-stage/{api.id}/{stage}",
            {**raw, **stage_state(raw)},
            STAGE,
            partial(command, api=api.id, stage=stage),
            {"api": api.id, "stage": stage},
        )
    yield from (_function(one, evidence, command) for one in app.functions)
    yield from (_machine(one, command) for one in app.machines)
    for group, reading in observed.readings.items():
        if reading is not None:
            yield _Subject(f"logs-group/{group}", reading.state, GROUP, command, {"group": group})
    for alarm in evidence.alarms or ():
        name = str(alarm["AlarmName"])
        yield _Subject(f"cloudwatch-alarm/{name}", alarm, ALARM, command, {"alarm": name})
    for arn, shown in evidence.activities.items():
        yield _Subject(f"states-activity/{arn}", shown, ACTIVITY, command, {"activity": arn})


def _function(function: Function, evidence: Evidence, command: Commands) -> _Subject:
    name = f"lambda-function/{function.name}"
    subnets = (function.raw.get("VpcConfig") or {}).get("SubnetIds") or ()
    shown = {**function.raw, **configured(function.raw), **evidence.members.get(name, {})}
    names = {"function": function.name, "subnets": " ".join(subnets)}  # none needs a quote
    return _Subject(name, shown, FUNCTION, command, names)


def _machine(machine: Machine, command: Commands) -> _Subject:
    shown = {**machine.raw, **machine.settings}
    return _Subject(f"states-machine/{machine.arn}", shown, MACHINE, command, {})


def _judged(subject: _Subject) -> Iterator[ControlFinding]:
    for control in subject.controls:
        met = control.judge(subject.shown)
        fix = subject.command(*control.words) if met is False and control.words else ""
        why = "" if met or fix else (control.unjudged if met is None else control.why)
        look = _look(control, subject) if met is None else ""
        for name in control.ids:
            yield ControlFinding(name, control.title, subject.resource, met, fix, why, look)


def _look(control: Control, subject: _Subject) -> str:
    known = all(subject.names.values())  # a function in no VPC has no subnets to look at
    return control.look.format(**subject.names) if known or "{subnets}" not in control.look else ""


def _unjudged(controls: Iterable[Control], resource: str, why: str) -> Iterator[ControlFinding]:
    for control in controls:
        for name in control.ids:
            yield ControlFinding(name, control.title, resource, None, "", why)


def document(found: Iterable[ControlFinding]) -> dict[str, Any]:
    """The key ``controls`` of the document of ``status``."""
    return {"read_on": READ_ON, "findings": [one.document() for one in found]}

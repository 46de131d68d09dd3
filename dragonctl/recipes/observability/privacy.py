"""What of people's data a run begins to log, and what of it somebody left on for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dragonctl.application.nouns import App, Machine
from dragonctl.engine.model import Reading, State
from dragonctl.recipes.observability.api import StageWanted
from dragonctl.recipes.observability.machines import MachineWanted
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.roles import RoleVerdict
from dragonctl.resources.apigateway_stage import method_keys, stage_state
from dragonctl.resources.apigateway_stage_fields import (
    ALL_METHODS,
    DATA_TRACE,
    LOG_LEVEL,
    method_label,
)
from dragonctl.resources.states_machine_fields import EXECUTION_DATA, LEVEL

_BODIES, _INPUTS = "Full request and response data", "Inputs and outputs of executions"
_STAGE_LEVELS = ("OFF", "ERROR", "INFO")
_MACHINE_LEVELS = ("OFF", "FATAL", "ERROR", "ALL")


def privacy_warnings(app: App, verdict: RoleVerdict, options: Options) -> Iterator[str]:
    """Bodies, inputs and outputs that will be logged: asked for, or on wherever a level rises."""
    if options.data_trace:
        yield (
            f"{_BODIES} will be in the log, personal data included:"
            " AWS advises against it in production. --data-trace-for 2h sets an end."
        )
    elif options.data_trace is None:
        yield from _bodies_of_stages(app, options)
    if options.execution_data:
        yield f"{_INPUTS} will be logged, personal data included."
    elif options.execution_data is None:
        yield from (
            f"{_INPUTS} of state machine {machine.name} will be logged, personal data included:"
            " that was on already, and with the log level it takes effect. --no-execution-data"
            " leaves it off."
            for machine in app.machines
            if _begins_to_log_inputs(MachineWanted(app, machine, verdict, options), machine)
        )


def _bodies_of_stages(app: App, options: Options) -> Iterator[str]:
    for api, stage, raw in app.stages:
        state = stage_state(raw)
        want = StageWanted(options, access="")(Reading(state), {})
        methods = [
            "" if key == ALL_METHODS else method_label(key)
            for key in method_keys(state)
            if state.get(f"{key}/{DATA_TRACE}")
            and _rises(state, want, f"{key}/{LOG_LEVEL}", _STAGE_LEVELS)
        ]
        if methods:
            where = f"stage {stage} of {api.name}"
            named = where if "" in methods else f"{', '.join(methods)} in {where}"
            yield (
                f"{_BODIES} of {named} will be in the log, personal data included: that was on"
                " already, and with the log level it takes effect. AWS advises against it in"
                " production. --no-data-trace leaves it off."
            )


def _begins_to_log_inputs(wanted: MachineWanted, machine: Machine) -> bool:
    state = machine.settings
    want = wanted(Reading(state), {})
    return bool(state[EXECUTION_DATA]) and _rises(state, want, LEVEL, _MACHINE_LEVELS)


def _rises(state: State, want: State, field: str, levels: Sequence[str]) -> bool:
    """Whether more is logged than until now; AWS means OFF where it shows no level."""
    before, after = state.get(field) or "OFF", want.get(field)
    return after in levels and levels.index(after) > levels.index(before)

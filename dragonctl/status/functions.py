"""What is behind the API in ``status``: functions, state machines, and what their roles may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragonctl.application.nouns import App, Function, Machine, Raw
from dragonctl.packaging.tracing.tracers import XRAY_SDK_ENDS
from dragonctl.packaging.tracing.wrapper import is_wrapped
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.roles import Ability, Need, judge
from dragonctl.resources import lambda_layers as layers
from dragonctl.resources import opentelemetry_layers as opentelemetry
from dragonctl.resources.lambda_configuration import WRAPPER, configured, traces
from dragonctl.resources.role_rights import role_name
from dragonctl.resources.states_machine_fields import EXECUTION_DATA, LEVEL, TRACING, machine_state
from dragonctl.status.observations import Observations
from dragonctl.status.problem import CommandContext, Problem
from dragonctl.status.traffic import function_qualifiers, machine_qualifiers
from dragonctl.wording import first_few


def function_document(function: Function) -> dict[str, Any]:
    """One function as it stands, and what is frozen behind the aliases that traffic uses."""
    raw = function.raw
    return {
        "name": function.name,
        "tracing": traces(raw),
        "tracer": tracer(raw),
        "log_group": function.log_group,
        "role": function.role,
        "runtime": function.runtime,
        "update": raw.get("LastUpdateStatus", "Successful"),
        "qualifiers": function_qualifiers(function),
    }


def tracer(raw: Raw) -> dict[str, Any]:
    """What traces the function's code, as far as its settings show.

    ``name``: ``opentelemetry`` (``by`` AWS's layer or ``deploy-function``), ``other`` (``by`` the
    name of somebody else's layer or wrapper), ``none`` where it is not traced, ``unseen`` where it
    is: what the code brings along no setting shows. ``supported_until`` is the end of its support,
    if that is known: of the X-Ray SDK, which ``unseen`` code may use, in AWS's notice on the SDKs.
    """
    arns = layers.arns_of(raw.get("Layers"))
    wrapper = configured(raw)[WRAPPER]
    ours = [arn for arn in arns if opentelemetry.is_distribution(arn)]
    others = [layers.name_of(arn) for arn in arns if opentelemetry.carries_opentelemetry(arn)]
    if ours and wrapper == opentelemetry.WRAPPER:
        return {"name": "opentelemetry", "by": layers.name_of(ours[0]), "supported_until": None}
    if is_wrapped(raw.get("Handler")):
        return {"name": "opentelemetry", "by": "deploy-function", "supported_until": None}
    if wrapper or (others and not ours):
        return {"name": "other", "by": wrapper or others[0], "supported_until": None}
    if not traces(raw):
        return {"name": "none", "by": None, "supported_until": None}
    return {"name": "unseen", "by": None, "supported_until": XRAY_SDK_ENDS}


def inputs_logged(observed: Observations) -> Iterator[str]:
    """State machines that log what they are given and what they return, as for bodies of stages."""
    documents = [machine_document(one) for one in observed.app.machines]
    names = [
        one["name"] for one in documents if one["execution_data"] and one["log_level"] != "OFF"
    ]
    if names:
        end = observed.context.setup("--no-execution-data")
        yield f"Inputs and outputs are logged of {first_few(names)}: `{end}` ends it."


def machine_document(machine: Machine) -> dict[str, Any]:
    """One state machine as it stands."""
    state = machine.settings
    return {
        "name": machine.name,
        "arn": machine.arn,
        "type": machine.type,
        "log_level": state[LEVEL],
        "execution_data": state[EXECUTION_DATA],
        "log_group": machine.log_group,
        "tracing": state[TRACING],
        "role": machine.role,
        "qualifiers": machine_qualifiers(machine),
        "named_in_environment_of": list(machine.named_by),
    }


def function_problems(observed: Observations) -> Iterator[Problem]:
    """Functions that could not be made, and updates that go on or failed."""
    for function in observed.app.functions:
        yield from _update(observed.context, f"lambda-function/{function.name}", function)
        yield from _wrapper(observed.context, f"lambda-function/{function.name}", function)


def _wrapper(context: CommandContext, resource: str, function: Function) -> Iterator[Problem]:
    """A wrapper that is a file of a layer, on a function without any: no call can begin."""
    raw = function.raw
    if configured(raw)[WRAPPER] == opentelemetry.WRAPPER and not raw.get("Layers"):
        wrapper = opentelemetry.WRAPPER
        text = f"its wrapper {wrapper} is a file of a layer, and it has none: its calls fail"
        fix = context.setup("--application-signals")
        yield Problem(resource, f"Function {function.name}", text, fix)


def _update(context: CommandContext, resource: str, function: Function) -> Iterator[Problem]:
    raw, subject = function.raw, f"Function {function.name}"
    if raw.get("State") == "Failed":
        why = raw.get("StateReason") or "Lambda gives no reason"
        fix = context.command("deploy-function", function.name)
        yield Problem(resource, subject, f"it could not be made ({why})", fix)
    if raw.get("LastUpdateStatus") == "InProgress":
        yield Problem(resource, subject, "Lambda is updating it", context.command("status"))
    elif raw.get("LastUpdateStatus") == "Failed":
        why = raw.get("LastUpdateStatusReason") or "Lambda gives no reason"
        fix = context.command("deploy-function", function.name)
        yield Problem(resource, subject, f"its last update failed ({why})", fix)


def role_problems(observed: Observations) -> Iterator[Problem]:
    """Roles that are gone, and rights that are missing for what is switched on."""
    app = observed.app
    for role, rights in observed.survey.rights.items():
        if rights is None:
            text = "it does not exist, although a function or state machine runs under it"
            fix = f"Make the role {role}, or give the function or state machine another."
            yield Problem(f"iam-role/{role}", f"Role {role}", text, fix)
    verdict = judge(app, observed.survey, Options(role_changes=False))
    for need, lacking in verdict.reported:
        if _in_use(app, need):
            text = _lacks(need, lacking)
            yield Problem(
                f"iam-role/{need.role}", f"Role {need.role}", text, observed.context.setup()
            )
    for need, lacking in verdict.denied:
        if _in_use(app, need):
            text = f"{_lacks(need, lacking)}, by a permissions boundary or an explicit Deny"
            fix = f"Allow it in the boundary or the Deny of the role {need.role}."
            yield Problem(f"iam-role/{need.role}", f"Role {need.role}", text, fix)


def _lacks(need: Need, lacking: tuple[str, ...]) -> str:
    return f"it cannot {need.what}, for it lacks {', '.join(lacking)}"


def _in_use(app: App, need: Need) -> bool:
    """Whether anything that runs under the role is set to do what the role cannot."""
    functions = [raw for one in app.functions for _, raw in one.configurations]
    raws = [raw for one in app.machines for _, raw in one.configurations]
    machines = [machine_state(raw) for raw in raws if role_name(raw["roleArn"]) == need.role]
    if need.what == Ability.SEND_TRACES:
        ours = (raw for raw in functions if role_name(raw["Role"]) == need.role)
        return any(map(traces, ours)) or any(one[TRACING] for one in machines)
    if need.what == Ability.DELIVER_LOGS:
        return any(one[LEVEL] != "OFF" for one in machines)
    return True

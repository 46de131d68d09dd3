"""Aliases of state machines: what they may route to, and that they stand until changed."""

from __future__ import annotations

from typing import Any

from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead
from dragonctl.local.shims.machine_names import page, validation
from dragonctl.local.shims.state_machines import find, machines

WHOLE = 100
_TAKEN = (
    "Failed to create alias because an alias with the same name and a different routing "
    "configuration already exists."
)


@instead("stepfunctions", "CreateStateMachineAlias")
def create(request: Request) -> dict[str, Any]:
    """A new alias; the same one again is the answer, another of its name is in the way."""
    from moto.stepfunctions.models import StateMachineAlias

    parameters = request.parameters
    routes, name = parameters["routingConfiguration"], parameters["name"]
    machine = _routable(request, routes)
    existing = machine.aliases.get(name)
    description = parameters.get("description")
    if existing is None:
        make: Any = StateMachineAlias  # moto leaves its CloudFormation half abstract
        existing = make(name, machine.arn, routes, description)
        machine.aliases[name] = existing
    elif existing.routing_configuration != routes or existing.description != description:
        raise AwsError("ConflictException", _TAKEN)
    return {"stateMachineAliasArn": existing.arn, "creationDate": existing.creation_date}


@instead("stepfunctions", "UpdateStateMachineAlias")
def update(request: Request) -> dict[str, Any]:
    """Other routes or another description."""
    parameters, alias = request.parameters, _alias(request)
    routes = parameters.get("routingConfiguration")
    if routes is None and parameters.get("description") is None:
        raise validation("Either the description or the routing configuration must be specified")
    if routes is not None:
        _routable(request, routes)
    alias.update(description=parameters.get("description"), routing_configuration=routes)
    return {"updateDate": alias.update_date}


@instead("stepfunctions", "DescribeStateMachineAlias")
def describe(request: Request) -> dict[str, Any]:
    """One alias."""
    alias = _alias(request)
    described = {"description": alias.description} if alias.description else {}
    return {
        "stateMachineAliasArn": alias.arn,
        "name": alias.name,
        **described,
        "routingConfiguration": alias.routing_configuration,
        "creationDate": alias.creation_date,
        "updateDate": alias.update_date,
    }


@instead("stepfunctions", "ListStateMachineAliases")
def list_all(request: Request) -> dict[str, Any]:
    """A page of a machine's aliases, or of those that route to one version."""
    asked = request.parameters["stateMachineArn"]
    machine = find(request)
    kept = [
        one
        for one in sorted(machine.aliases.values(), key=lambda one: one.creation_date)
        if asked == machine.arn
        or asked in {route["stateMachineVersionArn"] for route in one.routing_configuration}
    ]
    shown = page(request, "stateMachineAliases", kept, lambda one: str(one.arn))
    items = [
        {"stateMachineAliasArn": one.arn, "creationDate": one.creation_date}
        for one in shown["stateMachineAliases"]
    ]
    return {**shown, "stateMachineAliases": items}


@instead("stepfunctions", "DeleteStateMachineAlias")
def delete(request: Request) -> None:
    """Take an alias away."""
    alias = _alias(request)
    for machine in machines(request):
        if machine.arn == alias.statemachine_arn:
            del machine.aliases[alias.name]


def _alias(request: Request) -> Any:
    arn = request.parameters["stateMachineAliasArn"]
    source, _, name = arn.rpartition(":")
    for machine in machines(request):
        if machine.arn == source and name in machine.aliases:
            return machine.aliases[name]
    raise AwsError("ResourceNotFound", f"State Machine Alias Does Not Exist: '{arn}'")


def _routable(request: Request, routes: list[dict[str, Any]]) -> Any:
    """The machine of the versions that are routed to; ValidationException in AWS's order."""
    arns = [one["stateMachineVersionArn"] for one in routes]
    weights = [int(one["weight"]) for one in routes]
    listed = f"[{', '.join(arns)}]"
    if not all(one.rpartition(":")[2].isdigit() for one in arns):
        raise validation(
            f"Routing configuration must contain state machine version ARNs. Received: {listed}"
        )
    if sum(weights) != WHOLE:
        raise validation(
            f"Sum of routing configuration weights must equal {WHOLE}. Received: {weights}"
        )
    if len(set(arns)) != len(arns):
        raise validation(
            "Routing configuration must contain distinct state machine version ARNs. "
            f"Received: {listed}"
        )
    held = {one.arn: each for each in machines(request) for one in each.versions.values()}
    for arn in arns:
        if arn not in held:
            raise AwsError("ResourceNotFound", f"Resource not found: '{arn}'")
    if len({id(held[arn]) for arn in arns}) > 1:
        raise validation(
            f"Routing configuration must contain versions of one state machine. Received: {listed}"
        )
    return held[arns[0]]

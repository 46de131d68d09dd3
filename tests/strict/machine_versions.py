"""Strict Step Functions' versions and aliases: copies under numbers, and names that route."""

from __future__ import annotations

import copy
from typing import Any

from tests.strict.wire import Refused
from tests.strict.world import World

Json = Any
APART = ("tags", "versions", "aliases")
"""What is kept beside a machine's description."""
ALIAS = "stateMachineAliasArn"
VERSION = "stateMachineVersionArn"


def operations() -> dict[str, Any]:
    """The operations by name."""
    return {
        "stepfunctions.ListStateMachineVersions": list_versions,
        "stepfunctions.PublishStateMachineVersion": publish,
        "stepfunctions.DescribeStateMachineAlias": describe_alias,
        "stepfunctions.UpdateStateMachineAlias": update_alias,
    }


def find(state: Json, arn: str) -> Json | None:
    """The machine, or the version of it, that an ARN names; an alias shows its first version."""
    bare, _, qualifier = _split(arn)
    machine = state["machines"].get(bare)
    if machine is None or not qualifier:
        return machine
    alias = machine.get("aliases", {}).get(qualifier)
    number = alias[0][VERSION].rpartition(":")[2] if alias else qualifier
    found = machine.get("versions", {}).get(number)
    return None if found is None else {**found, "stateMachineArn": arn}


def _split(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":")
    return ":".join(parts[:7]), ":", ":".join(parts[7:])


def _machine(world: World, arn: str) -> Json:
    machine = world.state["stepfunctions"]["machines"].get(_split(arn)[0])
    if machine is None:
        raise Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return machine


def list_versions(world: World, params: dict[str, Json]) -> Json:
    """Newest first."""
    arn = params["stateMachineArn"]
    numbers = sorted(_machine(world, arn).get("versions", {}), key=int, reverse=True)
    found = [{VERSION: f"{arn}:{number}", "creationDate": 1764000000.0} for number in numbers]
    return {"stateMachineVersions": found[: params.get("maxResults", 100)]}


def publish(world: World, params: dict[str, Json]) -> Json:
    """The newest again where nothing has changed since."""
    arn = params["stateMachineArn"]
    machine = _machine(world, arn)
    held = machine.setdefault("versions", {})
    now = {key: value for key, value in machine.items() if key not in APART}
    newest = max(held, key=int, default="0")
    if held.get(newest) != now:
        newest = str(int(newest) + 1)
        held[newest] = copy.deepcopy(now)
    return {VERSION: f"{arn}:{newest}", "creationDate": 1764000000.0}


def _routes(world: World, arn: str) -> tuple[Json, str]:
    aliases, name = _machine(world, arn).get("aliases", {}), _split(arn)[2]
    if name not in aliases:
        words = f"Request references a resource that does not exist: {arn}"
        raise Refused("ResourceNotFound", words)
    return aliases, name


def describe_alias(world: World, params: dict[str, Json]) -> Json:
    """Its routes, each with a weight in percent."""
    aliases, name = _routes(world, params[ALIAS])
    return {ALIAS: params[ALIAS], "name": name, "routingConfiguration": aliases[name]}


def update_alias(world: World, params: dict[str, Json]) -> Json:
    """One route or two, of versions that are there, which share all executions."""
    aliases, name = _routes(world, params[ALIAS])
    routes = params["routingConfiguration"]
    if len(routes) not in (1, 2) or sum(one["weight"] for one in routes) != 100:
        raise Refused("ValidationException", "Sum of routing configuration weights must equal 100")
    for one in routes:
        if find(world.state["stepfunctions"], one[VERSION]) is None:
            raise Refused("ResourceNotFound", f"Version does not exist: {one[VERSION]}")
    aliases[name] = copy.deepcopy(routes)
    return {"updateDate": 1764000000.0}

"""Strict Lambda's versions and aliases: lists without a state, versions that take time or fail."""

from __future__ import annotations

from typing import Any

from tests.strict.wire import Refused
from tests.strict.world import World

Json = Any
MAKING = 1.0  # seconds that a version with SnapStart is pending
WHY = "Runtime exited with error: exit status 1: Unable to import module 'index'"
# Recorded lists show none of these (docs/aws-notes.md).
NOT_LISTED = ("State", "StateReason", "StateReasonCode", "LastUpdateStatus")


def operations() -> dict[str, Any]:
    """The operations by name."""
    return {
        "lambda.ListVersionsByFunction": list_versions,
        "lambda.PublishVersion": publish,
        "lambda.GetAlias": get_alias,
        "lambda.UpdateAlias": update_alias,
    }


def frozen(world: World, function: Json, qualifier: str) -> Json | None:
    """What a version's number or an alias shows; None where there is none."""
    alias = function.get("aliases", {}).get(qualifier)
    found = function["qualifiers"].get(alias["FunctionVersion"] if alias else qualifier)
    return None if found is None else {**found, **_state(world, found)}


def _state(world: World, version: Json) -> Json:
    if not version.get("made"):
        return {}
    if world.is_busy(version["made"]):
        return {"State": "Pending", "StateReason": "The function is being created."}
    if version["breaks"]:
        return {"State": "Failed", "StateReason": WHY, "StateReasonCode": "FunctionError"}
    return {"State": "Active"}


def shown(function: Json) -> Json:
    """Without what this module keeps beside the configuration."""
    apart = ("qualifiers", "aliases", "Tags", "made", "breaks", "unzipped")
    return {key: value for key, value in function.items() if key not in apart}


def _function(world: World, params: dict[str, Json]) -> Json:
    return world.state["lambda"]["functions"][params["FunctionName"]]


def list_versions(world: World, params: dict[str, Json]) -> Json:
    """``$LATEST`` first, then as they were published; without any state."""
    function = _function(world, params)
    every = [function, *(function["qualifiers"][one] for one in sorted(function["qualifiers"]))]
    listed = [{k: v for k, v in shown(one).items() if k not in NOT_LISTED} for one in every]
    return {"Versions": listed}


def publish(world: World, params: dict[str, Json]) -> Json:
    """The newest again where nothing has changed; with SnapStart a new one is pending."""
    function = _function(world, params)
    versions = function["qualifiers"]
    number = str(max(map(int, versions), default=0))
    if number in versions and _same(versions[number], function):
        return shown({**versions[number], **_state(world, versions[number])})
    number = str(int(number) + 1)
    made = f"version {function['FunctionName']}:{number}" if "SnapStart" in function else ""
    if made:
        world.occupy(made, MAKING)
    about = {"Version": number, "made": made, "breaks": function.get("breaks", False)}
    versions[number] = {**shown(function), **about}
    return shown({**versions[number], **_state(world, versions[number])})


def _same(version: Json, function: Json) -> bool:
    return all(version[key] == function[key] for key in ("CodeSha256", "TracingConfig"))


def get_alias(world: World, params: dict[str, Json]) -> Json:
    alias = _function(world, params).get("aliases", {}).get(params["Name"])
    if alias is None:
        raise Refused("ResourceNotFoundException", "Cannot find alias arn", 404)
    return {"Name": params["Name"], **alias}


def update_alias(world: World, params: dict[str, Json]) -> Json:
    """Refused while the version is pending; one that failed is taken, as AWS may."""
    function = _function(world, params)
    alias = function["aliases"][params["Name"]]
    number = params.get("FunctionVersion", alias["FunctionVersion"])
    if _state(world, function["qualifiers"][number]).get("State") == "Pending":
        raise Refused("ResourceConflictException", f"Function version {number} is Pending.", 409)
    alias["FunctionVersion"] = number
    if "RoutingConfig" in params:
        alias["RoutingConfig"] = params["RoutingConfig"]
    return {"Name": params["Name"], **alias}

"""Canaries: a part of a stage's traffic for another deployment, with variables of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragonctl.local.gateway.patches import number, truth, unescaped
from dragonctl.local.gateway.store import Record, bad_request
from dragonctl.local.messages import Request

MOST_PERCENT = 100.0
_DEFAULTS: Record = {"percentTraffic": 0.0, "useStageCache": False}
_COPIES = {
    "/deploymentId": "/canarySettings/deploymentId",
    "/variables": "/canarySettings/stageVariableOverrides",
}
_WRONG_COPY = (
    "Invalid copy operation with path: {path} and from {source}. Valid copy:path are "
    "[/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, "
    "/canarySettings/stageVariableOverrides]"
)


def _percent(value: str) -> float:
    percent: float = number(float)(value)
    if not 0 <= percent <= MOST_PERCENT:
        raise bad_request("Percent traffic must be between 0.0 and 100.0")
    return percent


_FIELDS: dict[str, Callable[[str], Any]] = {
    "percentTraffic": _percent,
    "deploymentId": str,
    "useStageCache": truth,
}


def made(settings: Record) -> Record:
    """A new canary with AWS's defaults."""
    wanted = {**_DEFAULTS, **{key: one for key, one in settings.items() if one is not None}}
    return {**wanted, "percentTraffic": _percent(str(wanted["percentTraffic"]))}


def check_deployment(request: Request, record: Record) -> None:
    """A canary deployment goes to a stage that is there."""
    if request.parameters.get("canarySettings") is None:
        return
    name = request.parameters.get("stageName")
    if not name:
        shown = "null" if name is None else name
        raise bad_request(
            "Invalid deployment content specified.Non null and non empty stageName must be "
            f"provided for canary deployment. Provided value is {shown}"
        )
    if name not in record["stages"]:
        raise bad_request(
            f"Invalid deployment content specified.Stage {name} must already be created before "
            "making a canary release deployment"
        )


def apply(stage: Record, kind: str, rest: str, value: str) -> bool:
    """One operation under ``/canarySettings``; False for a path that is none of a canary's."""
    if kind == "remove":
        return _remove(stage, rest)
    name, _, variable = rest.partition("/")
    if name == "stageVariableOverrides" and variable:
        _canary(stage).setdefault(name, {})[unescaped(variable)] = value
    elif name in _FIELDS and not variable:
        if kind != "replace":
            raise bad_request(f"Invalid {kind} operation with path: /canarySettings/{rest}")
        _canary(stage)[name] = _FIELDS[name](value)
    else:
        return False
    return True


def _canary(stage: Record) -> Record:
    canary: Record = stage.setdefault("canarySettings", dict(_DEFAULTS))
    return canary


def _remove(stage: Record, rest: str) -> bool:
    """The whole canary, or one variable of it."""
    name, _, variable = rest.partition("/")
    variables = stage.get("canarySettings", {}).get("stageVariableOverrides", {})
    if not rest and "canarySettings" in stage:
        del stage["canarySettings"]
    elif name == "stageVariableOverrides" and unescaped(variable) in variables:
        del variables[unescaped(variable)]
    else:
        return False
    return True


def promote(stage: Record, path: str, source: str) -> None:
    """``copy``: the canary's deployment or its variables become the stage's."""
    if _COPIES.get(path) != source:
        raise bad_request(_WRONG_COPY.format(path=path, source=source))
    canary = stage.get("canarySettings")
    if canary is None:
        raise bad_request("Promotion not available. Canary does not exist.")
    if path == "/deploymentId":
        stage["deploymentId"] = canary.get("deploymentId", stage["deploymentId"])
        return
    variables = {**stage.get("variables", {}), **canary.get("stageVariableOverrides", {})}
    if variables:
        stage["variables"] = variables


IS_CANARY = "servedByCanary"


def served(stage: Record, chance: float) -> Record:
    """The stage as one request meets it; ``chance`` (0 to 1) decides whether it is the canary.

    A canary that does not share the stage's cache is not cached here. :data:`IS_CANARY` marks it:
    GetStage never shows that member.
    """
    canary = stage.get("canarySettings")
    if not canary or chance * MOST_PERCENT >= canary["percentTraffic"]:
        return stage
    variables = {**stage.get("variables", {}), **canary.get("stageVariableOverrides", {})}
    shared = canary.get("useStageCache") or not stage.get("cacheClusterEnabled")
    return {
        **stage,
        IS_CANARY: True,
        "deploymentId": canary.get("deploymentId", stage["deploymentId"]),
        **({"variables": variables} if variables else {}),
        **({} if shared else {"cacheClusterEnabled": False}),
    }

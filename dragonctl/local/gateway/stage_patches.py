"""UpdateStage's patch operations, as the service is recorded to take and refuse them.

Sources: the service's own error texts, recorded; the API reference; ``docs/aws-notes.md``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dragonctl.local.gateway import access_logs, clusters, method_settings
from dragonctl.local.gateway.patches import number, truth, unescaped, value_of
from dragonctl.local.gateway.store import Record, bad_request

MOST_OPERATIONS = 80
_TOO_MANY = "Update size too large. Try updating stage in multiple UpdateStage operations"
_COPIES = {
    "/deploymentId": "/canarySettings/deploymentId",
    "/variables": "/canarySettings/stageVariableOverrides",
}
_WRONG_COPY = (
    "Invalid copy operation with path: {path} and from {source}. Valid copy:path are "
    "[/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, "
    "/canarySettings/stageVariableOverrides]"
)
_FIELDS: dict[str, Callable[[str], Any]] = {
    "deploymentId": str,
    "description": str,
    "clientCertificateId": str,
    "documentationVersion": str,
    "cacheClusterEnabled": truth,
    "cacheClusterSize": clusters.check_size,
    "tracingEnabled": truth,
}
_CANARY_FIELDS: dict[str, Callable[[str], Any]] = {
    "percentTraffic": number(float),
    "deploymentId": str,
    "useStageCache": truth,
}


def patched(stage: Record, operations: Iterable[Mapping[str, Any]]) -> Record:
    """A copy of the stage with the operations applied in their order, or the first refusal."""
    wanted = copy.deepcopy(stage)
    listed = list(operations)
    if len(listed) > MOST_OPERATIONS:
        raise bad_request(_TOO_MANY)
    for operation in listed:
        _apply(wanted, operation)
    return wanted


def logs(stage: Record) -> bool:
    """Whether API Gateway writes to CloudWatch Logs for it: that needs the account's role."""
    levels = (one.get("loggingLevel", "OFF") for one in stage["methodSettings"].values())
    return any(one != "OFF" for one in levels) or "accessLogSettings" in stage


def _apply(stage: Record, operation: Mapping[str, Any]) -> None:
    kind, path = str(operation.get("op")), str(operation.get("path"))
    name, _, rest = path.removeprefix("/").partition("/")
    if kind == "copy":
        _copy(stage, path, str(operation.get("from")))
    elif name == "accessLogSettings":
        access_logs.apply(stage, kind, rest, value_of(operation))
    elif name == "variables" and rest:
        _set_variable(stage, kind, unescaped(rest), value_of(operation))
    elif name == "canarySettings":
        _set_canary(stage, kind, rest, value_of(operation))
    elif name in _FIELDS and not rest:
        _set_field(stage, kind, name, value_of(operation))
    else:
        method_settings.apply(stage["methodSettings"], kind, path, value_of(operation))


def _set_field(stage: Record, kind: str, name: str, value: str) -> None:
    if kind != "replace":
        raise bad_request(
            f"Invalid patch path  '/{name}' specified for op '{kind}'. "
            "Please choose supported operations"
        )
    if not value and name == "description":
        stage.pop(name, None)
        return
    if not value:
        raise bad_request(f"Invalid null or empty value in /{name}")
    stage[name] = _FIELDS[name](value)


def _set_variable(stage: Record, kind: str, name: str, value: str) -> None:
    variables = stage.setdefault("variables", {})
    if kind == "remove":
        variables.pop(name, None)
    elif kind in ("add", "replace"):
        variables[name] = value
    else:
        raise bad_request(f"Invalid patch operation specified: {kind}")
    if not variables:
        del stage["variables"]


def _set_canary(stage: Record, kind: str, rest: str, value: str) -> None:
    if kind == "remove" and not rest:
        stage.pop("canarySettings", None)
        return
    canary = stage.setdefault("canarySettings", {"percentTraffic": 0.0, "useStageCache": False})
    name, _, variable = rest.partition("/")
    if name == "stageVariableOverrides" and variable:
        canary.setdefault(name, {})[unescaped(variable)] = value
    elif name in _CANARY_FIELDS and not variable and kind == "replace":
        canary[name] = _CANARY_FIELDS[name](value)
    else:
        raise bad_request(f"Invalid patch path  '/canarySettings/{rest}' specified for op '{kind}'")


def _copy(stage: Record, path: str, source: str) -> None:
    """Promote a canary: its deployment or its variables become the stage's."""
    canary = stage.get("canarySettings", {})
    if _COPIES.get(path) != source:
        raise bad_request(_WRONG_COPY.format(path=path, source=source))
    if path == "/deploymentId":
        stage["deploymentId"] = canary.get("deploymentId", stage["deploymentId"])
    else:
        variables = {**stage.get("variables", {}), **canary.get("stageVariableOverrides", {})}
        if variables:
            stage["variables"] = variables

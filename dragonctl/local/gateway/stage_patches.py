"""UpdateStage's patch operations, as the service is recorded to take and refuse them.

Sources: the service's own error texts, recorded; the API reference; ``docs/aws-notes.md``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dragonctl.local.gateway import access_logs, canaries, clusters, method_settings
from dragonctl.local.gateway.patches import truth, unescaped, value_of
from dragonctl.local.gateway.store import Record, bad_request

MOST_OPERATIONS = 80
_TOO_MANY = "Update size too large. Try updating stage in multiple UpdateStage operations"
_FIELDS: dict[str, Callable[[str], Any]] = {
    "deploymentId": str,
    "description": str,
    "clientCertificateId": str,
    "documentationVersion": str,
    "cacheClusterEnabled": truth,
    "cacheClusterSize": clusters.check_size,
    "tracingEnabled": truth,
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
        canaries.promote(stage, path, str(operation.get("from")))
    elif name == "accessLogSettings" and (kind != "remove" or not rest):
        access_logs.apply(stage, kind, rest, value_of(operation))
    elif name == "variables" and rest:
        _set_variable(stage, kind, unescaped(rest), value_of(operation))
    elif name == "canarySettings" and canaries.apply(stage, kind, rest, value_of(operation)):
        return
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

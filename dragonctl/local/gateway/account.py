"""The account's settings of API Gateway: the role that writes its logs, one a region."""

from __future__ import annotations

import re

from dragonctl.local import roles, state
from dragonctl.local.gateway.patches import value_of
from dragonctl.local.gateway.store import Record, bad_request
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")
_WRITES = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_NOT_READY = (
    "The role ARN does not have required permissions configured. Please grant trust permission "
    "for API Gateway and add the required role policy."
)


@instead("apigateway", "GetAccount")
def get(request: Request) -> Record:
    """The settings; ``cloudwatchRoleArn`` is absent until set."""
    return {
        **_settings(request),
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }


@instead("apigateway", "UpdateAccount")
def update(request: Request) -> Record:
    """Set the role, or clear it with ``""``; a role that cannot write is refused."""
    for operation in request.parameters.get("patchOperations") or []:
        kind, path = operation.get("op"), operation.get("path")
        if path == "/features" and kind in ("add", "remove"):
            continue
        if path != "/cloudwatchRoleArn" or kind != "replace":
            raise bad_request(
                f"Invalid patch path  '{path}' specified for op '{kind}'. "
                "Must be one of: [/cloudwatchRoleArn, /features]"
            )
        _set_role(request, value_of(operation))
    return get(request)


def _set_role(request: Request, arn: str) -> None:
    settings = _settings(request)
    if not arn:
        settings.pop("cloudwatchRoleArn", None)
        return
    if not _ROLE.fullmatch(arn):
        raise bad_request("The role ARN is not well formed")
    role = roles.find(arn)
    if not role or not role.trusts("apigateway.amazonaws.com") or not role.may(*_WRITES):
        raise bad_request(_NOT_READY)
    settings["cloudwatchRoleArn"] = arn


def check_may_log(request: Request) -> None:
    """Logging needs the role to be set; whether it still exists nobody looks (recorded)."""
    if "cloudwatchRoleArn" not in _settings(request):
        raise bad_request(
            "CloudWatch Logs role ARN must be set in account settings to enable logging"
        )


def _settings(request: Request) -> Record:
    memory = state.memory("apigateway", request.account, request.region)
    settings: Record = memory.setdefault("account", {})
    return settings

"""X-Ray's sampling rules, which moto does not have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead

MOST_RULES = 25
DEFAULT = {
    "RuleName": "Default",
    "ResourceARN": "*",
    "Priority": 10000,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
    "Attributes": {},
}
_LONGEST = {
    "RuleName": 32,
    "ServiceName": 64,
    "ServiceType": 64,
    "Host": 64,
    "HTTPMethod": 10,
    "URLPath": 128,
    "ResourceARN": 500,
}
_RANGES = {"Priority": (1, 9999), "FixedRate": (0, 1), "ReservoirSize": (0, None)}
_MOST_ATTRIBUTES = 5
_CHANGEABLE_DEFAULT = {"RuleName", "RuleARN", "FixedRate", "ReservoirSize"}
_REQUIRED = (*(set(DEFAULT) - {"RuleName", "Attributes"}), "RuleName")


def invalid(message: str) -> AwsError:
    """What X-Ray does not take."""
    return AwsError("InvalidRequestException", message)


@instead("xray", "GetSamplingRules")
def list_all(request: Request) -> dict[str, Any]:
    """Every rule by its priority, ``Default`` last."""
    kept = sorted(_rules(request).values(), key=lambda one: one["SamplingRule"]["Priority"])
    return {"SamplingRuleRecords": kept}


@instead("xray", "CreateSamplingRule")
def create(request: Request) -> dict[str, Any]:
    """A new rule."""
    wanted, rules = request.parameters["SamplingRule"], _rules(request)
    for name in _REQUIRED:
        if wanted.get(name) is None:
            raise invalid(f"Missing required field: {name}")
    if wanted["Version"] != 1:
        raise invalid("Sampling rule version must be 1")
    if wanted["RuleName"] in rules:
        raise invalid("Sampling rule already exists")
    if len(rules) > MOST_RULES:
        raise AwsError("RuleLimitExceededException", f"Rule limit exceeded: {MOST_RULES}")
    _check(wanted)
    rule = {"Attributes": {}, **wanted, "RuleARN": _arn(request, wanted["RuleName"])}
    now = datetime.now(UTC)
    rules[rule["RuleName"]] = {"SamplingRule": rule, "CreatedAt": now, "ModifiedAt": now}
    return {"SamplingRuleRecord": rules[rule["RuleName"]]}


@instead("xray", "UpdateSamplingRule")
def update(request: Request) -> dict[str, Any]:
    """Change the given fields of a rule; of ``Default`` only its rate and reservoir."""
    change = {k: v for k, v in request.parameters["SamplingRuleUpdate"].items() if v is not None}
    record = _named(request, change)
    if record["SamplingRule"]["RuleName"] == "Default" and not set(change) <= _CHANGEABLE_DEFAULT:
        raise invalid("Default sampling rule can only change FixedRate and ReservoirSize")
    wanted = {**record["SamplingRule"], **change}
    _check({**change, "RuleName": wanted["RuleName"]})
    record |= {"SamplingRule": wanted, "ModifiedAt": datetime.now(UTC)}
    return {"SamplingRuleRecord": record}


@instead("xray", "DeleteSamplingRule")
def delete(request: Request) -> dict[str, Any]:
    """Take a rule away, but never ``Default``."""
    record = _named(request, request.parameters)
    name = record["SamplingRule"]["RuleName"]
    if name == "Default":
        raise invalid("Default sampling rule cannot be deleted")
    return {"SamplingRuleRecord": _rules(request).pop(name)}


def _check(wanted: dict[str, Any]) -> None:
    for name, longest in _LONGEST.items():
        if name in wanted and not 0 < len(wanted[name]) <= longest:
            raise invalid(f"{name} must have between 1 and {longest} characters")
    for name, (least, most) in _RANGES.items():
        value = wanted.get(name, least)
        if value < least or (most is not None and value > most):
            raise invalid(f"{name} must be between {least} and {most}")
    if len(wanted.get("Attributes") or {}) > _MOST_ATTRIBUTES:
        raise invalid(f"A sampling rule can have at most {_MOST_ATTRIBUTES} attributes")


def _named(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    name, arn = given.get("RuleName"), given.get("RuleARN")
    if not (name or arn):
        raise invalid("Request must contain either sampling rule name or sampling rule ARN")
    if name and arn:
        raise invalid("Request cannot contain both sampling rule name and sampling rule ARN")
    record = _rules(request).get(name or str(arn).rpartition("/")[2])
    if record is None:
        raise invalid("Sampling rule does not exist")
    return record


def _rules(request: Request) -> dict[str, dict[str, Any]]:
    memory = state.memory("xray", request.account, request.region)
    if "rules" not in memory:
        default = {**DEFAULT, "RuleARN": _arn(request, "Default")}
        start = datetime(1970, 1, 1, tzinfo=UTC)
        memory["rules"] = {
            "Default": {"SamplingRule": default, "CreatedAt": start, "ModifiedAt": start}
        }
    rules: dict[str, dict[str, Any]] = memory["rules"]
    return rules


def _arn(request: Request, name: str) -> str:
    return backends.arn("xray", request.region, request.account, f"sampling-rule/{name}")

"""CloudWatch Logs: names, retention and resource policies that moto takes and AWS does not."""

from __future__ import annotations

import json
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before, instead

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
MOST_POLICY_CHARACTERS = 5120


def invalid(message: str) -> AwsError:
    """A parameter that Logs does not take."""
    return AwsError("InvalidParameterException", message)


def _constraint(value: Any, name: str, constraint: str) -> AwsError:
    return invalid(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"Member must {constraint}"
    )


@before("logs", "CreateLogGroup")
def check_group(request: Request) -> None:
    """Its name and class."""
    name = request.parameters["logGroupName"]
    if name.startswith("aws/"):
        raise invalid("Log groups starting with AWS/ are reserved for AWS.")


@before("logs", "CreateLogGroup", "AssociateKmsKey")
def check_key(request: Request) -> None:
    """A key that is there and enabled."""
    arn = request.parameters.get("kmsKeyId")
    if not arn:
        return
    keys = backends.backend("kms", request.account, request.region).keys
    key = keys.get(arn.rpartition("/")[2])
    if key is None or key.arn != arn or not key.enabled:
        raise invalid("The specified KMS key does not exist or is not allowed to be used.")


@instead("logs", "AssociateKmsKey", "DisassociateKmsKey")
def set_key(request: Request) -> None:
    """Encrypt a group's new events, or no longer."""
    backend = backends.backend("logs", request.account, request.region)
    group = backend.groups.get(request.parameters.get("logGroupName", ""))
    if group is None:
        words = "The specified log group does not exist."
        raise AwsError("ResourceNotFoundException", words)
    group.kms_key_id = request.parameters.get("kmsKeyId")


@after("logs", "CreateLogGroup")
def note_class(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """Moto forgets a group's class."""
    kind = request.parameters.get("logGroupClass", "STANDARD")
    _classes(request)[request.parameters["logGroupName"]] = kind
    return result


@after("logs", "DeleteLogGroup")
def forget_class(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A group of the same name may be made in another class."""
    _classes(request).pop(request.parameters["logGroupName"], None)
    return result


@after("logs", "DescribeLogGroups")
def show_class(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """With each group's class; ``logGroupNamePattern`` is part of a name, as AWS takes it."""
    if named := request.parameters.get("logGroupIdentifiers"):
        result = {"logGroups": _named_groups(request, named)}
    wanted = request.parameters.get("logGroupNamePattern", "").lower()
    kind = request.parameters.get("logGroupClass")
    groups = [
        {**one, "logGroupClass": _classes(request).get(one["logGroupName"], "STANDARD")}
        for one in result["logGroups"]
        if wanted in one["logGroupName"].lower()
    ]
    groups = [one for one in groups if kind in (None, one["logGroupClass"])]
    return {
        key: value for key, value in {**result, "logGroups": groups}.items() if value is not None
    }


def _named_groups(request: Request, identifiers: list[str]) -> list[dict[str, Any]]:
    """Those of the groups that are there: the identifiers, names or ARNs, are but a filter."""
    held = backends.backend("logs", request.account, request.region).groups
    names = {one.partition(":log-group:")[2] or one for one in identifiers}
    return [held[name].to_describe_dict() for name in sorted(names & held.keys())]


@before("logs", "PutRetentionPolicy")
def check_retention(request: Request) -> None:
    """One of the periods that Logs knows."""
    days = request.parameters["retentionInDays"]
    if days not in RETENTION_DAYS:
        known = ", ".join(str(one) for one in RETENTION_DAYS)
        raise _constraint(days, "retentionInDays", f"satisfy enum value set: [{known}]")


@before("logs", "PutResourcePolicy")
def check_policy(request: Request) -> None:
    """JSON, and at most 5,120 characters; moto sees to the ten policies a region."""
    document = request.parameters.get("policyDocument", "")
    if len(document) > MOST_POLICY_CHARACTERS:
        raise _constraint(
            document,
            "policyDocument",
            f"have length less than or equal to {MOST_POLICY_CHARACTERS}",
        )
    try:
        json.loads(document)
    except ValueError:
        raise invalid("Policy document is not valid JSON") from None


def class_of(request: Request, name: str) -> str:
    """A group's class."""
    return _classes(request).get(name, "STANDARD")


def _classes(request: Request) -> dict[str, str]:
    memory = state.memory("logs", request.account, request.region)
    classes: dict[str, str] = memory.setdefault("classes", {})
    return classes

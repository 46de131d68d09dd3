"""Who may call a function: resource policies, of a function and of each alias and version."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from dragonctl.local import state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, instead
from dragonctl.local.shims.functions import Named, invalid, named, not_found

STALE = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetPolicy API to retrieve the latest Revision Id"
)
NO_POLICY = "The resource you requested does not exist."
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
_ACCOUNT = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:[\w-]+:(iam|sts)::\d{12}:\S+")
_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Parameter -> the condition's operator and key, as they are read back."""


def statements(account: str, region: str, arn: str) -> list[dict[str, Any]]:
    """The statements of the policy on a function's, an alias's or a version's ARN."""
    kept = _policies(account, region).get(arn)
    return list(kept["statements"]) if kept else []


@instead("lambda", "AddPermission")
def add(request: Request) -> dict[str, Any]:
    """One more statement; none of the same id, and none for ``$LATEST`` by name."""
    parameters = request.parameters
    if parameters.get("Qualifier") == "$LATEST":
        raise invalid("We currently do not support adding policies for $LATEST.")
    arn = _resource(request, named(request, check=True))
    policy = _policies(request.account, request.region).get(arn) or {"statements": []}
    _check_revision(request, policy)
    name = parameters["StatementId"]
    if any(one["Sid"] == name for one in policy["statements"]):
        words = (
            f"The statement id ({name}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )
        raise AwsError("ResourceConflictException", words, 409, Type="User")
    statement = _statement(parameters, arn)
    _keep(request, arn, [*policy["statements"], statement])
    return {"Statement": json.dumps(statement)}


@instead("lambda", "RemovePermission")
def remove(request: Request) -> None:
    """Take one statement away; with the last one the policy goes."""
    wanted = named(request)
    if not wanted.exists:
        raise not_found(f"No policy found for: {wanted.arn}")
    arn = _resource(request, wanted)
    policy = _policies(request.account, request.region).get(arn)
    if policy is None:
        raise not_found("No policy is associated with the given resource.")
    _check_revision(request, policy)
    name = request.parameters["StatementId"]
    left = [one for one in policy["statements"] if one["Sid"] != name]
    if len(left) == len(policy["statements"]):
        raise not_found(f"Statement {name} is not found in resource policy.")
    _keep(request, arn, left)


@instead("lambda", "GetPolicy")
def get(request: Request) -> dict[str, Any]:
    """The policy of just that resource, and its revision."""
    policy = _policies(request.account, request.region).get(named(request).qualified)
    if policy is None:
        raise not_found(NO_POLICY)
    document = {"Version": "2012-10-17", "Id": "default", "Statement": policy["statements"]}
    return {"Policy": json.dumps(document), "RevisionId": policy["revision"]}


@after("lambda", "DeleteFunction", "DeleteAlias")
def forget(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A new function of the same name starts with no policy."""
    gone = named(request).arn
    if request.operation == "DeleteAlias":
        gone = f"{gone}:{request.parameters['Name']}"
    elif request.parameters.get("Qualifier"):
        gone = f"{gone}:{request.parameters['Qualifier']}"
    kept = _policies(request.account, request.region)
    for arn in [one for one in kept if one == gone or one.startswith(f"{gone}:")]:
        del kept[arn]
    return result


def _resource(request: Request, wanted: Named) -> str:
    """The ARN that a policy is for; ResourceNotFoundException for an alias that is not there."""
    if wanted.qualifier and not wanted.found(request):
        if wanted.qualifier.isdigit():
            raise not_found(f"Function not found: {wanted.qualified}")
        raise not_found(f"Cannot find alias arn: {wanted.qualified}")
    return wanted.qualified


def _check_revision(request: Request, policy: dict[str, Any]) -> None:
    seen = request.parameters.get("RevisionId")
    if seen and seen != policy.get("revision"):
        raise AwsError("PreconditionFailedException", STALE, 412, Type="User")


def _statement(parameters: dict[str, Any], arn: str) -> dict[str, Any]:
    condition: dict[str, dict[str, Any]] = {}
    for name, (operator, key) in _CONDITIONS.items():
        if parameters.get(name) is not None:
            condition.setdefault(operator, {})[key] = parameters[name]
    shown = {
        "Sid": parameters["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(parameters["Principal"]),
        "Action": parameters["Action"],
        "Resource": arn,
    }
    return {**shown, "Condition": condition} if condition else shown


def _principal(name: str) -> Any:
    if name == "*":
        return name
    if _SERVICE.fullmatch(name):
        return {"Service": name}
    if _ACCOUNT.fullmatch(name):
        return {"AWS": f"arn:aws:iam::{name}:root"}
    if _ARN.fullmatch(name):
        return {"AWS": name}
    raise invalid("The provided principal was invalid. Please check the principal and try again.")


def _keep(request: Request, arn: str, kept: list[dict[str, Any]]) -> None:
    policies = _policies(request.account, request.region)
    if kept:
        policies[arn] = {"statements": kept, "revision": str(uuid.uuid4())}
    else:
        policies.pop(arn, None)


def _policies(account: str, region: str) -> dict[str, dict[str, Any]]:
    memory = state.memory("lambda", account, region)
    policies: dict[str, dict[str, Any]] = memory.setdefault("policies", {})
    return policies

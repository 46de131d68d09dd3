"""The IAM permissions that one call needs: derived from the call, and from tables of names.

Actions and resource ARNs follow the AWS Service Authorization Reference. API Gateway's control
plane is authorised by HTTP method and path, which botocore's own model knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragonctl.engine.model import Call
from dragonctl.policy import apigateway
from dragonctl.policy.names import ACTIONS, ANYWHERE, FREE, PREFIXES, RESOURCES
from dragonctl.policy.required_beside import dependent_actions

_VERSION_OF_MACHINE = re.compile(r"(:stateMachine:[^:]+):\d+$")


@dataclass(frozen=True)
class Grant:
    """One action on one resource (an ARN or ``*``).

    ``condition`` is ``(operator, key, value)``, the narrowest that AWS offers, or None.
    """

    action: str
    resource: str
    condition: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class AccountArns:
    """Where a command works.

    ``roles`` maps the names of known roles to their ARNs, which may have paths.
    """

    partition: str
    region: str
    account: str
    roles: Mapping[str, str] = field(default_factory=dict)

    def arn(self, pattern: str, call: Call, values: Mapping[str, str]) -> str:
        """A pattern of :data:`RESOURCES` filled from a call."""
        region = call.region or self.region
        place = {"partition": self.partition, "region": region, "account": self.account}
        return pattern.format(**place, **values)

    def role(self, name: str) -> str:
        """A role's ARN."""
        known = self.roles.get(name)
        return known or f"arn:{self.partition}:iam::{self.account}:role/{name}"


def grants(call: Call, place: AccountArns) -> Iterator[Grant]:
    """What the caller must be allowed for this call (a read is a call too)."""
    if call.service in apigateway.SERVICES:
        region = call.region or place.region
        for method, path in apigateway.permissions(call):
            resource = f"arn:{place.partition}:apigateway:{region}::{path}"
            yield Grant(f"apigateway:{method}", resource)
    elif (call.service, call.operation) not in FREE:
        for resource in _resources(call, place):
            yield Grant(action_of(call), resource, _attached_policy(call))
    for action, named, condition in dependent_actions(call, place.partition, place.account):
        for resource in [named] if named else _resources(call, place):
            yield Grant(action, resource, condition)


def action_of(call: Call) -> str:
    """IAM's name of a call; API Gateway's control plane is named by its HTTP methods."""
    if call.service in apigateway.SERVICES:
        return f"apigateway:{apigateway.method(call)}"
    name = ACTIONS.get((call.service, call.operation), call.operation)
    return f"{PREFIXES.get(call.service, call.service)}:{name}"


def _resources(call: Call, place: AccountArns) -> Iterator[str]:
    """The ARNs that a call works on; ``*`` where AWS knows no narrower one."""
    anywhere = ANYWHERE.get((call.service, call.operation))
    if anywhere:
        yield place.arn(anywhere, call, {})
        return
    if call.service == "iam" and "RoleName" in call.params:
        yield place.role(str(call.params["RoleName"]))
        return
    for parameter, pattern in RESOURCES.get(call.service, {}).items():
        value = _value(call, parameter)
        if value:
            yield from _named(call, place, pattern, value)
            return
    yield "*"


def _value(call: Call, path: str) -> Any:
    """A parameter; ``outer.inner`` is one inside another."""
    found: Any = call.params
    for part in path.split("."):
        found = (found or {}).get(part)
    return found


def _named(call: Call, place: AccountArns, pattern: str, value: object) -> Iterator[str]:
    for one in value if isinstance(value, list | tuple) else [value]:
        # A KMS key is authorised by its own ARN, which its alias does not tell.
        name = "*" if call.service == "kms" and "alias/" in str(one) else str(one)
        if name.startswith("arn:"):
            yield _qualified(name, call)
            continue
        more = {
            "Bucket": str(call.params.get("Bucket", "*")),
            "Path": str(call.params.get("Path", "/")),
            "parameter": name.lstrip("/"),
        }
        yield _qualified(place.arn(pattern, call, {"value": name, **more}), call)


def _qualified(arn: str, call: Call) -> str:
    """A function's version or alias is part of its ARN.

    The number of a version that is read stands for all of them: the next publication has another.
    One that is written to stands for itself.
    """
    qualifier = str(call.params.get("Qualifier") or "") if call.service == "lambda" else ""
    if qualifier.isdigit() and call.operation.startswith("Get"):
        qualifier = "*"
    if call.operation == "DescribeStateMachine":
        arn = _VERSION_OF_MACHINE.sub(r"\1:*", arn)
    return f"{arn}:{qualifier}" if qualifier else arn


def _attached_policy(call: Call) -> tuple[str, str, str] | None:
    if call.operation in ("AttachRolePolicy", "DetachRolePolicy"):
        return ("ArnEquals", "iam:PolicyARN", str(call.params["PolicyArn"]))
    return None

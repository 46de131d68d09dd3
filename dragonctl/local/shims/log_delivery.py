"""Step Functions' logging: what a logging configuration needs before it is taken."""

from __future__ import annotations

import json
import re
from typing import Any

from dragonctl.local import backends, roles
from dragonctl.local.messages import AwsError, Request

LEVELS = ("ALL", "ERROR", "FATAL", "OFF")
RIGHTS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
POLICY = "AWSLogDeliveryWrite20150319"
MOST_POLICY_CHARACTERS = 5120
MOST_POLICIES = 10
_GROUP = re.compile(r"arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:([^:]+)(:\*)?")
_NOT_ALLOWED = "The state machine IAM Role is not authorized to access the Log Destination"
_TOO_BIG = (
    "The CloudWatch Logs Resource Policy size was exceeded. We suggest prefixing your CloudWatch "
    "log group name with /aws/vendedlogs/states/."
)


def check(request: Request, wanted: dict[str, Any], role_arn: str) -> None:
    """Refuse a logging configuration as Step Functions does; let the delivery in otherwise."""
    level, destinations = wanted.get("level", "OFF"), wanted.get("destinations") or []
    if level not in LEVELS:
        raise _invalid(f"Invalid level: {level}. Must be one of: [{', '.join(LEVELS)}]")
    if level == "OFF" and not destinations:
        return
    if len(destinations) != 1:
        raise _invalid("Must specify exactly one Log Destination.")
    group = _group_name((destinations[0].get("cloudWatchLogsLogGroup") or {}).get("logGroupArn"))
    backend = backends.backend("logs", request.account, request.region)
    if group not in backend.groups:
        raise _invalid("Log Destination not found.")
    role = roles.find(role_arn)
    if role is None or not role.may_everywhere(*RIGHTS):
        raise AwsError("AccessDeniedException", _NOT_ALLOWED)
    if not group.startswith("/aws/vendedlogs/"):
        _let_in(backend, backend.groups[group].arn)


def _group_name(arn: str | None) -> str:
    if not arn:
        raise _invalid("Must set valid CloudWatch Log Group ARN.")
    if not re.match(r"arn:[\w-]+:logs:", arn):
        raise _invalid("Provided ARN is not CloudWatch Logs Log Group ARN.")
    found = _GROUP.fullmatch(arn)
    if found is None:
        raise _invalid("Must set valid CloudWatch Log Group ARN.")
    if not found[2]:
        raise _invalid("Log Group ARN must be provided with '*' qualifier.")
    return found[1]


def _let_in(backend: Any, group_arn: str) -> None:
    """The service adds each group to one resource policy, until that is full."""
    policies = backend.resource_policies
    if POLICY not in policies and len(policies) >= MOST_POLICIES:
        raise AwsError("AccessDeniedException", _NOT_ALLOWED)
    document = json.loads(policies[POLICY].policy_document) if POLICY in policies else _EMPTY
    named = document["Statement"][0]["Resource"]
    resource = f"{group_arn}:log-stream:*"
    if resource in named:
        return
    statement = {**document["Statement"][0], "Resource": [*named, resource]}
    text = json.dumps({**document, "Statement": [statement]}, separators=(",", ":"))
    if len(text) > MOST_POLICY_CHARACTERS:
        raise _invalid(_TOO_BIG)
    backend.put_resource_policy(POLICY, text)


_EMPTY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AWSLogDeliveryWrite",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [],
        }
    ],
}


def _invalid(message: str) -> AwsError:
    words = f"Invalid Logging Configuration: {message}"
    return AwsError("InvalidLoggingConfiguration", words)

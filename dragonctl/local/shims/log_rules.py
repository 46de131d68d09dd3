"""CloudWatch Logs: what stands beside groups and streams, in AWS's words."""

from __future__ import annotations

from functools import partial
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.refusals import Refusal, both, check, dig, register
from dragonctl.local.shims import after, before, instead, whenever

LONGEST_NAME = 512
_NAMES = ("logGroupName", "logStreamName")
_TOO_LONG = (
    f"Invalid LogGroup or LogStream, both must have length less than or equal to {LONGEST_NAME}."
)
Invalid = partial(Refusal, code="InvalidParameterException")


def _too_long(record: Any) -> bool:
    return any(len(dig(record, name) or "") > LONGEST_NAME for name in _NAMES)


@whenever("logs")
def check_names(request: Request) -> None:
    """Names of groups and streams are short."""
    check([Invalid(_too_long, _TOO_LONG)], request.parameters)


register(
    "logs",
    {
        "DescribeLogGroups": [
            Invalid(
                both("logGroupNamePrefix", "logGroupNamePattern"),
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ),
            *(
                Invalid(
                    both("logGroupIdentifiers", other),
                    f"logGroupIdentifiers and {other} are mutually exclusive parameters.",
                )
                for other in ("logGroupNamePrefix", "logGroupNamePattern", "logGroupClass")
            ),
        ],
        **{
            operation: [
                Refusal(
                    both("logGroupName", "logGroupIdentifier"),
                    "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
                    "ValidationException",
                )
            ]
            for operation in ("DescribeLogStreams", "FilterLogEvents", "GetLogEvents")
        },
    },
)


def _groups(request: Request) -> dict[str, Any]:
    groups: dict[str, Any] = backends.backend("logs", request.account, request.region).groups
    return groups


@before("logs", "CreateLogStream", "GetLogEvents")
def check_stream(request: Request) -> None:
    """A stream that is to be made is not there, one that is to be read is."""
    parameters = request.parameters
    identifier = str(parameters.get("logGroupIdentifier") or "").rpartition(":log-group:")[2]
    group = _groups(request).get(parameters.get("logGroupName") or identifier)
    if group is None:
        return
    there = parameters["logStreamName"] in group.streams
    if request.operation == "CreateLogStream" and there:
        words = "The specified log stream already exists"
        raise AwsError("ResourceAlreadyExistsException", words)
    if request.operation == "GetLogEvents" and not there:
        words = "The specified log stream does not exist."
        raise AwsError("ResourceNotFoundException", words)


@before("logs", "StartQuery")
def check_queried(request: Request) -> None:
    """The groups of a query are there."""
    parameters = request.parameters
    named = [parameters.get("logGroupName"), *(parameters.get("logGroupNames") or [])]
    for name in filter(None, named):
        if name not in _groups(request):
            words = (
                f"Log group '{name}' does not exist for account ID '{request.account}' "
                f"(Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; "
                f"Request ID: {request.request_id}; Proxy: null)"
            )
            raise AwsError("ResourceNotFoundException", words)


@before("logs", "DeleteResourcePolicy")
def check_policy(request: Request) -> None:
    """A policy that is not there cannot go."""
    name = request.parameters.get("policyName")
    policies = backends.backend("logs", request.account, request.region).resource_policies
    if name not in policies:
        words = f"Policy with name [{name}] does not exist."
        raise AwsError("ResourceNotFoundException", words)


@after("logs", "PutResourcePolicy")
def show_scope(request: Request, result: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """A policy is the account's."""
    return {**result, "resourcePolicy": {**result["resourcePolicy"], "policyScope": "ACCOUNT"}}


@after("logs", "DescribeResourcePolicies")
def show_scopes(request: Request, result: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """All are the account's."""
    kept = [{**one, "policyScope": "ACCOUNT"} for one in result["resourcePolicies"]]
    return {**result, "resourcePolicies": kept}


@after("logs", "DescribeSubscriptionFilters")
def show_subscriptions(request: Request, result: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """With the flag that AWS writes out."""
    kept = [{"applyOnTransformedLogs": False, **one} for one in result["subscriptionFilters"]]
    return {**result, "subscriptionFilters": kept}


@after("logs", "PutMetricFilter")
def note_moment(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """Moto forgets when a filter was made, and its flag."""
    parameters = request.parameters
    _filters(request)[parameters["logGroupName"], parameters["filterName"]] = {
        "creationTime": int(state.now() * 1000),
        "applyOnTransformedLogs": bool(parameters.get("applyOnTransformedLogs")),
    }
    return result


@after("logs", "DescribeMetricFilters")
def show_filters(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """With what moto forgets."""
    kept = _filters(request)
    shown = [
        {**one, **kept.get((one["logGroupName"], one["filterName"]), {})}
        for one in result["metricFilters"]
    ]
    return {**result, "metricFilters": shown}


@after("logs", "DescribeLogGroups")
def show_counts(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """With the number of metric filters, and that nothing protects a group from deletion."""
    held = backends.backend("logs", request.account, request.region).filters.metric_filters
    named = [one["logGroupName"] for one in held]
    groups = [
        {
            "deletionProtectionEnabled": False,
            **one,
            "metricFilterCount": named.count(one["logGroupName"]),
        }
        for one in result["logGroups"]
    ]
    return {**result, "logGroups": groups}


@instead("logs", "ListLogGroups")
def list_groups(request: Request) -> dict[str, Any]:
    """Names, ARNs and classes of the groups whose names hold a text."""
    from dragonctl.local.shims.log_groups import class_of

    parameters = request.parameters
    wanted, kind = parameters.get("logGroupNamePattern") or "", parameters.get("logGroupClass")
    shown = [
        {
            "logGroupName": name,
            "logGroupArn": group.arn.removesuffix(":*"),
            "logGroupClass": class_of(request, name),
        }
        for name, group in sorted(_groups(request).items())
        if wanted in name
    ]
    return {"logGroups": [one for one in shown if kind in (None, one["logGroupClass"])]}


def _filters(request: Request) -> dict[tuple[str, str], dict[str, Any]]:
    memory = state.memory("logs", request.account, request.region)
    filters: dict[tuple[str, str], dict[str, Any]] = memory.setdefault("metric_filters", {})
    return filters

"""What moto keeps of a thing that is deleted: its tags and filters, which a new one would have."""

from __future__ import annotations

from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import Request
from dragonctl.local.shims import after


@after("s3", "DeleteBucket")
def forget_bucket(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A bucket's tags."""
    tagger = backends.global_backend("s3", request.account, request.region).tagger
    end = f":s3:::{request.parameters['Bucket']}"
    for arn in [one for one in tagger.tags if one.endswith(end)]:
        tagger.delete_all_tags_for_resource(arn)
    return result


@after("ssm", "DeleteParameter", "DeleteParameters")
def forget_parameters(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """The tags of parameters, which moto looks for under another spelling of the name."""
    tags = _backend(request)._resource_tags["Parameter"]  # noqa: SLF001 (moto has no other door)
    for name in request.parameters.get("Names") or [request.parameters["Name"]]:
        tags.pop(name, None)
    return result


@after("logs", "DeleteLogGroup")
def forget_group(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A group's tags and metric filters."""
    backend, name = _backend(request), request.parameters["logGroupName"]
    group = backends.arn("logs", request.region, request.account, f"log-group:{name}")
    for arn in (group, f"{group}:*"):
        backend.tagger.delete_all_tags_for_resource(arn)
    held = backend.filters
    held.metric_filters = [one for one in held.metric_filters if one["logGroupName"] != name]
    return result


@after("cloudwatch", "DeleteAlarms")
def forget_alarms(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """The tags of alarms."""
    for name in request.parameters["AlarmNames"]:
        arn = backends.arn("cloudwatch", request.region, request.account, f"alarm:{name}")
        _backend(request).tagger.delete_all_tags_for_resource(arn)
    return result


def _backend(request: Request) -> Any:
    return backends.backend(request.service, request.account, request.region)

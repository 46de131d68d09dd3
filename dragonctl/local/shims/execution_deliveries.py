"""CloudWatch Logs: deliveries of API Gateway's execution logs, of which moto does not know.

Sources: "Set up execution log delivery" in the API Gateway developer guide; CloudWatch Logs API
reference: PutDeliverySource updates a source of the same name, whose resource stays.
"""

from __future__ import annotations

from typing import Any

from moto.logs.models import DeliverySource

from dragonctl.local import backends
from dragonctl.local.emission.deliveries import FIELDS, LOG_TYPE
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, instead

_OTHER_RESOURCE = (
    "Update to existing Delivery Source with new ResourceId is not allowed. Please create a new"
    " Delivery Source instead."
)


@instead("logs", "PutDeliverySource")
def put_source(request: Request) -> dict[str, Any]:
    """Moto's answer, but for a stage, which is no source to it."""
    given, backend = request.parameters, _backend(request)
    tags, arn = given.get("tags") or {}, given["resourceArn"]
    if arn.split(":")[2] != "apigateway" or given["logType"] != LOG_TYPE:
        source = backend.put_delivery_source(given["name"], arn, given["logType"], tags)
        return {"deliverySource": source.to_dict()}
    known = backend.delivery_sources.get(given["name"])
    if known and arn not in known.resource_arns:
        raise AwsError("ConflictException", _OTHER_RESOURCE)
    source = DeliverySource(
        request.account, request.region, given["name"], arn, given["logType"], tags
    )
    backend.delivery_sources[given["name"]] = source
    if tags:
        backend.tag_resource(source.arn, tags)
    return {"deliverySource": source.to_dict()}


@after("logs", "CreateDelivery")
def choose_fields(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """All fields of an execution log's record where none were chosen; moto takes CloudFront's."""
    backend = _backend(request)
    source = backend.delivery_sources[request.parameters["deliverySourceName"]]
    if source.log_type != LOG_TYPE or request.parameters.get("recordFields"):
        return result
    backend.deliveries[result["delivery"]["id"]].record_fields = list(FIELDS)
    return {**result, "delivery": {**result["delivery"], "recordFields": list(FIELDS)}}


def _backend(request: Request) -> Any:
    return backends.backend("logs", request.account, request.region)

"""Event source mappings: what they are refused for before moto makes one."""

from __future__ import annotations

from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before
from dragonctl.local.shims.functions import invalid, named, not_found

_NO_QUEUE = (
    "Error occurred while ReceiveMessage. SQS Error Code: "
    "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not "
    "exist."
)


@before("lambda", "CreateEventSourceMapping")
def check_source(request: Request) -> None:
    """The source is there, and not mapped to the function yet."""
    wanted, source = named(request, check=True), str(request.parameters.get("EventSourceArn") or "")
    service = source.split(":")[2] if source.count(":") > 4 else ""  # noqa: PLR2004 (an ARN)
    if service == "kinesis" and source not in _arns(request, "kinesis", "streams", "arn"):
        raise invalid(f"Stream not found: {source}")
    if service == "sqs" and source not in _arns(request, "sqs", "queues", "queue_arn"):
        raise invalid(_NO_QUEUE)
    backend = backends.backend("lambda", request.account, request.region)
    for one in backend._event_source_mappings.values():  # noqa: SLF001 (moto has no list by both)
        if one.event_source_arn == source and one.function_arn.split(":")[6] == wanted.name:
            kind = "SQS" if service == "sqs" else service.capitalize()
            words = (
                f'An event source mapping with {kind} arn (" {source} ") and function '
                f'(" {wanted.name} ") already exists. Please update or delete the existing '
                f"mapping with UUID {one.uuid}"
            )
            raise AwsError("ResourceConflictException", words, 409, Type="User")


@before("lambda", "DeleteEventSourceMapping", "UpdateEventSourceMapping")
def check_there(request: Request) -> None:
    """A mapping that is not there is neither changed nor deleted in silence."""
    backend = backends.backend("lambda", request.account, request.region)
    if backend.get_event_source_mapping(request.parameters["UUID"]) is None:
        raise not_found("The resource you requested does not exist.")


def _arns(request: Request, service: str, held: str, attribute: str) -> set[Any]:
    backend = backends.backend(service, request.account, request.region)
    return {getattr(one, attribute) for one in getattr(backend, held).values()}

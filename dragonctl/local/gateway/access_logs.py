"""A stage's access log: where it goes and what a line looks like."""

from __future__ import annotations

import re

from dragonctl.local.gateway.store import Record, bad_request

_LEAVES = ("destinationArn", "format")
_WRONG_PATH = (
    "Invalid accessLogSettings path. Must be one of : "
    "[/accessLogSettings/destinationArn, /accessLogSettings/format]"
)
_GROUP = re.compile(r"arn:[\w-]+:logs:[\w-]+:\d{12}:(log-group:(.+))")
_STREAM = re.compile(r"arn:[\w-]+:firehose:[\w-]+:\d{12}:deliverystream/(.+)")
_GROUP_NAME = re.compile(r"[a-zA-Z0-9_\-/.]+")


def apply(stage: Record, kind: str, leaf: str, value: str) -> None:
    """One operation: ``replace`` or ``add`` on a leaf, ``remove`` on the whole.

    A group that does not exist is taken (recorded), so is a half of the settings.
    """
    if kind == "remove" and not leaf:
        stage.pop("accessLogSettings", None)
        return
    if leaf not in _LEAVES or kind not in ("add", "replace"):
        raise bad_request(_WRONG_PATH)
    if not value:
        raise bad_request("Access Log value must not be empty")
    if leaf == "format":
        _check_format(value)
    else:
        _check_destination(value)
    stage.setdefault("accessLogSettings", {})[leaf] = value


def _check_format(text: str) -> None:
    if "$context.requestId" not in text and "$context.extendedRequestId" not in text:
        raise bad_request(
            "Access Log format must include either $context.requestId or $context.extendedRequestId"
        )
    if "\n" in text.rstrip("\n"):
        raise bad_request(
            "Access Log format must be single line, new line character is allowed only at end of "
            f"the format: '{text}'"
        )


def _check_destination(arn: str) -> None:
    group, stream = _GROUP.fullmatch(arn), _STREAM.fullmatch(arn)
    if stream and not stream[1].startswith("amazon-apigateway-"):
        raise bad_request(
            "Kinesis Firehose delivery stream name must begin with the characters "
            "'amazon-apigateway-'"
        )
    if not group and not stream:
        raise bad_request(
            "The ARN must be a valid CloudWatch Logs log group or Kinesis Data Firehose "
            "delivery stream"
        )
    if group and not _GROUP_NAME.fullmatch(group[2]):
        raise bad_request(
            "Access log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', "
            f"'.': '{group[1]}'"
        )

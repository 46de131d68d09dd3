"""SNS: topics, messages and subscriptions that AWS does not take, in its words."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.refusals import Record, Refusal, empty, longer, register
from dragonctl.local.shims import after, before
from dragonctl.local.signatures import signature

MOST_MESSAGE = 262_144
MOST_SUBJECT = 100
PROTOCOLS = (
    *("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"),
)
_ARN_PARTS = 6
_TYPE = re.compile(r"(Binary|Number|String)(\..+)?")
_SCOPES = ("MessageBody", "MessageAttributes")
_ATTRIBUTES = (
    *("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"),
    *("RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy"),
)
Invalid = partial(Refusal, code="InvalidParameter")


def _no_arn(name: str) -> Refusal:
    reason = (
        f"Invalid parameter: {name} Reason: An ARN must have at least {_ARN_PARTS} elements, not"
    )
    return Invalid(
        lambda record: (
            record.get(name) is not None and len(str(record[name]).split(":")) < _ARN_PARTS
        ),
        f"{reason} 1",
    )


def _twice(record: Record) -> bool:
    keys = [one.get("Key") for one in record.get("Tags") or []]
    return len(keys) != len(set(keys))


def _no_json(record: Record) -> bool:
    if record.get("MessageStructure") != "json":
        return False
    try:
        json.loads(record["Message"])
    except ValueError:
        return True
    return False


_OF_TOPIC = (
    *("GetTopicAttributes", "SetTopicAttributes", "DeleteTopic", "Publish", "Subscribe"),
    "ListSubscriptionsByTopic",
)
_OF_SUBSCRIPTION = ("Unsubscribe", "GetSubscriptionAttributes", "SetSubscriptionAttributes")
_RECEIVERS = ("TopicArn", "TargetArn", "PhoneNumber")
_MESSAGE = [
    Invalid(
        lambda record: not any(record.get(name) for name in _RECEIVERS),
        "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter",
    ),
    Invalid(empty("Message"), "Invalid parameter: Empty message"),
    Invalid(empty("Subject"), "Invalid parameter: Subject"),
    Invalid(longer("Subject", MOST_SUBJECT), "Invalid parameter: Subject"),
    Invalid(
        lambda record: len(str(record.get("Message") or "").encode()) > MOST_MESSAGE,
        "Invalid parameter: Message too long",
    ),
    Invalid(_no_json, "Invalid parameter: Message Structure - JSON message body failed to parse"),
]
register("sns", {name: [_no_arn("TopicArn")] for name in _OF_TOPIC})
register("sns", {name: [_no_arn("SubscriptionArn")] for name in _OF_SUBSCRIPTION})
register(
    "sns",
    {
        "Publish": _MESSAGE,
        "TagResource": [Invalid(_twice, "Invalid parameter: Duplicated keys are not allowed.")],
        "Subscribe": [
            Invalid(
                lambda record: record.get("Protocol") not in PROTOCOLS,
                "Invalid parameter: Amazon SNS does not support this protocol string: {Protocol}",
            )
        ],
        "SetSubscriptionAttributes": [
            Invalid(
                lambda record: record.get("AttributeName") not in _ATTRIBUTES,
                "Invalid parameter: AttributeName",
            )
        ],
    },
)


@before("sns", "Publish", "PublishBatch")
def check_attributes(request: Request) -> None:
    """The types that a message's attributes may have."""
    parameters = request.parameters
    messages = [parameters, *(parameters.get("PublishBatchRequestEntries") or [])]
    for one in messages:
        for name, attribute in (one.get("MessageAttributes") or {}).items():
            if not _TYPE.fullmatch(str(attribute.get("DataType") or "")):
                words = (
                    f"The message attribute '{name}' has an invalid message attribute type, the "
                    "set of supported type prefixes is Binary, Number, and String."
                )
                raise AwsError("ParameterValueInvalid", words)


@before("sns", "Subscribe", "SetSubscriptionAttributes")
def check_settings(request: Request) -> None:
    """Values of a subscription's attributes."""
    parameters = request.parameters
    given = dict(parameters.get("Attributes") or {})
    where = "Attributes Reason: " if given else ""
    if parameters.get("AttributeName"):
        given[parameters["AttributeName"]] = parameters.get("AttributeValue")
    raw, scope = given.get("RawMessageDelivery"), given.get("FilterPolicyScope")
    if raw is not None and raw not in ("true", "false"):
        raise _invalid(f"{where}RawMessageDelivery: Invalid value [{raw}]. Must be true or false.")
    if scope is not None and scope not in _SCOPES:
        raise _invalid(
            f"{where}FilterPolicyScope: Invalid value [{scope}]. Please use either MessageBody or "
            "MessageAttributes"
        )


@after("sns", "Subscribe")
def keep_subscriber(request: Request, result: dict[str, Any]) -> None:
    """Who subscribed, by the name that GetCallerIdentity has for who asks."""
    backend = backends.backend("sns", request.account, request.region)
    subscription = backend.subscriptions.get(result["SubscriptionArn"])
    signed = signature(request.environ)
    if subscription is not None and signed is not None:
        identities = backends.global_backend("sts", request.account, request.region)
        _, name, _ = identities.get_caller_identity(signed.key, request.region)
        subscription.attributes.setdefault("SubscriptionPrincipal", name)


@before("sns", "CreateTopic")
def check_tags(request: Request) -> None:
    """The same topic again may not bring other tags."""
    tags, name = request.parameters.get("Tags"), request.parameters["Name"]
    backend = backends.backend("sns", request.account, request.region)
    topic = backend.topics.get(backends.arn("sns", request.region, request.account, name))
    if topic is None or tags is None:
        return
    held = {str(key): str(one) for key, one in _tags_of(topic).items()}
    if held != {one["Key"]: one.get("Value", "") for one in tags}:
        raise _invalid("Tags Reason: Topic already exists with different tags")


def _tags_of(topic: Any) -> dict[str, Any]:
    tags: dict[str, Any] = getattr(topic, "_tags", {}) or {}
    return tags


def _invalid(why: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {why}")

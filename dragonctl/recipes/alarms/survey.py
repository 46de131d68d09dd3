"""What is there before ``setup-alarms`` begins: its alarms, the topic, who listens to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dragonctl.engine.model import Reading
from dragonctl.engine.reads import Reads
from dragonctl.errors import AwsError, DragonError
from dragonctl.recipes.alarms.access import may_decrypt
from dragonctl.recipes.alarms.recipients import Recipient
from dragonctl.resources.cloudwatch_alarm import read_alarms
from dragonctl.resources.sns_subscription import Subscription
from dragonctl.resources.sns_topic import Topic

AWS_KEY = "alias/aws/sns"
_DENIED = ("AuthorizationError", "AuthorizationErrorException", "AccessDenied")


@dataclass(frozen=True)
class AlarmSurvey:
    """``alarms``: DescribeAlarms' items by name. ``topic`` None: there is none of this name yet.

    ``listener``: the subscription of the address, if any. ``key``: what is wrong with the topic's
    key, ``unread``: AWS's code where the topic could not be read; "" where nothing is.
    """

    alarms: Mapping[str, Mapping[str, Any]]
    topic: Reading | None
    listener: Reading | None = None
    key: str = ""
    unread: str = ""


def survey(reads: Reads, recipient: Recipient) -> AlarmSurvey:
    """Read it. A topic that was given and does not exist is an error."""
    (topic, unread), listener, found = reads.concurrently(
        partial(_topic, reads, recipient),
        partial(_listener, reads, recipient),
        partial(read_alarms, reads),
    )
    if topic is None and not (recipient.email or unread):
        raise DragonError(
            f"There is no SNS topic {recipient.topic}.",
            "Name one that exists, or an email address: a topic is made for it.",
            code="NotFound",
            resource=f"sns-topic/{recipient.topic}",
        )
    key = _key_fault(reads, topic.facts["key"]) if topic and topic.facts["key"] else ""
    return AlarmSurvey({alarm["AlarmName"]: alarm for alarm in found}, topic, listener, key, unread)


def _topic(reads: Reads, recipient: Recipient) -> tuple[Reading | None, str]:
    """The topic; a given one may belong to another account, which lets alarms in and not us."""
    try:
        return reads.of(Topic(recipient.topic)), ""
    except AwsError as error:
        if recipient.email or error.code not in _DENIED:
            raise
        return None, error.code


def _listener(reads: Reads, recipient: Recipient) -> Reading | None:
    if not recipient.email:
        return None
    return reads.of(Subscription(recipient.topic, "email", recipient.email))


def _key_fault(reads: Reads, key: str) -> str:
    """Why alarms cannot publish to what this KMS key encrypts."""
    if key.endswith(AWS_KEY):
        return "is encrypted with SNS's own key (alias/aws/sns), which CloudWatch may not use"
    try:
        about = (reads.get("kms", "DescribeKey", KeyId=key) or {})["KeyMetadata"]
        if about.get("KeyManager") == "AWS":
            return f"is encrypted with an AWS managed key ({key}), which CloudWatch may not use"
        answer = reads.get("kms", "GetKeyPolicy", KeyId=about["KeyId"], PolicyName="default") or {}
    except AwsError as error:
        return f"is encrypted with the key {key}, which could not be read ({error.code})"
    if may_decrypt(answer["Policy"]):
        return ""
    return f"is encrypted with the key {key}, whose policy keeps CloudWatch out"

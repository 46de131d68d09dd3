"""A subscription to an SNS topic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State
from dragonctl.resources.sns_topic import ABSENT


@dataclass(frozen=True)
class Subscription(Resource):
    """An endpoint (an email address) of a topic. State: ``subscribed``, true.

    Facts: ``arn``; ``pending``: whether the person has yet to confirm it.
    """

    kind: ClassVar[str] = "sns-subscription"
    table: ClassVar[Table] = (Field("subscribed", "subscribed"),)
    topic: str
    protocol: str
    endpoint: str

    def read(self, aws: Reader) -> Reading | None:
        """ListSubscriptionsByTopic: what awaits its confirmation has no ARN there."""
        found = aws.pages(
            "sns", "ListSubscriptionsByTopic", "Subscriptions", absent=ABSENT, TopicArn=self.topic
        )
        for one in found or []:
            if (one["Protocol"], one["Endpoint"].lower()) == (self.protocol, self.endpoint.lower()):
                arn = one["SubscriptionArn"]
                pending = not arn.startswith("arn:")
                return Reading({"subscribed": True}, {"arn": arn, "pending": pending})
        return None

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """Subscribe (each call sends the confirmation message again) and Unsubscribe."""
        if want is None and have is not None:
            yield Call("sns", "Unsubscribe", {"SubscriptionArn": have.facts["arn"]})
        elif have is None:
            params = {
                "TopicArn": self.topic,
                "Protocol": self.protocol,
                "Endpoint": self.endpoint,
            }
            yield Call("sns", "Subscribe", params, repeat="read-first")

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """SNS does not let anybody remove a subscription that was not confirmed."""
        if have.facts["pending"]:
            return "it awaits its confirmation; SNS removes it by itself when none comes"
        return None

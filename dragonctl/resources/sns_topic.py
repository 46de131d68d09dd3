"""An SNS topic and who may publish to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.aws import iam_documents
from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Json, Reader, Reading, Resource, State
from dragonctl.resources.cloudwatch_alarm import ACTIONS

ABSENT = ("NotFound", "NotFoundException")


@dataclass(frozen=True)
class Topic(Resource):
    """A topic, by ARN. State: ``name``, ``policy`` (the document).

    Facts: ``key`` (the KMS key that encrypts it, as it was named; None: none).
    """

    kind: ClassVar[str] = "sns-topic"
    table: ClassVar[Table] = (Field("name", "name", plain=True), Field("policy", "policy"))
    arn: str

    @property
    def name(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition(":")[2]

    def read(self, aws: Reader) -> Reading | None:
        """GetTopicAttributes."""
        answer = aws.get("sns", "GetTopicAttributes", absent=ABSENT, TopicArn=self.arn)
        if answer is None:
            return None
        shown = answer["Attributes"]
        policy = iam_documents.decoded(shown.get("Policy") or "{}")
        return Reading(
            {"name": self.name, "policy": policy}, {"key": shown.get("KmsMasterKeyId") or None}
        )

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateTopic with its policy, SetTopicAttributes, DeleteTopic."""
        if want is None:
            yield Call("sns", "DeleteTopic", {"TopicArn": self.arn})
        elif have is None:
            attributes = {"Policy": json.dumps(want["policy"])}
            yield Call("sns", "CreateTopic", {"Name": self.name, "Attributes": attributes})
        elif "policy" in want:
            value = json.dumps(want["policy"])
            params = {"TopicArn": self.arn, "AttributeName": "Policy", "AttributeValue": value}
            yield Call("sns", "SetTopicAttributes", params)

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """Policies are equal whatever the order of their lists."""
        return iam_documents.same_document(have, want) if field == "policy" else bool(have == want)

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """Somebody else listens to it, or some alarm still tells it."""
        listeners = aws.pages(
            "sns", "ListSubscriptionsByTopic", "Subscriptions", absent=ABSENT, TopicArn=self.arn
        )
        if len(listeners or []) > 1:
            return "others are subscribed to it"
        telling = aws.pages(
            "cloudwatch", "DescribeAlarms", "MetricAlarms", ActionPrefix=self.arn, MaxRecords=100
        )
        others = [alarm["AlarmName"] for alarm in telling or [] if self._tells(alarm, done)]
        return f"the alarm {others[0]} tells it" if others else None

    def _tells(self, alarm: dict[str, Json], done: Done) -> bool:
        """Whether an alarm still names the topic when the run has ended."""
        identifier = f"cloudwatch-alarm/{alarm['AlarmName']}"
        if identifier not in done:
            return True
        left = done[identifier]
        fields = [f"{kind}/{self.arn}" for kind in ACTIONS]
        return left is not None and any(left.state.get(field) for field in fields)

"""Topics and subscriptions: what an undo takes back, and what it must leave."""

import pytest

from dragonctl.engine.model import Reading
from dragonctl.resources.sns_subscription import Subscription
from dragonctl.resources.sns_topic import Topic

TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call"
MAIL = Subscription(TOPIC, "email", "Me@example.com")
ONE = {"Protocol": "email", "Endpoint": "me@example.com", "SubscriptionArn": f"{TOPIC}:1"}
PENDING = {**ONE, "SubscriptionArn": "PendingConfirmation"}
SMS = {**ONE, "Protocol": "sms"}


class Answers:
    """AWS as it answers these reads."""

    def __init__(self, subscriptions=(), alarms=()):
        self.lists = {"ListSubscriptionsByTopic": subscriptions, "DescribeAlarms": alarms}

    def pages(self, service, operation, key, **params):
        return list(self.lists[operation])


@pytest.mark.parametrize(
    ("listed", "pending"), [([SMS, ONE], False), ([PENDING], True), ([SMS], None), ([], None)]
)
def test_a_subscription_is_known_by_protocol_and_address(listed, pending):
    reading = MAIL.read(Answers(listed))
    assert (reading and reading.facts["pending"]) == pending


@pytest.mark.parametrize(
    ("have", "want", "calls"),
    [
        (None, {"subscribed": True}, ["Subscribe"]),
        (MAIL.read(Answers([ONE])), {"subscribed": True}, []),
        (MAIL.read(Answers([PENDING])), {"subscribed": True}, []),
        (MAIL.read(Answers([ONE])), None, ["Unsubscribe"]),
    ],
)
def test_a_subscription_is_made_once(have, want, calls):
    made = list(MAIL.calls(have, want))
    assert [call.operation for call in made] == calls
    # A second Subscribe would send the mail again.
    assert all(call.repeat == "read-first" for call in made if call.operation == "Subscribe")


def test_what_awaits_its_confirmation_cannot_be_removed():
    assert "awaits its confirmation" in MAIL.obstacle(None, MAIL.read(Answers([PENDING])), None, {})
    assert MAIL.obstacle(None, MAIL.read(Answers([ONE])), None, {}) is None


TELLS = Reading({f"AlarmActions/{TOPIC}": True})
SILENT = Reading({"AlarmActions/arn:other": True})
ALARMS = [{"AlarmName": "x"}]


@pytest.mark.parametrize(
    ("subscriptions", "alarms", "done", "reason"),
    [
        ([PENDING], [], {}, None),
        ([ONE, SMS], [], {}, "others are subscribed"),
        ([ONE], ALARMS, {}, "the alarm x tells it"),
        ([ONE], ALARMS, {"cloudwatch-alarm/x": None}, None),
        ([ONE], ALARMS, {"cloudwatch-alarm/x": SILENT}, None),
        ([ONE], ALARMS, {"cloudwatch-alarm/x": TELLS}, "the alarm x tells it"),
    ],
)
def test_a_topic_that_somebody_needs_is_left(subscriptions, alarms, done, reason):
    found = Topic(TOPIC).obstacle(Answers(subscriptions, alarms), Reading({}), None, done)
    assert found == reason if reason is None else reason in found

"""What `setup-alarms` would do, as tables of (what is there, what is asked for) → calls."""

import json

import pytest

from dragonctl.application.nouns import Api, App, Function
from dragonctl.engine.model import Reading
from dragonctl.engine.reversal import Keep, Reverse
from dragonctl.errors import UsageError
from dragonctl.recipes.alarms import AlarmSurvey, Recipient, alarms, recipient
from dragonctl.recipes.alarms.recipients import publishers

ACCOUNT, REGION = "123456789012", "eu-west-1"
MAIL = "me@example.com"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"
OWN = f"arn:aws:sns:{REGION}:{ACCOUNT}:dragonctl-dragons-a1-alarms"
GIVEN = Recipient(TOPIC)
OPEN = Reading({"name": "on-call", "policy": publishers(TOPIC, "aws", REGION, ACCOUNT)}, {})
CLOSED = Reading({"name": "on-call", "policy": {"Statement": []}}, {"key": None})


def application(apis=1):
    made = tuple(Api(f"a{n}", "dragons", {}, {}) for n in range(1, apis + 1))
    return App(made, (Function("list", {"Role": "r"}),), (), ACCOUNT, REGION, "aws")


def recipe(known, whom=GIVEN):
    return alarms(application(), known, whom)


def calls(step, have):
    want = step.wanted(have, {})
    return [(one.operation, one.params) for one in step.resource.calls(have, want)] if want else []


def step_of(made, name):
    return next(step for step in made.steps if step.resource.identifier.endswith(name))


@pytest.mark.parametrize(
    ("notify", "sentence"),
    [
        ("me", "neither an email address nor the ARN"),
        ("me@example", "neither an email"),
        ("a@b.c\nBcc: x", "neither an email"),
        ("arn:aws:sqs:eu-west-1:123456789012:queue", "not a valid ARN of an SNS topic"),
        ("arn:aws:sns:us-east-1:123456789012:on-call", "topics of their own region"),
        (f"{TOPIC}.fifo", "standard topics"),
    ],
)
def test_what_is_neither_an_address_nor_a_topic_of_this_region_is_refused(notify, sentence):
    with pytest.raises(UsageError, match=sentence):
        recipient(application(), notify)


def test_whom_the_alarms_tell():
    assert recipient(application(), TOPIC) == GIVEN
    assert recipient(application(), MAIL) == Recipient(OWN, MAIL)
    assert recipient(application(apis=2), MAIL).topic.endswith(":dragonctl-alarms")


def test_for_an_address_the_topic_is_made_before_what_needs_it():
    made = recipe(AlarmSurvey({}, None), Recipient(OWN, MAIL))
    topic, mail, errors, _ = made.steps
    (created,) = calls(topic, None)
    assert created[0] == "CreateTopic"
    assert json.loads(created[1]["Attributes"]["Policy"]) == publishers(OWN, "aws", REGION, ACCOUNT)
    subscribed = {"TopicArn": OWN, "Protocol": "email", "Endpoint": MAIL}
    assert calls(mail, None) == [("Subscribe", subscribed)]
    assert mail.after == errors.after == (f"sns-topic/{OWN}",)
    assert any("until its link is followed" in note for note in made.notes)


def test_nobody_is_subscribed_twice_and_who_has_not_confirmed_is_named():
    pending = Reading({"subscribed": True}, {"arn": "PendingConfirmation", "pending": True})
    made = recipe(AlarmSurvey({}, OPEN, pending), Recipient(OWN, MAIL))
    assert calls(step_of(made, MAIL), pending) == []
    assert any("has not confirmed yet" in note for note in made.notes)


@pytest.mark.parametrize(
    ("topic", "undo"),
    [(None, Keep("it stays subscribed for as long as the topic is there")), (OPEN, Reverse())],
)
def test_a_subscription_goes_with_the_topic_that_was_made_for_it(topic, undo):
    made = recipe(AlarmSurvey({}, topic), Recipient(OWN, MAIL))
    assert step_of(made, MAIL).undo == undo


def test_a_topic_that_is_there_is_never_touched():
    assert {step.resource.kind for step in recipe(AlarmSurvey({}, CLOSED)).steps} == {
        "cloudwatch-alarm"
    }


@pytest.mark.parametrize(
    ("topic", "key", "warned"),
    [
        (OPEN, "", ()),
        (CLOSED, "", ("does not clearly let CloudWatch alarms publish",)),
        (OPEN, "is encrypted with x", ("Alarms cannot publish to",)),
    ],
)
def test_what_would_not_arrive_is_warned_about(topic, key, warned):
    warnings = recipe(AlarmSurvey({}, topic, None, key)).warnings
    assert len(warnings) == len(warned)
    assert all(words in text for words, text in zip(warned, warnings, strict=True))


def test_a_topic_that_may_not_be_read_is_told_all_the_same():
    made = recipe(AlarmSurvey({}, None, unread="AuthorizationError"))
    assert "is not known" in made.warnings[0]
    assert {step.resource.kind for step in made.steps} == {"cloudwatch-alarm"}


def held(actions=(), ok=(), **changed):
    """An alarm of ours as it stands, with somebody's changes."""
    step = step_of(recipe(AlarmSurvey({}, OPEN)), "list-throttles")
    new = {key: value for key, value in step.wanted(None, {}).items() if "/" not in key}
    told = {f"AlarmActions/{arn}": True for arn in actions}
    return step, Reading({**new, **told, **{f"OKActions/{arn}": True for arn in ok}, **changed})


def test_a_threshold_that_somebody_changed_stays_and_actions_are_added_beside_others():
    step, have = held(actions=["arn:other"], Threshold=50.0)
    ((operation, params),) = calls(step, have)
    assert operation == "PutMetricAlarm"
    assert params["Threshold"] == 50.0
    assert params["AlarmActions"] == ["arn:other", TOPIC]
    assert params["OKActions"] == [TOPIC]


def test_an_alarm_that_tells_the_topic_is_left_alone_even_without_the_message_of_recovery():
    step, have = held(actions=[TOPIC], Threshold=50.0, ActionsEnabled=False)
    assert calls(step, have) == []


def test_five_actions_are_the_limit_and_that_is_said():
    five = [f"arn:{n}" for n in range(5)]
    step, have = held(actions=five, ok=five)
    assert calls(step, have) == []
    raw = {"dragonctl-list-throttles": {"AlarmActions": five, "ActionsEnabled": False}}
    warnings = recipe(AlarmSurvey(raw, OPEN)).warnings
    assert any("AWS's limit" in text for text in warnings)
    assert any("switched off, and stay so" in text for text in warnings)


def test_the_price_is_said_of_new_alarms_only():
    assert any("$0.30 a month" in note for note in recipe(AlarmSurvey({}, OPEN)).notes)
    there = {
        step.resource.name: {"AlarmActions": [TOPIC]}
        for step in recipe(AlarmSurvey({}, OPEN)).steps
    }
    assert not any("month" in note for note in recipe(AlarmSurvey(there, OPEN)).notes)

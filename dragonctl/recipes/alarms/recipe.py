"""The whole of ``setup-alarms``: the topic, who listens to it, the alarms that tell it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.application.nouns import App
from dragonctl.engine.model import Done, Reading, State, Step
from dragonctl.engine.reversal import Keep, Reverse
from dragonctl.recipes.alarms.access import may_publish
from dragonctl.recipes.alarms.definitions import Alarmed, alarms_of, has_full_log
from dragonctl.recipes.alarms.recipients import Recipient, publishers
from dragonctl.recipes.alarms.survey import AlarmSurvey
from dragonctl.recipes.prices import ALARM_METRIC_A_MONTH, PRICES_OF, dollars
from dragonctl.recipes.recipe import Recipe
from dragonctl.resources.cloudwatch_alarm import ACTIONS, MOST_ACTIONS, Alarm
from dragonctl.resources.sns_subscription import Subscription
from dragonctl.resources.sns_topic import Topic

_GOES_ALONG = Keep("it stays subscribed for as long as the topic is there")


def alarms(app: App, known: AlarmSurvey, recipient: Recipient) -> Recipe:
    """The steps that leave the application with alarms which tell ``recipient``. Pure."""
    wanted = tuple(alarms_of(app))
    topic_steps = list(_topic_steps(app, known, recipient))
    needs = tuple(step.resource.identifier for step in topic_steps[:1])
    steps = [Step(one.title, Alarm(one.name), _Wanted(one, recipient), needs) for one in wanted]
    warnings = [*app.warnings, *_topic_warnings(app, known, recipient)]
    warnings += _alarm_warnings(known, wanted, recipient)
    return Recipe(
        (*topic_steps, *steps),
        tuple(warnings),
        (*_listener_notes(known, recipient), *_notes(app, known, wanted)),
    )


@dataclass(frozen=True)
class _Wanted:
    """A new alarm is whole; one that is there only learns whom to tell, as long as it has room."""

    alarm: Alarmed
    recipient: Recipient

    def __call__(self, have: Reading | None, done: Done) -> State:
        fields = {kind: f"{kind}/{self.recipient.topic}" for kind in ACTIONS}
        if have is None:
            return {**self.alarm.settings, **dict.fromkeys(fields.values(), True)}
        if have.state.get(fields["AlarmActions"]):
            return {}  # somebody may have taken the message of recovery away
        return {
            field: True
            for kind, field in fields.items()
            if sum(name.startswith(f"{kind}/") for name in have.state) < MOST_ACTIONS
        }


def _topic_steps(app: App, known: AlarmSurvey, recipient: Recipient) -> Iterator[Step]:
    if not recipient.email:
        return
    topic = Topic(recipient.topic)
    policy = publishers(recipient.topic, app.partition, app.region, app.account)
    new = {"name": topic.name, "policy": policy}
    yield Step(f"SNS topic {topic.name}", topic, _OnlyNew(new))
    yield Step(
        f"Mail to {recipient.email}",
        Subscription(recipient.topic, "email", recipient.email),
        _OnlyNew({"subscribed": True}),
        (topic.identifier,),
        undo=Reverse() if known.topic else _GOES_ALONG,
    )


@dataclass(frozen=True)
class _OnlyNew:
    """What is there is kept as it is."""

    new: State

    def __call__(self, have: Reading | None, done: Done) -> State:
        return self.new if have is None else {}


def _topic_warnings(app: App, known: AlarmSurvey, recipient: Recipient) -> Iterator[str]:
    """Why what the alarms say would not arrive."""
    if known.unread:
        yield (
            f"{recipient.topic} could not be read ({known.unread}): whether alarms may publish"
            " to it is not known."
        )
    if known.topic is None:
        return
    alarm = app.arn("cloudwatch", "alarm:dragonctl-any")
    if not may_publish(known.topic.state["policy"], recipient.topic, app.account, alarm):
        yield (
            f"The policy of {recipient.topic} does not clearly let CloudWatch alarms publish:"
            " nobody may be told. Add to it that the service cloudwatch.amazonaws.com may do"
            f" SNS:Publish where aws:SourceAccount is {app.account}."
        )
    if known.key:
        yield (
            f"Alarms cannot publish to {recipient.topic}: it {known.key}. Encrypt it with a key of"
            " your own whose policy lets cloudwatch.amazonaws.com do kms:Decrypt and"
            " kms:GenerateDataKey*."
        )


def _alarm_warnings(
    known: AlarmSurvey, wanted: tuple[Alarmed, ...], recipient: Recipient
) -> Iterator[str]:
    """What of the alarms that are there keeps them from telling anybody."""
    for one in wanted:
        raw = known.alarms.get(one.name, {})
        actions = raw.get("AlarmActions") or []
        if raw.get("ActionsEnabled") is False:
            yield (
                f"The actions of {one.name} are switched off, and stay so: `aws cloudwatch"
                f" enable-alarm-actions --alarm-names {shlex.quote(one.name)}` switches them on"
            )
        if recipient.topic not in actions and len(actions) >= MOST_ACTIONS:
            yield f"{one.name} tells {MOST_ACTIONS} others already, AWS's limit, and is left so."


def _listener_notes(known: AlarmSurvey, recipient: Recipient) -> Iterator[str]:
    if recipient.email and known.listener is None:
        yield (
            f"AWS sends {recipient.email} a mail: nothing else arrives there until its link is"
            " followed."
        )
    elif known.listener and known.listener.facts["pending"]:
        yield (
            f"{recipient.email} has not confirmed yet: the link is in AWS's mail, and the SNS"
            " console sends it again."
        )


def _notes(app: App, known: AlarmSurvey, wanted: tuple[Alarmed, ...]) -> Iterator[str]:
    quiet = [f"{api.name}/{stage}" for api, stage, raw in app.stages if not has_full_log(raw)]
    if quiet:
        yield (
            f"No alarm on a silent execution log of {', '.join(quiet)}: the log level there is"
            " not INFO (`dragonctl setup-observability`)."
        )
    new = [one for one in wanted if one.name not in known.alarms]
    metrics = sum(one.metrics for one in new)
    if new:
        yield (
            f"{len(new)} new alarm{'s' * (len(new) > 1)} on {metrics} metrics: about"
            f" {dollars(metrics * ALARM_METRIC_A_MONTH)} a month (prices of {PRICES_OF})."
        )

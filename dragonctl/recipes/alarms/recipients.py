"""Whom the alarms tell: an address, over a topic of its own, or a topic that is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dragonctl.application.nouns import App
from dragonctl.errors import UsageError
from dragonctl.recipes.alarms.definitions import alarm_name

_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):sns:(?P<region>[\w-]+):(?P<account>\d{12}):(?P<name>[\w.-]+)"
)
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")


@dataclass(frozen=True)
class Recipient:
    """The topic that alarms tell; ``email`` is who listens to it, "" where it is given."""

    topic: str
    email: str = ""


def recipient(app: App, notify: str) -> Recipient:
    """What ``--notify`` means: a topic's ARN, or an email address. A :class:`UsageError`, else."""
    if notify.startswith("arn:"):
        return Recipient(_given(app, notify))
    if not _EMAIL.fullmatch(notify):
        raise UsageError(
            f"--notify {notify!r} is neither an email address nor the ARN of an SNS topic.",
            "Write --notify you@example.com, or --notify arn:aws:sns:REGION:ACCOUNT:TOPIC.",
        )
    name = alarm_name(*_application(app), "alarms").replace(".", "-")
    return Recipient(app.arn("sns", name), notify)


def _given(app: App, arn: str) -> str:
    found = _ARN.fullmatch(arn)
    if found is None:
        raise UsageError(f"--notify {arn!r} is not a valid ARN of an SNS topic.")
    if found["region"] != app.region:
        raise UsageError(
            f"The topic is in {found['region']}, and alarms in {app.region} tell topics of their"
            " own region.",
            f"Name a topic in {app.region}, or an email address.",
            option="--notify",
        )
    if found["name"].endswith(".fifo"):
        raise UsageError("Alarms tell standard topics, not FIFO topics.", option="--notify")
    return arn


def _application(app: App) -> list[str]:
    """One API's own name; several share a topic."""
    return [app.apis[0].name, app.apis[0].id] if len(app.apis) == 1 else []


def publishers(topic: str, partition: str, region: str, account: str) -> dict[str, Any]:
    """The policy by which CloudWatch alarms of this account, and nobody else, may publish.

    ``aws:SourceAccount`` and ``aws:SourceArn`` keep out alarms of other accounts (AWS: the
    confused deputy problem).
    """
    alarms = f"arn:{partition}:cloudwatch:{region}:{account}:alarm:*"
    statement = {
        "Sid": "CloudWatchAlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": topic,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": alarms},
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}

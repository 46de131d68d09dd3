"""How long `setup-observability` keeps events, and whom it tells."""

from __future__ import annotations

import pytest

from dragonctl.application.nouns import Function
from dragonctl.engine.model import Reading
from dragonctl.errors import UsageError
from dragonctl.recipes.observability import Options
from tests.recipes.observing import (
    ACCOUNT,
    OTHER_GROUP,
    flow,
    groups,
    recipe,
    step,
)


@pytest.mark.parametrize(
    ("have", "options", "days", "warned"),
    [
        (None, Options(), 30, False),
        (None, Options(retention=7), 7, False),
        ({"name": "g", "retentionInDays": None}, Options(), "kept", False),
        ({"name": "g", "retentionInDays": 7}, Options(), "kept", False),
        ({"name": "g", "retentionInDays": 90}, Options(retention=7), 7, True),
        ({"name": "g", "retentionInDays": None}, Options(retention=7), 7, True),
        ({"name": "g", "retentionInDays": 1}, Options(retention=7), 7, False),
    ],
)
def test_retention(have, options, days, warned):
    one = step(recipe(options), "logs-group")
    reading = have and Reading(have)
    assert one.wanted(reading, {}).get("retentionInDays", "kept") == days
    assert bool(list(one.warn(reading))) == warned


@pytest.mark.parametrize(("days", "told"), [(90, True), (7, False), (1, True)])
def test_a_retention_says_whose_events_it_keeps_besides(days, told):
    """Not where it is that already; and where it is longer too: somebody pays for it."""
    raw = {"Role": f"arn:aws:iam::{ACCOUNT}:role/worker", "LoggingConfig": {"LogGroup": "/mine"}}
    known = {"/mine": ("bookings", "mailer")}
    made = recipe(Options(retention=7), function=[Function("work", raw)], strangers=known)
    one = next(one for one in made.steps if one.resource.identifier == "logs-group//mine")
    warned = " ".join(one.warn(Reading({"name": "/mine", "retentionInDays": days})))
    assert ("shared with bookings and mailer" in warned) is told


def test_a_retention_says_that_it_is_not_known_whose_events_it_keeps():
    raw = {"Role": f"arn:aws:iam::{ACCOUNT}:role/worker", "LoggingConfig": {"LogGroup": "/mine"}}
    made = recipe(Options(retention=7), function=[Function("work", raw)], strangers={"/mine": None})
    one = next(one for one in made.steps if one.resource.identifier == "logs-group//mine")
    warned = " ".join(one.warn(Reading({"name": "/mine", "retentionInDays": 1})))
    assert "is not known" in warned


def test_a_group_that_several_write_to_is_one_step():
    stage = {"accessLogSettings": {"destinationArn": OTHER_GROUP.removesuffix(":*")}}
    function = [
        Function(
            name,
            {"Role": f"arn:aws:iam::{ACCOUNT}:role/worker", "LoggingConfig": {"LogGroup": "/mine"}},
        )
        for name in "ab"
    ]
    made = recipe(Options(retention=7), stages={"dev": stage, "prod": stage}, function=function,
                  machine=[flow(group=OTHER_GROUP, level="ALL")])  # fmt: skip
    assert groups(made).count("/mine") == 1


@pytest.mark.parametrize(("have", "days"), [({"retentionInDays": None}, 7), (None, "none")])
def test_an_explicit_retention_reaches_groups_that_nothing_new_is_written_to(have, days):
    said = Options(log_level="OFF", access_log=False, retention=7)
    one = step(recipe(said), "logs-group")
    assert one.resource.name == "API-Gateway-Execution-Logs_a1/prod"
    assert one.wanted(have and Reading(have), {}).get("retentionInDays", "none") == days


def test_a_retention_that_aws_does_not_take_is_refused():
    with pytest.raises(UsageError, match="31"):
        Options(retention=31)

"""``setup-alarms``: who is told when something seems off."""

from __future__ import annotations

from dragonctl.recipes.alarms.recipe import alarms
from dragonctl.recipes.alarms.recipients import Recipient, recipient
from dragonctl.recipes.alarms.survey import AlarmSurvey, survey

__all__ = ["AlarmSurvey", "Recipient", "alarms", "recipient", "survey"]

"""``setup-alarms``: who is told when something seems off."""

from __future__ import annotations

from dragonctl.recipes.alarms.recipe import Recipe, alarms
from dragonctl.recipes.alarms.recipients import Target, target
from dragonctl.recipes.alarms.survey import Survey, survey

__all__ = ["Recipe", "Survey", "Target", "alarms", "survey", "target"]

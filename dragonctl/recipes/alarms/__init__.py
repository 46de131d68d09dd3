"""``setup-alarms``: who is told when something seems off."""

from __future__ import annotations

from dragonctl.recipes.alarms.recipe import Recipe, alarms
from dragonctl.recipes.alarms.survey import Survey, survey
from dragonctl.recipes.alarms.target import Target, target

__all__ = ["Recipe", "Survey", "Target", "alarms", "survey", "target"]

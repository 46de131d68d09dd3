"""``setup-observability``: the steps that make an application observable."""

from dragonctl.recipes.observability.costs import costs
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.recipe import observability
from dragonctl.recipes.observability.survey import Survey, look_ahead, read_account, survey

__all__ = ["Options", "Survey", "costs", "look_ahead", "observability", "read_account", "survey"]

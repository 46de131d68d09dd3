"""``setup-observability``: the steps that make an application observable."""

from dragonctl.recipes.observability.costs import costs
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.recipe import observability
from dragonctl.recipes.observability.survey import Survey, read_account, stage_groups, survey

__all__ = ["Options", "Survey", "costs", "observability", "read_account", "stage_groups", "survey"]

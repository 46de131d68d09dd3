"""``setup-observability``: the steps that make an application observable."""

from dragonctl.recipes.observability.costs import costs
from dragonctl.recipes.observability.options import Options
from dragonctl.recipes.observability.recipe import observability
from dragonctl.recipes.observability.survey import (
    ObservabilitySurvey,
    prefetch_account,
    prefetch_groups,
    prefetch_shared,
    read_account,
    survey,
)

__all__ = [
    "ObservabilitySurvey",
    "Options",
    "costs",
    "observability",
    "prefetch_account",
    "prefetch_groups",
    "prefetch_shared",
    "read_account",
    "survey",
]

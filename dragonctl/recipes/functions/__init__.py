"""``deploy-function``: the steps that bring code to Lambda functions, traced."""

from dragonctl.recipes.functions.creation import Place
from dragonctl.recipes.functions.options import Code, Options
from dragonctl.recipes.functions.recipe import Deployment, deploy
from dragonctl.recipes.functions.sight import Sight, look

__all__ = ["Code", "Deployment", "Options", "Place", "Sight", "deploy", "look"]

"""The application of a folder's ``definitions/``: what to create, what may be deleted again."""

from dragonctl.recipes.sample.creation import Zip, Zips, creation
from dragonctl.recipes.sample.deletion import deletion, leftovers
from dragonctl.recipes.sample.manifest import Manifest, load
from dragonctl.recipes.sample.ownership import missing_functions, refuse_foreign

__all__ = [
    "Manifest",
    "Zip",
    "Zips",
    "creation",
    "deletion",
    "leftovers",
    "load",
    "missing_functions",
    "refuse_foreign",
]

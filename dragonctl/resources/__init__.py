"""The kinds of things in AWS, one file each: how a thing is read, which calls change it."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from dragonctl.engine.model import Resource


def known_kinds() -> Mapping[str, type[Resource]]:
    """Every kind by its name. A kind is known once its file is imported: here all of them are."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return Resource.kinds

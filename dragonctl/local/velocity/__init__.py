"""Apache Velocity 1.7 as API Gateway runs it: a parser, an evaluator, and Java's own methods.

airspeed-ext, the one kept implementation for Python, takes what it does not know for nothing:
methods that it lacks answer empty text, conditions on them hold. Here a name is either done as
Java and Velocity do it (Apache Velocity 1.7, "Velocity User Guide" and "VTL Reference"), or refused
by name with a :class:`TemplateError`.

One departure of API Gateway's: what a reference does not find prints as nothing, not as the
reference's own text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dragonctl.local.velocity.errors import TemplateError

if TYPE_CHECKING:
    from dragonctl.local.velocity.blocks import Template

__all__ = ["TemplateError", "render"]


def render(text: str, names: Mapping[str, Any]) -> str:
    """The text that a template makes of these names.

    Values are Python's for JSON, :mod:`.java`'s collections, and objects whose methods are
    ``velocity_methods()`` (name -> callable). What the template sets is set in a copy of ``names``.

    Raises:
        TemplateError: the template cannot be parsed, asks for what is not done, or fails as Java
            fails; the message names what.

    """
    return _compiled(text).rendered(names)


@lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    from dragonctl.local.velocity.parser import parse

    return parse(text)

"""The words of an audit: a control, and what it says of one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Shown = Mapping[str, Any]
"""A thing as AWS describes it, and its fields as dragonctl names them (``*/*/logging/loglevel``).

The fields win: those of a plan tell how the thing will stand.
"""


@dataclass(frozen=True)
class ControlFinding:
    """One control about one thing (an identifier).

    ``met`` is None where that is not known or does not apply. ``fix`` is the command that meets
    it, else ``why`` says why dragonctl does not, or what is not known; ``look`` is the command
    that shows what was not judged.
    """

    control: str
    title: str
    resource: str
    met: bool | None
    fix: str = ""
    why: str = ""
    look: str = ""

    def document(self) -> dict[str, Any]:
        """The item of ``controls.findings``."""
        return {
            "control": self.control,
            "title": self.title,
            "resource": self.resource,
            "met": self.met,
            "fix": self.fix or None,
            "why": self.why or None,
            "look": self.look or None,
        }


@dataclass(frozen=True)
class Control:
    """One rule: by which ids it is known, what it asks, and how a thing that is shown is judged.

    ``judge`` gives None where what is shown does not tell, or nothing is asked of such a thing;
    ``words`` are those of the command that meets it, ``why`` says why there is none, ``unjudged``
    why it is not judged, and ``look`` is the command of the AWS CLI that shows what it asks for.
    Braces in it name the thing (``{function}``).
    """

    ids: tuple[str, ...]
    title: str
    judge: Callable[[Shown], bool | None]
    words: tuple[str, ...] = ()
    why: str = ""
    unjudged: str = ""
    look: str = ""

"""How it is found out what becomes of each member of an operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.local.members.world import World

Members = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """Members that are set all at once, and read back equal.

    ``about`` names what is made or changed, and what it needs: the answer is that it is there.
    ``read`` returns what is shown, by the members' names; ``elsewhere`` names the test of each
    member that needs more than this.
    """

    told: Callable[[World], Members]
    read: Callable[[World], Members] = lambda _: {}
    about: Callable[[World], Members] = lambda _: {}
    elsewhere: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """Members of a reading operation: with each the answer is another than without, and known."""

    about: Callable[[World], Members]
    answers: dict[str, Callable[[World], tuple[Members, Callable[[Any], Any], Any]]] = field(
        default_factory=dict
    )
    elsewhere: dict[str, str] = field(default_factory=dict)

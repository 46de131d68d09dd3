"""Lines that API Gateway writes twice: those of a canary, into the stage's group and its own."""

from __future__ import annotations

from collections.abc import Iterable

from dragonctl.resources.log_group_names import canary_group
from dragonctl.telemetry.logs.events import LogEvent

_SUFFIX = canary_group("")
REMEMBERED = 10_000
"""Lines of stages with a canary that are remembered: the two groups may come that far apart."""


class Copies:
    """Tells the second of two such lines, of groups that are read together."""

    def __init__(self, groups: Iterable[str]) -> None:
        """``groups``: the names of all that are read."""
        names = set(groups)
        own = {name for name in names if canary_group(name) in names}
        self.groups = own | {canary_group(name) for name in own}
        self.seen: dict[int, str] = {}

    def is_first(self, event: LogEvent) -> bool:
        """Whether the line has not come from the other group; what a group repeats is kept."""
        if event.group not in self.groups:
            return True
        key = hash((event.group.removesuffix(_SUFFIX), event.time_ms, event.text))
        if len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]
        return self.seen.setdefault(key, event.group) == event.group

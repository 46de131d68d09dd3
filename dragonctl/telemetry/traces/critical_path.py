"""The critical path of a trace: the segments without which it would have ended earlier.

From the end of a segment backwards: its child that ended last, what that child waited for, then
the child that ended last before that one began, and so on (as Jaeger and Google's Dapper tools
work it out). What goes on when its caller has ended, as an event that is handled later, delays
nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dragonctl.telemetry.traces.segments import Segment

_TOLERANCE = 0.001
"""Seconds that clocks and rounding may put a child beyond the end of its caller."""


def critical_path(roots: Iterable[Segment]) -> set[str]:
    """The ids of the segments on it, beginning with the root that lasted longest."""
    waiting = [max(roots, key=_length)] if (roots := list(roots)) else []
    found: set[str] = set()
    while waiting:
        segment = waiting.pop()
        found.add(segment.id)
        waiting.extend(_waited_for(segment))
    return found


def _waited_for(segment: Segment) -> Iterator[Segment]:
    """The children that a segment waited for, the last first."""
    until = _end(segment)
    for child in sorted(segment.children, key=_end, reverse=True):
        if _end(child) <= until + _TOLERANCE:
            yield child
            until = min(until, child.start)


def _end(segment: Segment) -> float:
    """When it ended; what has not ended counts as later than all."""
    return float("inf") if segment.end is None else segment.end


def _length(segment: Segment) -> float:
    return _end(segment) - segment.start

"""Traces counted by one of their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from dragonctl.telemetry.traces.segments import Status
from dragonctl.telemetry.traces.summaries import Summary

LATENCIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Upper edges, in seconds, of the columns of a response-time distribution; the last is open."""


@dataclass(frozen=True, slots=True)
class Group:
    """Traces that share a value: how many, which share of all, how fast, how well.

    ``statuses`` counts ok, error, throttle and fault; ``latencies`` counts response times up to
    each edge of ``LATENCIES`` and beyond.
    """

    value: str
    count: int
    share: float
    average: float | None
    statuses: dict[Status, int]
    latencies: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """The group as plain JSON."""
        return asdict(self)


GROUPINGS: dict[str, Callable[[Summary], Iterable[str]]] = {
    "url": lambda summary: [summary.url],
    "status": lambda summary: ["" if summary.code is None else str(summary.code)],
    "method": lambda summary: [summary.method],
    "user": lambda summary: summary.users or [""],
    "user-agent": lambda summary: [summary.user_agent],
    "client-ip": lambda summary: [summary.client_ip],
}
"""What traces can be grouped by -> the values of a trace; a trace may have several users."""


def grouped(found: Iterable[Summary], by: str) -> list[Group]:
    """Groups by one of ``GROUPINGS``, the largest first; a missing value is ``""``."""
    values, total = GROUPINGS[by], 0
    members: dict[str, list[Summary]] = {}
    for summary in found:
        total += 1
        for value in values(summary):
            members.setdefault(value, []).append(summary)
    groups = [_group(value, traces, total) for value, traces in members.items()]
    return sorted(groups, key=lambda group: (-group.count, group.value))


def _group(value: str, traces: list[Summary], total: int) -> Group:
    times = [trace.response_time for trace in traces if trace.response_time is not None]
    counts = Counter(trace.status for trace in traces)
    columns = [0] * (len(LATENCIES) + 1)
    for time in times:
        columns[sum(time > edge for edge in LATENCIES)] += 1
    average = sum(times) / len(times) if times else None
    return Group(value, len(traces), len(traces) / total, average, dict(counts), tuple(columns))

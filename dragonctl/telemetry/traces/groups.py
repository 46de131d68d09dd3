"""Traces counted by one of their values: how many, how well, how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dragonctl.telemetry.traces.percentiles import percentile
from dragonctl.telemetry.traces.routes import Routes
from dragonctl.telemetry.traces.segments import Status, value_text
from dragonctl.telemetry.traces.summaries import Summary

LATENCIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Upper edges, in seconds, of the columns of a response-time distribution; the last is open."""

ANNOTATION = "annotation:"
"""What stands before the name of an annotation that traces are grouped by."""

Values = Callable[[Summary], Sequence[str]]
"""From a trace to what it is counted under; it may be several. "": it has no such value."""


@dataclass(frozen=True, slots=True)
class Group:
    """Traces that share a value: how many, which share of all, how fast, how well.

    ``errors`` counts those that bear a mark, ``statuses`` each mark. Times are seconds, of the
    traces that have ended; ``latencies`` counts them up to each edge of ``LATENCIES`` and beyond.
    """

    value: str
    count: int
    share: float
    errors: int
    average: float | None
    p50: float | None
    p90: float | None
    p99: float | None
    statuses: dict[Status, int]
    latencies: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """The group as plain JSON."""
        return asdict(self)


_VALUES: dict[str, Values] = {
    "url": lambda summary: [summary.url],
    "status": lambda summary: ["" if summary.code is None else str(summary.code)],
    "method": lambda summary: [summary.method],
    "user": lambda summary: summary.users,
    "user-agent": lambda summary: [summary.user_agent],
    "client-ip": lambda summary: [summary.client_ip],
    "root-cause": lambda summary: summary.root_causes,
}
GROUPINGS = ("route", *_VALUES)
"""What traces can be grouped by, besides their annotations."""


def grouped(found: Iterable[Summary], by: str, routes: Routes | None = None) -> list[Group]:
    """Groups by one of ``GROUPINGS`` or ``annotation:NAME``, the largest first.

    A trace with several values (users, annotations, root causes) counts under each.
    """
    values, total = _values_of(by, routes or Routes()), 0
    members: dict[str, list[Summary]] = {}
    for summary in found:
        total += 1
        for value in dict.fromkeys(values(summary) or [""]):
            members.setdefault(value, []).append(summary)
    groups = [_group(value, traces, total) for value, traces in members.items()]
    return sorted(groups, key=lambda group: (-group.count, group.value))


def _values_of(by: str, routes: Routes) -> Values:
    if by == "route":
        return lambda summary: [routes.route(summary.method, summary.url)]
    if by.startswith(ANNOTATION):
        wanted = by.removeprefix(ANNOTATION)
        return lambda summary: [
            value_text(value) for name, value in summary.annotations if name == wanted
        ]
    return _VALUES[by]


def _group(value: str, traces: list[Summary], total: int) -> Group:
    times = sorted(trace.response_time for trace in traces if trace.response_time is not None)
    counts = Counter(trace.status for trace in traces)
    columns = [0] * (len(LATENCIES) + 1)
    for time in times:
        columns[sum(time > edge for edge in LATENCIES)] += 1
    return Group(
        value, len(traces), len(traces) / total,
        sum(counts[status] for status in ("error", "throttle", "fault")),
        sum(times) / len(times) if times else None,
        percentile(times, 0.5), percentile(times, 0.9), percentile(times, 0.99),
        dict(counts), tuple(columns),
    )  # fmt: skip

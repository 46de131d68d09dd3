"""The service graph: nodes and edges with their figures, counted from traces."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dragonctl.local.xray.compiled import Segment, Trace

Key = tuple[str, str]
"""A service's name and type."""
CLIENT = "client"


@dataclass
class Figures:
    """What was counted of a node or an edge."""

    first: float = float("inf")
    last: float = 0.0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    histogram: Counter[float] = field(default_factory=Counter)

    def add(self, segment: Segment) -> None:
        """Count one request."""
        self.first = min(self.first, segment.start)
        self.last = max(self.last, segment.end)
        self.seconds += segment.seconds
        self.counts[_outcome(segment)] += 1
        self.histogram[round(segment.seconds, 3)] += 1

    def document(self) -> dict[str, Any]:
        """``SummaryStatistics``, ``ResponseTimeHistogram`` and the times, as X-Ray answers."""
        counts = self.counts
        errors = {
            "ThrottleCount": counts["throttle"],
            "OtherCount": counts["error"],
            "TotalCount": counts["throttle"] + counts["error"],
        }
        faults = {"OtherCount": counts["fault"], "TotalCount": counts["fault"]}
        return {
            "StartTime": datetime.fromtimestamp(self.first, UTC),
            "EndTime": datetime.fromtimestamp(self.last, UTC),
            "SummaryStatistics": {
                "OkCount": counts["ok"],
                "ErrorStatistics": errors,
                "FaultStatistics": faults,
                "TotalCount": counts.total(),
                "TotalResponseTime": self.seconds,
            },
            "ResponseTimeHistogram": [
                {"Value": value, "Count": count} for value, count in sorted(self.histogram.items())
            ],
        }


def _outcome(segment: Segment) -> str:
    for flag in ("fault", "throttle", "error"):
        if segment.flag(flag):
            return flag
    return "ok"


def graph(account: str, traces: Iterable[Trace]) -> list[dict[str, Any]]:
    """``Services`` of GetServiceGraph and GetTraceGraph.

    Whoever began a trace stands before it as a node of type ``client``.
    """
    nodes: dict[Key, Figures] = defaultdict(Figures)
    edges: dict[tuple[Key, Key], Figures] = defaultdict(Figures)
    roots: set[Key] = set()
    for trace in traces:
        by_id = {one.document["id"]: one for one in trace.segments}
        for segment in trace.segments:
            key = (segment.name, segment.type)
            nodes[key].add(segment)
            caller = by_id.get(segment.caller or "")
            if caller is not None:
                edges[(caller.name, caller.type), key].add(segment)
            else:
                roots.add(key)
                client = (segment.name, CLIENT)
                nodes[client].add(segment)
                edges[client, key].add(segment)
    numbers = {key: number for number, key in enumerate(nodes)}
    return [
        _service(account, key, numbers, figures, edges, root=key in roots)
        for key, figures in nodes.items()
    ]


def _service(
    account: str,
    key: Key,
    numbers: dict[Key, int],
    figures: Figures,
    edges: dict[tuple[Key, Key], Figures],
    *,
    root: bool,
) -> dict[str, Any]:
    name, kind = key
    document = figures.document()
    outgoing = [
        {"ReferenceId": numbers[target], **found.document(), "Aliases": []}
        for (source, target), found in edges.items()
        if source == key
    ]
    node = {
        "ReferenceId": numbers[key],
        "Name": name,
        "Names": [name],
        "Type": kind,
        "State": "unknown" if kind == CLIENT else "active",
        "StartTime": document["StartTime"],
        "EndTime": document["EndTime"],
        "Edges": outgoing,
    }
    if kind == CLIENT:
        return node
    with_histogram = {**document, "DurationHistogram": document["ResponseTimeHistogram"]}
    return {**node, **with_histogram, "AccountId": account, "Root": root}

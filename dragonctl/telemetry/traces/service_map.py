"""The service map: nodes and edges of an application with their figures, over any time.

Source: ``GetServiceGraph`` in the X-Ray API reference; it takes windows of at most six hours and
numbers the nodes anew in each answer, so windows are merged by name and type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import NEXT_TOKEN, follow
from dragonctl.masking import masked_by_form
from dragonctl.telemetry.traces.belonging import Parts
from dragonctl.telemetry.traces.summaries import windows

CLIENT = "client"
"""The type of whoever calls the first part of a trace."""

Key = tuple[str, str, str]
"""Name, type and account: what a node is called in every window."""


@dataclass(slots=True)
class Figures:
    """Counts of requests by their outcome, their total time in seconds, and the histogram.

    A negative time, of segments that ended before they began, counts as none.

    ``error`` is 4xx without 429, ``throttle`` 429, ``fault`` 5xx. ``histogram`` maps a response
    time in seconds to how many had it.
    """

    requests: int = 0
    ok: int = 0
    error: int = 0
    throttle: int = 0
    fault: int = 0
    total_time: float = 0.0
    histogram: dict[float, int] = field(default_factory=dict)

    @property
    def average(self) -> float | None:
        """The mean response time in seconds; None where none was measured."""
        measured = self.total_time or self.histogram
        return self.total_time / self.requests if measured and self.requests else None

    def percentile(self, share: float) -> float | None:
        """The response time that ``share`` (0 to 1) of the requests kept to, from the histogram."""
        total = sum(self.histogram.values())
        reached = 0
        for value in sorted(self.histogram):
            reached += self.histogram[value]
            if total and reached >= share * total:
                return value
        return None

    def share(self, outcome: str) -> float:
        """The share, 0 to 1, of ``ok``, ``error``, ``throttle`` or ``fault``."""
        count: int = getattr(self, outcome)
        return count / self.requests if self.requests else 0.0

    def add(self, item: dict[str, Any]) -> None:
        """Count a node or an edge of one window in."""
        statistics = item.get("SummaryStatistics") or {}
        errors = statistics.get("ErrorStatistics") or {}
        throttled = int(errors.get("ThrottleCount") or 0)
        self.requests += int(statistics.get("TotalCount") or 0)
        self.ok += int(statistics.get("OkCount") or 0)
        self.throttle += throttled
        self.error += max(0, int(errors.get("TotalCount") or 0) - throttled)
        self.fault += int((statistics.get("FaultStatistics") or {}).get("TotalCount") or 0)
        self.total_time += max(0.0, float(statistics.get("TotalResponseTime") or 0))
        for entry in item.get("ResponseTimeHistogram") or item.get("DurationHistogram") or ():
            value = max(0.0, float(entry.get("Value") or 0))
            self.histogram[value] = self.histogram.get(value, 0) + int(entry.get("Count") or 0)

    def document(self) -> dict[str, Any]:
        """The figures as plain JSON, times in seconds and shares from 0 to 1."""
        shares = {name: self.share(name) for name in ("ok", "error", "throttle", "fault")}
        return {
            "requests": self.requests,
            "average": self.average,
            "p50": self.percentile(0.5),
            "p95": self.percentile(0.95),
            "shares": shares,
            "histogram": [
                {"value": value, "count": count} for value, count in sorted(self.histogram.items())
            ],
        }


@dataclass(slots=True, eq=False)
class Node:
    """A service: ``type`` is X-Ray's (``AWS::Lambda::Function``, ``client``, ``Database::SQL``)."""

    key: Key
    names: tuple[str, ...]
    root: bool = False
    figures: Figures = field(default_factory=Figures)

    @property
    def name(self) -> str:
        """The node's name as X-Ray shows it."""
        return self.key[0]

    @property
    def type(self) -> str:
        """X-Ray's type of the node; "" for a remote host."""
        return self.key[1]

    def is_of(self, parts: Parts) -> bool:
        """Whether the node is one of an application's parts; clients are called after them."""
        account = self.key[2]
        return self.type != CLIENT and any(parts.takes(name, account) for name in self.names)

    def document(self) -> dict[str, Any]:
        """The node as plain JSON."""
        name, kind, account = self.key
        return {
            "name": name, "type": kind, "account": account, "root": self.root,
            **self.figures.document(),
        }  # fmt: skip


@dataclass(slots=True, eq=False)
class Edge:
    """Calls from one node to another. ``kind`` is X-Ray's edge type; "" for a plain call."""

    source: Key
    target: Key
    kind: str = ""
    figures: Figures = field(default_factory=Figures)

    def document(self) -> dict[str, Any]:
        """The edge as plain JSON."""
        return {
            "source": list(self.source), "target": list(self.target), "kind": self.kind,
            **self.figures.document(),
        }  # fmt: skip


@dataclass(slots=True)
class ServiceMap:
    """Nodes and edges by their keys; ``start`` and ``end`` in seconds since the epoch."""

    start: float
    end: float
    nodes: dict[Key, Node] = field(default_factory=dict)
    edges: dict[tuple[Key, Key], Edge] = field(default_factory=dict)

    def add_missing(self, services: list[dict[str, Any]], parts: Parts) -> int:
        """Take in the nodes and edges of another graph that this one lacks; how many nodes."""
        other = ServiceMap(self.start, self.end)
        _merge(other, services)
        other = other.only(parts)
        _fill_callers(other)
        added = other.nodes.keys() - self.nodes.keys()
        self.nodes = {**other.nodes, **self.nodes}
        self.edges = {**other.edges, **self.edges}
        return len(added)

    def only(self, parts: Parts) -> ServiceMap:
        """The application's parts, what they call, and the clients that call them.

        What a called queue or topic then triggers belongs to another application, and so do the
        functions and machines that a stage calls which are only those of an API of its name.
        """
        own = {key for key, node in self.nodes.items() if node.is_of(parts)}
        calls = {
            pair
            for pair in self.edges
            if (pair[0] in own and not self._is_anothers(*pair, parts))
            or (pair[1] in own and self.nodes[pair[0]].type == CLIENT)
        }
        kept = own.union(*calls)
        calls |= {pair for pair in self.edges if pair[0] in kept - own and pair[1] in own}
        return ServiceMap(
            self.start,
            self.end,
            {key: node for key, node in self.nodes.items() if key in kept},
            {pair: edge for pair, edge in self.edges.items() if pair in calls},
        )

    def _is_anothers(self, source: Key, target: Key, parts: Parts) -> bool:
        """Whether a stage that shares its name calls a function or machine that is not ours."""
        kind = self.nodes[target].type.lower()
        is_part = "::lambda" in kind or "::stepfunctions" in kind
        shared = is_part and any(source[0] == name for name, _ in parts.shared)
        return shared and not self.nodes[target].is_of(parts)

    def document(self) -> dict[str, Any]:
        """The map as plain JSON."""
        return {
            "start": self.start,
            "end": self.end,
            "nodes": [node.document() for node in self.nodes.values()],
            "edges": [edge.document() for edge in self.edges.values()],
        }


def service_map(
    fetch: Fetch, start: float, end: float, parts: Parts | None = None, workers: int = 4
) -> ServiceMap:
    """The map between two times (seconds), of an application's parts or of all.

    X-Ray's graph has no ids, so what bears a stage's name from before its API was made is left
    out by its time: it is of an API that was deleted since.
    """
    whole = ServiceMap(start, end)
    pieces = list(_pieces(start, end, parts))
    with ThreadPoolExecutor(workers, thread_name_prefix="map") as pool:
        found = pool.map(lambda piece: _window(fetch, *piece), pieces)
        for (begin, _), services in zip(pieces, found, strict=True):
            _merge(whole, _without(services, parts.not_yet_made(begin)) if parts else services)
    shown = whole if parts is None else whole.only(parts)
    _fill_callers(shown)
    return shown


def _pieces(start: float, end: float, parts: Parts | None) -> Iterator[tuple[float, float]]:
    """The windows that X-Ray accepts, cut where an API of the application was made."""
    made = {time for _, time in parts.made} if parts else set[float]()
    edges = sorted({start, end, *(time for time in made if start < time < end)})
    for begin, finish in reversed(list(pairwise(edges))):
        yield from windows(begin, finish)


def _without(services: list[dict[str, Any]], names: frozenset[str]) -> list[dict[str, Any]]:
    """A graph without the stages of these names, and without what only they lead to."""
    callers: dict[Any, set[Any]] = {}
    for service in services:
        for edge in service.get("Edges") or ():
            callers.setdefault(edge.get("ReferenceId"), set()).add(service.get("ReferenceId"))
    gone = {one.get("ReferenceId") for one in services if names.intersection(_names(one))}
    while more := {at for at, by in callers.items() if by <= gone} - gone:
        gone |= more
    return [one for one in services if one.get("ReferenceId") not in gone]


def _window(fetch: Fetch, start: float, end: float) -> list[dict[str, Any]]:
    found = follow(
        partial(fetch, "xray", "GetServiceGraph"), NEXT_TOKEN, StartTime=start, EndTime=end
    )
    return [service for page in found for service in page.get("Services") or ()]


def _merge(whole: ServiceMap, services: list[dict[str, Any]]) -> None:
    keys = {service.get("ReferenceId"): _key(service) for service in services}
    for service in services:
        key = _key(service)
        node = whole.nodes.setdefault(key, Node(key, tuple(_names(service))))
        node.root = node.root or bool(service.get("Root"))
        node.figures.add(service)
        for item, target in _edges(service, keys):
            edge = whole.edges.setdefault((key, target), Edge(key, target))
            edge.kind = edge.kind or str(item.get("EdgeType") or "")
            edge.figures.add(item)


def _edges(service: dict[str, Any], keys: dict[Any, Key]) -> Iterator[tuple[dict[str, Any], Key]]:
    for item in service.get("Edges") or ():
        target = keys.get(item.get("ReferenceId"))
        if target is not None:
            yield item, target


def _key(service: dict[str, Any]) -> Key:
    names = _names(service)
    return (
        names[0] if names else "?",
        str(service.get("Type") or ""),
        str(service.get("AccountId") or ""),
    )


def _names(service: dict[str, Any]) -> list[str]:
    listed: Iterable[Any] = service.get("Names") or ()
    names = (masked_by_form(str(name)) for name in (service.get("Name"), *listed) if name)
    return list(dict.fromkeys(names))


def _fill_callers(whole: ServiceMap) -> None:
    """A client bears no figures of its own: its requests are those of its edges."""
    silent = {key for key, node in whole.nodes.items() if not node.figures.requests}
    for (source, _), edge in whole.edges.items():
        if source in silent and whole.nodes[source].type == CLIENT:
            whole.nodes[source].figures.requests += edge.figures.requests

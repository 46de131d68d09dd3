"""One request through every log: the ids that link its lines, learnt from the lines themselves.

An access log line joins API Gateway's request id to an X-Ray trace id; a function's REPORT line
joins that trace id to its own request id; API Gateway's execution log names the execution that it
started. Starting from any of them, the others are found in a few looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from dragonctl.telemetry.fetching import Fetch
from dragonctl.telemetry.logs.events import LogEvent, LogGroup, Report, in_order, read
from dragonctl.telemetry.logs.lines import TRACE, UUID, recognise

LOOKS = 5
"""Looks at most: request id, then trace id, then the functions' ids, then nothing new."""

MOST = 20_000
"""Lines kept of one request: more than a request writes, less than memory notices."""

MARGIN_MS = 15 * 60 * 1000
"""How far from its lines found so far a request's other lines can be (a function's time-out)."""

_ID = re.compile(rf"(?:{UUID}|{TRACE}|arn:aws[\w-]*:states:.+:.+|[A-Za-z0-9+/_-]{{10,}}={{0,2}})")
_KEPT = 60  # a filter pattern holds up to 1,024 characters; each id takes about forty


@dataclass
class Trail:
    """The ids of one request known so far; it admits the lines that bear one and learns more."""

    ids: set[str]
    events: dict[str, LogEvent] = field(default_factory=dict)

    @classmethod
    def of(cls, ident: str) -> Trail:
        """The trail of a request id, extended request id, execution ARN or trace id."""
        return cls({trace_root(ident)})

    def pattern(self) -> str:
        """A filter pattern for lines that hold any of the ids; within CloudWatch's length."""
        terms: list[str] = []
        for ident in sorted(self.ids)[:_KEPT]:
            term = '?"{}"'.format(ident.replace("\\", "").replace('"', ""))
            if sum(len(known) + 1 for known in terms) + len(term) > 1024:  # noqa: PLR2004 (AWS)
                break
            terms.append(term)
        return terms[0][1:] if len(terms) == 1 else " ".join(terms)

    def admits(self, event: LogEvent) -> bool:
        """Whether a line belongs to the request; if so its ids join the trail."""
        if not any(ident in event.text for ident in self.ids):
            return False
        self.ids |= {trace_root(ident) for ident in recognise(event.text).ids}
        return True

    def trace_ids(self) -> list[str]:
        """The X-Ray trace ids on the trail."""
        return sorted(ident for ident in self.ids if re.fullmatch(TRACE, ident))

    def executions(self) -> list[str]:
        """The execution ARNs on the trail."""
        return sorted(ident for ident in self.ids if is_execution(ident))


def trace_root(ident: str) -> str:
    """An id as logs hold it: of a trace header (``Root=1-…;Parent=…``) the trace id alone."""
    found = re.search(TRACE, ident) if ident.startswith(("Root=", "Self=")) else None
    return found[0] if found else ident.strip()


def is_execution(ident: str) -> bool:
    """Whether an id is the ARN of a standard or express execution."""
    return ident.startswith("arn:") and ident.split(":")[5:6] in (["execution"], ["express"])


def is_trace(ident: str) -> bool:
    """Whether an id is an X-Ray trace id, bare or in a trace header."""
    return bool(re.fullmatch(TRACE, trace_root(ident)))


def looks_like_id(text: str) -> bool:
    """Whether a text can be one of the ids that link lines."""
    return bool(_ID.fullmatch(trace_root(text)))


def request_events(
    fetch: Fetch,
    groups: Iterable[LogGroup],
    ident: str,
    start_ms: int,
    end_ms: int | None,
    *,
    report: Report,
) -> tuple[Trail, list[LogEvent]]:
    """Every line of one request, from all groups, in order; and the ids that link them.

    A function's lines without an id (what it prints) are taken from between the START and the
    REPORT of its own stream: one stream serves one request at a time (Lambda developer guide).
    """
    trail, told, watched = Trail.of(ident), set[str](), list(groups)

    def once(problem: Any) -> None:
        if problem.group.name not in told:
            told.add(problem.group.name)
            report(problem)

    for _ in range(LOOKS):
        known = set(trail.ids)
        open_groups = [group for group in watched if group.name not in told]
        found = read(
            fetch, open_groups, start_ms, end_ms,
            report=once, pattern=trail.pattern(), admits=trail.admits,
        )  # fmt: skip
        trail.events.update({_key(event): event for event in islice(found, MOST)})
        if trail.ids == known:
            break
        if trail.events:
            start_ms, end_ms = _near(trail.events.values(), start_ms, end_ms)
    for event in _unmarked(fetch, watched, trail, once):
        trail.events.setdefault(_key(event), event)
    return trail, sorted(trail.events.values(), key=in_order)


def _key(event: LogEvent) -> str:
    return f"{event.group} {event.id or (event.stream, event.time_ms, event.text)}"


def _near(events: Iterable[LogEvent], start_ms: int, end_ms: int | None) -> tuple[int, int | None]:
    """The stretch of time that a request whose lines are these can have touched."""
    times = [event.time_ms for event in events]
    latest = max(times) + MARGIN_MS
    return max(start_ms, min(times) - MARGIN_MS), min(latest, end_ms) if end_ms else latest


def _unmarked(
    fetch: Fetch, groups: list[LogGroup], trail: Trail, report: Report
) -> Iterable[LogEvent]:
    """The lines that functions wrote during the request without naming it."""
    of_name = {group.name: group for group in groups}
    for (name, stream), (first, last) in _invocations(trail.events.values()).items():
        group = of_name[name]
        lines = read(
            fetch, [group], first, last, report=report,
            admits=lambda event, stream=stream: event.stream == stream,  # type: ignore[misc]
        )  # fmt: skip
        yield from islice(_between(lines, trail.ids), MOST)


def _invocations(events: Iterable[LogEvent]) -> dict[tuple[str, str], tuple[int, int]]:
    """(group, stream) of functions -> first and last time of the request's own lines there."""
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for event in events:
        if event.source == "functions":
            place = (event.group, event.stream)
            first, last = spans.get(place, (event.time_ms, event.time_ms))
            spans[place] = (min(first, event.time_ms), max(last, event.time_ms))
    return spans


def _between(lines: Iterable[LogEvent], ids: set[str]) -> Iterable[LogEvent]:
    """The lines of one stream from a START, or the first line with an id, to the REPORT."""
    inside = False
    for event in lines:
        named = any(ident in event.text for ident in ids)
        shape = recognise(event.text)
        if shape.kind == "boundary" and "START" in event.text.upper()[:40]:
            inside = named
        inside = inside or named
        if inside:
            yield event
        if shape.kind == "report":
            inside = False

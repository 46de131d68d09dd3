"""One request through every log: the ids that link its lines, learnt from the lines themselves.

An access log line joins API Gateway's request id to an X-Ray trace id; a function's REPORT line
joins that trace id to its own request id; API Gateway's execution log names the execution that it
started. Starting from any of them, the others are found in a few looks.

A line that names another request belongs to that one, whatever else it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from dragonctl.application.log_groups import LogGroup
from dragonctl.engine.model import Fetch
from dragonctl.telemetry.ids import TRACE, is_execution, is_express, trace_root, w3c_form
from dragonctl.telemetry.logs.access import ids_of, read_access
from dragonctl.telemetry.logs.events import LogEvent, Report
from dragonctl.telemetry.logs.lines import Line, recognise
from dragonctl.telemetry.logs.merging import read
from dragonctl.telemetry.requests.surroundings import surroundings

LOOKS = 6
"""Looks at most: request id, then trace id, then the functions' ids, then nothing new."""

MOST = 20_000
"""Lines kept of one request: more than a request writes, less than memory notices."""

MARGIN_MS = 15 * 60 * 1000
"""How far from its lines found so far a request's other lines can be (a function's time-out)."""

STARTED_WITHIN_MS = 5_000
"""How far clocks and log times may lie apart for an execution to have been started by a request."""

_KEPT = 60  # a filter pattern holds up to 1,024 characters; each id takes about forty
_ANSWER = re.compile(r"Endpoint response body")

Learn = Callable[["Trail"], None]
"""Told after each look; may add ids that other services know (histories, traces)."""


@dataclass
class Trail:
    """The ids of one request known so far; it admits the lines that bear one and learns more.

    ``asked`` is the id that was asked for, ``formats`` the formats of access logs by group.
    ``mentioned`` are executions that its lines speak of: a request that looks at an execution has
    not started it, so they join only when something else says so. ``apart`` are other requests to
    an API that share its trace.
    """

    ids: set[str]
    asked: str = ""
    formats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    events: dict[str, LogEvent] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, ident: str, groups: Iterable[LogGroup] = ()) -> Trail:
        """The trail of a request id, extended request id, execution ARN or trace id."""
        root = trace_root(ident)
        return cls({root}, root, {group.name: group.formats for group in groups if group.formats})

    def pattern(self) -> str:
        """A filter pattern for lines that hold any of the ids; within CloudWatch's length."""
        terms: list[str] = []
        for ident in self._spellings():
            term = '?"{}"'.format(ident.replace("\\", "").replace('"', ""))
            if sum(len(known) + 1 for known in terms) + len(term) > 1024:  # noqa: PLR2004 (AWS)
                break
            terms.append(term)
        return terms[0][1:] if len(terms) == 1 else " ".join(terms)

    def _spellings(self) -> list[str]:
        ids = sorted(self.ids, key=lambda ident: (ident != self.asked, ident))[:_KEPT]
        return [*ids, *(w3c_form(ident) for ident in ids if re.fullmatch(TRACE, ident))]

    def admits(self, event: LogEvent) -> bool:
        """Whether a line belongs to the request; if so its ids join the trail."""
        if not any(ident in event.text for ident in self._spellings()):
            return False
        line = recognise(event.text)
        request, links = self._own(event, line)
        if not self._belongs(event, line, request, links):
            return False
        self.ids |= {trace_root(ident) for ident in links}
        self._mentioned(event, line)
        return True

    def _own(self, event: LogEvent, line: Line) -> tuple[str, frozenset[str]]:
        """The request that a line names as its own, and the ids that it links to it."""
        if event.source != "access":
            return line.request, line.links
        values = read_access(event.text, self.formats.get(event.group, ()))
        links = frozenset(ids_of(values))
        return values.get("requestId", line.request), links or line.links

    def _belongs(self, event: LogEvent, line: Line, request: str, links: frozenset[str]) -> bool:
        if request in self.ids or (not request and self._mentions(line, event)):
            return True
        if not request or not line.certain:
            return bool(links & self.ids)
        if line.mentions & self.ids:
            return _starts_an_execution(line.text)
        if not links & self.ids:
            return False
        if event.source in ("api", "access") and self._is_of_one_request():
            self.apart.add(request)
            return False
        return True

    def _mentions(self, line: Line, event: LogEvent) -> bool:
        """Whether a line without a request of its own speaks of this one."""
        return bool(line.links & self.ids) or event.source in ("functions", "access")

    def _is_of_one_request(self) -> bool:
        """Whether one request to an API is meant: others of its trace are not taken in."""
        if re.fullmatch(TRACE, self.asked) or is_execution(self.asked):
            return False
        return any(event.source in ("api", "access") for event in self.events.values())

    def _mentioned(self, event: LogEvent, line: Line) -> None:
        """Executions that a line speaks of: the endpoint's answer to a start joins at once."""
        started = event.source == "api" and _starts_an_execution(line.text)
        for ident in line.mentions:
            (self.ids if started else self.mentioned).add(ident)

    def trace_ids(self) -> list[str]:
        """The X-Ray trace ids on the trail."""
        return sorted(ident for ident in self.ids if re.fullmatch(TRACE, ident))

    def executions(self) -> list[str]:
        """The execution ARNs on the trail."""
        return sorted(ident for ident in self.ids if is_execution(ident))

    def span(self) -> tuple[int, int] | None:
        """First and last time, in milliseconds, of the lines found so far."""
        times = [event.time_ms for event in self.events.values()]
        return (min(times), max(times)) if times else None


def _starts_an_execution(text: str) -> bool:
    """Whether a line of the execution log is Step Functions' answer to a start.

    A standard execution's status is in no answer but DescribeExecution's, which starts nothing; of
    express executions nothing but a start tells (Step Functions API reference).
    """
    if not _ANSWER.match(text) or "executionArn" not in text:
        return False
    arns = recognise(f"() {text}").mentions
    return '"status"' not in text or any(is_express(ident) for ident in arns)


def request_events(
    fetch: Fetch,
    groups: Iterable[LogGroup],
    ident: str,
    start_ms: int,
    end_ms: int | None,
    *,
    report: Report,
    learn: Learn = lambda _: None,
    also: str = "",
) -> tuple[Trail, list[LogEvent]]:
    """Every line of one request, from all groups, in order; and the ids that link them.

    A function's lines without an id (what it prints) are taken from between the START and the
    REPORT of its own stream, where no other request ran at the same time. ``learn`` is told after
    each look, ``also`` is one more id to begin with.
    """
    watched = list(groups)
    trail, reported = Trail.of(ident, watched), set[str]()
    trail.ids |= {also} - {""}

    def once(problem: Any) -> None:
        if problem.group.name not in reported:
            reported.add(problem.group.name)
            report(problem)

    for _ in range(LOOKS):
        known = set(trail.ids)
        open_groups = [group for group in watched if group.name not in reported]
        found = read(
            fetch, open_groups, start_ms, end_ms,
            report=once, pattern=trail.pattern(), admits=trail.admits,
        )  # fmt: skip
        trail.events.update({event_key(event): event for event in islice(found, MOST)})
        learn(trail)
        if trail.ids == known:
            break
        if trail.events:
            start_ms, end_ms = _near(trail.events.values(), start_ms, end_ms)
    for event in surroundings(fetch, watched, trail.events.values(), trail.ids, once):
        trail.events.setdefault(event_key(event), event)
    return trail, sorted(trail.events.values(), key=_order_of(watched))


def _order_of(groups: Iterable[LogGroup]) -> Callable[[LogEvent], tuple[int, int, int, int, str]]:
    """The order in which :func:`read` gives events: these were found in several looks.

    An event's id is a number of AWS's that grows from one event of a stream to the next.
    """
    places = {group.name: place for place, group in enumerate(groups)}

    def key(event: LogEvent) -> tuple[int, int, int, int, str]:
        place = places.get(event.group, len(places))
        return event.time_ms, place, event.ingestion_ms, len(event.id), event.id

    return key


def event_key(event: LogEvent) -> str:
    """What tells an event from all others."""
    return f"{event.group} {event.id or (event.stream, event.time_ms, event.text)}"


def _near(events: Iterable[LogEvent], start_ms: int, end_ms: int | None) -> tuple[int, int | None]:
    """The stretch of time that a request whose lines are these can have touched."""
    times = [event.time_ms for event in events]
    latest = max(times) + MARGIN_MS
    return max(start_ms, min(times) - MARGIN_MS), min(latest, end_ms) if end_ms else latest

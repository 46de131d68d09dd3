"""Everything that names one request: lines, executions with their histories, traces."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from itertools import islice
from typing import Any

from dragonctl.application.log_groups import LogGroup
from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import follow
from dragonctl.engine.symptoms import is_fatal, unless_refused
from dragonctl.errors import DragonError
from dragonctl.telemetry.ids import TRACE_ID, is_execution, is_express, is_trace
from dragonctl.telemetry.logs.events import LogEvent, Report
from dragonctl.telemetry.requests.trail import (
    MARGIN_MS,
    STARTED_WITHIN_MS,
    Trail,
    request_events,
)
from dragonctl.telemetry.requests.why import history, segments
from dragonctl.telemetry.requests.why.executions import Execution
from dragonctl.telemetry.requests.why.gateway import GatewayRequest, requests_of
from dragonctl.telemetry.requests.why.invocations import Invocation, invocations_of
from dragonctl.telemetry.traces.coverage import Coverage, read_coverage
from dragonctl.telemetry.traces.reading import Trace, find_traces, read_traces
from dragonctl.telemetry.traces.retrieval import Retrieval
from dragonctl.telemetry.traces.summaries import id_time

_PAGES, _PAGE = 25, 1000
_NEXT_TOKEN = (("nextToken", "nextToken"),)
"""A history holds up to 25,000 events (quotas of Step Functions), asked for by the thousand."""

_DAY = 86_400.0
_TRACES, _MAP_RUNS, _EXECUTIONS = 5, 5, 20


@dataclass
class Seen:
    """What was seen of one request; ``asked`` is the id as logs hold it."""

    asked: str
    trail: Trail
    events: list[LogEvent]
    gateway: dict[str, GatewayRequest] = field(default_factory=dict)
    invocations: dict[str, Invocation] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)
    untraced: bool = False

    @property
    def found(self) -> bool:
        """Whether anything at all tells of the id."""
        return bool(self.events or self.traces or any(e.status for e in self.executions.values()))


def gather(
    fetch: Fetch,
    groups: Sequence[LogGroup],
    ident: str,
    start_ms: int,
    end_ms: int | None,
    *,
    report: Report,
    definitions: Mapping[str, str],
    also: str = "",
) -> Seen:
    """Collect what the id leads to.

    ``definitions``: the machines' definitions by their names. ``also``: another id of the request
    that was found some other way.
    """
    reader = _Reader(fetch, definitions)
    asked = Trail.of(ident).asked
    start_ms, end_ms = reader.stretch(asked, start_ms, end_ms)
    trail, events = request_events(
        fetch, groups, ident, start_ms, end_ms, report=report, learn=reader.learn, also=also
    )
    seen = Seen(asked, trail, events, traces=reader.traces)
    seen.gateway = requests_of(events, trail.formats)
    seen.invocations = invocations_of(events, groups)
    seen.executions = reader.joined(events, trail)
    seen.untraced = not trail.trace_ids()
    return seen


class _Reader:
    """Asks Step Functions and X-Ray, each thing once, for what the trail has come to."""

    def __init__(self, fetch: Fetch, definitions: Mapping[str, str]) -> None:
        self.fetch, self.definitions = fetch, definitions
        self.executions: dict[str, Execution] = {}
        self.traces: dict[str, Trace] = {}
        self.asked_for: set[str] = set()

    def stretch(self, ident: str, start_ms: int, end_ms: int | None) -> tuple[int, int | None]:
        """The stretch of time in which the id's lines lie, where the id tells it."""
        moment = id_time(ident) if is_trace(ident) else None
        if moment:
            return int(moment * 1000) - MARGIN_MS, int(moment * 1000) + MARGIN_MS
        if not is_execution(ident):
            return start_ms, end_ms
        found = self._execution(ident)
        if not found.start_ms:
            return start_ms, end_ms
        last = max((event.time_ms for event in found.events.values()), default=0)
        over = found.status not in ("", "RUNNING") and last
        return found.start_ms - MARGIN_MS, last + MARGIN_MS if over else None

    def learn(self, trail: Trail) -> None:
        """Add to the trail what histories and traces know."""
        for arn in trail.executions()[:_EXECUTIONS]:
            found = self._execution(arn)
            trail.ids |= found.requests() | found.nested() | ({found.trace} - {""})
        logged = history.of_log(trail.events.values())
        for events in logged.values():
            failing = [event for event in events.values() if event.is_leaf]
            trail.ids |= {ident for event in failing for ident in event.requests}
        self._started(trail)
        self._traces(trail)

    def _started(self, trail: Trail) -> None:
        """Executions that lines speak of and that began while the request ran: it started them."""
        span = trail.span()
        for arn in sorted(trail.mentioned - trail.ids)[:_EXECUTIONS]:
            if span and not is_express(arn):
                begun = self._execution(arn).start_ms
                if span[0] - STARTED_WITHIN_MS <= begun <= span[1] + STARTED_WITHIN_MS:
                    trail.ids.add(arn)

    def _traces(self, trail: Trail) -> None:
        wanted = [one for one in trail.trace_ids() if one not in self.asked_for][:_TRACES]
        self.asked_for.update(wanted)
        for trace in self._read(wanted):
            self.traces[trace.id] = trace
        for trace in self.traces.values():
            trail.ids |= set(segments.ids_in(segments.own_part(trace, trail.asked)))

    def _read(self, ids: list[str]) -> list[Trace]:
        """Whole traces; what X-Ray has not is looked for where Transaction Search keeps spans."""
        try:
            found, missing = read_traces(self.fetch, ids) if ids else ([], [])
            if missing and self.coverage.elsewhere:
                now = time.time()
                retrieval = Retrieval(self.fetch, now - _DAY, now)
                found += find_traces(self.fetch, missing, retrieval)[0]
        except DragonError as problem:
            if is_fatal(problem):
                raise
            return []
        return found

    @cached_property
    def coverage(self) -> Coverage:
        """Where traces are kept; asked once, and only where X-Ray lacks one."""
        return read_coverage(self.fetch)

    def _execution(self, arn: str) -> Execution:
        """An execution by what Step Functions itself says; empty for express ones."""
        if arn not in self.executions:
            found = Execution(arn)
            found.definition = self.definitions.get(found.machine, "")
            self.executions[arn] = found
            if not is_express(arn):
                self._describe(found)
        return self.executions[arn]

    def _describe(self, found: Execution) -> None:
        described = self._ask("DescribeExecution", executionArn=found.arn)
        if not described:
            return
        found.status = str(described.get("status", ""))
        started = described.get("startDate")
        found.start_ms = int(started.timestamp() * 1000) if isinstance(started, datetime) else 0
        trace = TRACE_ID.search(str(described.get("traceHeader") or ""))
        found.trace = trace[0] if trace else ""
        found.error, found.cause = (
            str(described.get("error") or ""),
            str(described.get("cause") or ""),
        )
        found.events = history.of_history(self._history(found.arn))
        if any(event.type == "MapRunStarted" for event in found.events.values()):
            found.map_runs = list(self._map_runs(found.arn))

    def _history(self, arn: str) -> Iterator[dict[str, Any]]:
        ask = partial(self._ask, "GetExecutionHistory", includeExecutionData=True)
        pages = follow(ask, _NEXT_TOKEN, executionArn=arn, maxResults=_PAGE)
        for page in islice(pages, _PAGES):
            yield from page.get("events") or ()

    def _map_runs(self, arn: str) -> Iterator[dict[str, Any]]:
        runs = self._ask("ListMapRuns", executionArn=arn).get("mapRuns") or ()
        for run in runs[:_MAP_RUNS]:
            described = self._ask("DescribeMapRun", mapRunArn=run["mapRunArn"])
            if not described:
                continue
            failing = self._ask(
                "ListExecutions", mapRunArn=run["mapRunArn"], statusFilter="FAILED", maxResults=1
            )
            children = [item["executionArn"] for item in failing.get("executions") or ()]
            yield {**described, "child": children[0] if children else ""}

    def _ask(self, operation: str, **params: Any) -> dict[str, Any]:
        """An answer, or nothing where Step Functions refuses: logs and traces may still tell."""
        return unless_refused(partial(self.fetch, "stepfunctions", operation, **params)) or {}

    def joined(self, events: list[LogEvent], trail: Trail) -> dict[str, Execution]:
        """The executions on the trail: by history where there is one, else by their log."""
        logged = history.of_log(events)
        answers = history.of_answers(events)
        for arn in {*trail.executions(), *logged}:
            found = self._execution(arn)
            if not found.events:
                found.events = logged.get(arn, {})
                found.status = found.status or history.ended(found.events)
            _answered(found, answers.get(arn) or {})
            _note_end(found)
        return {
            arn: one for arn, one in self.executions.items() if arn in trail.ids or arn in logged
        }


def _answered(found: Execution, answer: Mapping[str, str]) -> None:
    """What the answer to its start says of an execution whose end nothing else tells."""
    if not found.status:
        found.status = answer.get("status", "")
        found.error, found.cause = answer.get("error", ""), answer.get("cause", "")


def _note_end(found: Execution) -> None:
    """Where a failed execution's history is gone, its status, error and cause stand for its end."""
    says = found.error or found.status in ("TIMED_OUT", "ABORTED")
    if found.failed and says and found.end() is None:
        number = max(found.events, default=0) + 1
        details = {"error": found.error, "cause": found.cause}
        kind = next(k for k, status in history.ENDS.items() if status == found.status)
        found.events[number] = history.Event(number, 0, kind, details, found.start_ms)

"""Why a request failed: from any of its ids to the failing part, the line that says so, what next.

Logs are asked first, because they exist for every request; then the execution's history (standard
workflows keep it for 90 days), then the trace, which sampling may have left out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dragonctl.telemetry.fetching import Fetch, from_aws
from dragonctl.telemetry.logs.events import LogEvent, LogGroup, Report
from dragonctl.telemetry.logs.lines import recognise
from dragonctl.telemetry.requests.trail import (
    MARGIN_MS,
    Trail,
    is_execution,
    is_trace,
    request_events,
    trace_root,
)
from dragonctl.telemetry.segments import Segment, walk
from dragonctl.telemetry.symptoms import BODY, Part, Symptom, diagnose
from dragonctl.telemetry.traces import Trace, id_time, read_traces

FAILED = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})
_EXECUTION = "the execution"
_AFTER = 3  # ranks that an execution falls behind the state that made it fail
_ENTERED = re.compile(r"\w+StateEntered (\S+)")
_LATEST_EVENTS = 200  # of a history, newest first: the failure is among the last events


@dataclass(frozen=True)
class Finding:
    """One part that failed: which, its name, what that means, the evidence and the remedy."""

    part: Part
    name: str
    meaning: str
    evidence: str
    remedy: str
    rank: int
    time_ms: int = 0
    source: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer to ``why``: what failed first of all, and what that led to.

    ``found`` is False when nothing of the id is to be seen; ``handled`` when the failure was
    caught further up (a state machine's Catch) and the whole still succeeded.
    """

    ident: str
    found: bool
    cause: Finding | None = None
    consequences: tuple[Finding, ...] = ()
    handled: bool = False
    status: str = ""
    next_command: str = ""
    ids: tuple[str, ...] = ()
    lines: int = 0

    @property
    def failed(self) -> bool:
        """Whether some part of the request failed."""
        return self.cause is not None

    def document(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return {
            "id": self.ident,
            "found": self.found,
            "failed": self.failed,
            "handled": self.handled,
            "status": self.status,
            "cause": vars(self.cause) if self.cause else None,
            "consequences": [vars(item) for item in self.consequences],
            "next": self.next_command,
            "ids": list(self.ids),
            "lines": self.lines,
        }


@dataclass
class _Case:
    """What was gathered about one id."""

    ident: str
    findings: list[Finding] = field(default_factory=list)
    status: str = ""
    succeeded: bool = False
    seen: bool = False


def explain(
    fetch: Fetch,
    groups: Sequence[LogGroup],
    ident: str,
    start_ms: int,
    end_ms: int | None,
    *,
    report: Report,
) -> Verdict:
    """Find the failing part of the request that a request id, execution ARN or trace id names.

    The id's own time narrows the search where it bears one; else ``start_ms`` to ``end_ms``.
    Groups that cannot be read go to ``report``.
    """
    ident = trace_root(ident)
    case = _Case(ident)
    start_ms, end_ms = _stretch(fetch, ident, start_ms, end_ms)
    trail, events = request_events(fetch, groups, ident, start_ms, end_ms, report=report)
    case.seen = bool(events)
    case.findings.extend(_in_lines(events))
    for execution in trail.executions():
        _in_history(fetch, execution, case)
    _in_traces(fetch, trail, case)
    _in_access_log(events, case)
    return _verdict(case, trail, len(events))


def _stretch(fetch: Fetch, ident: str, start_ms: int, end_ms: int | None) -> tuple[int, int | None]:
    """The stretch of time in which the id's lines lie, where the id tells it."""
    moment = id_time(ident) if is_trace(ident) else None
    if moment:
        return int(moment * 1000) - MARGIN_MS, int(moment * 1000) + MARGIN_MS
    if is_execution(ident):
        described = _described(fetch, ident)
        started, stopped = described.get("startDate"), described.get("stopDate")
        if isinstance(started, datetime):
            end = int(stopped.timestamp() * 1000) + MARGIN_MS if stopped else None
            return int(started.timestamp() * 1000) - MARGIN_MS, end
    return start_ms, end_ms


def _described(fetch: Fetch, execution: str) -> dict[str, Any]:
    return _asked(fetch, "stepfunctions", "DescribeExecution", executionArn=execution)


def _asked(fetch: Fetch, service: str, operation: str, **params: Any) -> dict[str, Any]:
    """An answer, or nothing where AWS refuses: express executions have no history, for one."""
    try:
        return fetch(service, operation, **params)
    except Exception as problem:
        if not from_aws(problem):
            raise
        return {}


def _in_lines(events: Iterable[LogEvent]) -> list[Finding]:
    """What the lines tell; what only an answer's body says counts where something else failed."""
    found = list(_told(events))
    failed = any(not BODY.match(finding.evidence) for finding in found)
    return found if failed else []


def _told(events: Iterable[LogEvent]) -> Iterator[Finding]:
    state = ""
    for event in events:
        shape = recognise(event.text)
        entered = _ENTERED.match(shape.text) if shape.kind == "state" else None
        state = entered[1] if entered else state
        words = f"{event.text}\n{shape.text}" if event.source == "functions" else shape.text
        symptom = diagnose(event.source, words)
        if symptom:
            name = _owner(event, shape.text, state)
            evidence = shape.text if shape.kind in ("execution", "state") else event.text.strip()
            finding = _finding(symptom, name, evidence, event.time_ms, event.source)
            yield replace(finding, rank=symptom.rank - _AFTER) if name == _EXECUTION else finding


def _finding(symptom: Symptom, name: str, evidence: str, time_ms: int, source: str) -> Finding:
    return Finding(
        symptom.part, name, symptom.meaning, evidence, symptom.remedy, symptom.rank, time_ms, source
    )


def _owner(event: LogEvent, text: str, state: str) -> str:
    """The part of the application that a line speaks of; ``state`` is the one entered last."""
    name = event.group.rsplit("/", 1)[-1]
    if event.source == "state-machines":
        return _EXECUTION if text.startswith("Execution") or not state else state
    return name if event.source == "functions" else f"stage {name}"


def _in_history(fetch: Fetch, execution: str, case: _Case) -> None:
    """What a standard execution's own history says: its end, and the state that failed."""
    described = _described(fetch, execution)
    if not described:
        return
    case.seen, case.status = True, str(described.get("status", ""))
    case.succeeded = case.status == "SUCCEEDED"
    answer = _asked(
        fetch, "stepfunctions", "GetExecutionHistory", executionArn=execution,
        reverseOrder=True, maxResults=_LATEST_EVENTS, includeExecutionData=True,
    )  # fmt: skip
    history = {event["id"]: event for event in answer.get("events") or () if "id" in event}
    for event in history.values():
        finding = _of_history(event, history)
        if finding:
            case.findings.append(finding)


def _of_history(event: dict[str, Any], history: dict[int, dict[str, Any]]) -> Finding | None:
    kind = str(event.get("type", ""))
    if not kind.endswith(("Failed", "TimedOut", "Aborted")):
        return None
    details: dict[str, Any] = next(
        (value for key, value in event.items() if key.endswith("EventDetails")), {}
    )
    words = " ".join(
        str(part) for part in (kind, details.get("error"), details.get("cause")) if part
    )
    symptom = diagnose("state-machines", words)
    if symptom is None:
        return None
    moment = event.get("timestamp")
    time_ms = int(moment.timestamp() * 1000) if isinstance(moment, datetime) else 0
    state = _entered(event, history)
    # A failing state is the cause of a failing execution, not the other way round.
    rank = symptom.rank if state else symptom.rank - _AFTER
    return Finding(
        symptom.part, state or _EXECUTION, symptom.meaning, words, symptom.remedy, rank,
        time_ms, "state-machines",
    )  # fmt: skip


def _entered(event: dict[str, Any], history: dict[int, dict[str, Any]]) -> str:
    """The name of the state in which an event happened: entered last before it."""
    if str(event.get("type", "")).startswith("Execution"):
        return ""
    current: dict[str, Any] | None = event
    while current:
        entered = current.get("stateEnteredEventDetails")
        if entered:
            return str(entered.get("name", ""))
        current = history.get(current.get("previousEventId", 0))
    return ""


def _in_traces(fetch: Fetch, trail: Trail, case: _Case) -> None:
    """The deepest failing segment, for what no log line told."""
    ids = trail.trace_ids()
    if not ids:
        return
    try:
        traces, _ = read_traces(fetch, ids[:5])
    except Exception as problem:
        if not from_aws(problem):
            raise
        return
    case.seen = case.seen or bool(traces)
    case.findings.extend(finding for trace in traces for finding in _of_trace(trace))


def _of_trace(trace: Trace) -> Iterator[Finding]:
    failing = [item for item in _with_origins(trace) if item[1].status != "ok"]
    if not failing:
        return
    _, segment, origin = max(failing, key=lambda item: (bool(item[1].exceptions), item[0]))
    raised = segment.exceptions[0] if segment.exceptions else None
    words = f"{raised.type}: {raised.message}" if raised else f"{segment.name}: {segment.status}"
    yield Finding(
        _part_of(segment, origin), segment.name, f"its segment ended in {segment.status}", words,
        "Look at the trace.", 1, int(segment.start * 1000), "trace",
    )  # fmt: skip


def _with_origins(trace: Trace) -> Iterator[tuple[int, Segment, str]]:
    """Depth, segment, and the origin of the service that recorded it."""
    origins: list[str] = []
    for depth, segment in walk(trace.roots):
        del origins[depth:]
        origins.append(segment.origin or (origins[-1] if origins else ""))
        yield depth, segment, origins[-1]


def _part_of(segment: Segment, origin: str) -> Part:
    if segment.throttle:
        return "throttle"
    if "Lambda" in origin:
        return "function"
    if "ApiGateway" in origin and segment.status == "error":
        return "request"
    return "state" if "StepFunctions" in origin else "integration"


def _in_access_log(events: Iterable[LogEvent], case: _Case) -> None:
    """The status that the caller got: it speaks only where nothing deeper did."""
    for event in events:
        shape = recognise(event.text)
        if shape.kind != "access":
            continue
        case.status = case.status or shape.text
        if shape.level != "info" and not case.findings:
            part: Part = "integration" if shape.level == "error" else "request"
            if " 429" in shape.text:
                part = "throttle"
            elif re.search(r" 40[13]\b", shape.text):
                part = "authorizer"
            case.findings.append(
                Finding(
                    part, "the request", "the answer was an error", shape.text,
                    "Turn execution logging on to see more: dragonctl setup-observability.", 1,
                    event.time_ms, "access",
                )
            )  # fmt: skip


def _verdict(case: _Case, trail: Trail, lines: int) -> Verdict:
    order = sorted(_distinct(case.findings), key=lambda item: (-item.rank, item.time_ms))
    cause = order[0] if order else None
    return Verdict(
        case.ident,
        case.seen,
        cause,
        tuple(sorted(order[1:], key=lambda item: item.time_ms)),
        cause is not None and case.succeeded,
        case.status,
        _next_command(case, cause, trail),
        tuple(sorted(trail.ids)),
        lines,
    )


def _distinct(findings: Iterable[Finding]) -> Iterable[Finding]:
    """One finding for each part and meaning: the line that came first."""
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in sorted(findings, key=lambda item: item.time_ms or 1 << 60):
        first.setdefault((finding.part, finding.name, finding.meaning), finding)
    return first.values()


def _next_command(case: _Case, cause: Finding | None, trail: Trail) -> str:
    """What a person would type next."""
    if not case.seen:
        return "dragonctl status"
    ident = shlex.quote(case.ident)
    if cause is None:
        return f"dragonctl logs --request {ident}"
    traces = trail.trace_ids()
    if traces and (cause.source == "trace" or cause.part == "time-out"):
        return f"dragonctl traces {traces[0]}"
    if cause.source in ("functions", "state-machines"):
        return f"dragonctl logs --request {ident} --source {cause.source}"
    return f"dragonctl logs --request {ident}"

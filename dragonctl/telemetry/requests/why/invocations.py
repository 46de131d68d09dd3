"""One invocation of a function: how it ended by Lambda's own records, and the line that says why.

The platform's records decide where they bear a status; a text REPORT of an exception bears none,
there the error that the runtime itself wrote decides (Lambda developer guide; ``logs.platform``
and ``logs.errors`` have the forms). A line that code wrote and went on never convicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs import errors
from dragonctl.telemetry.logs.errors import Raised
from dragonctl.telemetry.logs.events import LogEvent
from dragonctl.telemetry.logs.lines import Line, recognise
from dragonctl.telemetry.logs.platform import PlatformRecord
from dragonctl.telemetry.requests.why.error_kinds import Judged, judge
from dragonctl.telemetry.requests.why.model import FailedPart, Kind

Ended = Literal["", "ok", "failed", "uncaught"]
"""By the platform's status ``ok`` or ``failed``; ``uncaught`` by the runtime's own error alone."""

_OF_STREAM = re.compile(r"^\d{4}/\d\d/\d\d/([^\[/]+)\[")
_SILENT = frozenset({"Runtime.Unknown", "Runtime.ExitError", "Runtime.UserCodeError", "Unhandled"})
"""Types that the platform gives to what it knows no better name for."""


@dataclass
class Attempt:
    """One try of an invocation: asynchronous calls are repeated under the same request id."""

    lines: list[tuple[LogEvent, Line]] = field(default_factory=list)

    @cached_property
    def records(self) -> list[tuple[LogEvent, PlatformRecord]]:
        """The platform's records, in order."""
        return [(event, line.platform) for event, line in self.lines if line.platform]

    @cached_property
    def raised(self) -> list[tuple[LogEvent, Raised]]:
        """The errors that its other lines tell, in order."""
        others = ((event, line) for event, line in self.lines if not line.platform)
        errors_found = ((event, errors.raised(event.text)) for event, _ in others)
        return [(event, found) for event, found in errors_found if found]

    @property
    def ended(self) -> Ended:
        """How it ended."""
        decisive = [r for _, r in self.records if r.moment in ("report", "done", "exit", "timeout")]
        if any(record.failed for record in decisive):
            return "failed"
        if any(found.uncaught for _, found in self.raised):
            succeeded = any(record.status == "success" for record in decisive)
            return "ok" if succeeded else "uncaught"
        return "ok" if any(record.moment == "report" for record in decisive) else ""


@dataclass
class Invocation:
    """An invocation by its request id: of which function, and its tries."""

    request: str
    function: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def ended(self) -> Ended:
        """How its last try ended."""
        return self.attempts[-1].ended if self.attempts else ""

    @property
    def retried(self) -> bool:
        """Whether an earlier try failed and the last one went well."""
        earlier = any(one.ended in ("failed", "uncaught") for one in self.attempts[:-1])
        return earlier and self.ended == "ok"

    def failure(self) -> FailedPart | None:
        """Why its last failing try failed; None where none did."""
        failing = [one for one in self.attempts if one.ended in ("failed", "uncaught")]
        return self._finding(failing[-1]) if failing else None

    def logged(self) -> FailedPart | None:
        """The last error that its code logged, for an answer that was an error though it ended."""
        raised = [item for one in self.attempts for item in one.raised]
        named = [item for item in raised if item[1].name] or raised
        return self._of_raised(*named[-1]) if named else None

    def _finding(self, attempt: Attempt) -> FailedPart:
        forced = self._by_force(attempt)
        uncaught = [
            item for item in attempt.raised if item[1].uncaught and not _is_posting(item[1])
        ]
        if forced and forced.kind == "timeout" and not _exited(attempt):
            return forced
        raised = uncaught or [item for item in attempt.raised if item[1].name]
        if raised and not (
            forced and forced.kind in ("data limit", "out of memory") and not uncaught
        ):
            return self._of_raised(*raised[-1])
        if forced:
            return forced
        if attempt.raised:
            return self._of_raised(*attempt.raised[-1])
        event = attempt.lines[-1][0]
        return self._made(event, Judged("exception"), "")

    def _of_raised(self, event: LogEvent, found: Raised) -> FailedPart:
        judged = judge(found.name, found.message, event.text)
        inner = errors.deepest(event.text)
        if judged.kind == "exception" and inner:
            judged = judge(inner.name, inner.message, event.text)
        return self._made(event, judged, found.name or found.message[:200])

    def _by_force(self, attempt: Attempt) -> FailedPart | None:
        """An end that Lambda itself tells: time-outs, exits, answers that are too large."""
        failing = [(event, record) for event, record in attempt.records if record.failed]
        if not failing:
            return None
        event, record = min(failing, key=lambda item: _RANK.get(item[1].moment, 9))
        if record.status == "timeout" and record.moment not in ("exit", "timeout"):
            event, record = min(failing, key=lambda item: _START_RANK.get(item[1].moment, 9))
        names = [r.error_type for _, r in failing if r.error_type]
        name = next((one for one in names if one not in _SILENT), names[0] if names else "")
        judged = self._judged(record, name)
        return self._made(event, judged, name or record.reason or record.status)

    def _judged(self, record: PlatformRecord, name: str) -> Judged:
        if record.status == "timeout":
            starting = record.moment in ("init", "restore")
            says = "it took too long to start" if starting else ""
            return Judged("timeout", "", says)
        judged = judge(name, record.reason)
        if judged.kind == "exception" and record.moment in ("init", "restore"):
            return Judged("cannot start")
        return judged

    def _made(self, event: LogEvent, judged: Judged, error: str) -> FailedPart:
        kind: Kind = judged.kind
        return FailedPart(
            "function", self.function, kind, error, judged.by, event.text.strip(), event.source,
            event.time_ms, judged.says, judged.remedy, self._adopted(event), self.request,
        )  # fmt: skip

    def _adopted(self, event: LogEvent) -> str:
        """Why a line that does not name the invocation is taken for one of its lines."""
        if self.request in event.text or not self.request:
            return ""
        for attempt in self.attempts:
            for known, line in attempt.lines:
                if line.platform and line.platform.moment == "start":
                    before = event.time_ms < known.time_ms
                    return _BEFORE if before else _BETWEEN
        return _BETWEEN


_NAMELESS = "The line carries no request id; it is this request's because"
_BEFORE = f"{_NAMELESS} it stands in the start of the environment that served it"
_BETWEEN = f"{_NAMELESS} no other ran in that log stream at the time"
_RANK = {"exit": 0, "timeout": 1, "extension": 2, "init": 3, "restore": 3, "done": 4, "report": 5}
_START_RANK = {"init": 0, "restore": 0, "timeout": 1, "report": 2, "done": 3}


def _exited(attempt: Attempt) -> bool:
    return any(record.moment == "exit" for _, record in attempt.records)


def _is_posting(found: Raised) -> bool:
    """Whether it is the runtime's word that its answer was not taken: the platform says why."""
    return found.name == "LAMBDA_RUNTIME" and "413" not in found.message


def function_of(event: LogEvent, group: LogGroup | None) -> str:
    """The function that wrote a line: named by its stream in a shared group, else by its group."""
    found = _OF_STREAM.match(event.stream)
    if found:
        return found[1]
    if group and len(group.owners) == 1:
        return group.owners[0]
    return event.group.rpartition("/")[2]


def invocations_of(events: Iterable[LogEvent], groups: Sequence[LogGroup]) -> dict[str, Invocation]:
    """The invocations that functions' lines tell of, by request id.

    A line that names none goes to the invocation around it in its stream, or to the next one where
    it stands in the start of the environment.
    """
    of_name = {group.name: group for group in groups}
    streams: dict[tuple[str, str], list[tuple[LogEvent, Line]]] = {}
    for event in events:
        if event.source == "functions":
            place = (event.group, event.stream)
            streams.setdefault(place, []).append((event, recognise(event.text)))
    found: dict[str, Invocation] = {}
    for (name, _), lines in streams.items():
        _sort(lines, of_name.get(name), found)
    for invocation in found.values():
        invocation.attempts.sort(key=lambda one: one.lines[0][0].time_ms if one.lines else 0)
    return found


def _sort(
    lines: list[tuple[LogEvent, Line]], group: LogGroup | None, found: dict[str, Invocation]
) -> None:
    """Give each line of a stream to its invocation."""
    current, waiting = "", list[tuple[LogEvent, Line]]()
    for event, line in lines:
        own = line.request if line.certain else ""
        moment = line.platform.moment if line.platform else ""
        if own and own != current:
            current = own
        request = own or current
        if not request:
            waiting.append((event, line))
            continue
        name = function_of(event, group)
        invocation = found.setdefault(request, Invocation(request, name))
        if moment == "start" or not invocation.attempts:
            _begin(invocation, moment)
            invocation.attempts[-1].lines.extend(waiting)
            waiting = []
        invocation.attempts[-1].lines.append((event, line))
        if moment == "report":
            current = ""
    _rest(waiting, group, found)


def _begin(invocation: Invocation, moment: str) -> None:
    """A new try, unless the one before has only begun without its START."""
    last = invocation.attempts[-1] if invocation.attempts else None
    if last is None or moment == "start":
        invocation.attempts.append(Attempt())


def _rest(
    waiting: list[tuple[LogEvent, Line]], group: LogGroup | None, found: dict[str, Invocation]
) -> None:
    """Lines of a stream in which no invocation is named: one of no known id."""
    for event, line in waiting:
        name = function_of(event, group)
        invocation = found.setdefault(f"({name})", Invocation("", name, [Attempt()]))
        invocation.attempts[-1].lines.append((event, line))

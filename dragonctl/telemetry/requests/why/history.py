"""The events of an execution, as its history and its log tell them.

Sources: HistoryEvent (Step Functions API reference), "Log levels" (developer guide), recorded
histories and log lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dragonctl.telemetry.ids import UUID, is_express
from dragonctl.telemetry.logs.events import LogEvent
from dragonctl.telemetry.logs.lines import json_object

ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
"""The event that ends an execution -> the status that it then has."""

_LEAF = re.compile(
    r"(?:Task|LambdaFunction|Activity)\w*(?:Failed|TimedOut)|EvaluationFailed|MapRun(?:Failed|Aborted)"
)
_REQUEST = re.compile(rf'(?:RequestId: |"requestId"\s*:\s*")({UUID})')


@dataclass(frozen=True)
class Event:
    """One event of an execution; ``line`` is how a person reads it, ``source`` where it stood."""

    id: int
    previous: int
    type: str
    details: Mapping[str, Any]
    time_ms: int

    @property
    def error(self) -> str:
        """The error's name, or ""."""
        return str(self.details.get("error") or "")

    @property
    def cause(self) -> str:
        """The error's cause as Step Functions has it: words, or a function's answer as JSON."""
        return str(self.details.get("cause") or "")

    @property
    def line(self) -> str:
        """Type, names, error and cause in one line."""
        names = ("name", "state", "resourceType", "resource", "error", "cause")
        words = (self.details.get(name) for name in names)
        return " ".join([self.type, *(str(word) for word in words if word)])

    @property
    def is_leaf(self) -> bool:
        """Whether it is a failure itself, not one that was handed up."""
        return bool(_LEAF.fullmatch(self.type))

    @property
    def requests(self) -> set[str]:
        """The Lambda request ids that its cause names."""
        return set(_REQUEST.findall(self.cause))


def of_history(items: Iterable[Mapping[str, Any]]) -> dict[int, Event]:
    """The events of GetExecutionHistory's answers, by id."""
    found = {}
    for item in items:
        if "id" not in item:
            continue
        details = next((v for k, v in item.items() if k.endswith("EventDetails")), None)
        moment = item.get("timestamp")
        time_ms = int(moment.timestamp() * 1000) if isinstance(moment, datetime) else 0
        number = int(item["id"])
        found[number] = Event(
            number, int(item.get("previousEventId") or 0), str(item.get("type", "")),
            details if isinstance(details, dict) else {}, time_ms,
        )  # fmt: skip
    return found


def of_log(events: Iterable[LogEvent]) -> dict[str, dict[int, Event]]:
    """The events that log lines tell, by id, of each execution. Numbers are texts there."""
    found: dict[str, dict[int, Event]] = {}
    for event in events:
        document = json_object(event.text.strip()) if event.source == "state-machines" else None
        arn = (document or {}).get("execution_arn")
        if document is None or not isinstance(arn, str):
            continue
        read = _of_line(document, event.time_ms)
        if read:
            found.setdefault(arn, {})[read.id] = read
    return found


def _of_line(document: Mapping[str, Any], time_ms: int) -> Event | None:
    details = document.get("details")
    try:
        number, previous = int(document["id"]), int(document.get("previous_event_id") or 0)
    except (KeyError, TypeError, ValueError):
        return None
    return Event(
        number, previous, str(document.get("type", "")),
        details if isinstance(details, dict) else {}, time_ms,
    )  # fmt: skip


def ended(events: Mapping[int, Event]) -> str:
    """The status that the events tell: of the last end, unless it was redriven after that."""
    status = ""
    for number in sorted(events):
        kind = events[number].type
        status = "RUNNING" if kind == "ExecutionRedriven" else ENDS.get(kind, status)
    return status


_MEMBER = re.compile(r'(?<!\\)"(executionArn|status|error|cause)"\s*:\s*("(?:[^"\\]|\\.)*")')


def of_answers(events: Iterable[LogEvent]) -> dict[str, dict[str, str]]:
    """What StartSyncExecution answered of express executions, by ARN: status, error and cause.

    API Gateway logs the answer where data tracing is on, and cuts it after 1,024 bytes: members are
    read one by one, and where the status is cut off, an error still says that it failed.
    """
    found = {}
    for event in events:
        if event.source == "api" and "Endpoint response body" in event.text:
            members = {name: _text(value) for name, value in _MEMBER.findall(event.text)}
            if is_express(arn := members.get("executionArn", "")):
                found[arn] = members
                if "error" in members:
                    late = members["error"] == "States.Timeout"
                    members.setdefault("status", "TIMED_OUT" if late else "FAILED")
    return found


def _text(value: str) -> str:
    try:
        return str(json.loads(value))
    except ValueError:
        return value.strip('"')


def function_error(cause: str) -> tuple[str, str] | None:
    """The error type and message of a function's answer that a cause quotes, or None."""
    start = cause.find("{")
    document = json_object(cause[start:]) if start >= 0 else None
    if not document or "errorMessage" not in document:
        return None
    return str(document.get("errorType", "")), str(document["errorMessage"])


def nested_error(cause: str) -> tuple[str, str] | None:
    """The error and cause of a nested execution that a cause quotes, or None."""
    document = json_object(cause)
    if not document or "ExecutionArn" not in document:
        return None
    return str(document.get("Error", "")), str(document.get("Cause", ""))

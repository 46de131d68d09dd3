"""What one execution records: its log events by the machine's level, and its segment.

moto's engine tells every event of its history to a "logging session". A :class:`Recorder` is one,
for every execution: it keeps what the machine's settings ask for.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dragonctl.local.emission import log_groups, rights, segments, trace_header
from dragonctl.local.emission.trace_header import TraceHeader

Document = dict[str, Any]
# AWS cuts a log event near this size and says so in ``inputDetails`` or ``outputDetails``.
EVENT_CHARACTERS = 248 * 1024
_DATA = ("input", "inputDetails", "output", "outputDetails", "parameters")
_FAILED = ("Failed", "TimedOut", "Aborted")


@dataclass(frozen=True)
class Machine:
    """What of a machine an execution needs, as it stood when the execution started."""

    account: str
    region: str
    arn: str
    name: str
    role: str
    logging: Mapping[str, Any]
    tracing: bool
    definition: str = "{}"

    @property
    def log_group(self) -> str | None:
        """The log group's name; None where nothing is logged."""
        destinations = self.logging.get("destinations") or [{}]
        arn = (destinations[0].get("cloudWatchLogsLogGroup") or {}).get("logGroupArn", "")
        return arn.partition(":log-group:")[2].removesuffix(":*") or None

    @property
    def level(self) -> str:
        """``ALL``, ``ERROR``, ``FATAL`` or ``OFF``."""
        return str(self.logging.get("level") or "OFF")


class EventTree:
    """The states of an execution as nested subsegments, found by their events' chain."""

    def __init__(self) -> None:
        self.root: Document = {"subsegments": []}
        self._owner: dict[int, Document] = {}
        self._parents: dict[str, Document] = {}
        self._lock = threading.Lock()

    def add(self, number: int, previous: int, kind: str, details: Any, moment: float) -> None:
        """Take note of one history event."""
        with self._lock:
            owner = self._owner.get(previous, self.root)
            if kind.endswith("StateEntered"):
                owner = self._enter(owner, str(details["name"]), moment)
            elif kind.endswith("StateExited"):
                owner = self._leave(owner, str(details["name"]), moment)
            elif kind.endswith(_FAILED) and owner is not self.root:
                owner.update(fault=True, cause=_cause(details))
            self._owner[number] = owner

    def _enter(self, parent: Document, name: str, moment: float) -> Document:
        state: Document = {
            "id": trace_header.new_segment_id(),
            "name": name,
            "start_time": moment,
            "subsegments": [],
        }
        parent["subsegments"].append(state)
        self._parents[state["id"]] = parent
        return state

    def _leave(self, owner: Document, name: str, moment: float) -> Document:
        """The state's parent; a parallel state is left by an event of one of its branches."""
        while owner is not self.root and owner["name"] != name:
            owner = self._parents[owner["id"]]
        if owner is self.root:
            return owner
        owner["end_time"] = moment
        return self._parents[owner["id"]]

    def call(self, previous: int, call: Document) -> None:
        """Hang a call of a service under the state that made it."""
        with self._lock:
            self._owner.get(previous, self.root)["subsegments"].append(call)

    def close(self, moment: float) -> list[Document]:
        """The whole tree; states that never ended end now."""
        with self._lock:
            _close(self.root, moment)
            states: list[Document] = self.root["subsegments"]
            return states


def _close(document: Document, moment: float) -> None:
    for child in document["subsegments"]:
        child.setdefault("end_time", moment)
        if "subsegments" in child:
            _close(child, moment)


def _cause(details: Mapping[str, Any] | None) -> Document:
    fields = details or {}
    exception = {
        "id": trace_header.new_segment_id(),
        "type": fields.get("error"),
        "message": fields.get("cause"),
    }
    return {"working_directory": "", "exceptions": [exception]}


class Recorder:
    """moto's logging session, in its own shape: ``configuration`` and four more names."""

    class configuration:  # noqa: N801 (moto asks for this name)
        """Data is left in, and taken out here: the trace needs names."""

        include_execution_data = True

    def __init__(self, machine: Machine, execution_arn: str, header: TraceHeader) -> None:
        self.execution_arn = execution_arn
        self.trace = header
        self.segment = trace_header.new_segment_id()
        self.tree = EventTree()
        self.done = threading.Event()
        self.definition = machine.definition
        self._machine = machine
        self._started = time.time()
        minute = time.strftime("%Y-%m-%d-%H-%M", time.gmtime())
        self._stream = f"states/{machine.name}/{minute}/{execution_arn[-8:]}"

    def log_level_filter(self, history_event_type: Any) -> bool:  # noqa: ARG002 (moto's signature)
        """Hear every event."""
        return True

    def publish_history_log(self, history_log: Mapping[str, Any]) -> None:
        """One event of the history."""
        kind = history_log["type"]
        moment = datetime.fromisoformat(history_log["event_timestamp"]).timestamp()
        number, previous = int(history_log["id"]), int(history_log["previous_event_id"])
        details = history_log.get("details")
        self.tree.add(number, previous, kind.value, details, moment)
        group = self._machine.log_group
        if group and _logs(self._machine.level, kind):
            self._log(group, history_log, int(moment * 1000))

    def _log(self, group: str, event: Mapping[str, Any], moment: int) -> None:
        details = dict(event.get("details") or {})
        if not self._machine.logging.get("includeExecutionData"):
            details = {key: value for key, value in details.items() if key not in _DATA}
        message = self._message(event, details, moment)
        if len(message) > EVENT_CHARACTERS:
            message = self._message(event, _truncated(details), moment)
        account, region = self._machine.account, self._machine.region
        stream = log_groups.Stream(account, region, group, self._stream)
        log_groups.write(stream, [(moment, message)], create_group=False)

    def _message(self, event: Mapping[str, Any], details: Document, moment: int) -> str:
        fields = {
            "id": event["id"],
            "type": event["type"].value,
            "details": details,
            "previous_event_id": event["previous_event_id"],
            "event_timestamp": str(moment),
            "execution_arn": self.execution_arn,
            "redrive_count": "0",
        }
        return json.dumps(fields, default=str, separators=(",", ":"), ensure_ascii=False)

    def finish(self, status: str, error: str | None, cause: str | None) -> None:
        """The execution has ended: its segment, if it is traced."""
        machine = self._machine
        if self.trace.sampled and rights.allows(machine.role, "xray:PutTraceSegments"):
            failed = status != "SUCCEEDED"
            ended = time.time()
            document = {
                "id": self.segment,
                "trace_id": self.trace.root,
                "parent_id": self.trace.parent,
                "name": machine.name,
                "origin": "AWS::StepFunctions::StateMachine",
                "resource_arn": machine.arn,
                "start_time": self._started,
                "end_time": ended,
                "aws": {"account_id": machine.account, "execution_arn": self.execution_arn},
                "fault": True if failed else None,
                "cause": _cause({"error": error, "cause": cause}) if failed else None,
                "subsegments": self.tree.close(ended),
            }
            segments.put(machine.account, machine.region, document)
        self.done.set()


def _logs(level: str, kind: Any) -> bool:
    """Whether the level covers an event (AWS: "Log levels for Step Functions execution events")."""
    from moto.stepfunctions.parser.api import LogLevel
    from moto.stepfunctions.parser.asl.eval.event.logging import is_logging_enabled_for

    return bool(is_logging_enabled_for(LogLevel(level), kind))


def _truncated(details: Document) -> Document:
    cut = dict(details)
    for name in ("input", "output", "parameters"):
        if name in cut:
            cut[name] = ""
            cut[f"{name}Details"] = {"truncated": True}
    return cut

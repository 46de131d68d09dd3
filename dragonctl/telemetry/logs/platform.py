"""What Lambda itself writes about an invocation, as text and as JSON, whatever the runtime.

Sources: "Lambda Telemetry API Event schema reference" (the JSON records), "CloudWatch Logs for
Lambda" (START, END, REPORT, INIT_REPORT), "SnapStart: troubleshooting" (RESTORE_REPORT),
"Troubleshoot invocation issues" (``RequestId: … Error: …``, EXTENSION), all Lambda developer guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from dragonctl.telemetry.ids import TRACE_ID, UUID

Moment = Literal[
    "start", "end", "report", "done", "init-start", "init", "restore-start", "restore",
    "extension", "exit", "timeout", "dropped", "other",
]  # fmt: skip
"""Which moment of an invocation's life a record is about; ``done`` is the runtime's own end."""

Status = Literal["", "success", "failure", "error", "timeout"]
"""How it ended, in the platform's words; empty where the record does not say."""


class PlatformRecord(NamedTuple):
    """One record of the platform: ``error_type`` is the platform's or the runtime's name of it."""

    moment: Moment
    request: str = ""
    status: Status = ""
    error_type: str = ""
    trace: str = ""
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether the record says that it did not end well."""
        return self.status not in ("", "success") or self.moment in ("exit", "timeout")


_REQUEST = re.compile(rf"RequestId: ({UUID})")
_STATUS = re.compile(r"\bStatus: (success|error|timeout|failure)\b")
_ERROR_TYPE = re.compile(r"\bError Type: ([^\s\t]+)")
_EXIT = re.compile(rf"^(?:\S+Z )?RequestId: ({UUID}) Error: ([^\n]*)(?:\n([A-Z]\w*\.\w+))?")
_TIMED_OUT = re.compile(rf"^\S+Z ({UUID}) (Task timed out after[^\n]*)")

_WORDS: tuple[tuple[str, Moment], ...] = (
    ("START RequestId: ", "start"),
    ("END RequestId: ", "end"),
    ("REPORT RequestId: ", "report"),
    ("INIT_START ", "init-start"),
    ("INIT_REPORT ", "init"),
    ("RESTORE_START ", "restore-start"),
    ("RESTORE_REPORT ", "restore"),
    ("EXTENSION\t", "extension"),
)
"""How a line of the text format begins -> what it is about."""

_RECORDS: dict[str, Moment] = {
    "platform.start": "start",
    "platform.runtimeDone": "done",
    "platform.report": "report",
    "platform.initStart": "init-start",
    "platform.initRuntimeDone": "init",
    "platform.initReport": "init",
    "platform.restoreStart": "restore-start",
    "platform.restoreRuntimeDone": "restore",
    "platform.restoreReport": "restore",
    "platform.extension": "extension",
    "platform.logsDropped": "dropped",
}
"""The ``type`` of a JSON record -> what it is about; other types are kept as ``other``."""


def of_text(text: str) -> PlatformRecord | None:
    """The record that a line of the text format is, or None."""
    for word, moment in _WORDS:
        if text.startswith(word):
            return _of_words(moment, text)
    if found := _EXIT.match(text):
        timed_out = found[2].startswith("Task timed out")
        return PlatformRecord(
            "timeout" if timed_out else "exit", found[1], "timeout" if timed_out else "error",
            found[3] or "", reason=found[2],
        )  # fmt: skip
    if found := _TIMED_OUT.match(text):
        return PlatformRecord("timeout", found[1], "timeout", reason=found[2])
    return None


def _of_words(moment: Moment, text: str) -> PlatformRecord:
    request, status = _REQUEST.search(text), _STATUS.search(text)
    error, trace = _ERROR_TYPE.search(text), TRACE_ID.search(text)
    outcome: Status = status[1] if status else ""  # type: ignore[assignment]
    if moment == "extension" and error:
        outcome = "error"
    return PlatformRecord(
        moment, request[1] if request else "", outcome, error[1] if error else "",
        trace[0] if trace else "",
    )  # fmt: skip


_TOLD = (
    "initializationType", "phase", "functionName", "functionVersion", "version", "runtimeVersion",
    "name", "state", "status", "errorType", "reason", "droppedRecords", "droppedBytes",
)  # fmt: skip
"""Members of a JSON record that its sentence tells, in this order."""

_UNTOLD = {"success", "on-demand", "init"}
"""Values that say that all is as ever."""


def words(kind: str, record: Mapping[str, Any]) -> str:
    """What a JSON record says: its type, how it ended, how long it took, what was lost."""
    words = [kind]
    for name in _TOLD:
        value = record.get(name)
        if value is None or isinstance(value, dict | list) or value in _UNTOLD:
            continue
        words.append(f"{name}={value}" if name.startswith("dropped") else str(value))
    metrics = record.get("metrics")
    if isinstance(metrics, dict) and "durationMs" in metrics:
        words.append(f"{metrics['durationMs']} ms")
    return " ".join(words)


def of_document(document: Mapping[str, Any]) -> PlatformRecord | None:
    """The record that a JSON line is, or None."""
    kind, record = document.get("type"), document.get("record")
    if not isinstance(kind, str) or not kind.startswith("platform."):
        return None
    if not isinstance(record, dict):
        return None
    status = record.get("status")
    outcome: Status = status if status in ("success", "failure", "error", "timeout") else ""
    tracing = record.get("tracing")
    value = tracing.get("value") if isinstance(tracing, dict) else ""
    trace = TRACE_ID.search(str(value))
    request, error = record.get("requestId"), record.get("errorType")
    return PlatformRecord(
        _RECORDS.get(kind, "other"), request if isinstance(request, str) else "", outcome,
        error if isinstance(error, str) else "", trace[0] if trace else "",
    )  # fmt: skip

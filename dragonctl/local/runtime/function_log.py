"""A container's log: Lambda's own lines and the function's, in its group, as Lambda writes them."""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import dataclass
from typing import Any

from dragonctl.local.emission import log_groups, rights
from dragonctl.local.emission.trace_header import TraceHeader
from dragonctl.local.runtime.settings import Settings

# AWS sends the last 4 KB of an invocation's log with its answer.
TAIL_BYTES = 4096
# What one log event may hold (CloudWatch Logs: 1 MB).
EVENT_CHARACTERS = 262_000


@dataclass(frozen=True)
class Report:
    """What the ``REPORT`` line tells. Durations in milliseconds, memory in MB."""

    request_id: str
    duration: float
    memory_used: int
    init_duration: float | None = None
    status: str | None = None
    error_type: str | None = None
    trace: TraceHeader | None = None

    @property
    def billed(self) -> int:
        """Whole milliseconds; the start of a container is paid for too (since August 2025)."""
        return math.ceil(self.duration + (self.init_duration or 0))


class FunctionLog:
    """Writes one stream. Lines are dropped where the function's role may not write them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        function = settings.function
        self.stream = log_groups.Stream(
            function.account, function.region, settings.log_group, settings.log_stream
        )
        self._tail: list[str] = []
        self._lock = threading.Lock()
        self._may_write = self._may_create = False

    def take(self, text: str) -> None:
        """One event of the function's own."""
        self._write(text[:EVENT_CHARACTERS])

    def starting(self) -> None:
        """A new container; says so when its interpreter is not the declared one."""
        settings = self._settings
        self._look_at_rights()
        version = f"{settings.interpreter.replace('python', 'python:')}.local"
        self._system(
            "INIT_START",
            f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {settings.interpreter}",
            {"initializationType": "on-demand", "phase": "init", "runtimeVersion": version,
             "functionName": settings.name, "functionVersion": settings.version},
        )  # fmt: skip
        declared = settings.function.declared_runtime
        if declared != settings.interpreter:
            self.take(
                f"dragonctl local: the function declares {declared or 'no runtime'} "
                f"and runs on {settings.interpreter}, the Python of this machine."
            )

    def started(self, request_id: str) -> None:
        """``START``; what follows belongs to this request."""
        with self._lock:
            self._tail = []
        self._look_at_rights()
        version = self._settings.version
        text = f"START RequestId: {request_id} Version: {version}"
        self._system("START", text, {"requestId": request_id, "version": version})

    def timed_out(self, request_id: str, seconds: float) -> None:
        """The line of a time-out."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        self.take(f"{moment} {request_id} Task timed out after {seconds:.2f} seconds\n")

    def ended(self, report: Report) -> None:
        """``END`` and ``REPORT``."""
        if not self._settings.logs_json:
            self._system("END", f"END RequestId: {report.request_id}", {})
        self._system("REPORT", self._report_line(report), self._report_record(report))

    def tail(self) -> str:
        """The last lines since ``START``."""
        with self._lock:
            text = "".join(line if line.endswith("\n") else f"{line}\n" for line in self._tail)
        return text.encode()[-TAIL_BYTES:].decode("utf-8", "ignore")

    def _report_line(self, report: Report) -> str:
        parts = [
            f"REPORT RequestId: {report.request_id}",
            f"Duration: {report.duration:.2f} ms",
            f"Billed Duration: {report.billed} ms",
            f"Memory Size: {self._settings.memory} MB",
            f"Max Memory Used: {report.memory_used} MB",
        ]
        if report.init_duration is not None:
            parts.append(f"Init Duration: {report.init_duration:.2f} ms")
        if report.status:
            parts.append(f"Status: {report.status}")
        if report.error_type:
            parts.append(f"Error Type: {report.error_type}")
        line = "\t".join(parts) + "\t"
        if report.trace:
            ids = f"XRAY TraceId: {report.trace.root}\tSegmentId: {report.trace.parent}"
            line += f"\n{ids}\tSampled: true\t"
        return line

    def _report_record(self, report: Report) -> dict[str, Any]:
        metrics: dict[str, Any] = {
            "durationMs": round(report.duration, 3),
            "billedDurationMs": report.billed,
            "memorySizeMB": self._settings.memory,
            "maxMemoryUsedMB": report.memory_used,
        }
        if report.init_duration is not None:
            metrics["initDurationMs"] = round(report.init_duration, 3)
        record: dict[str, Any] = {"requestId": report.request_id, "metrics": metrics}
        record["status"] = report.status or "success"
        if report.error_type:
            record["errorType"] = report.error_type
        if report.trace:
            record["tracing"] = {
                "spanId": report.trace.parent,
                "type": "X-Amzn-Trace-Id",
                "value": str(report.trace),
            }
        return record

    def _system(self, kind: str, text: str, record: dict[str, Any]) -> None:
        """A line of Lambda's own, in the function's log format and level."""
        if not self._settings.logs_json:
            self._write(f"{text}\n")
            return
        if (self._settings.logging.get("SystemLogLevel") or "INFO") == "WARN":
            return
        types = {"INIT_START": "initStart", "START": "start", "REPORT": "report"}
        milliseconds = time.time() % 1 * 1000
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        members = {
            "time": f"{moment}.{milliseconds:03.0f}Z",
            "type": f"platform.{types[kind]}",
            "record": record,
        }
        self._write(json.dumps(members))

    def _write(self, text: str) -> None:
        with self._lock:
            self._tail.append(text)
        if self._may_write:
            line = (int(time.time() * 1000), text)
            log_groups.write(self.stream, [line], create_group=self._may_create)

    def _look_at_rights(self) -> None:
        """Once an invocation: rights change seldom, and lines come in thousands."""
        role = str(self._settings.configuration.get("Role") or "")
        self._may_write = rights.allows(role, "logs:PutLogEvents")
        self._may_create = rights.allows(role, "logs:CreateLogGroup")

"""An execution environment of one function: its container, its log, and one event at a time."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.local.emission.trace_header import TraceHeader
from dragonctl.local.hooks import Invocation
from dragonctl.local.runtime.container import AnswerTimeoutError, Container, ExitedError
from dragonctl.local.runtime.function_log import FunctionLog, Report
from dragonctl.local.runtime.settings import Settings

# AWS gives the code outside the handler ten seconds.
INIT_SECONDS = 10.0


@dataclass(frozen=True)
class Served:
    """One event, served. Moments in epoch seconds; ``init`` is set on a cold start.

    ``document`` is the error document where the function failed, ``result`` its JSON otherwise.
    """

    begun: float
    ended: float
    log_tail: str
    result: str | None = None
    document: Mapping[str, Any] | None = None
    init: tuple[float, float] | None = None


class Instance:
    """Starts a container; :meth:`serve` waits for it when it is cold."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = FunctionLog(settings)
        self.log.starting()
        self.container = Container(settings.launch(), self.log.take)
        self._init: tuple[float, float] | None = None
        self._cold = True

    @property
    def alive(self) -> bool:
        """Whether it can serve another event."""
        return self.container.alive

    @property
    def used_at(self) -> float:
        """When it last answered, by the monotonic clock."""
        return self.container.used_at

    def close(self) -> None:
        """End it."""
        self.container.close()

    def serve(self, invocation: Invocation, arn: str, trace: TraceHeader | None) -> Served:
        """Run the handler once; a failure is an answer too.

        ``trace`` goes into ``_X_AMZN_TRACE_ID`` and, where sampled, into the ``REPORT`` line.
        """
        cold, self._cold = self._cold, False
        failed_init = self._initialise() if cold else None
        begun = time.time()
        self.log.started(invocation.request_id)
        if failed_init is not None:
            answer: dict[str, Any] = {"error": failed_init, "memory_mb": failed_init.pop("mb", 0)}
        else:
            answer = self._run(invocation, arn, trace, begun)
        ended = time.time()
        self._report(invocation, answer, trace, ended - begun, cold=cold)
        if failed_init is not None:
            self.close()
        return Served(
            begun,
            ended,
            self.log.tail(),
            answer.get("result"),
            self._document(answer.get("error"), invocation),
            self._init if cold else None,
        )

    def _initialise(self) -> dict[str, Any] | None:
        """Wait for the import of the handler; what went wrong with it, or None."""
        container = self.container
        document: dict[str, Any] | None
        try:
            answer = container.answer(container.started_at + INIT_SECONDS + self.settings.timeout)
            document = answer["error"] and {**answer["error"], "mb": answer["memory_mb"]}
        except AnswerTimeoutError:
            document = {"errorType": "Sandbox.Timedout", "timeout": True}
        except ExitedError as exited:
            document = {"errorType": "Runtime.ExitError", "reason": exited.reason}
        self._init = (container.started_at, time.time())
        return document

    def _run(
        self, invocation: Invocation, arn: str, trace: TraceHeader | None, begun: float
    ) -> dict[str, Any]:
        deadline = begun + self.settings.timeout
        context = invocation.client_context
        self.container.send(
            {
                "event": invocation.payload.decode("utf-8", "replace") or "null",
                "request_id": invocation.request_id,
                "arn": arn,
                "trace": str(trace) if trace else "",
                "deadline": deadline,
                "client_context": json.loads(base64.b64decode(context)) if context else None,
            }
        )
        try:
            return self.container.answer(deadline)
        except AnswerTimeoutError:
            return {"error": {"errorType": "Sandbox.Timedout", "timeout": True}}
        except ExitedError as exited:
            return {"error": {"errorType": "Runtime.ExitError", "reason": exited.reason}}

    def _document(
        self, error: Mapping[str, Any] | None, invocation: Invocation
    ) -> dict[str, Any] | None:
        """The error document as the caller gets it."""
        if error is None:
            return None
        head = f"RequestId: {invocation.request_id} Error: "
        if error.get("timeout"):
            seconds = f"{self.settings.timeout:.2f}"
            message = f"{head}Task timed out after {seconds} seconds"
            return {"errorType": error["errorType"], "errorMessage": message}
        if "reason" in error:
            return {"errorType": error["errorType"], "errorMessage": head + error["reason"]}
        return {
            "errorMessage": error["errorMessage"],
            "errorType": error["errorType"],
            "requestId": invocation.request_id,
            "stackTrace": error["stackTrace"],
        }

    def _report(
        self,
        invocation: Invocation,
        answer: Mapping[str, Any],
        trace: TraceHeader | None,
        seconds: float,
        *,
        cold: bool,
    ) -> None:
        error = answer.get("error") or {}
        status = None
        if error.get("timeout"):
            status = "timeout"
            self.log.timed_out(invocation.request_id, self.settings.timeout)
        elif "reason" in error:
            status = "error"
            self.log.take(f"RequestId: {invocation.request_id} Error: {error['reason']}")
        started, ready = self._init or (0.0, 0.0)
        self.log.ended(
            Report(
                invocation.request_id,
                seconds * 1000,
                int(answer.get("memory_mb") or 0),
                (ready - started) * 1000 if cold else None,
                status,
                error.get("errorType") if status == "error" else None,
                trace if trace and trace.sampled else None,
            )
        )

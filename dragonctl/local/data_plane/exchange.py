"""One request on its way through the gateway: what is known of it, and what is recorded."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from dragonctl.local.data_plane.cache import Answer
from dragonctl.local.data_plane.definition import DeployedMethod, ServedStage
from dragonctl.local.data_plane.mapping import Parameters
from dragonctl.local.data_plane.request import GatewayRequest, context
from dragonctl.local.emission import trace_header
from dragonctl.local.emission.execution_log import ExecutionLog
from dragonctl.local.emission.trace_header import TraceHeader


@dataclass(frozen=True)
class Call:
    """The integration that a request led to, for logs and traces.

    ``service`` is the name of its subsegment (``Lambda``, ``StepFunctions``, a host), ``aws`` its
    ``aws`` fields; None for a server that is none of AWS's. Moments in epoch seconds.
    """

    service: str
    url: str
    segment: str
    started: float
    ended: float
    status: int
    request_id: str = ""
    aws: Mapping[str, Any] | None = field(default_factory=dict)
    method: str = "POST"

    @property
    def milliseconds(self) -> int:
        """How long the integration took."""
        return int((self.ended - self.started) * 1000)


@dataclass
class Exchange:
    """Filled in as the request proceeds."""

    stage: ServedStage
    request: GatewayRequest
    method: DeployedMethod
    path_parameters: Mapping[str, str]
    trace: TraceHeader
    segment: str
    log: ExecutionLog
    call: Call | None = None
    cached: bool | None = None
    usage_key: str | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def context(self) -> dict[str, Any]:
        """``$context``, one map for the whole request: templates may write overrides into it."""
        values = context(self.request, self.stage, self.method, self.trace.root)
        values["responseOverride"] = {"header": {}}
        values["requestOverride"] = {"header": {}, "path": {}, "querystring": {}}
        return values

    @cached_property
    def parameters(self) -> Parameters:
        """The request's parameters."""
        return Parameters(self.path_parameters, self.request)

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """The stage's settings in force for this request."""
        return self.stage.settings(self.method, self.request.method)

    @property
    def integration(self) -> Mapping[str, Any]:
        """The deployed integration."""
        return self.method.integration

    @property
    def timeout(self) -> int:
        """Milliseconds that the integration has."""
        return int(self.integration.get("timeoutInMillis") or 29_000)

    def handed_on(self, segment: str) -> TraceHeader:
        """The trace header for the integration; ``segment`` is its subsegment."""
        return self.trace.under(segment, sampled=bool(self.trace.sampled))

    @property
    def trace_in_answer(self) -> str | None:
        """``X-Amzn-Trace-Id`` of the answer: the caller's parent stays in it (recorded on AWS)."""
        asked = self.request.header(trace_header.NAME)
        if asked or self.trace.sampled:
            return str(replace(self.trace, sampled=bool(self.trace.sampled)))
        # Without either Lambda's own answer brings one.
        lambda_s = self.call is not None and self.call.service == "Lambda"
        return f"Root={self.trace.root}" if lambda_s else None

    @property
    def shown_trace(self) -> str:
        """The header as a function behind a proxy sees it: what the caller sent, or the root."""
        asked = trace_header.read(self.request.header(trace_header.NAME))
        return str(replace(asked, root=self.trace.root))

    def begin(self) -> tuple[str, float]:
        """The id of a new subsegment, and now."""
        return trace_header.new_segment_id(), time.time()


@dataclass(frozen=True)
class Reply:
    """What an integration answered, before the response mapping.

    ``pattern_text`` is what selection patterns look at: a status, or a function's error message.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    pattern_text: str


Handled = Answer | Reply
"""A proxy integration's answer goes to the client as it is."""

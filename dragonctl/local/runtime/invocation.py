"""One call of a function: a container for it, its answer, and what X-Ray hears of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dragonctl.local.emission import metrics, rights, sampling, segments, trace_header
from dragonctl.local.emission.trace_header import TraceHeader
from dragonctl.local.hooks import Invocation, Outcome, refused
from dragonctl.local.runtime.instance import Instance, Served
from dragonctl.local.runtime.pool import Key, Pool
from dragonctl.local.runtime.settings import Settings


@dataclass(frozen=True)
class Traced:
    """The two segments of an invocation: Lambda's own, and the function's under it."""

    header: TraceHeader
    service_segment: str
    function_segment: str

    @property
    def handed_on(self) -> TraceHeader:
        """What the function finds in ``_X_AMZN_TRACE_ID``."""
        return self.header.under(self.function_segment, sampled=bool(self.header.sampled))


def run(pool: Pool[Instance], settings: Settings, invocation: Invocation) -> Outcome:
    """Serve one event with a warm container, or a new one."""
    if not settings.function.runs_here:
        return refused(settings.function)
    traced = _decided(settings, invocation)
    key = Key(f"{settings.arn}:{settings.version}", settings.revision)
    try:
        instance = pool.take(key, settings.timeout)
    except TimeoutError:
        return _busy()
    try:
        instance = instance or Instance(settings)
        served = instance.serve(invocation, _invoked_arn(settings, invocation), traced.handed_on)
    finally:
        pool.give_back(key, instance)
    if traced.header.sampled:
        _trace(settings, invocation, traced, served)
    metrics.count_invocation(settings, served)
    return _outcome(served)


def _decided(settings: Settings, invocation: Invocation) -> Traced:
    """The trace of this invocation. A function that is not active follows its caller alone."""
    function = settings.function
    header = trace_header.read(invocation.trace_header)
    asked = sampling.Asked(settings.name, "AWS::Lambda::Function", arn=settings.arn)
    sampled = bool(header.sampled)
    if header.sampled is None and settings.traces_actively:
        sampled = sampling.decide(header, function.account, function.region, asked)
    role = str(settings.configuration.get("Role") or "")
    sampled = sampled and rights.allows(role, "xray:PutTraceSegments")
    decided = TraceHeader(header.root, header.parent, sampled)
    return Traced(decided, trace_header.new_segment_id(), trace_header.new_segment_id())


def _invoked_arn(settings: Settings, invocation: Invocation) -> str:
    qualifier = invocation.qualifier
    return f"{settings.arn}:{qualifier}" if qualifier else settings.arn


def _outcome(served: Served) -> Outcome:
    if served.document is not None:
        payload = json.dumps(served.document, ensure_ascii=False).encode()
        return Outcome(payload, "Unhandled", served.log_tail)
    return Outcome((served.result or "null").encode(), None, served.log_tail)


def _busy() -> Outcome:
    answer = {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "Every container of this function stayed busy until the time-out.",
    }
    return Outcome(json.dumps(answer).encode(), "Unhandled")


def _trace(settings: Settings, invocation: Invocation, traced: Traced, served: Served) -> None:
    """``AWS::Lambda`` for the service's part, ``AWS::Lambda::Function`` for the function's."""
    function = settings.function
    error = served.document
    first = served.init[0] if served.init else served.begun
    common: dict[str, Any] = {"trace_id": traced.header.root, "name": settings.name}
    service = {
        **common,
        "id": traced.service_segment,
        "parent_id": traced.header.parent,
        "start_time": first,
        "end_time": served.ended,
        "origin": "AWS::Lambda",
        "http": {"response": {"status": 200}},
        "aws": {
            "function_arn": settings.arn,
            "request_id": invocation.request_id,
            "resource_names": [settings.name],
        },
        "fault": True if error else None,
    }
    own = {
        **common,
        "id": traced.function_segment,
        "parent_id": traced.service_segment,
        "start_time": first,
        "end_time": served.ended,
        "origin": "AWS::Lambda::Function",
        "aws": {
            "function_arn": settings.arn,
            "account_id": function.account,
            "request_id": invocation.request_id,
            "cloudwatch_logs": [{"log_group": settings.log_group}],
        },
        "fault": True if error else None,
        "cause": _cause(error) if error else None,
        "subsegments": _phases(served),
    }
    segments.put(function.account, function.region, service, own)


def _phases(served: Served) -> list[dict[str, Any]]:
    phases = [("Invocation", (served.begun, served.ended))]
    if served.init:
        phases.insert(0, ("Initialization", served.init))
    return [
        {"id": trace_header.new_segment_id(), "name": name, "start_time": start, "end_time": end}
        for name, (start, end) in phases
    ]


def _cause(document: Any) -> dict[str, Any]:
    exception = {
        "id": trace_header.new_segment_id(),
        "type": document.get("errorType"),
        "message": document.get("errorMessage"),
    }
    return {"working_directory": "/var/task", "exceptions": [exception]}

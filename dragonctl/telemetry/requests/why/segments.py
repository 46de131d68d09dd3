"""What traces say: which ids belong to a request, and the failing segment behind its failure.

A segment that failed convicts nobody unless everything above it failed too: a function that
handles the error of a call ends well. Source: "X-Ray segment documents" (a cause is a list of
exceptions, or the id of one that another segment holds), GetTraceSummaries' root causes (API
reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import NEXT_TOKEN, follow
from dragonctl.engine.symptoms import is_fatal, unless_refused
from dragonctl.errors import DragonError
from dragonctl.telemetry.ids import is_execution
from dragonctl.telemetry.requests.why.error_kinds import Judged, judge
from dragonctl.telemetry.requests.why.model import FailedPart, Part
from dragonctl.telemetry.requests.why.services import service_named
from dragonctl.telemetry.traces.reading import Trace
from dragonctl.telemetry.traces.segments import Segment, walk
from dragonctl.telemetry.traces.summaries import id_time

_GRAVITY = {"error": 1, "throttle": 2, "fault": 3}
_ROUND_MS = 2_000
_LOOKED_AT = 20


def request_of(segment: Segment) -> str:
    """The request id of API Gateway that a segment bears, or ""."""
    gateway = segment.aws.get("api_gateway")
    return str(gateway.get("request_id") or "") if isinstance(gateway, dict) else ""


def own_part(trace: Trace, request: str) -> tuple[Segment, ...]:
    """The part of a trace that belongs to one request to an API: its segment and all beneath.

    The whole where the request has no segment there, and where it is the only one.
    """
    for _, segment in walk(trace.roots):
        if request_of(segment) == request:
            return (segment,)
    return trace.roots


def ids_in(roots: Iterable[Segment]) -> Iterator[str]:
    """The invocations and executions that segments are of."""
    for _, segment in walk(roots):
        if "Lambda" in segment.origin and (request := segment.aws.get("request_id")):
            yield str(request)
        for value in segment.aws.values():
            if isinstance(value, str) and is_execution(value):
                yield value


def status_of(roots: Iterable[Segment]) -> int:
    """The status of the answer that the outermost segment bears; 0 for none."""
    for root in roots:
        response = root.http.get("response")
        if isinstance(response, dict) and isinstance(response.get("status"), int):
            return int(response["status"])
    return 0


def failed(roots: Iterable[Segment]) -> bool:
    """Whether an outermost segment failed."""
    return any(root.failed for root in roots)


def machines(roots: Iterable[Segment]) -> list[Segment]:
    """The segments of state machines: one that failed may stand under an answer that went well."""
    return [one for _, one in walk(roots) if "StepFunctions" in one.origin]


def beneath(roots: Iterable[Segment]) -> FailedPart | None:
    """The failing segment beneath API Gateway's own; None where that alone says that it failed."""
    found = cause(roots)
    own = {root.name for root in roots if "ApiGateway" in root.origin}
    return None if found is None or found.name in own else found


def cause(roots: Iterable[Segment]) -> FailedPart | None:
    """The failing segment that the outermost failure comes from; None where nothing failed."""
    failing = [root for root in roots if root.failed]
    if not failing:
        return None
    return _finding(_down(max(failing, key=lambda one: _GRAVITY[one.status])), failing)


def _down(segment: Segment) -> list[Segment]:
    """The failing segments from one down to the deepest: each the gravest, latest child."""
    chain, seen = [segment], {id(segment)}
    while True:
        failing = [child for child in _failing(chain[-1]) if id(child) not in seen]
        if not failing:
            return chain
        chain.append(max(failing, key=lambda one: (_GRAVITY[one.status], one.start)))
        seen.add(id(chain[-1]))


def _failing(segment: Segment) -> Iterator[Segment]:
    """The failing children; beneath a call that was answered, what answered.

    Lambda says 200 of a function that failed.
    """
    for child in segment.children:
        if child.failed:
            yield child
        elif child.namespace:
            yield from (inner for inner in child.children if inner.origin and inner.failed)


def _finding(chain: list[Segment], roots: list[Segment]) -> FailedPart:
    deepest = chain[-1]
    raised = next((s.exceptions[0] for s in reversed(chain) if s.exceptions), None)
    owner = _owner(chain)
    part = _part(owner, chain)
    status = status_of([deepest])
    error = raised.type if raised else (f"{status}" if status else deepest.status)
    judged = judge(raised.type, raised.message) if raised else _by_status(deepest)
    if part == "downstream" and raised is None and status:
        judged = judged._replace(says=f"it answered {status}")
    if judged.by == "a service" and owner.namespace == "aws":
        judged = judged._replace(by=service_named(owner.name))
    words = f"{raised.type}: {raised.message}" if raised else ""
    seen = f"{deepest.name}: {deepest.status}" + (f" {status}" if status else "")
    return FailedPart(
        part, owner.name, judged.kind, error, judged.by, " · ".join(w for w in (seen, words) if w),
        "trace", int(deepest.start * 1000), judged.says, judged.remedy,
        request=str(owner.aws.get("request_id") or request_of(roots[0])),
    )  # fmt: skip


def _owner(chain: list[Segment]) -> Segment:
    """Whose failure it is: the last service, call or state of the chain."""
    for above, segment in reversed(list(pairwise(chain))):
        if segment.origin or segment.namespace or "StepFunctions" in above.origin:
            return segment
    return chain[0]


def _by_status(segment: Segment) -> Judged:
    """How a segment failed that tells no exception."""
    if "ApiGateway" in segment.origin:
        return Judged("throttled" if segment.throttle else "unclear")
    if segment.throttle:
        is_lambda = "Lambda" in segment.origin or segment.name == "Lambda"
        return Judged(
            "throttled", "function concurrency" if is_lambda else service_named(segment.name)
        )
    if segment.namespace or status_of([segment]) >= _BAD:
        return Judged("backend status")
    return Judged("exception")


_BAD = 400
_OF_ORIGIN: tuple[tuple[str, Part], ...] = (
    ("Lambda", "function"), ("StepFunctions", "state-machine"),
)  # fmt: skip


def _part(owner: Segment, chain: list[Segment]) -> Part:
    """Which part of the application a segment is."""
    if "ApiGateway" in owner.origin:
        return "integration" if owner.fault else "limit" if owner.throttle else "api"
    for word, part in _OF_ORIGIN:
        if word in owner.origin:
            return part
    above = chain[chain.index(owner) - 1]
    if "StepFunctions" in above.origin and not owner.namespace:
        return "state"
    if owner.origin or not owner.namespace:
        return "downstream" if owner.origin else "function"
    inside = any("Lambda" in one.origin or "StepFunctions" in one.origin for one in chain)
    return "downstream" if inside else "integration"


def trace_of_request(fetch: Fetch, request: str, start_ms: int, end_ms: int) -> str:
    """The trace that holds a request to an API, looked for by its time; "" where none does.

    For access logs without ``$context.xrayTraceId``: of the traces that began around the request
    the one whose segment bears its id.
    """
    found = []
    for item in _summaries(fetch, (start_ms - _ROUND_MS) / 1000, (end_ms + _ROUND_MS) / 1000):
        found.append(str(item.get("Id", "")))
        if len(found) == _LOOKED_AT:
            break
    for trace in _read(fetch, found):
        if any(request_of(segment) == request for _, segment in walk(trace.roots)):
            return trace.id
    return ""


def _read(fetch: Fetch, ids: list[str]) -> list[Trace]:
    from dragonctl.telemetry.traces.reading import read_traces

    found = unless_refused(partial(read_traces, fetch, ids)) if ids else None
    return found[0] if found else []


def _summaries(fetch: Fetch, start: float, end: float) -> Iterator[Mapping[str, Any]]:
    params: dict[str, Any] = {"StartTime": start, "EndTime": end, "Sampling": False}
    try:
        for page in follow(partial(fetch, "xray", "GetTraceSummaries"), NEXT_TOKEN, **params):
            yield from page.get("TraceSummaries") or ()
    except DragonError as problem:
        if is_fatal(problem):
            raise


def root_cause(fetch: Fetch, trace: str) -> FailedPart | None:
    """The root cause that X-Ray itself found for a trace (FaultRootCauses, ErrorRootCauses)."""
    moment = id_time(trace)
    if moment is None:
        return None
    for item in _summaries(fetch, moment - 60, moment + 300):
        if item.get("Id") == trace:
            causes = [*(item.get("FaultRootCauses") or ()), *(item.get("ErrorRootCauses") or ())]
            return next((found for one in causes if (found := _of_root_cause(one))), None)
    return None


def _of_root_cause(item: Mapping[str, Any]) -> FailedPart | None:
    services = item.get("Services") or ()
    service = services[-1] if services else {}
    path = service.get("EntityPath") or ()
    exceptions = [(entity, raised) for entity in path for raised in entity.get("Exceptions") or ()]
    if not exceptions:
        return None
    entity, raised = exceptions[-1]
    name, message = str(raised.get("Name", "")), str(raised.get("Message", ""))
    judged = judge(name, message)
    kind = str(service.get("Type", ""))
    part: Part = (
        "function" if "Lambda" in kind else "state-machine" if "States" in kind else "downstream"
    )
    return FailedPart(
        part, str(service.get("Name") or entity.get("Name", "")), judged.kind, name, judged.by,
        f"{entity.get('Name', '')}: {name}: {message}", "trace", says=judged.says,
        remedy=judged.remedy,
    )  # fmt: skip

"""GetTraceSummaries, BatchGetTraces, GetServiceGraph and GetTraceGraph, in moto's place."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dragonctl.local.messages import AwsError, Request, seconds
from dragonctl.local.shims import instead
from dragonctl.local.xray import compiled, filter_expression, service_graph
from dragonctl.local.xray.compiled import Segment, Trace
from dragonctl.local.xray.transaction_search import is_indexed, is_on

LONGEST_SECONDS = 6 * 3600
MOST_IDS = 5
SUMMARIES_PER_PAGE = 100


@instead("xray", "GetTraceSummaries", lock=False)
def trace_summaries(request: Request) -> dict[str, Any]:
    """Summaries of the indexed traces that began in a window, filtered, the newest first."""
    test = filter_expression.parse(request.parameters.get("FilterExpression") or "responsetime>=0")
    indexed = (trace for trace in _in_window(request) if is_indexed(request, trace))
    found = [trace for trace in indexed if test(trace)]
    found.sort(key=lambda trace: trace.start, reverse=True)
    first = _token(request)
    page = found[first : first + SUMMARIES_PER_PAGE]
    answer: dict[str, Any] = {
        "TraceSummaries": [summary(request.account, trace) for trace in page],
        "ApproximateTime": datetime.now(UTC),
        "TracesProcessedCount": len(page),
    }
    if first + SUMMARIES_PER_PAGE < len(found):
        answer["NextToken"] = str(first + SUMMARIES_PER_PAGE)
    return answer


@instead("xray", "BatchGetTraces", lock=False)
def batch_get_traces(request: Request) -> dict[str, Any]:
    """Whole traces, at most five at once; none where Transaction Search keeps them."""
    ids = request.parameters.get("TraceIds") or []
    if len(ids) > MOST_IDS:
        raise AwsError("InvalidRequestException", f"Cannot specify more than {MOST_IDS} trace ids")
    wanted = [] if is_on(request) else ids
    found = compiled.some_traces(request.account, request.region, wanted)
    traces = [
        {
            "Id": trace.id,
            "Duration": trace.duration,
            "LimitExceeded": False,
            "Segments": [
                {"Id": one.document["id"], "Document": json.dumps(one.document)}
                for one in trace.segments
            ],
        }
        for trace in found.values()
    ]
    return {"Traces": traces, "UnprocessedTraceIds": [one for one in ids if one not in found]}


@instead("xray", "GetServiceGraph", lock=False)
def get_service_graph(request: Request) -> dict[str, Any]:
    """The graph of the traces that began in a window."""
    start, end = _window(request)
    return {
        "StartTime": datetime.fromtimestamp(start, UTC),
        "EndTime": datetime.fromtimestamp(end, UTC),
        "Services": service_graph.graph(request.account, _in_window(request)),
        "ContainsOldGroupVersions": False,
    }


@instead("xray", "GetTraceGraph", lock=False)
def get_trace_graph(request: Request) -> dict[str, Any]:
    """The graph of some traces."""
    ids = request.parameters.get("TraceIds") or []
    found = compiled.some_traces(request.account, request.region, ids)
    return {"Services": service_graph.graph(request.account, found.values())}


def summary(account: str, trace: Trace) -> dict[str, Any]:
    """One trace as GetTraceSummaries tells it; the flags are the root segment's."""
    root = trace.root
    http = {
        "HttpURL": root.http.get("url"),
        "HttpStatus": root.http.get("status"),
        "HttpMethod": root.http.get("method"),
        "UserAgent": root.http.get("user_agent"),
        "ClientIp": root.http.get("client_ip"),
    }
    arns = [one.document.get("resource_arn") for one in trace.segments]
    return {
        "Id": trace.id,
        "StartTime": datetime.fromtimestamp(trace.start, UTC),
        "Duration": round(trace.duration, 3),
        "ResponseTime": round(root.seconds, 3),
        "HasFault": root.flag("fault"),
        "HasError": root.flag("error"),
        "HasThrottle": root.flag("throttle"),
        "IsPartial": any(one.flag("in_progress") for one in trace.segments),
        "Http": {name: value for name, value in http.items() if value is not None},
        "Annotations": _annotations(account, trace),
        "Users": [
            {"UserName": one.document["user"], "ServiceIds": [_service_id(account, one)]}
            for one in trace.segments
            if one.document.get("user")
        ],
        "ServiceIds": _service_ids(account, trace.segments),
        "ResourceARNs": [{"ARN": arn} for arn in dict.fromkeys(arns) if arn],
        "EntryPoint": _service_id(account, root),
        "MatchedEventTime": datetime.fromtimestamp(trace.start, UTC),
        "Revision": 1,
    }


def _annotations(account: str, trace: Trace) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for segment, document in trace.everything():
        for name, value in (document.get("annotations") or {}).items():
            value_found = {
                "AnnotationValue": _typed(value),
                "ServiceIds": [_service_id(account, segment)],
            }
            if value_found not in found[name]:
                found[name].append(value_found)
    return dict(found)


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    if isinstance(value, int | float):
        return {"NumberValue": float(value)}
    return {"StringValue": str(value)}


def _service_id(account: str, segment: Segment) -> dict[str, Any]:
    name = segment.name
    return {"Name": name, "Names": [name], "AccountId": account, "Type": segment.type}


def _service_ids(account: str, segments: Iterable[Segment]) -> list[dict[str, Any]]:
    named = {(one.name, one.type): _service_id(account, one) for one in segments}
    return list(named.values())


def _in_window(request: Request) -> list[Trace]:
    start, end = _window(request)
    traces = compiled.all_traces(request.account, request.region)
    return [trace for trace in traces if start <= trace.start <= end]


def _window(request: Request) -> tuple[float, float]:
    """The window in epoch seconds; X-Ray takes at most six hours."""
    start, end = (_seconds(request.parameters.get(name)) for name in ("StartTime", "EndTime"))
    if end < start:
        raise AwsError("InvalidRequestException", "End time must be after start time")
    if end - start > LONGEST_SECONDS:
        raise AwsError("InvalidRequestException", "Time range cannot be longer than 6 hours")
    # The wire knows whole seconds only, and a trace of this second must be found.
    return start, end + 1


def _seconds(moment: Any) -> float:
    if moment is None:
        raise AwsError("InvalidRequestException", "Start time and end time are required")
    return seconds(moment)


def _token(request: Request) -> int:
    token = str(request.parameters.get("NextToken") or "0")
    if not token.isdigit():
        raise AwsError("InvalidRequestException", "Invalid next token")
    return int(token)

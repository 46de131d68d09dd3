"""Transaction Search: where segments go, which share is indexed, and traces retrieved by their ids.

As the X-Ray API reference has them: a retrieval gives nothing until it is complete. Which traces
are indexed is decided by their ids, so that the same ones are at every look.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from dragonctl.local import state
from dragonctl.local.emission import log_groups, segments
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, instead
from dragonctl.local.xray import compiled, service_graph
from dragonctl.local.xray.compiled import Trace

MOST_IDS = 100
TRACES_A_PAGE, SPANS_A_PAGE = 5, 100
LASTS_SECONDS = 3600
_DEFAULT_PERCENTAGE = 1.0


def is_on(request: Request) -> bool:
    """Whether segments go to CloudWatch Logs."""
    return bool(_memory(request).get("destination") == "CloudWatchLogs")


def is_indexed(request: Request, trace: Trace) -> bool:
    """Whether X-Ray's own lists know a trace."""
    if not is_on(request):
        return True
    share = _memory(request).get("indexed", _DEFAULT_PERCENTAGE)
    return bool(crc32(trace.id.encode()) % 10_000 < share * 100)


@instead("xray", "GetTraceSegmentDestination")
def destination(request: Request) -> dict[str, Any]:
    """Where traces go: ``XRay``, unless Transaction Search was switched on."""
    kept = _memory(request).get("destination", "XRay")
    return {"Destination": kept, "Status": "ACTIVE"}


@instead("xray", "UpdateTraceSegmentDestination")
def set_destination(request: Request) -> dict[str, Any]:
    """Switch Transaction Search on or off; AWS makes its log group with the caller's rights."""
    _memory(request)["destination"] = request.parameters.get("Destination") or "XRay"
    if is_on(request):
        stream = log_groups.Stream(request.account, request.region, segments.SPANS, "default")
        log_groups.write(stream, (), create_group=True)
    return destination(request)


@after("xray", "PutTraceSegments")
def keep_spans(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """What X-Ray took goes into the log group too."""
    refused = {one.get("Id") for one in result.get("UnprocessedTraceSegments") or ()}
    texts = request.parameters.get("TraceSegmentDocuments") or []
    taken = [one for one in _readable(texts) if one.get("id") not in refused]
    segments.keep_spans(request.account, request.region, taken)
    return result


@instead("xray", "GetIndexingRules")
def indexing_rules(request: Request) -> dict[str, Any]:
    """The one rule that there is."""
    return {"IndexingRules": [_rule(request)]}


@instead("xray", "UpdateIndexingRule")
def set_indexing_rule(request: Request) -> dict[str, Any]:
    """Index another share of the traces, in percent."""
    if request.parameters.get("Name") != "Default":
        raise AwsError("ResourceNotFoundException", "Indexing rule does not exist")
    fields = (request.parameters.get("Rule") or {}).get("Probabilistic") or {}
    share = fields.get("DesiredSamplingPercentage")
    if not isinstance(share, int | float) or not 0 <= share <= 100:  # noqa: PLR2004
        raise AwsError("InvalidRequestException", "DesiredSamplingPercentage must be 0 to 100")
    _memory(request).update(indexed=float(share), indexed_since=datetime.now(UTC))
    return {"IndexingRule": _rule(request)}


@instead("xray", "StartTraceRetrieval")
def start(request: Request) -> dict[str, Any]:
    """Begin to retrieve some traces."""
    ids = request.parameters.get("TraceIds") or []
    if not 0 < len(ids) <= MOST_IDS:
        raise AwsError("InvalidRequestException", f"TraceIds must have 1 to {MOST_IDS} ids")
    token = str(uuid.uuid4())
    kept = _retrievals(request)
    kept[token] = {"ids": list(ids), "since": time.time(), "looks": 0}
    return {"RetrievalToken": token}


@instead("xray", "CancelTraceRetrieval")
def cancel(request: Request) -> dict[str, Any]:
    """End a retrieval."""
    _retrieval(request)["cancelled"] = True
    return {}


@instead("xray", "ListRetrievedTraces")
def retrieved(request: Request) -> dict[str, Any]:
    """The documents of the traces, five traces and a hundred spans a page."""
    status = _status(_retrieval(request))
    answer: dict[str, Any] = {"RetrievalStatus": status, "TraceFormat": "XRAY", "Traces": []}
    if status != "COMPLETE":
        return answer
    found = _found(request)
    pieces = [
        (trace, trace.segments[first : first + SPANS_A_PAGE])
        for trace in found
        for first in range(0, len(trace.segments), SPANS_A_PAGE)
    ]
    page, answer["NextToken"] = _page(request, pieces)
    answer["Traces"] = [
        {
            "Id": trace.id,
            "Duration": trace.duration,
            "Spans": [
                {"Id": one.document["id"], "Document": json.dumps(one.document)} for one in some
            ],
        }
        for trace, some in page
    ]
    return {name: value for name, value in answer.items() if value is not None}


@instead("xray", "GetRetrievedTracesGraph")
def retrieved_graph(request: Request) -> dict[str, Any]:
    """The graph of the traces."""
    status = _status(_retrieval(request))
    if status != "COMPLETE":
        return {"RetrievalStatus": status, "Services": []}
    services = service_graph.graph(request.account, _found(request))
    page, token = _page(request, services)
    linked = [{"Service": service, "Links": []} for service in page]
    more = {"NextToken": token} if token else {}
    return {"RetrievalStatus": status, "Services": linked, **more}


def _readable(texts: Sequence[str]) -> list[dict[str, Any]]:
    """The documents that are JSON."""
    found = []
    for text in texts:
        with suppress(ValueError, RecursionError):
            found.append(json.loads(text))
    return [one for one in found if isinstance(one, dict)]


def _memory(request: Request) -> dict[str, Any]:
    return state.memory("xray", request.account, request.region)


def _rule(request: Request) -> dict[str, Any]:
    share = _memory(request).get("indexed", _DEFAULT_PERCENTAGE)
    since = _memory(request).get("indexed_since", datetime(1970, 1, 1, tzinfo=UTC))
    fields = {"DesiredSamplingPercentage": share, "ActualSamplingPercentage": share}
    return {"Name": "Default", "ModifiedAt": since, "Rule": {"Probabilistic": fields}}


def _retrievals(request: Request) -> dict[str, dict[str, Any]]:
    """Those that have not run out."""
    memory, now = _memory(request), time.time()
    kept = memory.get("retrievals", {})
    fresh = {name: one for name, one in kept.items() if now - one["since"] < LASTS_SECONDS}
    memory["retrievals"] = fresh
    return fresh


def _retrieval(request: Request) -> dict[str, Any]:
    found = _retrievals(request).get(str(request.parameters.get("RetrievalToken")))
    if found is None:
        raise AwsError("ResourceNotFoundException", "Retrieval does not exist")
    return found


def _status(retrieval: dict[str, Any]) -> str:
    """Complete at the second look: whoever reads at once must wait, as on AWS."""
    if retrieval.get("cancelled"):
        return "CANCELLED"
    retrieval["looks"] += 1
    return "COMPLETE" if retrieval["looks"] > 1 else "RUNNING"


def _found(request: Request) -> list[Trace]:
    """The traces that there are; each id may be in W3C's form."""
    ids = [_root(one) for one in _retrieval(request)["ids"]]
    return list(compiled.some_traces(request.account, request.region, ids).values())


def _root(ident: str) -> str:
    return ident if ident.startswith("1-") else f"1-{ident[:8]}-{ident[8:]}"


def _page(request: Request, items: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
    token = str(request.parameters.get("NextToken") or "0")
    if not token.isdigit():
        raise AwsError("InvalidRequestException", "Invalid next token")
    first, following = int(token), int(token) + TRACES_A_PAGE
    return items[first:following], str(following) if following < len(items) else None

"""Traces: summaries of a stretch of time, whole traces by id, groups, and why there are none.

Sources: X-Ray API reference (``GetTraceSummaries``, ``BatchGetTraces`` with at most five ids),
and the recorded refusal of windows longer than six hours.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dragonctl.errors import DragonError
from dragonctl.telemetry.fetching import Fetch, from_aws, pages
from dragonctl.telemetry.traces.segments import Segment, Status, tree, walk

WINDOW = 6 * 3600
"""Seconds that X-Ray lets one call span."""

KEPT = 30 * 86400
"""Seconds that X-Ray keeps traces (30 days): nothing older is asked for."""

BATCH = 5
"""Trace ids that BatchGetTraces takes at once."""

LATENCIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Upper edges, in seconds, of the columns of a response-time distribution; the last is open."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A trace in one line. Times in seconds; ``response_time`` None while in progress."""

    id: str
    start: float
    duration: float | None
    response_time: float | None
    status: Status
    partial: bool = False
    method: str = ""
    url: str = ""
    code: int | None = None
    user_agent: str = ""
    client_ip: str = ""
    users: tuple[str, ...] = ()
    annotations: tuple[tuple[str, Any], ...] = ()
    services: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The summary as plain JSON."""
        return {**asdict(self), "annotations": [list(pair) for pair in self.annotations]}


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole trace; ``limit_exceeded`` when X-Ray had to leave segments out."""

    id: str
    duration: float | None
    limit_exceeded: bool
    roots: tuple[Segment, ...]

    @property
    def start(self) -> float:
        """The earliest start of all segments, seconds since the epoch."""
        return min((part.start for _, part in walk(self.roots) if part.start), default=0.0)

    def document(self) -> dict[str, Any]:
        """The trace as plain JSON: its segments in the order of the tree, with their depth."""
        segments = [{"depth": depth, **part.document()} for depth, part in walk(self.roots)]
        return {
            "id": self.id,
            "start": self.start,
            "duration": self.duration,
            "limit_exceeded": self.limit_exceeded,
            "segments": segments,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Traces that share a value: how many, which share of all, how fast, how well.

    ``statuses`` counts ok, error, throttle and fault; ``latencies`` counts response times up to
    each edge of ``LATENCIES`` and beyond.
    """

    value: str
    count: int
    share: float
    average: float | None
    statuses: dict[Status, int]
    latencies: tuple[int, ...]

    def document(self) -> dict[str, Any]:
        """The group as plain JSON."""
        return asdict(self)


GROUPINGS: dict[str, Callable[[Summary], Iterable[str]]] = {
    "url": lambda summary: [summary.url],
    "status": lambda summary: ["" if summary.code is None else str(summary.code)],
    "method": lambda summary: [summary.method],
    "user": lambda summary: summary.users or [""],
    "user-agent": lambda summary: [summary.user_agent],
    "client-ip": lambda summary: [summary.client_ip],
}
"""What traces can be grouped by -> the values of a trace; a trace may have several users."""


def windows(start: float, end: float) -> list[tuple[float, float]]:
    """The stretch of time in pieces that X-Ray accepts, the newest first."""
    pieces = []
    start = max(start, end - KEPT)
    while end > start:
        begin = max(start, end - WINDOW)
        pieces.append((begin, end))
        end = begin
    return pieces


def summaries(
    fetch: Fetch, start: float, end: float, expression: str = "", workers: int = 4
) -> Iterator[Summary]:
    """The traces that began between two times (seconds), newest first, none twice.

    ``expression`` is an X-Ray filter expression. Long stretches are read in windows of six hours
    side by side, at most ``workers`` windows ahead of what was consumed.
    """
    seen: set[str] = set()
    with ThreadPoolExecutor(workers, thread_name_prefix="traces") as pool:
        todo = windows(start, end)
        for first in range(0, len(todo), workers):
            pieces = todo[first : first + workers]
            for found in pool.map(lambda piece: _window(fetch, piece, expression), pieces):
                yield from (item for item in found if item.id not in seen)
                seen.update(item.id for item in found)


def _window(fetch: Fetch, piece: tuple[float, float], expression: str) -> list[Summary]:
    params: dict[str, Any] = {"StartTime": piece[0], "EndTime": piece[1], "Sampling": False}
    if expression:
        params["FilterExpression"] = expression
    try:
        found = [
            summary_of(item)
            for page in pages(fetch, "xray", "GetTraceSummaries", **params)
            for item in page.get("TraceSummaries", ())
        ]
    except DragonError as error:
        if expression and error.code == "InvalidRequestException":
            error.hint = "A filter that X-Ray takes: fault = true OR responsetime > 2."
        raise
    return sorted(found, key=lambda item: item.start, reverse=True)


def summary_of(item: dict[str, Any]) -> Summary:
    """A summary as X-Ray gives it, typed; parts that it lacks are empty."""
    http = item.get("Http") or {}
    users = tuple(str(user.get("UserName", "")) for user in item.get("Users") or ())
    return Summary(
        id=str(item.get("Id", "")),
        start=_start(item),
        duration=item.get("Duration"),
        response_time=item.get("ResponseTime"),
        status=_status(item),
        partial=bool(item.get("IsPartial")),
        method=str(http.get("HttpMethod") or ""),
        url=str(http.get("HttpURL") or ""),
        code=http.get("HttpStatus"),
        user_agent=str(http.get("UserAgent") or ""),
        client_ip=str(http.get("ClientIp") or ""),
        users=tuple(user for user in users if user),
        annotations=tuple(_annotations(item.get("Annotations") or {})),
        services=tuple(
            dict.fromkeys(str(part.get("Name", "")) for part in item.get("ServiceIds") or ())
        ),
    )


def _start(item: dict[str, Any]) -> float:
    """When the trace began: said by newer answers, and always the second part of its id."""
    said = item.get("StartTime")
    if isinstance(said, datetime):
        return said.timestamp()
    return id_time(str(item.get("Id", ""))) or 0.0


def id_time(trace_id: str) -> float | None:
    """The moment, in seconds, that a trace id bears (``1-<hex seconds>-…``)."""
    try:
        return float(int(trace_id.split("-")[1], 16))
    except (IndexError, ValueError):
        return None


def _status(item: dict[str, Any]) -> Status:
    if item.get("HasFault"):
        return "fault"
    if item.get("HasThrottle"):
        return "throttle"
    return "error" if item.get("HasError") else "ok"


def _annotations(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, values in found.items():
        for value in values or ():
            yield str(name), next(iter((value.get("AnnotationValue") or {}).values()), None)


def read_traces(
    fetch: Fetch, ids: Sequence[str], workers: int = 4
) -> tuple[list[Trace], list[str]]:
    """Whole traces in the order of ``ids``, and the ids that X-Ray has not (yet) got."""
    batches = [list(ids[first : first + BATCH]) for first in range(0, len(ids), BATCH)]
    found: dict[str, Trace] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="traces") as pool:
        for traces in pool.map(lambda batch: _batch(fetch, batch), batches):
            found.update((trace.id, trace) for trace in traces)
    return [found[name] for name in ids if name in found], [
        name for name in ids if name not in found
    ]


def _batch(fetch: Fetch, ids: list[str]) -> list[Trace]:
    """One batch; what X-Ray left unprocessed is asked for once more."""
    documents: dict[str, list[str]] = {}
    heads: dict[str, dict[str, Any]] = {}
    wanted = ids
    for _ in range(2):
        left: list[str] = []
        for page in pages(fetch, "xray", "BatchGetTraces", TraceIds=wanted):
            left.extend(page.get("UnprocessedTraceIds") or ())
            for item in page.get("Traces") or ():
                heads[item["Id"]] = item
                texts = [part.get("Document", "") for part in item.get("Segments") or ()]
                documents.setdefault(item["Id"], []).extend(texts)
        if not left:
            break
        wanted = left
    return [_trace(heads[name], texts) for name, texts in documents.items() if texts]


def _trace(head: dict[str, Any], texts: list[str]) -> Trace:
    roots = tuple(tree(dict.fromkeys(texts)))
    return Trace(head["Id"], head.get("Duration"), bool(head.get("LimitExceeded")), roots)


def grouped(found: Iterable[Summary], by: str) -> list[Group]:
    """Groups by one of ``GROUPINGS``, the largest first; a missing value is ``""``."""
    values, total = GROUPINGS[by], 0
    members: dict[str, list[Summary]] = {}
    for summary in found:
        total += 1
        for value in values(summary):
            members.setdefault(value, []).append(summary)
    groups = [_group(value, traces, total) for value, traces in members.items()]
    return sorted(groups, key=lambda group: (-group.count, group.value))


def _group(value: str, traces: list[Summary], total: int) -> Group:
    times = [trace.response_time for trace in traces if trace.response_time is not None]
    counts = Counter(trace.status for trace in traces)
    columns = [0] * (len(LATENCIES) + 1)
    for time in times:
        columns[sum(time > edge for edge in LATENCIES)] += 1
    average = sum(times) / len(times) if times else None
    return Group(value, len(traces), len(traces) / total, average, dict(counts), tuple(columns))


@dataclass(frozen=True, slots=True)
class Destination:
    """Where X-Ray sends segments: ``XRay``, or ``CloudWatchLogs`` (Transaction Search)."""

    name: str
    status: str

    @property
    def elsewhere(self) -> bool:
        """Whether Transaction Search takes the spans, so that X-Ray indexes only some of them."""
        return self.name == "CloudWatchLogs"


def destination(fetch: Fetch) -> Destination | None:
    """Where this account's segments go; None where that cannot be asked."""
    try:
        answer = fetch("xray", "GetTraceSegmentDestination")
    except Exception as problem:
        if not from_aws(problem):
            raise
        return None
    return Destination(str(answer.get("Destination", "XRay")), str(answer.get("Status", "")))


def explain_empty(fetch: Fetch, expression: str = "") -> list[str]:
    """Why a list of traces may be empty, the likeliest first, each with what to do."""
    reasons = []
    place = destination(fetch)
    if place and place.elsewhere:
        reasons.append(
            "Transaction Search is on: spans go to the log group aws/spans and X-Ray indexes only"
            " a part of them (1 % unless set otherwise). Search aws/spans, or raise the indexing"
            " percentage in CloudWatch's settings."
        )
    if expression:
        reasons.append("The filter may exclude every trace: try again without --filter.")
    reasons.extend(_sampling_reasons(fetch))
    reasons.append(
        "Tracing may be off (`dragonctl status` shows it), or nothing was called. Traces appear"
        " some seconds after a call."
    )
    return reasons


def _sampling_reasons(fetch: Fetch) -> list[str]:
    try:
        answer = fetch("xray", "GetSamplingRules")
    except Exception as problem:
        if not from_aws(problem):
            raise
        return []
    rules = [record.get("SamplingRule", {}) for record in answer.get("SamplingRuleRecords", ())]
    silent = [
        str(rule.get("RuleName"))
        for rule in rules
        if not rule.get("FixedRate") and not rule.get("ReservoirSize")
    ]
    if silent:
        mend = shlex.join(["dragonctl", "set-sampling", "--name", silent[0], "--rate", "0.05"])
        return [f"The sampling rule {', '.join(silent)} records nothing: `{mend}`."]
    rates = {str(rule.get("RuleName")): rule.get("FixedRate", 0) for rule in rules}
    if rates.get("Default", 1) < 1:
        share = f"{rates['Default'] * 100:g} %"
        return [f"Sampling records the first request of a second and {share} of the rest."]
    return []

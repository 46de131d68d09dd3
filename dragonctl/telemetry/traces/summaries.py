"""Summaries of traces: a line each, of a stretch of time.

Sources: X-Ray API reference (``GetTraceSummaries``), and the recorded refusal of windows longer
than six hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.engine.paging import NEXT_TOKEN, follow
from dragonctl.errors import DragonError
from dragonctl.masking import masked_by_form, masked_members
from dragonctl.telemetry.times import length
from dragonctl.telemetry.traces.root_causes import root_causes
from dragonctl.telemetry.traces.segments import Status

WINDOW = 6 * 3600
"""Seconds that X-Ray lets one call span."""

KEPT = 30 * 86400
"""Seconds that X-Ray keeps traces (30 days): nothing older is asked for."""


@dataclass(frozen=True, slots=True)
class ServiceId:
    """A part that a trace passed, as X-Ray names it; ``account`` is "" where that is not told."""

    name: str
    type: str = ""
    account: str = ""


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
    service_ids: tuple[ServiceId, ...] = ()
    resource_arns: tuple[str, ...] = ()
    root_causes: tuple[str, ...] = ()

    @property
    def services(self) -> tuple[str, ...]:
        """The names of the parts that it passed, each once."""
        return tuple(dict.fromkeys(part.name for part in self.service_ids))

    def document(self) -> dict[str, Any]:
        """The summary as plain JSON."""
        return {
            **asdict(self),
            "annotations": [list(pair) for pair in self.annotations],
            "services": list(self.services),
        }


def windows(start: float, end: float) -> list[tuple[float, float]]:
    """The stretch of time in pieces that X-Ray accepts, the newest first."""
    pieces = []
    start = max(start, end - KEPT)
    while end > start:
        begin = max(start, end - WINDOW)
        pieces.append((begin, end))
        end = begin
    return pieces


def pieces(start: float, end: float, least: int) -> list[tuple[float, float]]:
    """The windows of a stretch of time, cut so that they are ``least`` at least; newest first.

    Pages of a window come one after the other: only windows are read side by side.
    """
    whole = windows(start, end)
    parts = -(-least // len(whole)) if whole else 1
    cut: list[tuple[float, float]] = []
    for begin, finish in whole:
        edges = [*(begin + (finish - begin) * at / parts for at in range(parts)), finish]
        cut += reversed([*pairwise(edges)])
    return cut


def summaries(
    fetch: Fetch, start: float, end: float, expression: str = "", workers: int = 8
) -> Iterator[Summary]:
    """The traces that began between two times (seconds), newest first, none twice.

    ``expression`` is an X-Ray filter expression. The time is read in pieces side by side, at most
    ``workers`` pieces ahead of what was consumed.
    """
    seen: set[str] = set()
    with ThreadPoolExecutor(workers, thread_name_prefix="traces") as pool:
        todo = pieces(start, end, 2 * workers)
        for first in range(0, len(todo), workers):
            ahead = todo[first : first + workers]
            for found in pool.map(lambda piece: _window(fetch, piece, expression), ahead):
                yield from (item for item in found if item.id not in seen)
                seen.update(item.id for item in found)


def _window(fetch: Fetch, piece: tuple[float, float], expression: str) -> list[Summary]:
    params: dict[str, Any] = {"StartTime": piece[0], "EndTime": piece[1], "Sampling": False}
    if expression:
        params["FilterExpression"] = expression
    try:
        found = [
            summary_of(item)
            for page in follow(partial(fetch, "xray", "GetTraceSummaries"), NEXT_TOKEN, **params)
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
        duration=length(item.get("Duration")),
        response_time=length(item.get("ResponseTime")),
        status=_status(item),
        partial=bool(item.get("IsPartial")),
        method=str(http.get("HttpMethod") or ""),
        url=masked_by_form(str(http.get("HttpURL") or "")),
        code=http.get("HttpStatus"),
        user_agent=str(http.get("UserAgent") or ""),
        client_ip=str(http.get("ClientIp") or ""),
        users=tuple(user for user in users if user),
        annotations=tuple(_annotations(item.get("Annotations") or {})),
        service_ids=tuple(map(_service_id, item.get("ServiceIds") or ())),
        root_causes=root_causes(item),
        resource_arns=tuple(str(part.get("ARN", "")) for part in item.get("ResourceARNs") or ()),
    )


def _service_id(part: dict[str, Any]) -> ServiceId:
    texts = (str(part.get(name) or "") for name in ("Name", "Type", "AccountId"))
    return ServiceId(*texts)


def _start(item: dict[str, Any]) -> float:
    """When the trace began: said by newer answers, and always the second part of its id."""
    began = item.get("StartTime")
    if isinstance(began, datetime):
        return began.timestamp()
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
    if item.get("HasError"):
        return "error"
    return "in progress" if item.get("IsPartial") else "ok"


def _annotations(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, values in found.items():
        for value in values or ():
            held = masked_members(value.get("AnnotationValue") or {})
            yield str(name), next(iter(held.values()), None)

"""Reading log events: AWS's filter patterns, all streams merged by time, pages that hold.

Insights queries and live tails are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragonctl.local import backends, log_patterns
from dragonctl.local.shims import before, instead
from dragonctl.local.wire import AwsError, Request

MOST_EVENTS = 10_000
NOT_HERE = 501
Place = tuple[int, int]
"""Where an event stands in its group: its time, then its number."""


@instead("logs", "FilterLogEvents", lock=False)
def filter_log_events(request: Request) -> dict[str, Any]:
    """Events of a group by time, at most 10,000 a page."""
    parameters = request.parameters
    limit = min(int(parameters.get("limit") or MOST_EVENTS), MOST_EVENTS)
    test = log_patterns.parse(parameters.get("filterPattern") or "")
    start, end = parameters.get("startTime"), parameters.get("endTime")
    behind = _place(parameters.get("nextToken"))
    found = [
        (place, stream, event)
        for place, stream, event in _events(request)
        if (start is None or event.timestamp >= start)
        and (end is None or event.timestamp <= end)
        and (behind is None or place > behind)
        and test(event.message)
    ]
    found.sort(key=lambda one: one[0])
    page = found[:limit]
    answer: dict[str, Any] = {
        "events": [_told(stream, event) for _, stream, event in page],
        "searchedLogStreams": [],
    }
    if len(found) > limit:
        moment, number = page[-1][0]
        answer["nextToken"] = f"{moment}/{number}"
    return answer


def _events(request: Request) -> Iterator[tuple[Place, str, Any]]:
    parameters = request.parameters
    names, prefix = parameters.get("logStreamNames"), parameters.get("logStreamNamePrefix")
    if names and prefix:
        words = "LogStreamNamePrefix and LogStreamNames are mutually exclusive"
        raise AwsError("InvalidParameterException", words)
    for name, stream in list(_group(request).streams.items()):
        if (not names or name in names) and (not prefix or name.startswith(prefix)):
            for event in list(stream.events):
                yield (event.timestamp, int(event.event_id)), name, event


def _group(request: Request) -> Any:
    named = request.parameters.get("logGroupIdentifier") or ""
    name = request.parameters.get("logGroupName") or named.rpartition(":log-group:")[2]
    groups = backends.backend("logs", request.account, request.region).groups
    if name not in groups:
        words = "The specified log group does not exist."
        raise AwsError("ResourceNotFoundException", words)
    return groups[name]


def _told(stream: str, event: Any) -> dict[str, Any]:
    return {
        "logStreamName": stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingestion_time,
        "eventId": str(event.event_id),
    }


def _place(token: str | None) -> Place | None:
    if not token:
        return None
    moment, _, number = token.partition("/")
    if not (moment.isdigit() and number.isdigit()):
        raise AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return int(moment), int(number)


@before("logs", "PutMetricFilter", "PutSubscriptionFilter")
def check_pattern(request: Request) -> None:
    """A pattern that AWS would not understand is refused where it is set."""
    log_patterns.parse(request.parameters.get("filterPattern") or "")


@instead("logs", "StartQuery", "StartLiveTail")
def refuse(request: Request) -> None:
    """What this local AWS cannot do: moto's answers would be empty or wrong."""
    what = {"StartQuery": "Logs Insights queries", "StartLiveTail": "live tails"}
    words = f"The local AWS does not do {what[request.operation]} (logs {request.operation})."
    raise AwsError("NotImplemented", words, NOT_HERE)

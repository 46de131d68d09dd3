"""Reading log events: AWS's filter patterns, all streams merged by time, pages that hold.

Live tails are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.local import backends, log_patterns
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before, instead

MOST_EVENTS = 10_000
BACKWARDS_SINCE_MS = 1_704_067_200_000  # 2024-01-01: earlier times are read from the head alone
FORWARD, BACKWARD = "f", "b"  # how a token begins
NOT_HERE = 501
Place = tuple[int, int]
"""Where an event stands in its group: its time, then its number."""


@instead("logs", "FilterLogEvents", lock=False)
def filter_log_events(request: Request) -> dict[str, Any]:
    """Events of a group by time, at most 10,000 a page, from either end."""
    parameters = request.parameters
    limit = min(int(parameters.get("limit") or MOST_EVENTS), MOST_EVENTS)
    behind, from_head = _place(parameters.get("nextToken")), _from_head(parameters)
    found = [
        one
        for one in _within(request)
        if behind is None or (one[0] > behind if from_head else one[0] < behind)
    ]
    found.sort(key=lambda one: one[0], reverse=not from_head)
    page = found[:limit]
    answer: dict[str, Any] = {
        "events": [_shown(stream, event) for _, stream, event in page],
        "searchedLogStreams": [],
    }
    if len(found) > limit:
        moment, number = page[-1][0]
        answer["nextToken"] = f"{FORWARD if from_head else BACKWARD}/{moment}/{number}"
    return answer


def _from_head(parameters: Mapping[str, Any]) -> bool:
    """Whether the earliest come first: a token keeps the direction of its page (AWS)."""
    if token := parameters.get("nextToken"):
        return not token.startswith(BACKWARD)
    from_head = parameters.get("startFromHead") is not False
    if not from_head and int(parameters.get("startTime") or 0) < BACKWARDS_SINCE_MS:
        words = "startFromHead can be false only if startTime is on or after 2024-01-01T00:00:00Z."
        raise AwsError("InvalidParameterException", words)
    return from_head


def _within(request: Request) -> Iterator[tuple[Place, str, Any]]:
    """The events of the request's time that its pattern matches."""
    parameters = request.parameters
    test = log_patterns.parse(parameters.get("filterPattern") or "")
    start, end = parameters.get("startTime"), parameters.get("endTime")
    for place, stream, event in _events(request):
        late_enough = start is None or event.timestamp >= start
        if late_enough and (end is None or event.timestamp <= end) and test(event.message):
            yield place, stream, event


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


def _shown(stream: str, event: Any) -> dict[str, Any]:
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
    direction, moment, number = [*token.split("/"), "", ""][:3]
    if direction not in (FORWARD, BACKWARD) or not (moment.isdigit() and number.isdigit()):
        raise AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return int(moment), int(number)


@before("logs", "PutMetricFilter", "PutSubscriptionFilter")
def check_pattern(request: Request) -> None:
    """A pattern that AWS would not understand is refused where it is set."""
    log_patterns.parse(request.parameters.get("filterPattern") or "")


@instead("logs", "StartLiveTail")
def refuse(_: Request) -> None:
    """What this local AWS cannot do: moto's answer would be empty."""
    words = "The local AWS does not do live tails (logs StartLiveTail)."
    raise AwsError("NotImplemented", words, NOT_HERE)

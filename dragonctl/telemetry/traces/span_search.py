"""The traces that X-Ray does not index, found by their outermost spans in CloudWatch Logs.

Sources: CloudWatch Logs user guide: ``SOURCE`` stands in the place of names of groups, and
``@data_format`` is an index of every group that holds spans, wherever they lie. Logs Insights
bills the bytes that a query scans. Of a span that was open there are two records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dragonctl.engine.model import Fetch
from dragonctl.telemetry.ids import trace_root
from dragonctl.telemetry.logs.insights import QueryResult, run_over_sources
from dragonctl.telemetry.times import Clock, Sleep
from dragonctl.telemetry.traces.segments import Segment, tree
from dragonctl.telemetry.traces.spans import is_span
from dragonctl.telemetry.traces.summaries import ServiceId, Summary

MOST = 10_000
"""Rows that a query gives."""

QUERY = (
    'SOURCE logGroups() | filterIndex @data_format = "AWS-OTEL-TRACE-V1"'
    f" | filter not ispresent(parentSpanId) | fields @message | limit {MOST}"
)


@dataclass(frozen=True)
class SearchResult:
    """What a search found: a summary a trace, the latest first; the bytes that were scanned.

    ``cut``: there may be more than were given.
    """

    summaries: list[Summary]
    scanned_bytes: int
    cut: bool


def search_spans(
    fetch: Fetch, start: float, end: float, *, clock: Clock, sleep: Sleep
) -> SearchResult:
    """The traces that began between two times (seconds), of every application of the account."""
    answer = QueryResult("")
    for step in run_over_sources(
        fetch, QUERY, int(start * 1000), int(end * 1000), clock=clock, sleep=sleep
    ):
        if isinstance(step, QueryResult):
            answer = step
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    found = summaries_of(row.get("@message", "") for row in rows)
    return SearchResult(found, answer.scanned_bytes, len(rows) >= MOST)


def summaries_of(records: Iterable[str]) -> list[Summary]:
    """The summaries of outermost spans, one a trace, the latest first; other records are none."""
    found: dict[str, Summary] = {}
    for text, span in _spans(records):
        (segment,) = tree([text])
        summary = _summary(segment, span)
        known = found.get(summary.id)
        if known is None or known.partial:
            found[summary.id] = summary
    return sorted(found.values(), key=lambda summary: summary.start, reverse=True)


def _spans(records: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for text in records:
        try:
            span = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(span, dict) and is_span(span) and isinstance(span.get("traceId"), str):
            yield text, span


def _summary(segment: Segment, span: dict[str, Any]) -> Summary:
    status = segment.response.get("status")
    request = {name: str(value) for name, value in segment.request.items()}
    resource = span.get("resource")
    about = resource.get("attributes") if isinstance(resource, dict) else None
    attributes = about if isinstance(about, dict) else {}
    name = str(attributes.get("service.name") or segment.name)
    account = str(attributes.get("cloud.account.id") or "")
    return Summary(
        id=trace_root(str(span["traceId"])),
        start=segment.start,
        duration=segment.duration,
        response_time=segment.duration,
        status=segment.status,
        partial=segment.in_progress,
        method=request.get("method", ""),
        url=request.get("url", ""),
        code=status if isinstance(status, int) else None,
        user_agent=request.get("user_agent", ""),
        client_ip=request.get("client_ip", ""),
        users=(segment.user,) if segment.user else (),
        annotations=tuple(segment.annotations.items()),
        service_ids=(ServiceId(name, segment.origin, account),),
        resource_arns=tuple(_arns(segment, attributes)),
        root_causes=("unknown",) if segment.failed else (),
    )


def _arns(segment: Segment, attributes: dict[str, Any]) -> Iterator[str]:
    """The ARN of what the span is of; of a stage made of its API's id."""
    if segment.resource_arn:
        yield segment.resource_arn
    api = attributes.get("aws.api_gateway.rest_api_id")
    stage = attributes.get("aws.api_gateway.stage")
    if api and stage:
        region = attributes.get("cloud.region") or ""
        yield f"arn:aws:apigateway:{region}::/restapis/{api}/stages/{stage}"

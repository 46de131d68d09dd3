"""Segments: what a service tells X-Ray of the work that it did."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.emission import log_groups
from dragonctl.local.xray import span_records

Document = dict[str, Any]
SPANS = "aws/spans"
"""The log group of Transaction Search."""


def put(
    account: str,
    region: str,
    *documents: Document,
    rewritten: Callable[[str], str] = lambda text: text,
    spans: Iterable[Document] | None = None,
) -> None:
    """Store segment documents (AWS: "X-Ray segment documents"); keys holding None are left out.

    ``rewritten`` has the last word on a document's JSON. ``spans`` are the records of what came in
    OpenTelemetry's form.
    """
    backend = backends.backend("xray", account, region)
    kept = [_without_nulls(document) for document in documents]
    with state.LOCK:  # moto keeps segments in a sorted list: writers and readers take turns
        for document in kept:
            backend.process_segment(rewritten(json.dumps(document)))
    keep_spans(account, region, kept, spans, rewritten)


def keep_spans(
    account: str,
    region: str,
    documents: Iterable[Document],
    spans: Iterable[Document] | None = None,
    rewritten: Callable[[str], str] = lambda text: text,
) -> None:
    """Write segments, or the ``spans`` that they came as, where Transaction Search keeps them.

    Nothing where it is off.
    """
    if state.memory("xray", account, region).get("destination") != "CloudWatchLogs":
        return
    made = (record for document in documents for record in span_records.of_segment(document))
    lines = [
        (span_records.moment(record), rewritten(json.dumps(record, separators=(",", ":"))))
        for record in (made if spans is None else spans)
    ]
    stream = log_groups.Stream(account, region, SPANS, "default")
    log_groups.write(stream, lines, create_group=True)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


def outcome(status: int) -> dict[str, bool]:
    """The flags of a segment whose answer had this HTTP status (throttles are errors too)."""
    if status == 429:  # noqa: PLR2004 (Too Many Requests)
        return {"error": True, "throttle": True}
    if status >= 500:  # noqa: PLR2004 (the server's fault)
        return {"fault": True}
    return {"error": True} if status >= 400 else {}  # noqa: PLR2004 (the caller's error)

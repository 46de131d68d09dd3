"""Segments: what a service tells X-Ray of the work that it did."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dragonctl.local import backends, state

Document = dict[str, Any]


def put(
    account: str,
    region: str,
    *documents: Document,
    rewritten: Callable[[str], str] = lambda text: text,
) -> None:
    """Store segment documents (AWS: "X-Ray segment documents"); keys holding None are left out.

    ``rewritten`` has the last word on a document's JSON.
    """
    backend = backends.backend("xray", account, region)
    with state.LOCK:  # moto keeps segments in a sorted list: writers and readers take turns
        for document in documents:
            backend.process_segment(rewritten(json.dumps(_told(document))))


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _told(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_told(inner) for inner in value]
    return value


def outcome(status: int) -> dict[str, bool]:
    """The flags of a segment whose answer had this HTTP status (throttles are errors too)."""
    if status == 429:  # noqa: PLR2004 (Too Many Requests)
        return {"error": True, "throttle": True}
    if status >= 500:  # noqa: PLR2004 (the server's fault)
        return {"fault": True}
    return {"error": True} if status >= 400 else {}  # noqa: PLR2004 (the caller's error)

"""What went wrong in a span of OpenTelemetry, as X-Ray tells it: flags, and exceptions with stacks.

The rules are those of OpenTelemetry's exporter for X-Ray (``translator/cause.go``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
_ERROR = 2
"""``StatusCode``: a span that failed."""
_CLIENT, _PRODUCER = 3, 4
_FRAME = re.compile(r'^  File "(?P<path>.*)", line (?P<line>\d+), in (?P<label>.*)$', re.MULTILINE)


def outcome(span: Any, attributes: Document) -> Document:
    """The flags: by the HTTP status if there is one of an error, else by the span's own status."""
    code = attributes.get("http.status_code", attributes.get("http.response.status_code"))
    if isinstance(code, int) and 400 <= code <= 599:  # noqa: PLR2004 (HTTP's errors)
        is_ours = code < 500  # noqa: PLR2004 (the caller's)
        flags = {"error": is_ours, "fault": not is_ours, "throttle": code == 429}  # noqa: PLR2004
        return {flag: True for flag, value in flags.items() if value}
    return {"fault": True} if span.status.code == _ERROR else {}


def cause(span: Any, resource: Document, read: Callable[[Any], Document]) -> Document | None:
    """The exceptions that the span recorded, or the message of its status; ``read``s attributes."""
    events = [read(event.attributes) for event in span.events if event.name == "exception"]
    is_remote = span.kind in (_CLIENT, _PRODUCER)
    if events:
        parse = resource.get("telemetry.sdk.language") == "python"
        return {"exceptions": [_exception(event, is_remote, parse=parse) for event in events]}
    if span.status.code == _ERROR and span.status.message:
        return {"exceptions": [{"id": _new_id(), "message": span.status.message}]}
    return None


def _exception(event: Document, is_remote: bool, *, parse: bool) -> Document:
    found: Document = {
        "id": _new_id(),
        "type": event.get("exception.type"),
        "message": event.get("exception.message"),
        "remote": is_remote,
    }
    stack = list(_frames(str(event.get("exception.stacktrace") or ""))) if parse else []
    return {**found, "stack": stack} if stack else found


def _frames(stacktrace: str) -> Iterator[Document]:
    """Python's frames, the innermost first."""
    for frame in reversed(list(_FRAME.finditer(stacktrace))):
        yield {"path": frame["path"], "line": int(frame["line"]), "label": frame["label"]}


def _new_id() -> str:
    return os.urandom(8).hex()

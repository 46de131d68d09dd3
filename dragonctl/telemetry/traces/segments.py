"""X-Ray segment documents as a tree of typed segments.

Source: "X-Ray segment documents" in the X-Ray developer guide. A trace is a set of documents;
each may nest subsegments, and each subsegment may also have come as a document of its own, tied
by ``parent_id``. Nothing is dropped: what has no known parent becomes a root.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from dragonctl.masking import masked_members
from dragonctl.telemetry.traces.spans import is_span, segment_document

Status = Literal["ok", "in progress", "error", "throttle", "fault"]
"""As X-Ray counts: error is 4xx, throttle 429, fault 5xx or an exception.

What has not ended and bears no mark is ``in progress``: whether it ends well is not known.
"""


@dataclass(frozen=True, slots=True)
class RecordedException:
    """An exception recorded on a segment; ``stack`` holds ``path:line label`` strings.

    ``cause`` is the id of the exception that led to it; ``truncated`` counts the frames, and
    ``skipped`` the exceptions, that the SDK left out.
    """

    type: str
    message: str
    remote: bool = False
    stack: tuple[str, ...] = ()
    id: str = ""
    cause: str = ""
    truncated: int = 0
    skipped: int = 0


@dataclass(slots=True, eq=False)
class Segment:
    """A span of work. Times are seconds since the epoch; ``end`` is None while in progress.

    One whose document says that it ended before it began has no length: its clock was set back.

    ``http``, ``sql``, ``aws``, ``annotations``, ``metadata`` and ``links`` are the document's own
    parts. ``inferred``: X-Ray made it of a caller's subsegment. ``cause_id``: the exception's id
    where the cause is one recorded on another segment; ``exceptions`` then holds that one.
    ``other`` holds the members of the document that have no place here.
    """

    id: str
    name: str
    start: float
    end: float | None = None
    parent_id: str = ""
    origin: str = ""
    namespace: str = ""
    subsegment: bool = False
    error: bool = False
    fault: bool = False
    throttle: bool = False
    exceptions: tuple[RecordedException, ...] = ()
    cause_id: str = ""
    inferred: bool = False
    resource_arn: str = ""
    links: tuple[Mapping[str, Any], ...] = ()
    user: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)
    http: Mapping[str, Any] = field(default_factory=dict)
    sql: Mapping[str, Any] = field(default_factory=dict)
    aws: Mapping[str, Any] = field(default_factory=dict)
    annotations: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    children: list[Segment] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """The gravest of the marks that the segment bears; without one, whether it has ended."""
        if self.fault:
            return "fault"
        if self.throttle:
            return "throttle"
        if self.error:
            return "error"
        return "in progress" if self.in_progress else "ok"

    @property
    def failed(self) -> bool:
        """Whether the segment bears a mark: error, throttle or fault."""
        return self.error or self.throttle or self.fault

    @property
    def request(self) -> Mapping[str, Any]:
        """The document's ``http.request``; empty where it has none."""
        return _mapping(self.http, "request")

    @property
    def response(self) -> Mapping[str, Any]:
        """The document's ``http.response``; empty where it has none."""
        return _mapping(self.http, "response")

    @property
    def in_progress(self) -> bool:
        """Whether the segment had not ended when X-Ray was asked."""
        return self.end is None

    @property
    def duration(self) -> float | None:
        """Seconds from start to end; None while in progress."""
        return None if self.end is None else self.end - self.start

    def document(self) -> dict[str, Any]:
        """The segment alone as plain JSON; its children stand in the trace's own list."""
        parts = {
            name: getattr(self, name)
            for name in Segment.__dataclass_fields__
            if name not in ("children", "exceptions")
        }
        parts["links"] = [dict(link) for link in self.links]
        raised = [{**asdict(item), "stack": list(item.stack)} for item in self.exceptions]
        extra = {"status": self.status, "duration": self.duration, "exceptions": raised}
        return {**parts, **extra}


def value_text(value: Any) -> str:
    """A value as its writer wrote it: X-Ray gives every number of an annotation as a float."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def walk(roots: Iterable[Segment]) -> Iterator[tuple[int, Segment]]:
    """Every segment with its depth, parents before children, in the order of their start."""
    stack = [(0, segment) for segment in sorted(roots, key=_by_start, reverse=True)]
    while stack:
        depth, segment = stack.pop()
        yield depth, segment
        later = sorted(segment.children, key=_by_start, reverse=True)
        stack.extend((depth + 1, child) for child in later)


def tree(documents: Iterable[str]) -> list[Segment]:
    """The roots of the trees that these JSON documents make, earliest first."""
    known: dict[str, Segment] = {}
    for text in documents:
        for segment in _segments_of(text):
            _keep(known, segment)
    _resolve_causes(known.values())
    roots = [segment for segment in known.values() if not _adopted(known, segment)]
    roots.extend(_freed(known.values(), roots))
    return sorted(roots, key=_by_start)


def _by_start(segment: Segment) -> tuple[float, float]:
    return segment.start, -(segment.end or segment.start)


def _keep(known: dict[str, Segment], segment: Segment) -> None:
    """Of two states of one segment (in progress, then complete) the complete one counts."""
    before = known.get(segment.id)
    if before is None or before.in_progress or not segment.in_progress:
        known[segment.id] = segment


def _resolve_causes(segments: Collection[Segment]) -> None:
    """Give each segment whose cause is an id the exception of that id, where the trace has it."""
    raised = {item.id: item for segment in segments for item in segment.exceptions if item.id}
    for segment in segments:
        if segment.cause_id in raised:
            segment.exceptions = (raised[segment.cause_id],)


def _adopted(known: Mapping[str, Segment], segment: Segment) -> bool:
    parent = known.get(segment.parent_id)
    if parent is None or parent is segment:
        return False
    parent.children.append(segment)
    return True


def _freed(segments: Iterable[Segment], roots: list[Segment]) -> list[Segment]:
    """Roots for segments whose parents form a ring: broken documents must not vanish."""
    seen = {id(segment) for _, segment in walk(roots)}
    freed: list[Segment] = []
    for segment in sorted(segments, key=_by_start):
        if id(segment) in seen:
            continue
        for other in segments:
            if segment in other.children:
                other.children.remove(segment)
        freed.append(segment)
        seen.update(id(inner) for _, inner in walk([segment]))
    return freed


def _segments_of(text: str) -> Iterator[Segment]:
    """A document's segment and all the subsegments nested in it."""
    document = _parsed(text)
    waiting = [(document, str(document.get("parent_id", "")), False)]
    while waiting:
        part, parent, nested = waiting.pop()
        segment = _segment(part, parent, nested)
        yield segment
        inner = part.get("subsegments")
        children = inner if isinstance(inner, list) else []
        waiting.extend((child, segment.id, True) for child in children if isinstance(child, dict))


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_hook=masked_members)
    except (ValueError, RecursionError):
        return {"name": "(a segment that is not JSON)", "id": f"unread-{hash(text):x}"}
    if not isinstance(document, dict):
        return {}
    return segment_document(document) if is_span(document) else document


def _segment(part: Mapping[str, Any], parent: str, nested: bool) -> Segment:
    start = _number(part.get("start_time")) or 0.0
    return Segment(
        id=str(part.get("id") or f"nameless-{id(part):x}"),
        name=str(part.get("name", "")),
        start=start,
        end=_end(part, start),
        parent_id=parent,
        origin=str(part.get("origin", "")),
        namespace=str(part.get("namespace", "")),
        subsegment=nested or part.get("type") == "subsegment",
        error=part.get("error") is True,
        fault=part.get("fault") is True,
        throttle=part.get("throttle") is True,
        exceptions=_exceptions(part.get("cause")),
        cause_id=_text(part.get("cause")),
        inferred=part.get("inferred") is True,
        resource_arn=_text(part.get("resource_arn")),
        links=_links(part.get("links")),
        user=str(part.get("user") or ""),
        other={name: value for name, value in part.items() if name not in _PLACED},
        http=_mapping(part, "http"),
        sql=_mapping(part, "sql"),
        aws=_mapping(part, "aws"),
        annotations=_mapping(part, "annotations"),
        metadata=_mapping(part, "metadata"),
    )


_PLACED = frozenset(
    {
        "annotations", "aws", "end_time", "error", "fault", "http", "id", "in_progress",
        "inferred", "links", "metadata", "name", "namespace", "origin", "parent_id",
        "resource_arn", "sql", "start_time", "subsegments", "throttle", "trace_id", "type", "user",
    }
)  # fmt: skip
"""Members of a document that have a place of their own in a segment; others are kept as they are.

A cause is kept whole besides what is read of it: it may hold a working directory and paths.
"""


def _end(part: Mapping[str, Any], start: float) -> float | None:
    end = _number(part.get("end_time"))
    if end is None and part.get("in_progress", True):
        return None
    return max(start, end or start)


def _number(value: Any) -> float | None:
    """A finite number; None for anything else, also for the NaN that Python's JSON reader takes."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _mapping(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = part.get(name)
    return value if isinstance(value, dict) else {}


def _exceptions(cause: Any) -> tuple[RecordedException, ...]:
    """A cause holds exceptions, or is the id of one recorded on another segment."""
    if not isinstance(cause, dict):
        return ()
    return tuple(
        RecordedException(
            str(item.get("type", "")),
            str(item.get("message", "")),
            item.get("remote") is True,
            tuple(_frame(frame) for frame in item.get("stack") or () if isinstance(frame, dict)),
            _text(item.get("id")),
            _text(item.get("cause")),
            int(_number(item.get("truncated")) or 0),
            int(_number(item.get("skipped")) or 0),
        )
        for item in cause.get("exceptions") or ()
        if isinstance(item, dict)
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _links(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Links to other traces: ``trace_id``, ``id`` and ``attributes`` each."""
    listed = value if isinstance(value, list) else []
    return tuple(link for link in listed if isinstance(link, dict))


def _frame(frame: Mapping[str, Any]) -> str:
    """``path:line label``; the path alone, where that is all there is."""
    if "line" not in frame and "label" not in frame:
        return str(frame.get("path", "?"))
    return f"{frame.get('path', '?')}:{frame.get('line', '?')} {frame.get('label', '')}".rstrip()

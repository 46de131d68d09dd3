"""What a row of a waterfall says besides its times: its title, and the lines beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dragonctl.telemetry.requests.why.history import function_error
from dragonctl.telemetry.times import duration_text
from dragonctl.telemetry.traces.folding import CALLED, Row
from dragonctl.telemetry.traces.percentiles import percentile
from dragonctl.telemetry.traces.segments import RecordedException, Segment, value_text
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.neutral import neutral

Detail = tuple[str, str]
"""Style and words of a line."""

_FRAMES, _VALUES = 3, 3
_SKEW = 0.005
"""Seconds that a segment may begin before its caller without a word."""


def title_of(row: Row) -> tuple[str, str]:
    """The name of a row, and what tells it from others of that name: kind, operation, resource."""
    segment = row.first
    name = neutral(segment.name or "-")
    words = [kind_of(row.own[0])]
    inferred = [twin for twin in row.twins if twin.inferred]
    if segment.namespace == "aws" or inferred:
        words += _called(segment)
        words += [twin.name for twin in inferred[:1] if len(words) < 2]  # noqa: PLR2004
    shown = dict.fromkeys(neutral(word) for word in words if word and word != segment.name)
    times = f"×{len(row.segments)}" if len(row.segments) > 1 else ""  # noqa: RUF001
    return name, " ".join(filter(None, [*shown, times]))


def kind_of(segment: Segment) -> str:
    """What recorded a segment: Lambda and its function, for one, write one each, of one name."""
    return kind_text(segment.origin) if segment.origin else ""


def _called(segment: Segment) -> Iterator[str]:
    """The operation of a call of AWS, and the telling end of what it was about."""
    for key in CALLED:
        value = segment.aws.get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item:
                yield item if key in ("operation", "table_name", "bucket_name") else _end(item)


def _end(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2].rpartition(":")[2]


@dataclass
class Details:
    """The lines beneath the rows of one trace; ``full``: everything that its segments hold.

    An exception that several segments bear is told with its stack once.
    """

    full: bool = False
    callers: Mapping[str, Segment] = field(default_factory=dict)
    raised: Mapping[str, RecordedException] = field(default_factory=dict)
    _explained: set[tuple[str, str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, segments: Iterable[Segment], *, full: bool) -> Details:
        """For the segments of a trace."""
        every = list(segments)
        raised = {item.id: item for part in every for item in part.exceptions if item.id}
        return cls(full, {part.id: part for part in every}, raised)

    def lines(self, row: Row) -> Iterator[Detail]:
        """Style and words of each line."""
        segment = row.first
        if len(row.segments) > 1:
            yield "dim", _figures(row.segments)
        yield from self._clock(segment)
        own = row.own[0]
        for raised in own.exceptions:
            yield from self._exception(raised)
        yield from self._http(own, row)
        if own.user:
            yield "cyan", f"user: {_values([part.user for part in row.own])}"
        if own.sql:
            yield "", _pairs("sql", own.sql)
        if annotated := _annotations(row.own):
            yield "cyan", f"annotations: {annotated}"
        yield from self._aws(own)
        for link in _linked(row.own):
            yield "cyan", f"linked trace: {link}"
        if self.full:
            yield from self._rest(segment)

    def _clock(self, segment: Segment) -> Iterator[Detail]:
        """That a segment begins before its caller does: the machines' clocks differ."""
        caller = self.callers.get(segment.parent_id)
        early = caller.start - segment.start if caller and not segment.subsegment else 0
        if early > _SKEW:
            words = f"begins {duration_text(early)} before its caller: their clocks differ"
            yield "yellow", words

    def _exception(self, raised: RecordedException) -> Iterator[Detail]:
        seen = {raised.id}
        lead = ""
        cause: RecordedException | None = raised
        while cause:
            remote = " (remote)" if cause.remote else ""
            yield "red", f"{lead}{cause.type}: {self._message(cause)}{remote}"
            yield from self._stack(cause)
            following = self.raised.get(cause.cause)
            cause = following if following and following.id not in seen else None
            seen.add(cause.id if cause else "")
            lead = "caused by "

    def _message(self, raised: RecordedException) -> str:
        """What was raised, in words: a state quotes a function's whole answer as JSON."""
        quoted = None if self.full else function_error(raised.message)
        return quoted[1] if quoted else raised.message

    def _stack(self, raised: RecordedException) -> Iterator[Detail]:
        key = (raised.id, raised.type, raised.message)
        if key in self._explained:
            return
        self._explained.add(key)
        frames = raised.stack if self.full else raised.stack[:_FRAMES]
        for frame in frames:
            yield "dim", f"  at {frame}"
        if left := len(raised.stack) - len(frames):
            yield "dim", f"  … {left} more frames: --full"
        if raised.truncated:
            yield "dim", f"  … {raised.truncated} frames that were not sent"
        if raised.skipped:
            yield "dim", f"  … {raised.skipped} exceptions that were not sent"

    def _http(self, segment: Segment, row: Row) -> Iterator[Detail]:
        """Method, address and answer; of a call of AWS only an answer that is none."""
        request, status = segment.request, segment.response.get("status")
        bad = isinstance(status, int) and status >= 400 and row.failed  # noqa: PLR2004
        if not (self.full or bad or (request and segment.namespace != "aws")):
            return
        parts = [request.get("method"), request.get("url")]
        parts.append(f"→ {status}" if status is not None else "")
        if size := segment.response.get("content_length"):
            parts.append(f"{size} bytes")
        if request.get("client_ip"):
            parts.append(f"for {request['client_ip']}")
        if request.get("user_agent"):
            parts.append(f"({request['user_agent']})")
        if words := " ".join(str(part) for part in parts if part):
            yield "", words

    def _aws(self, segment: Segment) -> Iterator[Detail]:
        """The execution and how often AWS was asked again; in full, everything."""
        if self.full:
            if segment.aws:
                yield "dim", _pairs("aws", segment.aws)
            return
        shown = {name: segment.aws[name] for name in _ALWAYS if segment.aws.get(name)}
        if shown:
            yield "dim", _pairs("aws", shown)

    def _rest(self, segment: Segment) -> Iterator[Detail]:
        yield "dim", f"id: {segment.id}" + (" inferred" if segment.inferred else "")
        if segment.resource_arn:
            yield "dim", f"resource: {segment.resource_arn}"
        if segment.metadata:
            yield "dim", _pairs("metadata", segment.metadata)
        if other := {name: value for name, value in segment.other.items() if name != "cause"}:
            yield "dim", _pairs("other", other)


_ALWAYS = ("execution_arn", "retries")


def _figures(segments: Sequence[Segment]) -> str:
    """How long equal calls took each."""
    times = sorted(part.duration for part in segments if part.duration is not None)
    if not times:
        return f"{len(segments)} calls in progress"
    words = f"{len(segments)} calls: p50 {duration_text(percentile(times, 0.5))}"
    words += f", p90 {duration_text(percentile(times, 0.9))}, longest {duration_text(times[-1])}"
    running = len(segments) - len(times)
    return words + (f", {running} in progress" if running else "")


def _annotations(segments: Sequence[Segment]) -> str:
    """Annotations of calls by name, with the first of the values that differ."""
    found: dict[str, list[Any]] = {}
    for segment in segments:
        for name, value in segment.annotations.items():
            found.setdefault(name, []).append(value)
    return " ".join(f"{name}={_values(values)}" for name, values in found.items())


def _values(values: Sequence[Any]) -> str:
    """Values, each once; of many the first."""
    shown = list(dict.fromkeys(value_text(value) for value in values))
    more = len(shown) - _VALUES
    return ", ".join(shown[:_VALUES]) + (f" … {more} more" if more > 0 else "")


def _linked(segments: Iterable[Segment]) -> dict[str, None]:
    """The ids of the traces that calls are linked to, each once."""
    links = (link.get("trace_id") for segment in segments for link in segment.links)
    return dict.fromkeys(str(link) for link in links if link)


def _pairs(title: str, values: Mapping[str, Any]) -> str:
    return f"{title}: " + " ".join(f"{key}={value_text(value)}" for key, value in values.items())

"""Traces in a terminal: the list, the groups, and one trace as a waterfall."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from dragonctl.telemetry.times import age_text, duration_text, iso_text
from dragonctl.telemetry.traces.groups import LATENCIES, Group
from dragonctl.telemetry.traces.reading import Trace
from dragonctl.telemetry.traces.segments import Segment, Status, walk
from dragonctl.telemetry.traces.summaries import Summary
from dragonctl.terminal.console import Screen
from dragonctl.terminal.fitting import fitted, fitted_text
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.neutral import middle, neutral
from dragonctl.terminal.sheet import Sheet

STATUS_COLOURS: dict[Status, str] = {
    "ok": "green",
    "in progress": "cyan",
    "error": "yellow",
    "throttle": "magenta",
    "fault": "red",
}
_STEPS = " ▁▂▃▄▅▆▇█"
_PARTS = "▏▎▍▌▋▊▉█"
_WIDE, _NARROW = 110, 60
_LEVELS = 12
_LONGEST_DETAIL = 2_000
_SIGNS = {"ok": "•", "in progress": "…", "error": "▲", "throttle": "◆", "fault": "✗"}

_COLUMNS = ("Age", "Method", "Status", "Response", "Duration", "Client", "Trace", "URL")
_NUMBERS = ("Age", "Response", "Duration")


def print_summaries(console: Screen, found: Sequence[Summary], now: float) -> None:
    """The list of traces."""
    sheet = Sheet(_COLUMNS, right=_NUMBERS, head="dim")
    for summary in found:
        sheet.add(*_summary_cells(summary, now))
    sheet.print(console)


def _summary_cells(summary: Summary, now: float) -> Iterator[Text]:
    """A cell for each of the columns."""
    code = "-" if summary.code is None else str(summary.code)
    words = code if summary.status == "ok" else f"{code} {summary.status}".removeprefix("- ")
    yield Text(age_text(now - summary.start))
    yield Text(neutral(summary.method, 10) or "-")
    yield Text(words + (" …" if summary.partial else ""), style=STATUS_COLOURS[summary.status])
    yield Text(duration_text(summary.response_time))
    yield Text(duration_text(summary.duration))
    yield Text(neutral(summary.client_ip, 45) or "-")
    yield Text(neutral(summary.id, 40), style="dim")
    url = Text(neutral(summary.url, 500) or "-")
    pairs = "  ".join(
        dict.fromkeys(f"{name}={_said(value)}" for name, value in summary.annotations)
    )
    yield url.append(f"\n{neutral(pairs, 200)}", style="cyan") if pairs else url


def _said(value: Any) -> str:
    """An annotation's value as its writer wrote it: X-Ray gives every number back as a float."""
    whole = isinstance(value, float) and value.is_integer()
    return _plain(int(value) if whole else value)


def print_groups(console: Screen, groups: Sequence[Group], by: str) -> None:
    """Traces by value: share as a bar, average response time, outcome, distribution."""
    titles = (by, "Traces", "Share", "Average", "", "Outcome", "Times")
    sheet = Sheet(titles, right=("Traces", "Share", "Average"), head="dim")
    for group in groups:
        sheet.add(*_group_cells(group, 12 if console.drawing_width >= _WIDE else 6))
    sheet.print(console)
    edges = ", ".join(f"{edge:g} s" if edge >= 1 else f"{edge * 1000:g} ms" for edge in LATENCIES)
    console.print(Text(f"Times up to {edges}, and longer.", style="dim"))


def _group_cells(group: Group, width: int) -> Iterator[Text]:
    yield Text(neutral(group.value, 500) or "(none)")
    yield Text(str(group.count))
    yield Text(f"{group.share * 100:.0f} %")
    yield Text(duration_text(group.average))
    yield Text(bar(group.share, width), style="cyan")
    outcomes = [
        Text(f"{status} {percent(group.statuses[status] / group.count)}", style=colour)
        for status, colour in reversed(STATUS_COLOURS.items())
        if group.statuses.get(status) and status != "ok"
    ]
    yield Text("\n").join(outcomes) if outcomes else Text("ok", style=STATUS_COLOURS["ok"])
    yield Text(columns_of(group.latencies))


def percent(share: float) -> str:
    """A share to read; what is neither none nor all is never rounded to either."""
    if 0 < share < 0.01:  # noqa: PLR2004
        return "<1 %"
    if 0.99 < share < 1:  # noqa: PLR2004
        return ">99 %"
    return f"{share * 100:.0f} %"


def bar(share: float, width: int) -> str:
    """A bar of ``share`` (0 to 1) of ``width`` cells, in eighths of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    if not eighths and share > 0:
        return _PARTS[0]
    return "█" * full + (_PARTS[rest - 1] if rest else "")


def columns_of(counts: Sequence[int]) -> str:
    """A distribution as one column for each count; what is not zero is never blank."""
    top = max(counts, default=0)
    return "".join(_STEPS[max(1, round(count / top * 8))] if count else "·" for count in counts)


def print_trace(console: Screen, trace: Trace, label: str = "") -> None:
    """One trace as a waterfall: a line for each segment, with what it says beneath it."""
    for line in waterfall(trace, console.drawing_width, label, cut=console.room is not None):
        console.print(line)


def waterfall(trace: Trace, columns: int, label: str = "", *, cut: bool = True) -> Iterator[Text]:
    """The lines of the waterfall, each at most ``columns`` cells; ``label`` stands in its head.

    Without ``cut``, names and what segments say are not broken: it is for a pipe.
    """
    segments = list(walk(trace.roots))
    ends = [part.end or part.start for _, part in segments]
    start = trace.start
    span = max([trace.duration or 0.0, *(end - start for end in ends)], default=0.0) or 1e-6
    yield from _heading(trace, len(segments), columns, label)
    places = _Places.of(segments, columns)
    for number, (depth, segment) in enumerate(segments):
        for line in places.lines(segment, depth, start, span):
            yield from fitted(line, columns) if cut else [line]
        following = segments[number + 1][0] if number + 1 < len(segments) else 0
        lead = places.lead(depth, following > depth)
        for style, words in _details(segment):
            shown = f"{lead}{neutral(words, _LONGEST_DETAIL)}"
            for part in fitted_text(shown, columns, len(lead)) if cut else [shown]:
                yield _detail(part, lead, style)


def _detail(part: str, lead: str, style: str) -> Text:
    """A line of a detail, behind the line that leads down to the segment's children."""
    blanks = len(part) - len(part.lstrip())
    place = len(lead) if part.startswith(lead) else min(blanks, len(lead))
    return Text.assemble((lead[:place], "dim"), (part[place:], style))


def _heading(trace: Trace, count: int, columns: int, label: str) -> Iterator[Text]:
    line = Text(middle(trace.id, columns), style="bold")
    figures = f"{duration_text(trace.duration)}, {_segments(count)}"
    for words in (figures, iso_text(int(trace.start * 1000)), *filter(None, [label])):
        if cell_len(line.plain) + 2 + cell_len(words) > columns:
            yield line
            line = Text(words)
        else:
            line = Text.assemble(line, "  ", words)
    yield line
    if trace.limit_exceeded:
        yield Text("X-Ray kept only a part of this trace: it is too large.", style="yellow")


def _segments(count: int) -> str:
    return f"{count} segment" + "s" * (count != 1)


class _Places:
    """The columns of a waterfall: names, bars, durations."""

    def __init__(self, names: int, bars: int, needed: int) -> None:
        self.names, self.bars = names, bars
        self.levels = _LEVELS if names >= needed else max(1, min(_LEVELS, (names - 14) // 2))

    @classmethod
    def of(cls, segments: Sequence[tuple[int, Segment]], columns: int) -> _Places:
        """Names take what they need up to two fifths, bars the rest, narrow terminals none."""
        needed = max(
            (
                2 * min(depth, _LEVELS) + cell_len(neutral(part.name, 80) + _kind(part)) + 2
                for depth, part in segments
            ),
            default=10,
        )
        durations = 12
        if columns < _NARROW:
            return cls(max(8, min(needed, columns - durations - 3)), 0, needed)
        names = max(16, min(needed, columns * 2 // 5))
        return cls(names, columns - names - durations - 2, needed)

    def lead(self, depth: int, children: bool) -> str:
        """The blanks before a detail, with the line down to the segment's children."""
        indent = 2 * min(depth, self.levels)
        return " " * indent + ("  │ " if children else "    ")

    def lines(self, segment: Segment, depth: int, start: float, span: float) -> Iterator[Text]:
        """A segment: its name at its depth, its bar in time, its duration, its outcome.

        A name that is longer than its column has a line of its own.
        """
        colour = STATUS_COLOURS[segment.status]
        # What is deeper than there is room to show says how deep it is.
        deeper = f"({depth}) " if depth > self.levels else ""
        indent = "  " * min(depth, self.levels) + deeper
        line = Text.assemble((indent, ""), (f"{_SIGNS[segment.status]} ", colour))
        line.append(neutral(segment.name or "-"), style="" if segment.subsegment else "bold")
        line.append(_kind(segment), style="dim")
        if line.cell_len > self.names:
            yield line
            line = Text()
        line.append(" " * max(1, self.names + 1 - line.cell_len))
        if self.bars:
            line.append_text(self._bar(segment, start, span, colour))
        words = "in progress" if segment.in_progress else duration_text(segment.duration)
        yield line.append(f" {words:>11}", style=colour if segment.status != "ok" else "")

    def _bar(self, segment: Segment, start: float, span: float, colour: str) -> Text:
        first = _within((segment.start - start) / span * self.bars, self.bars - 1)
        length = self.bars - first
        if segment.duration is not None:
            length = max(1, min(length, round(segment.duration / span * self.bars)))
        character = "░" if segment.in_progress else "━"
        bars = Text("·" * first, style="dim")
        bars.append(character * length, style=colour)
        bars.append("·" * (self.bars - first - length), style="dim")
        return bars


def _kind(segment: Segment) -> str:
    """What recorded a segment: Lambda and its function, for one, write one each, of one name."""
    kind = kind_text(segment.origin) if segment.origin else ""
    return f" {kind}" if kind not in ("", segment.name) else ""


def _within(value: float, most: int) -> int:
    return max(0, min(most, int(value)))


def _details(segment: Segment) -> Iterator[tuple[str, str]]:
    """What a segment says besides its times: style and words."""
    for raised in segment.exceptions:
        yield "red", f"{raised.type}: {raised.message}" + (" (remote)" if raised.remote else "")
        for frame in raised.stack[:3]:
            yield "dim", f"  at {frame}"
        if len(raised.stack) > 3:  # noqa: PLR2004
            yield "dim", f"  … {len(raised.stack) - 3} more frames: --output json"
    http = _http(segment.http)
    if http:
        yield "", http
    if segment.user:
        yield "cyan", f"user: {segment.user}"
    if segment.sql:
        yield "", _pairs("sql", segment.sql)
    if segment.annotations:
        yield "cyan", _pairs("annotations", segment.annotations)
    if segment.metadata:
        yield "dim", _pairs("metadata", segment.metadata)
    told = {key: value for key, value in segment.aws.items() if key in _AWS_SHOWN}
    if told:
        yield "dim", _pairs("aws", told)


_AWS_SHOWN = (
    "operation", "table_name", "queue_url", "bucket_name", "function_arn", "function_name",
    "resource_names", "retries", "request_id", "topic_arn",
)  # fmt: skip


def _http(http: Mapping[str, Any]) -> str:
    request, response = http.get("request"), http.get("response")
    request = request if isinstance(request, dict) else {}
    response = response if isinstance(response, dict) else {}
    parts = [request.get("method"), request.get("url")]
    if response.get("status") is not None:
        parts.append(f"→ {response['status']}")
    if response.get("content_length"):
        parts.append(f"{response['content_length']} bytes")
    if request.get("client_ip"):
        parts.append(f"for {request['client_ip']}")
    if request.get("user_agent"):
        parts.append(f"({request['user_agent']})")
    return " ".join(str(part) for part in parts if part)


def _pairs(title: str, values: Mapping[str, Any]) -> str:
    return f"{title}: " + " ".join(f"{key}={_plain(value)}" for key, value in values.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def print_reasons(console: Screen, reasons: Iterable[str]) -> None:
    """Why there are no traces."""
    console.print("No traces in this time.")
    for reason in reasons:
        console.print(Text(f"- {neutral(reason)}"))

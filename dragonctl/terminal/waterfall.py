"""One trace as a waterfall: a row for each call, its bar in time, what it says beneath it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from dragonctl.telemetry.times import duration_text, iso_text
from dragonctl.telemetry.traces.folding import Row, failed_only, folded, unfolded, walk_rows
from dragonctl.telemetry.traces.reading import Trace
from dragonctl.telemetry.traces.segments import walk
from dragonctl.terminal.console import Screen
from dragonctl.terminal.fitting import fitted, fitted_text
from dragonctl.terminal.neutral import middle, neutral
from dragonctl.terminal.segment_details import Details, title_of
from dragonctl.terminal.traces import STATUS_COLOURS

_NARROW = 60
_LEVELS = 12
_DURATIONS = 12
_LONGEST_DETAIL = 2_000
_SIGNS = {"ok": "•", "in progress": "…", "error": "▲", "throttle": "◆", "fault": "✗"}
_CRITICAL, _BESIDE, _OPEN, _EMPTY = "━", "─", "░", "·"


@dataclass(frozen=True)
class WaterfallOptions:
    """What of a trace is shown.

    ``full``: a row for every segment, and all that it holds. ``errors_only``: what failed, and
    what led to it.
    """

    full: bool = False
    errors_only: bool = False

    def rows(self, trace: Trace) -> list[Row]:
        """The rows of a trace."""
        rows = unfolded(trace.roots) if self.full else folded(trace.roots)
        return failed_only(rows) if self.errors_only else rows


def print_trace(
    console: Screen, trace: Trace, label: str = "", choice: WaterfallOptions | None = None
) -> None:
    """One trace as a waterfall; ``label`` stands in its head."""
    cut = console.room is not None
    for line in waterfall(
        trace, console.drawing_width, label, choice or WaterfallOptions(), cut=cut
    ):
        console.print(line)


def waterfall(
    trace: Trace,
    columns: int,
    label: str = "",
    choice: WaterfallOptions | None = None,
    *,
    cut: bool = True,
) -> Iterator[Text]:
    """The lines of the waterfall, each at most ``columns`` cells.

    Without ``cut``, names and what segments say are not broken: it is for a pipe.
    """
    choice = choice or WaterfallOptions()
    rows = list(walk_rows(choice.rows(trace)))
    segments = [part for _, part in walk(trace.roots)]
    yield from _heading(trace, len(segments), len(rows), columns, label)
    if choice.errors_only:
        yield from _left_out(len(segments), rows)
    if not rows:
        return
    clock = _Clock.of(trace)
    places = _Places.of(rows, columns, clock)
    details = Details.of(segments, full=choice.full)
    yield from places.head()
    for number, (depth, row) in enumerate(rows):
        for line in places.lines(row, depth):
            yield from fitted(line, columns) if cut else [line]
        following = rows[number + 1][0] if number + 1 < len(rows) else 0
        lead = places.lead(depth, following > depth)
        for style, words in details.lines(row):
            shown = f"{lead}{neutral(words, 0 if choice.full else _LONGEST_DETAIL)}"
            for part in fitted_text(shown, columns, len(lead)) if cut else [shown]:
                yield _detail(part, lead, style)


def _detail(part: str, lead: str, style: str) -> Text:
    """A line of a detail, behind the line that leads down to the row's children."""
    blanks = len(part) - len(part.lstrip())
    place = len(lead) if part.startswith(lead) else min(blanks, len(lead))
    return Text.assemble((lead[:place], "dim"), (part[place:], style))


def _heading(trace: Trace, count: int, rows: int, columns: int, label: str) -> Iterator[Text]:
    line = Text(middle(trace.id, columns), style="bold")
    segments = f"{count:,} segment" + "s" * (count != 1)
    words = segments if rows in (0, count) else f"{segments} in {rows:,} row" + "s" * (rows != 1)
    figures = f"{duration_text(trace.duration)}, {words}"
    for words in (figures, iso_text(int(trace.start * 1000)), *filter(None, [label])):
        if cell_len(line.plain) + 2 + cell_len(words) > columns:
            yield line
            line = Text(words)
        else:
            line = Text.assemble(line, "  ", words)
    yield line
    if trace.limit_exceeded:
        yield Text("X-Ray kept only a part of this trace: it is too large.", style="yellow")


def _left_out(count: int, rows: Sequence[tuple[int, Row]]) -> Iterator[Text]:
    shown = sum(len(row.segments) + len(row.twins) for _, row in rows)
    if not rows:
        yield Text("No segment of it bears an error.")
    elif shown < count:
        yield Text(f"{count - shown:,} segments without an error are left out.", style="dim")


@dataclass(frozen=True)
class _Clock:
    """The stretch of time that a trace takes, in seconds."""

    start: float
    span: float

    @classmethod
    def of(cls, trace: Trace) -> _Clock:
        ends = (part.end or part.start for _, part in walk(trace.roots))
        start = trace.start
        return cls(start, max([trace.duration or 0.0, *(end - start for end in ends)]) or 1e-6)

    def cells(self, begin: float, seconds: float | None, width: int) -> range:
        """The cells of ``width`` that something takes, at least one; None: it goes on."""
        first = max(0, min(width - 1, int((begin - self.start) / self.span * width)))
        if seconds is None:
            return range(first, width)
        return range(first, min(width, first + max(1, round(seconds / self.span * width))))


class _Places:
    """The columns of a waterfall: names, bars, durations."""

    def __init__(self, names: int, bars: int, needed: int, clock: _Clock) -> None:
        self.names, self.bars, self.clock = names, bars, clock
        self.levels = _LEVELS if names >= needed else max(1, min(_LEVELS, (names - 14) // 2))

    @classmethod
    def of(cls, rows: Sequence[tuple[int, Row]], columns: int, clock: _Clock) -> _Places:
        """Names take what they need up to half, bars the rest, narrow terminals none."""
        needed = max(_needed(row, depth) for depth, row in rows)
        if columns < _NARROW:
            return cls(max(8, min(needed, columns - _DURATIONS - 5)), 0, needed, clock)
        names = max(16, min(needed, columns // 2))
        return cls(names, columns - names - _DURATIONS - 2, needed, clock)

    def head(self) -> Iterator[Text]:
        """What the bars' two signs mean, and the axis of time."""
        legend = Text(f"{_CRITICAL} critical path  {_BESIDE} beside it", style="dim")
        if legend.cell_len > self.names:
            yield legend
            legend = Text()
        if self.bars:
            legend.append(" " * (self.names + 1 - legend.cell_len))
            legend.append(self._axis(), style="dim")
        if legend.plain:
            yield legend

    def _axis(self) -> str:
        """The beginning, the end, and with room the middle of the trace at their places."""
        span, width = self.clock.span, self.bars - 4
        first, half, last = "0 ms", duration_text(span / 2), duration_text(span)
        left = width // 2 - cell_len(half) // 2 - cell_len(first) - 2
        right = width - left - cell_len(first + half + last) - 4
        if min(left, right) < 1:
            return f"├ {first} {'─' * max(0, width - cell_len(first + last) - 2)} {last} ┤"
        return f"├ {first} {'─' * left} {half} {'─' * right} {last} ┤"

    def lead(self, depth: int, children: bool) -> str:
        """The blanks before a detail, with the line down to the row's children."""
        indent = 2 * min(depth, self.levels)
        return " " * indent + ("  │ " if children else "    ")

    def lines(self, row: Row, depth: int) -> Iterator[Text]:
        """A row: its title at its depth, its bar in time, its duration, its outcome.

        A title that is longer than its column has a line of its own.
        """
        colour = STATUS_COLOURS[row.status]
        # What is deeper than there is room to show says how deep it is.
        deeper = f"({depth}) " if depth > self.levels else ""
        name, kind = title_of(row)
        line = Text.assemble(("  " * min(depth, self.levels) + deeper, ""))
        line.append(f"{_SIGNS[row.status]} ", style=colour)
        line.append(name, style="" if row.first.subsegment else "bold")
        line.append(f" {kind}" if kind else "", style="dim")
        if line.cell_len > self.names:
            yield line
            line = Text()
        line.append(" " * max(1, self.names + 1 - line.cell_len))
        if self.bars:
            line.append_text(self._bar(row, colour))
        else:
            line.append(f"{_CRITICAL if row.critical else _BESIDE} ", style="dim")
        yield line.append(f" {_lasted(row):>11}", style=colour if row.status != "ok" else "")

    def _bar(self, row: Row, colour: str) -> Text:
        cells = [_EMPTY] * self.bars
        filled = _CRITICAL if row.critical else _BESIDE
        for part in row.segments:
            sign = _OPEN if part.in_progress else filled
            for cell in self.clock.cells(part.start, part.duration, self.bars):
                cells[cell] = sign
        bar = Text("".join(cells), style=colour)
        bar.highlight_regex(f"{_EMPTY}+", "dim not bold")
        return bar


def _needed(row: Row, depth: int) -> int:
    name, kind = title_of(row)
    return 2 * min(depth, _LEVELS) + cell_len(f"{name} {kind}"[:80]) + 2


def _lasted(row: Row) -> str:
    """How long a row took; of several calls the sum."""
    if row.duration is None:
        return "in progress"
    return f"{'Σ ' * (len(row.segments) > 1)}{duration_text(row.duration)}"

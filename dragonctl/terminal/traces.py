"""Traces in a terminal: the list and the groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from dragonctl.telemetry.times import age_text, duration_text
from dragonctl.telemetry.traces.coverage import Coverage
from dragonctl.telemetry.traces.groups import LATENCIES, Group
from dragonctl.telemetry.traces.segments import Status, value_text
from dragonctl.telemetry.traces.summaries import Summary
from dragonctl.terminal.console import Screen
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

STATUS_COLOURS: dict[Status, str] = {
    "ok": "green",
    "in progress": "cyan",
    "error": "yellow",
    "throttle": "magenta",
    "fault": "red",
}
_STEPS = " ▁▂▃▄▅▆▇█"

_COLUMNS = (
    "Age", "Method", "Status", "Response", "Trace", "Duration", "Client", "Annotations", "URL",
)  # fmt: skip
_LEAST = 4
"""Columns that a narrow terminal has room for beside each other."""
_GROUP_COLUMNS = ("Traces", "Share", "Errors", "p50", "p90", "p99", "Times", "Outcome")
_NUMBERS = ("Age", "Response", "Duration")


def print_summaries(console: Screen, found: Sequence[Summary], now: float) -> None:
    """The list of traces; what they are annotated with has a column where there is any."""
    left_out = () if any(one.annotations for one in found) else ("Annotations",)
    columns = [title for title in _COLUMNS if title not in left_out]
    sheet = Sheet(columns, right=_NUMBERS, head="dim", least=_LEAST)
    for summary in found:
        cells = dict(zip(_COLUMNS, _summary_cells(summary, now), strict=True))
        sheet.add(*(cells[title] for title in columns))
    sheet.print(console)


def _summary_cells(summary: Summary, now: float) -> Iterator[Text]:
    """A cell for each of the columns."""
    code = "-" if summary.code is None else str(summary.code)
    words = code if summary.status == "ok" else f"{code} {summary.status}".removeprefix("- ")
    yield Text(age_text(now - summary.start))
    yield Text(neutral(summary.method, 10) or "-")
    yield Text(words + (" …" if summary.partial else ""), style=STATUS_COLOURS[summary.status])
    yield Text(duration_text(summary.response_time))
    yield Text(neutral(summary.id, 40), style="dim")
    yield Text(duration_text(summary.duration))
    yield Text(neutral(summary.client_ip, 45) or "-")
    pairs = "  ".join(
        dict.fromkeys(f"{name}={value_text(value)}" for name, value in summary.annotations)
    )
    yield Text(neutral(pairs, 200), style="cyan")
    yield Text(neutral(summary.url, 500) or "-")


def print_groups(console: Screen, groups: Sequence[Group], by: str) -> None:
    """Traces by value: how many, what became of them, how long they took."""
    sheet = Sheet((by, *_GROUP_COLUMNS), right=_GROUP_COLUMNS[:6], head="dim")
    for group in groups:
        sheet.add(*_group_cells(group))
    sheet.print(console)
    edges = ", ".join(f"{edge:g} s" if edge >= 1 else f"{edge * 1000:g} ms" for edge in LATENCIES)
    console.print(Text(f"Times up to {edges}, and longer.", style="dim"))


def _group_cells(group: Group) -> Iterator[Text]:
    yield Text(neutral(group.value, 500) or "(none)")
    yield Text(str(group.count))
    yield Text(percent(group.share))
    yield Text(str(group.errors))
    for seconds in (group.p50, group.p90, group.p99):
        yield Text(duration_text(seconds))
    yield Text(columns_of(group.latencies))
    outcomes = [
        Text(f"{status} {percent(group.statuses[status] / group.count)}", style=colour)
        for status, colour in reversed(STATUS_COLOURS.items())
        if group.statuses.get(status) and status != "ok"
    ]
    yield Text("\n").join(outcomes) if outcomes else Text("ok", style=STATUS_COLOURS["ok"])


def percent(share: float) -> str:
    """A share to read; what is neither none nor all is never rounded to either."""
    if 0 < share < 0.01:  # noqa: PLR2004
        return "<1 %"
    if 0.99 < share < 1:  # noqa: PLR2004
        return ">99 %"
    return f"{share * 100:.0f} %"


def columns_of(counts: Sequence[int]) -> str:
    """A distribution as one column for each count; what is not zero is never blank."""
    top = max(counts, default=0)
    return "".join(_STEPS[max(1, round(count / top * 8))] if count else "·" for count in counts)


def print_coverage(console: Screen, coverage: Coverage) -> None:
    """How complete an answer is."""
    style = "yellow" if coverage.notes else "dim"
    console.print(Text(neutral(coverage.sentence()), style=style))


def print_reasons(console: Screen, reasons: Iterable[str]) -> None:
    """Why there are no traces."""
    console.print("No traces in this time.")
    for reason in reasons:
        console.print(Text(f"- {neutral(reason)}"))

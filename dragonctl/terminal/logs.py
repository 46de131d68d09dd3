"""Log lines to read: time, who wrote it, what it says; one colour for each source.

Lines are written as text of their own, not through rich's renderer: a hundred thousand of them
must not take longer than reading them does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from rich.text import Text

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.access import access_line
from dragonctl.telemetry.logs.events import LogEvent, Unreadable
from dragonctl.telemetry.logs.lines import Line, recognise
from dragonctl.telemetry.logs.writers import writer
from dragonctl.telemetry.times import clock_text, local_clock_text
from dragonctl.terminal.console import Screen
from dragonctl.terminal.fitting import fitted_text
from dragonctl.terminal.neutral import neutral, neutral_lines

SOURCE_COLOURS = {
    "api": "cyan",
    "access": "blue",
    "functions": "green",
    "state-machines": "magenta",
}
_LEVEL_STYLES = {"error": "red", "warning": "yellow", "debug": "dim", "info": ""}
_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}
_REQUEST_WIDTH = 8
_LABEL_WIDTHS = (12, 20)
_NARROW = 100
_LEAST_TEXT = 40


def group_label(group: str, source: str) -> str:
    """A short name for the part of the application that writes a group."""
    if source in ("api", "access"):
        return source
    return group.rsplit("/", 1)[-1].removesuffix("-Logs")


def _labels(group: LogGroup) -> tuple[str, ...]:
    """The labels that lines of a group may bear."""
    if _is_shared(group):
        return group.owners
    return (group_label(group.name, group.source),)


def _is_shared(group: LogGroup) -> bool:
    """Whether the group's own name does not say who writes there."""
    return group.source in ("functions", "state-machines") and len(group.owners) > 1


def who_wrote(event: LogEvent, groups: Mapping[str, LogGroup]) -> str:
    """The function or machine that wrote a line, else the part of the application."""
    group = groups.get(event.group)
    if event.source == "functions" or (group and _is_shared(group)):
        name = writer(event.source, event.stream, event.text)
        if name:
            return name
    return group_label(event.group, event.source)


def shape_of(event: LogEvent, groups: Mapping[str, LogGroup]) -> Line:
    """What a line is; one of an access log by the format of its stage."""
    if event.source != "access":
        return recognise(event.text)
    group = groups.get(event.group)
    return access_line(event.text, group.formats if group else ())


class LogPrinter:
    """Writes events to a console, line by line, as they come."""

    def __init__(
        self,
        console: Screen,
        groups: Iterable[LogGroup],
        *,
        raw: bool = False,
        local_time: bool = False,
    ) -> None:
        """``raw`` leaves every line as it was logged, but harmless; ``local_time``: not UTC."""
        self.clock = local_clock_text if local_time else clock_text
        groups = list(groups)
        self.console, self.raw = console, raw
        self.columns = console.room or 0
        self.groups = {item.name: item for item in groups}
        labels = [cell_len(neutral(name)) for item in groups for name in _labels(item)]
        narrow = 0 < self.columns < _NARROW
        self.label_width = min(max(labels, default=6), _LABEL_WIDTHS[0 if narrow else 1])
        self.indent = 12 + 2 + self.label_width + 2 + (0 if raw else _REQUEST_WIDTH + 2)
        if self.columns and self.columns - self.indent < _LEAST_TEXT:
            self.indent = min(12 + 2, self.columns // 2)  # beneath the label: more of it in a line
        self.continued = "\n" + " " * self.indent
        self.system = _SYSTEMS.get(console.color_system or "")
        self.styles: dict[str, Style] = {}
        self.labels: dict[str, str] = {}
        self.labels_of_streams: dict[tuple[str, str], str] = {}

    def write(self, *events: LogEvent) -> None:
        """Print events, all at once: a hundred thousand writes take their time too."""
        self.console.write("".join(map(self.line, events)))

    def line(self, event: LogEvent) -> str:
        """The event as it is printed, with its line ends."""
        shape = Line("plain", event.text) if self.raw else shape_of(event, self.groups)
        when, label, request = self.clock(event.time_ms), self._label(event), self._request(shape)
        if self.system is None and not self.columns:
            return self._plain(f"{when}  {label}  {request}", shape)
        colour = SOURCE_COLOURS.get(event.source, "white")
        head = f"{self._paint(when, 'dim')}  {self._paint(label, colour)}  "
        head += self._paint(request, "dim")
        taken = len(when) + 2 + cell_len(label) + 2 + len(request)
        if taken > self.columns > 0:  # a name of a whole line
            head = "\n".join(self._wrapped(f"{when}  {label}  {request}".rstrip()))
        if self.columns:
            return f"{head}{self._beside(min(taken, self.columns), shape)}\n"
        style = _LEVEL_STYLES[shape.level]
        lines = [self._paint(part, style) for part in neutral_lines(shape.text)]
        if shape.fields:
            lines.append(self._paint(_fields(shape), "dim"))
        return f"{head}{self.continued.join(lines)}\n"

    def _plain(self, head: str, shape: Line) -> str:
        """An event as a pipe gets it."""
        if not shape.fields and "\n" not in shape.text:
            return f"{head}{neutral(shape.text.removesuffix(chr(13)))}\n"
        lines = neutral_lines(shape.text)
        lines += [_fields(shape)] if shape.fields else []
        return f"{head}{self.continued.join(lines)}\n"

    def unreadable(self, problem: Unreadable) -> None:
        """Say which group cannot be read, why, and what to do."""
        words = f"{problem.group.name}: {problem.reason}. {problem.hint}"
        self.console.print(Text(neutral(words, 1000), style="yellow"))

    def _beside(self, taken: int, shape: Line) -> str:
        """What an event says, in lines that fit beside and beneath its first ``taken`` cells."""
        style = _LEVEL_STYLES[shape.level]
        first, *rest = neutral_lines(shape.text)
        lines = self._wrapped(" " * taken + first)
        begins = lines[0][:taken].isspace() or not lines[0]
        printed = [self._paint(lines[0][taken:], style)] if begins else ["", *lines[:1]]
        below = [*lines[1:], *(one for line in rest for one in self._below(line))]
        printed += [self._paint(line, style) for line in below]
        if shape.fields:
            printed += [self._paint(line, "dim") for line in self._below(_fields(shape))]
        return "\n".join(printed)

    def _below(self, text: str) -> list[str]:
        return self._wrapped(" " * self.indent + text)

    def _wrapped(self, line: str) -> list[str]:
        """Never quite to the left: what is logged cannot look like a line of another source."""
        return fitted_text(line, self.columns, self.indent, least=1)

    def _label(self, event: LogEvent) -> str:
        """Who wrote it; of a function its stream says that once for all of its lines."""
        if event.source != "functions":
            return self._label_of(event)
        key = event.group, event.stream
        known = self.labels_of_streams.get(key)
        if known is None:
            known = self.labels_of_streams[key] = self._label_of(event)
        return known

    def _label_of(self, event: LogEvent) -> str:
        name = who_wrote(event, self.groups)
        known = self.labels.get(name)
        if known is None:
            words = neutral(name)
            known = words + " " * (self.label_width - cell_len(words))
            self.labels[name] = known
        return known

    def _request(self, shape: Line) -> str:
        """The first part of the request's id, so that the eye can follow one request."""
        if self.raw:
            return ""
        return neutral(shape.request[:_REQUEST_WIDTH]).ljust(_REQUEST_WIDTH + 2)

    def _paint(self, text: str, style: str) -> str:
        if not style or self.system is None:
            return text
        if style not in self.styles:
            self.styles[style] = Style.parse(style)
        return self.styles[style].render(text, color_system=self.system)


def _fields(shape: Line) -> str:
    """The parts of a line that its sentence leaves out, as ``name=value``."""
    return "  ".join(
        f"{neutral(name, 100)}={neutral(_compact(value))}" for name, value in shape.fields
    )


def _compact(value: str) -> str:
    """JSON without the blanks that its writer put in; anything else as it is."""
    if not value.startswith(("{", "[")):
        return value
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return value

"""Log lines to read: time, who wrote it, what it says; one colour for each source.

Lines are written as text of their own, not through rich's renderer: a hundred thousand of them
must not take longer than reading them does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.text import Text

from dragonctl.telemetry.logs.events import LogEvent, LogGroup, Unreadable
from dragonctl.telemetry.logs.lines import Shape, recognise
from dragonctl.telemetry.times import clock_text
from dragonctl.terminal.neutral import middle, neutral, neutral_lines

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
_LONGEST = 4_000
"""Characters of one line that a terminal shows; ``--output json`` and pipes get all."""

_REQUEST_WIDTH = 8
_LABEL_WIDTHS = (12, 20)


def group_label(group: str, source: str) -> str:
    """A short name for the part of the application that writes a group."""
    if source in ("api", "access"):
        return source
    return group.rsplit("/", 1)[-1].removesuffix("-Logs")


class LogPrinter:
    """Writes events to a console, line by line, as they come."""

    def __init__(self, console: Console, groups: Iterable[LogGroup], *, raw: bool = False) -> None:
        """``raw`` leaves every line as it was logged, but harmless."""
        self.console, self.raw = console, raw
        self.columns = console.width if console.is_terminal else 0
        narrow = 0 < self.columns < 100  # noqa: PLR2004
        self.shows_requests = not narrow and not raw
        labels = [cell_len(neutral(group_label(item.name, item.source))) for item in groups]
        self.label_width = min(max(labels, default=6), _LABEL_WIDTHS[0 if narrow else 1])
        self.indent = 12 + 2 + self.label_width + 2 + (_REQUEST_WIDTH + 2) * self.shows_requests
        self.continued = "\n" + " " * self.indent
        self.send = console.file.write
        self.system = _SYSTEMS.get(console.color_system or "")
        self.styles: dict[str, Style] = {}
        self.labels: dict[str, str] = {}

    def write(self, event: LogEvent) -> None:
        """Print one event."""
        self.send(self.line(event))

    def line(self, event: LogEvent) -> str:
        """The event as it is printed, with its line ends."""
        shape = Shape("plain", event.text) if self.raw else recognise(event.text)
        when = self._paint(clock_text(event.time_ms), "dim")
        head = f"{when}  {self._label(event)}  {self._request(shape)}"
        if self.columns or shape.fields or "\n" in shape.text:
            return f"{head}{self.continued.join(self._body(shape))}\n"
        return f"{head}{self._paint(neutral(shape.text), _LEVEL_STYLES[shape.level])}\n"

    def unreadable(self, problem: Unreadable) -> None:
        """Say which group cannot be read, why, and what to do."""
        words = f"{problem.group.name}: {problem.reason}. {problem.hint}"
        self.console.print(Text(neutral(words, 1000), style="yellow"))

    def _label(self, event: LogEvent) -> str:
        known = self.labels.get(event.group)
        if known is None:
            words = middle(group_label(event.group, event.source), self.label_width)
            padded = words + " " * (self.label_width - cell_len(words))
            known = self._paint(padded, SOURCE_COLOURS.get(event.source, "white"))
            self.labels[event.group] = known
        return known

    def _request(self, shape: Shape) -> str:
        """The first part of the request's id, so that the eye can follow one request."""
        if not self.shows_requests:
            return ""
        request = neutral(shape.request[:_REQUEST_WIDTH])
        return self._paint(request.ljust(_REQUEST_WIDTH + 2), "dim")

    def _body(self, shape: Shape) -> list[str]:
        style = _LEVEL_STYLES[shape.level]
        text = shape.text
        if self.columns and len(text) > _LONGEST:
            text = f"{text[:_LONGEST]} … {len(shape.text):,} characters in all: --output json"
        lines = [
            self._paint(part, style)
            for whole in neutral_lines(text)
            for part in self._wrapped(whole)
        ]
        fields = self._fields(shape)
        if fields:
            lines.extend(self._paint(part, "dim") for part in self._wrapped(fields))
        return lines

    def _fields(self, shape: Shape) -> str:
        """The parts of a line that its sentence leaves out, as ``name=value``."""
        limit = _LONGEST if self.columns else 0
        return "  ".join(
            f"{neutral(name, 100)}={neutral(_compact(value), limit)}"
            for name, value in shape.fields
        )

    def _wrapped(self, text: str) -> list[str]:
        """A long line broken to the terminal's width, beside the columns before it."""
        room = self.columns - self.indent
        if self.columns == 0 or room < 20 or (len(text) <= room and cell_len(text) <= room):  # noqa: PLR2004
            return [text]
        return [part.plain.rstrip() for part in Text(text).wrap(self.console, room)]

    def _paint(self, text: str, style: str) -> str:
        if not style or self.system is None:
            return text
        if style not in self.styles:
            self.styles[style] = Style.parse(style)
        return self.styles[style].render(text, color_system=self.system)


def _compact(value: str) -> str:
    """JSON without the blanks that its writer put in; anything else as it is."""
    if not value.startswith(("{", "[")):
        return value
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return value

"""What goes on, drawn below the lines that are finished.

A drawing is wiped before a line is printed, and made anew below it: by the consoles themselves,
so that no command can print into one. rich remembers the height of a drawing that it has ended, and
would wipe as many finished lines if the same were begun again: each here is a new one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Self

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

_lock = threading.RLock()
_below: list[Drawing] = []
"""The drawing that stands on the terminal; there is one cursor, so there is at most one."""


class Drawing:
    """Lines that change while something goes on, on a terminal; nowhere else.

    ``animates``: whether they may be drawn at all.
    """

    def __init__(self, words: str, *, animates: bool) -> None:
        # A console of its own: those for lines step aside for what is printed, and this is drawn.
        self._console, self._animates = Console(stderr=True), animates
        self._lines = [words]
        self._live: Live | None = None

    def __enter__(self) -> Self:
        with _lock:
            if self._animates and not _below:
                _below.append(self)
                self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def show(self, lines: list[str]) -> None:
        """Draw other lines; each is cut to the width of the terminal."""
        with _lock:
            self._lines = lines
            if self._live:
                self._live.update(self._renderable())

    def end(self) -> None:
        """Wipe it, for good."""
        with _lock:
            self._wipe()
            if self in _below:
                _below.remove(self)

    def _draw(self) -> None:
        self._live = Live(
            self._renderable(), console=self._console, transient=True, vertical_overflow="crop",
            refresh_per_second=12, redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._live.start()

    def _wipe(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def _renderable(self) -> Group:
        """As much as the terminal has room for: what it would scroll could not be wiped again."""
        room = max(self._console.width - 3, 1)
        lines = [Text(line) for line in self._lines[: max(self._console.height - 2, 1)]]
        for line in lines:
            line.truncate(room, overflow="ellipsis")
        # The dots are Braille; what lacks them has a line that turns.
        encoding = str(getattr(self._console.file, "encoding", None))
        turns = "dots" if "utf" in encoding.lower() else "line"
        first, *rest = lines or [Text()]
        return Group(Spinner(turns, first), *(Text("  ").append_text(line) for line in rest))


def write_aside(file: IO[str], text: str) -> None:
    """Write to the terminal, aside of what is drawn: of a hundred thousand lines nothing mostly."""
    with _lock:
        if not (_below and _below[-1]._live):  # noqa: SLF001 (its own module)
            file.write(text)
            return
        with aside():
            file.write(text)


@contextmanager
def aside() -> Iterator[None]:
    """Where something else may be written to the terminal: a line, a question.

    What ends by an exception, as a question does by Ctrl-C, is not drawn below any more.
    """
    with _lock:
        drawn = _below[-1] if _below and _below[-1]._live else None  # noqa: SLF001 (its own module)
        if drawn:
            drawn._wipe()  # noqa: SLF001
        yield
        if drawn and drawn in _below:
            drawn._draw()  # noqa: SLF001

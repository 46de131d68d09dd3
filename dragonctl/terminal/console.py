"""The two consoles: answers to stdout, everything else to stderr. Nothing is markup."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

from rich.console import Console, ConsoleDimensions
from rich.text import Text

from dragonctl.terminal.drawing import aside, write_aside
from dragonctl.terminal.fitting import fitted, fitted_text
from dragonctl.terminal.neutral import neutral

PIPE_WIDTH = 10_000
"""Of a console whose lines have no end."""
_DRAWING_WIDTH = 200
_UNSIZED = (80, 24)
"""Columns and rows of a terminal that does not know its own, as rich and curses take it."""


class Screen(Console):
    """Where lines are printed: above what is being drawn, and at a terminal broken between words.

    A pipe gets each line whole.
    """

    @property
    def room(self) -> int | None:
        """How many cells a line may take; None where there is no end to it, as in a pipe."""
        return None if self.width == PIPE_WIDTH else self.width

    @property
    def drawing_width(self) -> int:
        """How many cells a drawing may take: of a terminal all, else what ``COLUMNS`` says."""
        columns = os.environ.get("COLUMNS", "")
        return self.room or (int(columns) if columns.isdecimal() else _DRAWING_WIDTH)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print text broken between words, and anything else as rich does."""
        with aside():
            lines = [line for one in objects if isinstance(one, str | Text) for line in _split(one)]
            if not (self.room and lines) or options or len(objects) > 1:
                super().print(*objects, **options)
                return
            # Whoever keeps some lines and leaves others out must know which pieces are one.
            one_line = getattr(self.file, "one_line", nullcontext)
            for line in lines:
                with one_line():
                    super().print(*fitted(line, self.room), sep="\n")

    def document(self, text: str) -> None:
        """Print JSON: at a terminal broken between words, but never shortened."""
        for line in text.split("\n"):
            parts = fitted_text(line, self.room, 2) if self.room else [line]
            cut = any("…" in part for part in parts) and "…" not in line
            self.draw(*map(Text, [line] if cut else parts))

    def draw(self, *lines: Text) -> None:
        """Print lines of a drawing as they are: their blanks stand between no words."""
        with aside():
            for line in lines:
                super().print(line, no_wrap=True, crop=False, soft_wrap=True)

    def write(self, text: str) -> None:
        """Write text that is laid out already."""
        write_aside(self.file, text)


def _split(text: str | Text) -> list[Text]:
    whole = Text(text) if isinstance(text, str) else text
    return list(whole.split("\n", allow_blank=True))


@lru_cache(maxsize=2)
def out() -> Screen:
    """For answers. A pipe gets plain text, as wide as its lines are."""
    return _console(stderr=False)


@lru_cache(maxsize=2)
def err() -> Screen:
    """For progress, warnings and errors."""
    return _console(stderr=True)


def animates() -> bool:
    """Whether what goes on may be drawn over itself: at a terminal that knows how to.

    Not where ``NO_COLOR`` is set or ``TERM`` is ``dumb``.
    """
    console = err()
    return console.file.isatty() and console.is_terminal and not (
        console.no_color or console.is_dumb_terminal
    )  # fmt: skip


def say(*lines: str | Text) -> None:
    """Lines of the answer, on stdout; what is in them was made harmless before."""
    for line in lines:
        out().print(line)


def tell(*lines: str | Text) -> None:
    """Lines beside the answer, on stderr; what is in them was made harmless before."""
    for line in lines:
        err().print(line)


_given: set[str] | None = None
"""The warnings that were given since :func:`sparing` began; None: it has not."""


@contextmanager
def sparing() -> Iterator[None]:
    """Within, no note is shown and each warning once, however many commands give it."""
    global _given  # noqa: PLW0603 (as the consoles, it is the process's)
    before, _given = _given, set()
    try:
        yield
    finally:
        _given = before


def note(*sentences: str) -> None:
    """Sentences that a person may like to know, on stderr."""
    if _given is None:
        tell(*(Text(f"  {neutral(sentence)}", style="dim") for sentence in sentences))


def warn(*sentences: str) -> None:
    """Sentences that a person must know, on stderr, each with a sign before it."""
    for sentence in sentences:
        if _given is None or sentence not in _given:
            err().print(Text.assemble(("! ", "bold yellow"), neutral(sentence)))
        if _given is not None:
            _given.add(sentence)


def headline(title: str, label: str) -> Text:
    """What an answer is about; ``label`` is ``local`` where no real AWS was asked, else ""."""
    return Text.assemble((neutral(title), "bold"), labelled(label))


def labelled(label: str) -> Text:
    """The label as the end of a line; nothing where there is none."""
    return Text(f"  {label}" if label else "", style="yellow")


class LogLines(logging.Handler):
    """What is logged, on stderr above what is being drawn."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        tell(neutral(self.format(record)))


def _console(*, stderr: bool) -> Screen:
    console = Screen(
        stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )  # fmt: skip
    # rich takes every dumb terminal for one of 80 columns, and a pipe for one where TERM says so.
    if not console.file.isatty():
        console.size = ConsoleDimensions(PIPE_WIDTH, 25)
    elif console.is_dumb_terminal:
        columns, rows = os.get_terminal_size(console.file.fileno())
        # A terminal that was never told its size (a serial line, a container's) says 0 x 0.
        console.size = ConsoleDimensions(columns or _UNSIZED[0], rows or _UNSIZED[1])
    return console

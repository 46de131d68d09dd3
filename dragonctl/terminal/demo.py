"""The demo on the screen: a heading, a sentence, the command that a person would type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.text import Text

from dragonctl.terminal.console import out

_WIDEST_RULE = 78
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_BREAK = re.compile(r"\n\s*(?=\S)")


def heading(number: int, title: str, why: str) -> None:
    """A numbered heading and what the act is about."""
    out().print()
    text = Text.assemble((f"{number} ", "bold cyan"), (title, "bold cyan"), " ")
    rule = max(0, min(out().drawing_width, _WIDEST_RULE) - len(text.plain))
    out().print(text.append("─" * rule, "cyan"))
    out().print(Text(why, "dim"))


def typed(words: str) -> None:
    """The command line, as at a prompt."""
    out().print(Text.assemble(("$ ", "bold green"), (words, "bold")))


class Excerpt:
    """A stream that passes on the lines that begin with ``shown``, and all from ``rest`` on.

    The patterns are matched against a line's text alone, without its colours; one that a narrow
    terminal breaks into several (:meth:`one_line`) is shown or left out as a whole. What is left
    out is kept until the end: a command that failed, or of which nothing would be seen, is shown
    whole. A reader that has gone stops no command: that is raised at the end.
    """

    buffer = None  # whoever looks for the file behind must not write past this

    def __init__(self, stream: TextIO, shown: str, rest: str) -> None:
        self.stream = stream
        self.shown, self.rest = re.compile(shown), re.compile(rest)
        self.begun = ""
        self.left_out: list[str] = []
        self.has_shown = self.shows_all = self.is_one_line = False
        self.failure: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        """Whether it is a terminal, its encoding, its file number: as of the stream behind."""
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Take a text; its last line waits until it is whole."""
        self.begun += text
        if not self.is_one_line:
            *lines, self.begun = self.begun.split("\n")
            for line in lines:
                self._take(f"{line}\n")
        return len(text)

    @contextmanager
    def one_line(self) -> Iterator[None]:
        """What is written meanwhile are the pieces of one line."""
        self.is_one_line = True
        try:
            yield
        finally:
            self.is_one_line = False
            self._take(self.begun)
            self.begun = ""

    def end(self, *, whole: bool) -> None:
        """No more is written; ``whole`` shows what was left out, too."""
        if self.begun:
            self._take(self.begun)
        if whole or not self.has_shown:
            self._pass_on("".join(self.left_out))
        if self.failure:
            raise self.failure

    def flush(self) -> None:
        """Let what was passed on be seen."""
        self._pass_on("")

    def _pass_on(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError as error:
            self.failure = error

    def _take(self, line: str) -> None:
        text = _BREAK.sub(" ", _STYLE.sub("", line))
        self.shows_all = self.shows_all or self.rest.match(text) is not None
        if self.shows_all or self.shown.match(text):
            self.has_shown = True
            self._pass_on(line)
        else:
            self.left_out.append(line)


def closing(title: str, rows: list[tuple[str, str]]) -> None:
    """What to do next: command lines, each with what it does."""
    out().print()
    out().print(Text(title, "bold"))
    width = max(len(words) for words, _ in rows)
    for words, meaning in rows:
        out().print(Text.assemble(f"  {words:<{width}}  ", (meaning, "dim")))

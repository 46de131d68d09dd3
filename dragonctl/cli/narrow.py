"""Help at a terminal that is narrower than click's least width: no word is broken there either."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import Any

import click

_CLICKS_LEAST = 50
_LEAST = 16
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")
"""A word as a shell takes it: blanks between quotes are its own."""


class Help(click.HelpFormatter):
    """click's own from 52 columns on; below, each meaning stands beneath its name."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        room = shutil.get_terminal_size().columns - 2
        self._is_narrow = self.width == _CLICKS_LEAST and room < _CLICKS_LEAST
        if self._is_narrow:
            self.width = max(room, _LEAST)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The first line; narrow, it goes on in further ones."""
        if self._is_narrow:
            self._write(f"{'Usage: ' if prefix is None else prefix}{prog} {args}", "", "  ")
        else:
            super().write_usage(prog, args, prefix)

    def write_text(self, text: str) -> None:
        """Paragraphs, wrapped; at a terminal, what is printed as it is has room there, too."""
        if not self._is_narrow:
            if sys.stdout.isatty():
                room = shutil.get_terminal_size().columns - self.current_indent
                text = "\n\n".join(_with_room(part, room) for part in text.split("\n\n"))
            super().write_text(text)
            return
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if number else "")
            for line in _lines_of(paragraph):
                self._write(line, indent, indent)

    def write_dl(self, rows: Iterable[tuple[str, str]], *widths: int, **more: int) -> None:
        """Names with their meanings."""
        if not self._is_narrow:
            super().write_dl(list(rows), *widths, **more)
            return
        indent = " " * self.current_indent
        for name, meaning in rows:
            self._write(name, indent, f"{indent}  ")
            self._write(meaning, f"{indent}    ", f"{indent}    ")

    def _write(self, text: str, first: str, further: str) -> None:
        lines = textwrap.wrap(
            text, self.width, initial_indent=first, subsequent_indent=further,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        self.write("".join(f"{line}\n" for line in lines))


def _with_room(paragraph: str, room: int) -> str:
    r"""A paragraph that begins with ``\b`` with no line of more than so many cells."""
    head, *lines = paragraph.split("\n")
    if head.strip() != "\b":
        return paragraph
    return "\n".join([head, *(piece for line in lines for piece in _pieces(line, room))])


def _pieces(line: str, room: int) -> list[str]:
    """A line that is too long: its remark above it, and a command that can be typed as it is."""
    if len(line) <= room:
        return [line]
    typed, _, remark = line.partition("  # ")
    indent = line[: len(line) - len(line.lstrip())]
    above = [f"{indent}# {remark}"] if remark else []
    pieces = [indent]
    for word in _WORD.findall(typed):
        if pieces[-1].strip() and len(f"{pieces[-1]} {word} \\") > room:
            pieces[-1] += " \\"
            pieces.append(f"{indent}   ")
        pieces[-1] += f"{' ' * bool(pieces[-1].strip() or len(pieces) > 1)}{word}"
    return [*above, *pieces]


def _lines_of(paragraph: str) -> list[str]:
    r"""One line to wrap; of a paragraph that begins with ``\b``, its lines as they are."""
    head, *lines = paragraph.split("\n")
    return lines if head.strip() == "\b" else [" ".join([head, *lines])]


class NarrowContext(click.Context):
    """A context whose help fits any terminal."""

    formatter_class = Help

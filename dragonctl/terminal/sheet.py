"""A table where its columns fit; else a paragraph for each row, so that nothing is cut."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from dragonctl.terminal.console import Screen

_BETWEEN = 2
_LEAST_PROSE = 24
_LEAST_NAMES = 8
_DOT = " · "


class Sheet:
    """Rows of cells under titles.

    ``right``: titles of columns of numbers. ``prose``: the column that may take several lines
    where the others leave it room. ``names``: a first cell that is longer than its column has a
    line of its own above the others. ``least``: of how many columns a line has at
    least room; where there is none for all, the cells of the last ones stand beneath it.
    """

    def __init__(
        self,
        titles: Sequence[str],
        *,
        right: Collection[str] = (),
        prose: int | None = None,
        head: str = "bold",
        names: bool = False,
        least: int = 0,
    ) -> None:
        self.titles, self.right, self.prose, self.head = titles, right, prose, head
        self.names, self.least = names, least
        self.rows: list[list[Text]] = []

    def add(self, *cells: Text | str) -> None:
        """A row; the cells of the last columns may be left out."""
        row = [Text(cell) if isinstance(cell, str) else cell for cell in cells]
        self.rows.append(row + [Text() for _ in self.titles[len(row) :]])

    def print(self, console: Screen) -> None:
        """Print it in the form that the console has room for."""
        widths = [max(map(_width, column)) for column in zip(*self._all(), strict=True)]
        room = console.room
        over = sum(widths) + _BETWEEN * len(widths) - room if room else 0
        if room is None and console.color_system is None:
            console.write(self._plain(widths))
        elif over <= 0 or self._narrowed(widths, over):
            console.print(self._table(widths), soft_wrap=False)
        elif self.names and widths[0] - over >= _LEAST_NAMES:
            for line in self._beneath_names([widths[0] - over, *widths[1:]]):
                console.print(line)
        else:
            kept = self._kept(widths, room or 0)
            lines = self._above(kept, widths, room or 0) if kept else self._paragraphs(room or 0)
            for line in lines:
                console.print(line)

    def _all(self) -> list[list[Text]]:
        return [[Text(title) for title in self.titles], *self.rows]

    def _narrowed(self, widths: list[int], over: int) -> bool:
        """Take what is too much from the column of prose, unless that would break its words."""
        if self.prose is None:
            return False
        words = chain.from_iterable(row[self.prose].plain.split() for row in self._all())
        widths[self.prose] -= over
        return widths[self.prose] >= max(_LEAST_PROSE, *map(cell_len, words))

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(
            box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0), header_style=self.head,
            show_header=any(self.titles),
        )  # fmt: skip
        for title, width in zip(self.titles, widths, strict=True):
            side = "right" if title in self.right else "left"
            table.add_column(title, justify=side, width=width)  # type: ignore[arg-type]
        for row in self.rows:
            table.add_row(*row)
        return table

    def _beneath_names(self, widths: Sequence[int]) -> Iterator[Text]:
        """The columns' titles and rows; beneath a name that is too long stand the other cells."""
        columns = range(len(self.titles))
        yield self._line(self._head(), widths, columns)
        for row in self.rows:
            first, *others = row
            if first.cell_len > widths[0]:
                yield first
                first = Text()
            yield self._line([first, *others], widths, columns)

    def _kept(self, widths: Sequence[int], room: int) -> int:
        """How many columns fit a line; 0 where these are fewer than there must be."""
        counts = range(len(widths) - 1, self.least - 1, -1) if self.least else ()
        fitting = (one for one in counts if sum(widths[:one]) + _BETWEEN * one <= room)
        return next(fitting, 0)

    def _above(self, kept: int, widths: Sequence[int], room: int) -> Iterator[Text]:
        """The kept columns' titles and rows, and beneath each row its other cells."""
        yield self._line(self._head(), widths, range(kept))
        for row in self.rows:
            yield self._line(row, widths, range(kept))
            yield from self._told(row, range(kept, len(row)), room)

    def _head(self) -> list[Text]:
        return [Text(title, style=self.head) for title in self.titles]

    def _line(self, row: Sequence[Text], widths: Sequence[int], columns: Sequence[int]) -> Text:
        """The cells of these columns as one line."""
        line = Text()
        for at in columns:
            blanks = " " * (widths[at] - row[at].cell_len)
            sided = self._sided(row[at], blanks, self.titles[at])
            line.append_text(Text.assemble(*sided, " " * _BETWEEN))
        line.rstrip()
        return line

    def _sided(self, cell: Text, blanks: str, title: str) -> tuple[Text | str, Text | str]:
        return (blanks, cell) if title in self.right else (cell, blanks)

    def _plain(self, widths: Sequence[int]) -> str:
        """The table for a pipe, as rich lays it out: thousands of rows cost it seconds.

        What follows the last word of a line is not padded.
        """
        rows = self._all() if any(self.titles) else self.rows
        lines: list[str] = []
        for row in rows:
            cells = [cell.plain.split("\n") for cell in row]
            for number in range(max(map(len, cells))):
                parts = (cell[number] if number < len(cell) else "" for cell in cells)
                padded = map(self._padded, parts, widths, self.titles)
                lines.append((" " * _BETWEEN).join(padded).rstrip(" ") + "\n")
        return "".join(lines)

    def _padded(self, text: str, width: int, title: str) -> str:
        blanks = " " * (width - cell_len(text))
        return f"{blanks}{text}" if title in self.right else f"{text}{blanks}"

    def _paragraphs(self, room: int) -> Iterator[Text]:
        """Of each row the first cell, and beneath it the others."""
        for row in self.rows:
            yield Text.assemble((self.titles[0], "dim"), " " * bool(self.titles[0]), row[0])
            yield from self._told(row, range(1, len(row)), room)

    def _told(self, row: Sequence[Text], columns: Sequence[int], room: int) -> list[Text]:
        """The cells of these columns behind their titles, as many as fit a line."""
        lines: list[Text] = []
        for at in columns:
            title, cell = self.titles[at], row[at]
            if not cell.plain.strip():
                continue
            words = Text.assemble((title, self.head), " " * bool(title))
            words.append_text(Text(" ").join(cell.split("\n")))
            if lines and lines[-1].cell_len + len(_DOT) + words.cell_len <= room:
                lines[-1].append(_DOT).append_text(words)
            else:
                lines.append(Text("  ").append_text(words))
        return lines


def _width(cell: Text) -> int:
    return max((cell_len(line) for line in cell.plain.split("\n")), default=0)

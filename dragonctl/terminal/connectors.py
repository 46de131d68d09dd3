"""The lines between two rows of a drawing, on a grid of characters.

A line that passes over another leaves a gap in it; only corners and tees join. Calls pass over
what is dashed or dotted, which has gaps anyway. Lines of one node share their way; lines that close
a cycle are dashed, and their arrow points up; links are dotted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from dragonctl.terminal.layers import Item, Net

_LINES = ("cyan", "blue", "magenta", "")
_ACROSS = {"call": "─", "back": "╌", "link": "┄"}
_DOWN = {"call": "│", "back": "╎", "link": "┆"}
"""How lines are drawn: of calls, of those that close a cycle, and of links."""


def _drawn(net: Net) -> str:
    return "back" if net.backwards else "link" if net.link else "call"


def colour_of(net: Net, names: Mapping[Any, int]) -> str:
    """The colour of a net's lines; ``names``: a number for each node."""
    return _LINES[names[net.origin] % len(_LINES)]


def passing(net: Net, names: Mapping[Any, int]) -> tuple[str, str]:
    """The sign and the colour of a net's line on its way down through a row of boxes."""
    return _DOWN[_drawn(net)], colour_of(net, names)


@dataclass
class Channel:
    """The lines between two rows, on a grid of characters."""

    nets: Sequence[Net]
    names: Mapping[Any, int]
    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def lines(self) -> Iterator[Text]:
        """The channel's lines from top to bottom."""
        if not self.nets:
            yield Text()
            return
        ports = _ports(self.nets)
        tracks = _tracks(self.nets, ports)
        height = max(tracks.values(), default=0) + 2
        # What is drawn later passes over: the ways across first, and calls after the others.
        for calls in (False, True):
            nets = [net for net in self.nets if (_drawn(net) == "call") is calls]
            for net in nets:
                self._horizontal(net, ports, tracks)
            for net in nets:
                self._vertical(net, ports, tracks, height)
        for y in range(height):
            yield self._line(y)

    def _horizontal(
        self, net: Net, ports: Mapping[tuple[Net, Item], int], tracks: Mapping[Net, int]
    ) -> None:
        if net not in tracks:
            return
        xs = [ports[net, item] for item in (net.source, *net.targets)]
        for x in range(min(xs), max(xs) + 1):
            self.cells[x, tracks[net]] = (_ACROSS[_drawn(net)], colour_of(net, self.names))

    def _vertical(
        self,
        net: Net,
        ports: Mapping[tuple[Net, Item], int],
        tracks: Mapping[Net, int],
        height: int,
    ) -> None:
        bar, style = passing(net, self.names)
        source = ports[net, net.source]
        turn = tracks.get(net, height)
        for y in range(turn):
            self.cells[source, y] = (bar, style)
        for item in net.targets:
            for y in range(turn + 1 if net in tracks else 0, height):
                self.cells[ports[net, item], y] = (bar, style)
            if not net.backwards and item.node is not None:
                self.cells[ports[net, item], height - 1] = ("▽" if net.link else "▼", style)
        if net in tracks:
            self._joints(net, ports, turn, style)
        if net.backwards and net.source.node is not None:
            self.cells[source, 0] = ("▲", style)

    def _joints(self, net: Net, ports: Mapping[tuple[Net, Item], int], y: int, style: str) -> None:
        """Corners and tees where a net's verticals meet its horizontal."""
        up = ports[net, net.source]
        down = {ports[net, item] for item in net.targets}
        xs = [up, *down]
        for x in xs:
            arms = (x == up, x in down, x > min(xs), x < max(xs))
            self.cells[x, y] = (_JOINTS[arms], style)

    def _line(self, y: int) -> Text:
        line = Text()
        row = sorted((x, cell) for (x, at), cell in self.cells.items() if at == y)
        for x, (character, style) in row:
            line.append(" " * (x - len(line.plain)))
            line.append(character, style=style)
        return line


# Arms of a joint: up, down, left, right.
_JOINTS = {
    (True, False, False, True): "╰", (True, False, True, False): "╯",
    (False, True, False, True): "╭", (False, True, True, False): "╮",
    (True, False, True, True): "┴", (False, True, True, True): "┬",
    (True, True, False, True): "├", (True, True, True, False): "┤",
    (True, True, True, True): "┼", (True, True, False, False): "│",
}  # fmt: skip


def _ports(nets: Sequence[Net]) -> dict[tuple[Net, Item], int]:
    """A column for each end of each net; no two nets share one, so that no line hides another."""
    ports: dict[tuple[Net, Item], int] = {}
    taken: dict[int, Net] = {}
    ends = [(net, item) for net in nets for item in (net.source, *net.targets)]
    for net, item in sorted(ends, key=lambda end: end[1].width):
        towards = net.targets[0].centre if item is net.source else net.source.centre
        free = [x for x in _columns(item, towards) if taken.get(x, net) is net]
        roomy = [x for x in free if {taken.get(x - 1, net), taken.get(x + 1, net)} == {net}]
        ports[net, item] = next(iter([*roomy, *free, item.centre]))
        taken[ports[net, item]] = net
    return ports


def _columns(item: Item, towards: int) -> Iterator[int]:
    """The columns of an item in the order of preference: straight on, then near its middle."""
    inside = range(item.x + 2, item.x + item.width - 2) if item.node is not None else [item.x]
    if towards in inside and item.node is not None:
        yield towards
    yield from sorted(inside, key=lambda x: abs(x - item.centre))


def _tracks(nets: Sequence[Net], ports: Mapping[tuple[Net, Item], int]) -> dict[Net, int]:
    """A line of the channel for each net that turns; nets that do not meet share one."""
    spans = {}
    for net in nets:
        xs = [ports[net, item] for item in (net.source, *net.targets)]
        if min(xs) != max(xs):
            spans[net] = (min(xs), max(xs))
    tracks: dict[Net, int] = {}
    rows: list[list[tuple[int, int]]] = []
    for net, (first, last) in sorted(spans.items(), key=lambda pair: pair[1]):
        number = next(
            (
                at
                for at, row in enumerate(rows)
                if all(first > end + 1 or last < begin - 1 for begin, end in row)
            ),
            len(rows),
        )
        rows[number:] = rows[number:] or [[]]
        rows[number].append((first, last))
        tracks[net] = number + 1
    return tracks

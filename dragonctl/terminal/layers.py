"""A directed graph in layers: rows of items, from callers down to what they call, and places.

The classical way (Sugiyama, Tagawa and Toda 1981): turn the edges that close a cycle, give each
node a row, send long edges through the rows between, order each row by the middle of its
neighbours. The libraries that were tried lose arrows or width at twenty nodes, and none keeps to
a given number of columns; both matter here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GAP = 2
"""Columns between two items of a row."""

SWEEPS = 12
"""Passes that order the rows; more change nothing at the sizes of service maps."""

Name = Any
"""What a node is called: anything hashable."""


@dataclass(eq=False)
class Item:
    """A box, or a passage (``node`` None) that an edge takes through a row."""

    node: Name | None
    width: int
    row: int
    x: int = 0

    @property
    def centre(self) -> int:
        """The column in the middle of the item."""
        return self.x + self.width // 2


@dataclass(eq=False)
class Net:
    """Lines of one origin between two rows: from one item down to one or more.

    ``backwards``: the arrow points up, at ``source``. ``link``: it stands for what is handled
    later. ``origin`` is the node whose lines these are; nets of one origin share a colour.
    """

    origin: Name
    source: Item
    targets: list[Item]
    backwards: bool = False
    link: bool = False


@dataclass
class Layout:
    """Rows of items with their places, and the nets below each row."""

    rows: list[list[Item]] = field(default_factory=list)
    nets: list[list[Net]] = field(default_factory=list)
    loops: set[Name] = field(default_factory=set)

    @property
    def width(self) -> int:
        """Columns that the widest row takes."""
        return max((row[-1].x + row[-1].width for row in self.rows if row), default=0)


Pairs = Collection[tuple[Name, Name]]
"""Edges, each from a node to another."""


def layered(
    widths: Mapping[Name, int],
    edges: Pairs,
    columns: int,
    links: Pairs = frozenset(),
    *,
    strict: bool = True,
) -> Layout:
    """Lay the nodes out within ``columns`` where that is possible.

    ``widths``: the columns of each node's box, in the order in which ties are settled. ``links``
    are those of the edges that have lines of their own. Not ``strict``: the boxes alone keep to the
    columns, for where passages may go beyond; else they cost many rows, and these more passages.
    """
    pairs = list(dict.fromkeys((a, b) for a, b in edges if a in widths and b in widths))
    layout = Layout()
    # Passages take room that is known only once rows are: leave more until all fit.
    for room in range(columns, 0, -4):
        layout = _attempt(widths, pairs, max(room, 1), links)
        if layout.width <= columns or not strict:
            break
        if room < max(widths.values(), default=1):
            break
    layout.loops = {a for a, b in pairs if a == b}
    _align(layout, columns)
    return layout


def _attempt(
    widths: Mapping[Name, int], pairs: Sequence[tuple[Name, Name]], columns: int, links: Pairs
) -> Layout:
    straight = [pair for pair in pairs if pair[0] != pair[1]]
    back = _closing(list(widths), straight)
    down = [(b, a) if (a, b) in back else (a, b) for a, b in straight]
    rows = _rows(widths, list(dict.fromkeys(down)), columns)
    layout = _built(widths, rows, straight, back, links)
    _order(layout)
    for row in layout.rows:
        _pack(row)
    return layout


def _closing(nodes: Sequence[Name], edges: Sequence[tuple[Name, Name]]) -> set[tuple[Name, Name]]:
    """The edges that close a cycle, seen from the nodes that nothing calls."""
    following: dict[Name, list[Name]] = defaultdict(list)
    called = {b for _, b in edges}
    for a, b in edges:
        following[a].append(b)
    back: set[tuple[Name, Name]] = set()
    state: dict[Name, int] = {}
    for root in sorted(nodes, key=lambda node: node in called):
        stack = [(root, iter(following[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            node, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                state[node] = 2
                stack.pop()
            elif state.get(child) == 1:
                back.add((node, child))
            elif child not in state:
                state[child] = 1
                stack.append((child, iter(following[child])))
    return back


def _rows(
    widths: Mapping[Name, int], edges: Sequence[tuple[Name, Name]], columns: int
) -> dict[Name, int]:
    """A row for each node: below all that call it, in the first that has room."""
    from graphlib import TopologicalSorter

    callers: dict[Name, set[Name]] = {node: set() for node in widths}
    for a, b in edges:
        callers[b].add(a)
    rows: dict[Name, int] = {}
    used: dict[int, int] = defaultdict(int)
    for node in TopologicalSorter(callers).static_order():
        row = max((rows[caller] + 1 for caller in callers[node]), default=0)
        while used[row] and used[row] + GAP + widths[node] > columns:
            row += 1
        used[row] += widths[node] + GAP * bool(used[row])
        rows[node] = row
    return rows


def _built(
    widths: Mapping[Name, int],
    rows: Mapping[Name, int],
    edges: Sequence[tuple[Name, Name]],
    back: set[tuple[Name, Name]],
    links: Pairs,
) -> Layout:
    """Items and nets; the long edges of one node share their passages."""
    count = max(rows.values(), default=-1) + 1
    layout = Layout([[] for _ in range(count)], [[] for _ in range(count)])
    boxes = {node: Item(node, widths[node], rows[node]) for node in widths}
    for node, box in boxes.items():
        layout.rows[rows[node]].append(box)
    targets: dict[tuple[Name, bool], list[Name]] = defaultdict(list)
    for a, b in edges:
        if (a, b) in back:
            _lead(layout, Net(a, boxes[b], [boxes[a]], True, (a, b) in links))
        else:
            targets[a, (a, b) in links].append(b)
    for (node, link), below in targets.items():
        _lead(layout, Net(node, boxes[node], [boxes[name] for name in below], link=link))
    return layout


def _lead(layout: Layout, whole: Net) -> None:
    """Nets from a box down to its targets, row by row, through passages."""
    here, row, targets = whole.source, whole.source.row, whole.targets
    while targets:
        near = [item for item in targets if item.row == row + 1]
        targets = [item for item in targets if item.row > row + 1]
        passage = Item(None, 1, row + 1) if targets else None
        if passage:
            layout.rows[row + 1].append(passage)
        ends = [*near, passage] if passage else near
        layout.nets[row].append(Net(whole.origin, here, ends, whole.backwards, whole.link))
        if passage:
            here = passage
        row += 1


def _order(layout: Layout) -> None:
    """Order each row by the middle of its neighbours above and below, in turn."""
    above: dict[Item, list[Item]] = defaultdict(list)
    below: dict[Item, list[Item]] = defaultdict(list)
    for nets in layout.nets:
        for net in nets:
            below[net.source].extend(net.targets)
            for target in net.targets:
                above[target].append(net.source)
    for sweep in range(SWEEPS):
        neighbours = below if sweep % 2 else above
        rows = reversed(layout.rows) if sweep % 2 else iter(layout.rows)
        places = {item: _place(row, at) for row in layout.rows for at, item in enumerate(row)}
        for row in rows:
            row.sort(key=lambda item: _mean(neighbours[item], places, places[item]))
            places.update((item, _place(row, at)) for at, item in enumerate(row))


def _place(row: Sequence[Item], at: int) -> float:
    """Where an item stands in its row, from 0 to 1, so that rows of any length compare."""
    return (at + 0.5) / len(row)


def _mean(items: Sequence[Item], places: Mapping[Item, float], otherwise: float) -> float:
    return sum(places[item] for item in items) / len(items) if items else otherwise


def _pack(row: Sequence[Item]) -> None:
    x = 0
    for item in row:
        item.x = x
        x += item.width + GAP


def _align(layout: Layout, columns: int) -> None:
    """Move items towards their neighbours as far as the row and the columns let them."""
    columns = max(columns, layout.width)
    middle = columns // 2
    for row in layout.rows:
        width = row[-1].x + row[-1].width if row else 0
        _settle(row, {item: item.centre + middle - width // 2 for item in row}, columns)
    for turn in range(6):
        order = layout.nets if turn % 2 == 0 else layout.nets[::-1]
        for nets in order:
            wishes: dict[Item, list[int]] = defaultdict(list)
            for net in nets:
                for target in net.targets:
                    if turn % 2 == 0:
                        wishes[target].append(net.source.centre)
                    else:
                        wishes[net.source].append(target.centre)
            _follow(layout, wishes, columns)
    left = min((item.x for row in layout.rows for item in row), default=0)
    for row in layout.rows:
        for item in row:
            item.x -= left


def _follow(layout: Layout, wishes: Mapping[Item, list[int]], columns: int) -> None:
    for number in {item.row for item in wishes}:
        row = layout.rows[number]
        wanted = {
            item: sum(wishes[item]) // len(wishes[item]) if item in wishes else item.centre
            for item in row
        }
        _settle(row, wanted, columns)


def _settle(row: Sequence[Item], wanted: Mapping[Item, int], columns: int) -> None:
    """Each item as near to its wanted centre as the others let it, within bounds.

    Pushing only right, or only left, would drift; both ways keep the items apart, so does their
    mean.
    """
    rightwards, edge = {}, -columns
    for item in row:
        rightwards[item] = max(edge, wanted[item] - item.width // 2)
        edge = rightwards[item] + item.width + GAP
    edge = 2 * columns
    for item in reversed(row):
        leftwards = min(wanted[item] - item.width // 2, edge - item.width)
        edge = leftwards - GAP
        item.x = (leftwards + rightwards[item]) // 2
    _bounded(row, columns)


def _bounded(row: Sequence[Item], columns: int) -> None:
    edge = 0
    for item in row:
        item.x = max(edge, item.x)
        edge = item.x + item.width + GAP
    edge = columns
    for item in reversed(row):
        item.x = min(item.x, edge - item.width)
        edge = item.x - GAP

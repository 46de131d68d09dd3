"""The service map in a terminal: boxes and arrows, then the figures of every edge.

Callers stand above what they call. Arrows that close a cycle are dashed and point up. A line
that passes over another leaves a gap in it; only corners and tees join.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from dragonctl.telemetry.times import duration_text
from dragonctl.telemetry.traces.segments import Status
from dragonctl.telemetry.traces.service_map import Figures, Key, Node, ServiceMap
from dragonctl.terminal.connectors import Channel
from dragonctl.terminal.console import Screen
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.layers import Item, Layout, layered
from dragonctl.terminal.neutral import middle, neutral
from dragonctl.terminal.sheet import Sheet
from dragonctl.terminal.traces import STATUS_COLOURS, percent

OUTCOMES: tuple[Status, ...] = ("ok", "error", "throttle", "fault")
"""What X-Ray counts of requests, the worst last."""
_BAD = OUTCOMES[:0:-1]
_NARROWEST, _WIDEST = 20, 34
_BOX_HEIGHT = 5


def label(node: Node) -> str:
    """A node's name, harmless; X-Ray names clients after what they call."""
    return "clients" if node.type == "client" else neutral(node.name)


def titled(node: Node) -> str:
    """A node with what tells it from others: its kind, or for clients what they call."""
    if node.type == "client":
        return f"clients of {neutral(node.name)}"
    name, kind = label(node), kind_text(node.type)
    return name if kind == name else f"{name} ({kind})"


def named(found: ServiceMap, key: Key) -> str:
    """A node's name; with its kind where another node of the map bears the same."""
    node = found.nodes[key]
    twins = sum(label(other) == label(node) for other in found.nodes.values())
    return titled(node) if twins > 1 and node.type != "client" else label(node)


def outcomes(figures: Figures) -> list[tuple[Status, str]]:
    """What became of requests, the worst first: ``fault`` and its share, or ``ok``.

    Empty where nothing is known of it: X-Ray counts no outcomes for clients.
    """
    bad = [name for name in _BAD if getattr(figures, name)]
    if bad:
        return [(name, percent(figures.share(name))) for name in bad]
    return [("ok", "")] if figures.ok else []


def shares_text(figures: Figures) -> str:
    """What went wrong, worst first: ``fault 2 % throttle <1 %``; ``ok`` when nothing did."""
    return " ".join(f"{name} {share}".strip() for name, share in outcomes(figures)) or "-"


def worst_of(figures: Figures) -> str:
    """The name of the gravest outcome; "" where none is known."""
    return next((name for name, _ in outcomes(figures)), "")


def print_map(console: Screen, found: ServiceMap) -> None:
    """The map, and a table of what its edges carry; a sentence when there is nothing to draw."""
    if not found.nodes:
        console.print("No service answered in this time.")
        return
    console.draw(*drawn(found, console.drawing_width))
    console.print()
    nodes_table(found).print(console)
    if found.edges:
        console.print()
        edges_table(found).print(console)


def drawn(found: ServiceMap, columns: int) -> Iterator[Text]:
    """The drawing, line by line, within ``columns`` where the graph lets it."""
    widths = {key: _box_width(node, columns) for key, node in found.nodes.items()}
    layout = layered(widths, found.edges, columns - 1)
    names = {key: number for number, key in enumerate(found.nodes)}
    for number, row in enumerate(layout.rows):
        yield from _row(row, found, layout)
        if number + 1 < len(layout.rows):
            yield from Channel(layout.nets[number], names).lines()


def _box_width(node: Node, columns: int) -> int:
    wanted = max(cell_len(label(node)) + 4, len(kind_text(node.type)) + 6, _NARROWEST)
    return min(wanted, _WIDEST, max(columns - 1, 8))


def _row(row: Sequence[Item], found: ServiceMap, layout: Layout) -> Iterator[Text]:
    """A row of boxes; passages run through it as lines."""
    boxes = {
        item: _box(found.nodes[item.node], item, item.node in layout.loops)
        for item in row
        if item.node is not None
    }
    dashed = {item for nets in layout.nets for net in nets if net.backwards for item in net.targets}
    for height in range(_BOX_HEIGHT):
        line = Text()
        for item in row:
            line.append(" " * (item.x - cell_len(line.plain)))
            if item in boxes:
                line.append_text(boxes[item][height])
            else:
                line.append("╎" if item in dashed else "│", style="dim")
        yield line


def _box(node: Node, item: Item, loops: bool) -> list[Text]:
    inner = item.width - 2
    figures = node.figures
    colour = _colour(figures)
    head = middle(kind_text(node.type), inner - 3)
    top = Text(f"╭ {head} {'─' * (inner - cell_len(head) - 2)}╮", style=colour)
    if loops:
        top.right_crop(2)
        top.append("↻╮", style=colour)
    name = Text(middle(label(node), inner - 2), style="bold")
    return [
        top,
        _inside(name, inner, colour),
        _inside(Text(_rate(node, inner - 2)), inner, colour),
        _inside(_health(figures, inner - 2), inner, colour),
        Text(f"╰{'─' * inner}╯", style=colour),
    ]


def _inside(text: Text, inner: int, colour: str) -> Text:
    blank = " " * (inner - 1 - cell_len(text.plain))
    return Text.assemble(("│ ", colour), text, blank, ("│", colour))


def _rate(node: Node, width: int) -> str:
    figures = node.figures
    count = f"{_count(figures.requests)} req"
    if figures.average is None:
        return middle(count, width)
    p95 = f"  p95 {duration_text(figures.percentile(0.95))}"
    whole = f"{count}  {duration_text(figures.average)}"
    return whole + p95 if len(whole + p95) <= width else middle(whole, width)


def _count(number: int) -> str:
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if number >= size:
            return f"{number / (size if unit == 'M' else 1000):.1f}{unit}"
    return str(number)


def _colour(figures: Figures) -> str:
    """The colour of the worst outcome that is more than a stray one in a hundred."""
    for outcome in _BAD:
        if figures.share(outcome) >= 0.01:  # noqa: PLR2004
            return STATUS_COLOURS[outcome]
    return "green" if figures.ok else ""


def _health(figures: Figures, width: int) -> Text:
    """What went wrong in words, as much as fits, the worst first."""
    found = outcomes(figures)
    whole = _told(found, " ")
    return whole if whole.cell_len <= width else _told(found[:1], " ").append(" …")


def _told(found: Sequence[tuple[Status, str]], between: str) -> Text:
    """Outcomes, each in its colour."""
    parts = [Text(f"{name} {share}".strip(), style=STATUS_COLOURS[name]) for name, share in found]
    return Text(between).join(parts)


def nodes_table(found: ServiceMap) -> Sheet:
    """Every node with its whole name and its figures."""
    sheet = _figures_sheet("Node")
    for node in sorted(found.nodes.values(), key=lambda node: -node.figures.requests):
        _add(sheet, titled(node), node.figures)
    return sheet


def edges_table(found: ServiceMap) -> Sheet:
    """Every edge with its figures."""
    sheet = _figures_sheet("Calls")
    for edge in sorted(found.edges.values(), key=lambda edge: -edge.figures.requests):
        words = f"{named(found, edge.source)} → {named(found, edge.target)}"
        _add(sheet, words, edge.figures)
    return sheet


def _figures_sheet(title: str) -> Sheet:
    numbers = ("Requests", "Average", "p50", "p95")
    return Sheet((title, *numbers, "Outcome"), right=numbers, head="dim")


def _add(sheet: Sheet, words: str, figures: Figures) -> None:
    sheet.add(
        words,
        str(figures.requests),
        duration_text(figures.average),
        duration_text(figures.percentile(0.5)),
        duration_text(figures.percentile(0.95)),
        _told(outcomes(figures), " ") or Text("-"),
    )

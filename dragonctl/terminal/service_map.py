"""The service map in a terminal: boxes and arrows, then the figures of every edge.

Callers stand above what they call. Arrows that close a cycle are dashed and point up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text

from dragonctl.telemetry.times import duration_text
from dragonctl.telemetry.traces.service_map import Figures, Node, ServiceMap
from dragonctl.terminal.connectors import Channel, passing
from dragonctl.terminal.console import Screen
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.layers import Item, layered
from dragonctl.terminal.map_figures import BAD, coloured_outcomes, outcomes, outcomes_text
from dragonctl.terminal.map_names import MapNames, Shortening, label, links_of
from dragonctl.terminal.map_outline import outline
from dragonctl.terminal.neutral import middle
from dragonctl.terminal.sheet import Sheet
from dragonctl.terminal.traces import STATUS_COLOURS

MOST_DRAWN = 16
"""Parts that boxes and arrows show at a glance; more are an outline."""
_NARROWEST, _WIDEST = 20, 34
_BOX_HEIGHT = 5


def print_map(console: Screen, found: ServiceMap) -> None:
    """The map with tables of its figures; of many parts an outline, which holds those of calls."""
    if not found.nodes:
        console.print("No service answered in this time.")
        return
    columns = console.drawing_width
    picture = list(drawn(found, columns)) if len(found.nodes) <= MOST_DRAWN else []
    is_drawn = picture and max(line.cell_len for line in picture) <= columns
    if not is_drawn:
        picture = list(outline(found, columns, cut=console.room is not None))
    console.draw(*picture)
    console.print()
    nodes_table(found).print(console)
    if is_drawn and found.edges:
        console.print()
        edges_table(found).print(console)


def drawn(found: ServiceMap, columns: int) -> Iterator[Text]:
    """The drawing, line by line, within ``columns`` where the graph lets it."""
    widths = {key: _box_width(node, columns) for key, node in found.nodes.items()}
    layout = layered(widths, found.edges, columns - 1, links_of(found))
    names = {key: number for number, key in enumerate(found.nodes)}
    shortening = Shortening.of(found)
    passages = {
        item: passing(net, names)
        for below in layout.nets
        for net in below
        for item in net.targets
        if item.node is None
    }
    for number, row in enumerate(layout.rows):
        boxes = {
            item: _box(found.nodes[item.node], item, item.node in layout.loops, shortening)
            for item in row
            if item.node is not None
        }
        yield from _row(row, boxes, passages)
        if number + 1 < len(layout.rows):
            yield from Channel(layout.nets[number], names).lines()


def _box_width(node: Node, columns: int) -> int:
    wanted = max(cell_len(label(node)) + 4, len(kind_text(node.type)) + 6, _NARROWEST)
    return min(wanted, _WIDEST, max(columns - 1, 8))


def _row(
    row: Sequence[Item],
    boxes: Mapping[Item, Sequence[Text]],
    passages: Mapping[Item, tuple[str, str]],
) -> Iterator[Text]:
    """A row of boxes; passages run through it as lines: the sign and the colour of each."""
    for height in range(_BOX_HEIGHT):
        line = Text()
        for item in row:
            line.append(" " * (item.x - cell_len(line.plain)))
            if item in boxes:
                line.append_text(boxes[item][height])
            else:
                line.append(*passages[item])
        yield line


def _box(node: Node, item: Item, loops: bool, shortening: Shortening) -> list[Text]:
    inner = item.width - 2
    figures = node.figures
    colour = _colour(figures)
    head = middle(kind_text(node.type), inner - 3)
    top = Text(f"╭ {head} {'─' * (inner - cell_len(head) - 2)}╮", style=colour)
    if loops:
        top.right_crop(2)
        top.append("↻╮", style=colour)
    name = Text(shortening.fitted(node, inner - 2), style="bold")
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
    for outcome in BAD:
        if figures.share(outcome) >= 0.01:  # noqa: PLR2004
            return STATUS_COLOURS[outcome]
    return "green" if figures.ok else ""


def _health(figures: Figures, width: int) -> Text:
    """What went wrong in words, as much as fits, the worst first."""
    found = outcomes(figures)
    whole = coloured_outcomes(found, " ")
    return whole if whole.cell_len <= width else coloured_outcomes(found[:1], " ").append(" …")


def nodes_table(found: ServiceMap) -> Sheet:
    """Every node with its name and its figures."""
    sheet, names = _figures_sheet("Node"), MapNames.of(found)
    for node in sorted(found.nodes.values(), key=lambda node: -node.figures.requests):
        _add(sheet, names.full[node.key], node.figures)
    return sheet


def edges_table(found: ServiceMap) -> Sheet:
    """Every edge with its figures."""
    sheet, names = _figures_sheet("Calls"), MapNames.of(found)
    for edge in sorted(found.edges.values(), key=lambda edge: -edge.figures.requests):
        _add(sheet, names.call(edge), edge.figures)
    return sheet


def _figures_sheet(title: str) -> Sheet:
    numbers = ("Requests", "Average", "p50", "p95")
    return Sheet((title, *numbers, "Outcome"), right=numbers, head="dim", names=True)


def _add(sheet: Sheet, words: str, figures: Figures) -> None:
    sheet.add(
        words,
        f"{figures.requests:,}",
        duration_text(figures.average),
        duration_text(figures.percentile(0.5)),
        duration_text(figures.percentile(0.95)),
        outcomes_text(figures),
    )

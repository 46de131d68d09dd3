"""A service map as an outline: who calls whom, a line for each call, at any number of parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from dragonctl.telemetry.times import duration_text
from dragonctl.telemetry.traces.service_map import CLIENT, Edge, Figures, Key, ServiceMap
from dragonctl.terminal.fitting import fitted
from dragonctl.terminal.map_figures import outcomes_text
from dragonctl.terminal.map_names import LINK, MapNames

_LEVELS = 10
_FIGURES = "{:>9}{:>8}{:>8}  "
_NARROW = 60


@dataclass(frozen=True)
class OutlineLine:
    """A part at its depth: ``edge`` led to it, None of a root; ``again``: see its other place."""

    key: Key
    depth: int
    edge: Edge | None = None
    again: bool = False


def outline(found: ServiceMap, columns: int, *, cut: bool = True) -> Iterator[Text]:
    """The lines of the outline, each at most ``columns`` cells unless not ``cut``.

    What a part calls stands beneath it where it comes first; elsewhere it is named alone.
    """
    names = MapNames.of(found)
    lines = list(_walked(found))
    room = _room(lines, names, columns)
    if room:
        head = _FIGURES.format("Requests", "Average", "p95") + "Outcome"
        yield Text(" " * room + head, style="dim")
    for line in lines:
        figures = line.edge.figures if line.edge else found.nodes[line.key].figures
        for text in _shown(_title(line, names), figures, room):
            yield from fitted(text, columns) if cut else [text]


def _walked(found: ServiceMap) -> Iterator[OutlineLine]:
    """Every edge once, from those that nobody calls; each part's calls the busiest first."""
    calls: dict[Key, list[Edge]] = defaultdict(list)
    for edge in found.edges.values():
        calls[edge.source].append(edge)
    called = {edge.target for edge in found.edges.values() if edge.kind != LINK}
    seen: set[Key] = set()
    order = sorted(found.nodes, key=lambda key: (key in called, found.nodes[key].type != CLIENT))
    for root in order:
        stack = [OutlineLine(root, 0)] if root not in seen else []
        while stack:
            line = stack.pop()
            is_link = line.edge is not None and line.edge.kind == LINK
            again = line.key in seen or is_link
            yield OutlineLine(line.key, line.depth, line.edge, again and bool(calls[line.key]))
            if again:  # what a link leads to has a place of its own
                continue
            seen.add(line.key)
            ordered = sorted(calls[line.key], key=lambda edge: edge.figures.requests)
            stack.extend(OutlineLine(edge.target, line.depth + 1, edge) for edge in ordered)


def _title(line: OutlineLine, names: MapNames) -> Text:
    deeper = f"({line.depth}) " if line.depth > _LEVELS else ""
    text = Text("  " * min(line.depth, _LEVELS) + deeper)
    if line.edge:
        text.append("⇢ " if line.edge.kind == LINK else "→ ", style="dim")
    called = names.short if line.again else names.full
    name, _, about = called[line.key].partition(" (")
    text.append(name, style="" if line.again else "bold")
    text.append(f" ({about}" if about else "", style="dim")
    if line.edge and line.edge.kind == LINK:
        text.append(" link", style="dim")
    return text.append(" ↕ see there", style="dim") if line.again else text


def _room(lines: list[OutlineLine], names: MapNames, columns: int) -> int:
    """The columns of the names; 0 where figures have lines of their own."""
    if columns < _NARROW:
        return 0
    needed = max(_title(line, names).cell_len for line in lines)
    return max(20, min(needed, columns - 27 - 9))


def _shown(title: Text, figures: Figures, room: int) -> Iterator[Text]:
    """A part's line; a name that is longer than its column has a line of its own."""
    numbers = (
        f"{figures.requests:,}",
        duration_text(figures.average),
        duration_text(figures.percentile(0.95)),
    )
    if not room:
        yield title
        indent = len(title.plain) - len(title.plain.lstrip()) + 2
        words = f"{numbers[0]} requests, {numbers[1]}, p95 {numbers[2]} "
        yield Text(" " * indent + words).append_text(outcomes_text(figures))
        return
    if title.cell_len > room:
        yield title
        title = Text()
    line = Text(" " * (room - cell_len(title.plain)) + _FIGURES.format(*numbers))
    yield title.append_text(line).append_text(outcomes_text(figures))

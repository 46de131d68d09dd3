"""The service map as SVG: cards in rows, curves between them, the same places as in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from typing import Any

from dragonctl.telemetry.times import duration_text
from dragonctl.telemetry.traces.service_map import Figures, Key, Node, ServiceMap
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.layers import Item, Layout, Net, layered
from dragonctl.terminal.map_figures import OUTCOMES, shares_text, worst_of
from dragonctl.terminal.map_names import label
from dragonctl.terminal.neutral import middle

_CELL, _ROW, _HEIGHT, _MARGIN = 8, 140, 84, 24
_COLUMNS, _NARROWEST, _WIDEST = 150, 27, 36
_ROLE = (
    'tabindex="0" role="group"'
    ' aria-label="Service map. Arrow keys move it, plus and minus zoom, zero fits it."'
)


def drawing(found: ServiceMap) -> str:
    """The map as one ``svg`` element: every node a button that says its figures."""
    order = {key: number for number, key in enumerate(found.nodes)}
    widths = {key: _width(node) for key, node in found.nodes.items()}
    layout = layered(widths, found.edges, _COLUMNS)
    left = min((item.x for row in layout.rows for item in row), default=0) * _CELL
    width = max(layout.width * _CELL - left, 320) + 2 * _MARGIN
    height = max(len(layout.rows) * _ROW - (_ROW - _HEIGHT), _HEIGHT) + 2 * _MARGIN
    parts = [
        f'<svg viewBox="{left - _MARGIN} {-_MARGIN} {width} {height}" {_ROLE}>',
        *_edges(found, layout, order),
        *_nodes(found, layout, order),
        "</svg>",
    ]
    return "".join(parts)


def _width(node: Node) -> int:
    return min(max(len(label(node)) + 5, len(kind_text(node.type)) + 4, _NARROWEST), _WIDEST)


def _nodes(found: ServiceMap, layout: Layout, order: Mapping[Key, int]) -> Iterator[str]:
    for row in layout.rows:
        for item in row:
            if item.node is not None:
                yield _card(
                    found.nodes[item.node], item, order[item.node], item.node in layout.loops
                )


def _card(node: Node, item: Item, number: int, loops: bool) -> str:
    x, y, width = item.x * _CELL, item.row * _ROW, item.width * _CELL
    figures, kind = node.figures, escape(kind_text(node.type))
    name = escape(middle(label(node), item.width - 3))
    rate = _rate(figures)
    words = f"{label(node)}, {kind_text(node.type)}: {rate}, {shares_text(figures)}"
    worst = worst_of(figures)
    outcome = "" if worst in ("", "ok") else shares_text(figures)
    return (
        f'<g class="node" role="button" tabindex="0" aria-pressed="false" data-node="{number}"'
        f' aria-label="{escape(words)}">'
        f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{_HEIGHT}" rx="9"/>'
        f'<text class="kind" x="{x + 12}" y="{y + 20}">{kind}{" ↻" if loops else ""}</text>'
        f'<text class="name" x="{x + 12}" y="{y + 38}">{name}</text>'
        f'<text class="rate" x="{x + 12}" y="{y + 55}">{_fitted(rate, item)}</text>'
        f'<text class="rate bad-{worst}" x="{x + 12}" y="{y + 70}">'
        f"{_fitted(outcome, item)}</text>"
        f"{_shares(figures, x + 1, y + _HEIGHT - 7, width - 2)}<title>{escape(words)}</title></g>"
    )


def _fitted(text: str, item: Item) -> str:
    return escape(middle(text, item.width + 2))


def _rate(figures: Figures) -> str:
    if figures.average is None:
        return f"{figures.requests:,} req"
    p95 = duration_text(figures.percentile(0.95))
    return f"{figures.requests:,} req, {duration_text(figures.average)}, p95 {p95}"


def _shares(figures: Figures, x: float, y: float, width: float) -> str:
    """A bar of the outcomes' shares along the lower edge of a card."""
    parts = []
    for outcome in OUTCOMES:
        part = figures.share(outcome) * (width - 16)
        if part:
            shown = max(part, 2)
            parts.append(
                f'<rect class="share-{outcome}" x="{x + 8:.1f}" y="{y}" width="{shown:.1f}"'
                ' height="3"/>'
            )
            x += part
    return "".join(parts)


def _edges(found: ServiceMap, layout: Layout, order: Mapping[Key, int]) -> Iterator[str]:
    above = {
        target: net.source
        for nets in layout.nets
        for net in nets
        for target in net.targets
        if target.node is None
    }
    for nets in layout.nets:
        for net in nets:
            for target in net.targets:
                if target.node is not None:
                    yield _edge(found, _climbed(net.source, above, target), net, order)


def _climbed(source: Item, above: Mapping[Item, Item], target: Item) -> list[Item]:
    """The items that an edge passes, from its upper box to its lower one."""
    path = [target, source]
    while path[-1].node is None:
        path.append(above[path[-1]])
    return path[::-1]


def _edge(found: ServiceMap, path: list[Item], net: Net, order: Mapping[Key, int]) -> str:
    ends: tuple[Any, Any] = (path[0].node, path[-1].node)
    source, target = ends[::-1] if net.backwards else ends
    figures = found.edges[source, target].figures
    words = (
        f"{label(found.nodes[source])} → {label(found.nodes[target])}: {figures.requests:,}"
        f" requests, {duration_text(figures.average)}, {shares_text(figures)}"
    )
    offset = 12 if net.backwards else 0  # beside the way down, where both exist
    points = _points(path, offset)
    tip_x, tip_y = points[0] if net.backwards else points[-1]
    turn = -8 if not net.backwards else 8
    return (
        f'<g class="edge{" back" if net.backwards else ""}" data-source="{order[source]}"'
        f' data-target="{order[target]}"><path d="{_curve(points)}"/>'
        f'<polygon class="tip" points="{tip_x},{tip_y} {tip_x - 5},{tip_y + turn}'
        f' {tip_x + 5},{tip_y + turn}"/><title>{escape(words)}</title></g>'
    )


def _points(path: list[Item], offset: int) -> list[tuple[int, int]]:
    """Bottom of the upper card, both ends of each passage, top of the lower card."""
    points: list[tuple[int, int]] = []
    for at, item in enumerate(path):
        x, y = item.centre * _CELL + (offset if item.node is not None else 0), item.row * _ROW
        if at:
            points.append((x, y))
        if at + 1 < len(path):
            points.append((x, y + _HEIGHT))
    return points


def _curve(points: list[tuple[int, int]]) -> str:
    words = [f"M{points[0][0]} {points[0][1]}"]
    for at, ((ax, ay), (bx, by)) in enumerate(pairwise(points)):
        middle_y = (ay + by) // 2
        between = at % 2 == 0  # between rows it bends, through a row it runs straight
        words.append(f"C{ax} {middle_y} {bx} {middle_y} {bx} {by}" if between else f"L{bx} {by}")
    return " ".join(words)

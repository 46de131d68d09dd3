"""The service map as SVG: cards in columns, callers left of what they call, curves between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from typing import Any

from dragonctl.telemetry.times import duration_text
from dragonctl.telemetry.traces.service_map import Figures, Key, Node, ServiceMap
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.layers import GAP, Item, Layout, Net, layered
from dragonctl.terminal.map_figures import OUTCOMES, shares_text, worst_of
from dragonctl.terminal.map_names import MapNames, Shortening, label, links_of
from dragonctl.terminal.neutral import middle

_UNIT = 14
"""Pixels of a cell of the layout, which stacks cards: its rows are columns here."""
_WIDTH, _HEIGHT, _BETWEEN, _MARGIN = 240, 84, 60, 24
_CELLS = _HEIGHT // _UNIT
_CHARACTERS, _SMALL = 28, 38
"""Characters of a name, and of the smaller lines, that a card is given; a browser whose font is
wider draws them closer."""
_LEAST_STACKED, _STACKED = 6, 1.3
"""Cards in a stack: at least so many, or so many times the square root of all."""
_ROLE = (
    'tabindex="0" role="group"'
    ' aria-label="Service map. Arrow keys move it, plus and minus zoom, zero fits it, / searches."'
)


def drawing(found: ServiceMap) -> str:
    """The map as one ``svg`` element, left to right: every node a button that says its figures."""
    order = {key: number for number, key in enumerate(found.nodes)}
    stacked = max(_LEAST_STACKED, round(_STACKED * len(found.nodes) ** 0.5))
    layout = layered(
        dict.fromkeys(found.nodes, _CELLS), found.edges, stacked * (_CELLS + GAP), links_of(found),
        strict=False,
    )  # fmt: skip
    top = min((item.x for row in layout.rows for item in row), default=0) * _UNIT
    width = max(len(layout.rows) * (_WIDTH + _BETWEEN) - _BETWEEN, 320) + 2 * _MARGIN
    height = max(layout.width * _UNIT - top, _HEIGHT) + 2 * _MARGIN
    parts = [
        f'<svg viewBox="{-_MARGIN} {top - _MARGIN} {width} {height}" {_ROLE}>',
        *_edges(found, layout, order),
        *_nodes(found, layout, order),
        "</svg>",
    ]
    return "".join(parts)


def _nodes(found: ServiceMap, layout: Layout, order: Mapping[Key, int]) -> Iterator[str]:
    names, shortening = MapNames.of(found), Shortening.of(found)
    for row in layout.rows:
        for item in row:
            if item.node is not None:
                about = " · ".join(
                    filter(None, [kind_text(item.node[1]), names.accounts.get(item.node, "")])
                )
                loops = item.node in layout.loops
                node = found.nodes[item.node]
                name = shortening.fitted(node, _CHARACTERS)
                yield _card(node, item, order[item.node], (name, about), loops=loops)


def _card(node: Node, item: Item, number: int, words: tuple[str, str], *, loops: bool) -> str:
    """A card; ``words``: its name as it fits, and its kind, with its account if that is another."""
    name, about = words
    (x, y), width = _corner(item), _WIDTH
    figures, kind = node.figures, _fitted(about)
    rate = _rate(figures)
    description = f"{label(node)}, {about}: {rate}, {shares_text(figures)}"
    worst = worst_of(figures)
    outcome = "" if worst in ("", "ok") else shares_text(figures)
    return (
        f'<g class="node" role="button" tabindex="0" aria-pressed="false" data-node="{number}"'
        f' aria-label="{escape(description)}">'
        f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{_HEIGHT}" rx="9"/>'
        f'<text class="kind" x="{x + 12}" y="{y + 20}">{kind}{" ↻" if loops else ""}</text>'
        f'<text class="name" x="{x + 12}" y="{y + 38}">{escape(name)}</text>'
        f'<text class="rate" x="{x + 12}" y="{y + 55}">{_fitted(rate)}</text>'
        f'<text class="rate bad-{worst}" x="{x + 12}" y="{y + 70}">'
        f"{_fitted(outcome)}</text>"
        f"{_shares(figures, x + 1, y + _HEIGHT - 7, width - 2)}"
        f"<title>{escape(description)}</title></g>"
    )


def _corner(item: Item) -> tuple[int, int]:
    """The left upper corner of a card."""
    return item.row * (_WIDTH + _BETWEEN), item.x * _UNIT


def _fitted(text: str) -> str:
    return escape(middle(text, _SMALL))


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
        f"{', a link' if net.link else ''}"
    )
    offset = 12 if net.backwards else 0  # beside the way there, where both exist
    points = _points(path, offset)
    tip_x, tip_y = points[0] if net.backwards else points[-1]
    turn = 8 if net.backwards else -8
    classes = " back" * net.backwards + " link" * net.link
    return (
        f'<g class="edge{classes}" data-source="{order[source]}"'
        f' data-target="{order[target]}"><path d="{_curve(points)}"/>'
        f'<polygon class="tip" points="{tip_x},{tip_y} {tip_x + turn},{tip_y - 5}'
        f' {tip_x + turn},{tip_y + 5}"/><title>{escape(words)}</title></g>'
    )


def _points(path: list[Item], offset: int) -> list[tuple[int, int]]:
    """Right of the left card, both ends of each passage, left of the right card."""
    points: list[tuple[int, int]] = []
    for at, item in enumerate(path):
        (x, _), y = _corner(item), item.centre * _UNIT + (offset if item.node is not None else 0)
        if at:
            points.append((x, y))
        if at + 1 < len(path):
            points.append((x + _WIDTH, y))
    return points


def _curve(points: list[tuple[int, int]]) -> str:
    words = [f"M{points[0][0]} {points[0][1]}"]
    for at, ((ax, ay), (bx, by)) in enumerate(pairwise(points)):
        middle_x = (ax + bx) // 2
        between = at % 2 == 0  # between columns it bends, through a column it runs straight
        words.append(f"C{middle_x} {ay} {middle_x} {by} {bx} {by}" if between else f"L{bx} {by}")
    return " ".join(words)

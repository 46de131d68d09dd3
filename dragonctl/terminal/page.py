"""The service map as one HTML file: no network, no inline handlers, everything AWS sent as text.

Its content security policy allows the one script and the one style sheet that it holds, by their
hashes; the data stands in a block that no browser runs.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from dragonctl.telemetry.segments import walk
from dragonctl.telemetry.service_map import Edge, Node, ServiceMap
from dragonctl.telemetry.times import duration_text, iso_text
from dragonctl.telemetry.traces import Summary, Trace
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.page_drawing import drawing
from dragonctl.terminal.service_map import kind_text, label, shares_text


def page(
    found: ServiceMap,
    title: str,
    summaries: Iterable[Summary] = (),
    traces: Iterable[Trace] = (),
    *,
    local: bool = False,
) -> str:
    """The whole document.

    ``summaries`` are listed at the nodes that they passed; a click on one shows its waterfall if
    it is among ``traces``, and the command that shows it in any case.
    """
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)};"
        " base-uri 'none'; form-action 'none'"
    )
    data = _data(found, summaries, traces)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(neutral(title))}</title>",
            f"<style>{style}</style></head>",
            "<body>",
            *_body(found, title, local=local),
            f'<script type="application/json" id="map-data">{_embedded(data)}</script>',
            f"<script>{script}</script>",
            "</body></html>",
            "",
        ]
    )


def _asset(name: str) -> str:
    return files("dragonctl.terminal").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _embedded(data: Any) -> str:
    """JSON that cannot end the element it stands in, whatever its strings hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _harmless(value: Any) -> Any:
    """Every string of a document made harmless; its numbers and its shape kept."""
    if isinstance(value, str):
        return neutral(value, 20_000)
    if isinstance(value, dict):
        return {neutral(key): _harmless(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(item) for item in value]
    return value


def _data(
    found: ServiceMap, summaries: Iterable[Summary], traces: Iterable[Trace]
) -> dict[str, Any]:
    order = {key: number for number, key in enumerate(found.nodes)}
    nodes = [
        {**node.document(), "label": label(node), "kind": kind_text(node)}
        for node in found.nodes.values()
    ]
    edges = [
        {**edge.document(), "source": order[edge.source], "target": order[edge.target]}
        for edge in found.edges.values()
    ]
    whole = list(traces)
    passed = {trace.id: {part.name for _, part in walk(trace.roots)} for trace in whole}
    document = {
        "nodes": nodes,
        "edges": edges,
        "summaries": [
            {**item.document(), "services": sorted({*item.services, *passed.get(item.id, ())})}
            for item in summaries
        ],
        "traces": [trace.document() for trace in whole],
    }
    harmless: dict[str, Any] = _harmless(document)
    return harmless


def _body(found: ServiceMap, title: str, *, local: bool) -> Iterable[str]:
    start, end = (iso_text(int(moment * 1000)) for moment in (found.start, found.end))
    yield '<a class="skip" href="#figures">Skip to the figures as tables</a>'
    yield f"<header><h1>{escape(neutral(title))}</h1>"
    yield f"<p>{start[:16].replace('T', ' ')} to {end[:16].replace('T', ' ')} UTC</p>"
    yield f"<p>{len(found.nodes)} parts, {len(found.edges)} calls</p>"
    yield ('<p class="label">local</p>' if local else "") + "</header>"
    yield '<main><div class="board"><div class="map">'
    yield drawing(found)
    yield (
        '<div class="tools"><button type="button" id="zoom-in" aria-label="Zoom in">+</button>'
        '<button type="button" id="zoom-out" aria-label="Zoom out">−</button>'  # noqa: RUF001
        '<button type="button" id="zoom-fit">Fit</button></div></div>'
    )
    yield (
        '<aside tabindex="-1" aria-label="Chosen part"><h2>Choose a part of the map</h2>'
        '<p class="soft">Its figures, its calls and its traces appear here.</p></aside></div>'
        '<p class="skip" id="chosen" role="status"></p>'
    )
    yield '<section class="tables" id="figures" aria-label="Figures">'
    yield _table("Parts", "Part", [_node_row(node) for node in found.nodes.values()])
    yield _table("Calls", "Call", [_edge_row(found, edge) for edge in found.edges.values()])
    yield "</section></main><footer>Made by dragonctl. Times are response times.</footer>"


def _node_row(node: Node) -> Sequence[str]:
    kind = "" if node.type == "client" else f" ({kind_text(node)})"
    return [label(node) + kind, *_figures(node)]


def _edge_row(found: ServiceMap, edge: Edge) -> Sequence[str]:
    source, target = label(found.nodes[edge.source]), label(found.nodes[edge.target])
    return [f"{source} → {target}", *_figures(edge)]


def _figures(item: Node | Edge) -> list[str]:
    figures = item.figures
    return [
        f"{figures.requests:,}",
        duration_text(figures.average),
        duration_text(figures.percentile(0.5)),
        duration_text(figures.percentile(0.95)),
        shares_text(figures),
    ]


def _table(caption: str, first: str, rows: Sequence[Sequence[str]]) -> str:
    names = (first, "Requests", "Average", "p50", "p95", "Outcome")
    numbers = range(1, 5)
    head = "".join(
        f'<th scope="col"{" class=number" if at in numbers else ""}>{name}</th>'
        for at, name in enumerate(names)
    )
    body = "".join(f"<tr>{_cells(row, numbers)}</tr>" for row in rows)
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _cells(row: Sequence[str], numbers: range) -> str:
    cells = [f'<th scope="row">{escape(row[0])}</th>']
    for at, text in enumerate(row[1:], start=1):
        mark = " class=number" if at in numbers else ""
        cells.append(f"<td{mark}>{escape(text)}</td>")
    return "".join(cells)

"""The service map as one HTML file: no network, no inline handlers, everything AWS sent as text.

Its content security policy allows the one script and the one style sheet that it holds, by their
hashes; the data stands in a block that no browser runs.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from dragonctl.telemetry.times import duration_text, iso_text
from dragonctl.telemetry.traces.folding import Row, folded, walk_rows
from dragonctl.telemetry.traces.reading import Trace
from dragonctl.telemetry.traces.segments import walk
from dragonctl.telemetry.traces.service_map import Figures, ServiceMap
from dragonctl.telemetry.traces.summaries import Summary
from dragonctl.terminal.kinds import kind_text
from dragonctl.terminal.map_figures import shares_text, worst_of
from dragonctl.terminal.map_names import LINK, MapNames, label, links_of
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.page_drawing import drawing
from dragonctl.terminal.segment_details import title_of


def page(
    found: ServiceMap,
    title: str,
    summaries: Iterable[Summary] = (),
    traces: Iterable[Trace] = (),
    mark: str = "",
) -> str:
    """The whole document.

    ``summaries`` are listed at the nodes that they passed; a click on one shows its waterfall if
    it is among ``traces``, and the command that shows it in any case. ``mark`` stands in the head.
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
            *_body(found, title, mark),
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
    names = MapNames.of(found)
    nodes = [
        {
            **node.document(),
            "label": label(node),
            "kind": kind_text(node.type),
            "about": names.accounts.get(node.key, ""),
            "named": names.short[node.key],
        }
        for node in found.nodes.values()
    ]
    edges = [
        {
            **edge.document(),
            "source": order[edge.source],
            "target": order[edge.target],
            "link": edge.kind == LINK,
        }
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
        "traces": [_waterfall(trace) for trace in whole],
    }
    harmless: dict[str, Any] = _harmless(document)
    return harmless


def _waterfall(trace: Trace) -> dict[str, Any]:
    """A trace as the page shows it: a row for each call, equal ones as one."""
    rows = [
        {
            "depth": depth,
            "name": " ".join(filter(None, title_of(row))),
            "start": row.first.start,
            "end": _end(row),
            "duration": row.duration,
            "status": row.status,
            "exceptions": [
                {"type": one.type, "message": one.message} for one in row.own[0].exceptions
            ],
        }
        for depth, row in walk_rows(folded(trace.roots))
    ]
    count = sum(1 for _ in walk(trace.roots))
    return {"id": trace.id, "duration": trace.duration, "count": count, "segments": rows}


def _end(row: Row) -> float | None:
    """When the last of a row's calls ended; None while one goes on."""
    ends = [part.end for part in row.segments]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _body(found: ServiceMap, title: str, mark: str) -> Iterable[str]:
    start, end = (iso_text(int(moment * 1000)) for moment in (found.start, found.end))
    yield '<a class="skip" href="#figures">Skip to the figures as tables</a>'
    yield f"<header><h1>{escape(neutral(title))}</h1>"
    yield f"<p>{start[:16].replace('T', ' ')} to {end[:16].replace('T', ' ')} UTC</p>"
    links = len(links_of(found))
    counts = {"part": len(found.nodes), "call": len(found.edges) - links, "link": links}
    yield f"<p>{', '.join(_counted(counts))}</p>"
    yield (f'<p class="label">{escape(mark)}</p>' if mark else "") + "</header>"
    yield '<main><div class="board"><div class="map">'
    yield _FILTERS
    yield drawing(found)
    yield (
        '<div class="tools"><button type="button" id="zoom-in" aria-label="Zoom in">+</button>'
        '<button type="button" id="zoom-out" aria-label="Zoom out">−</button>'  # noqa: RUF001
        '<button type="button" id="zoom-fit">Fit</button></div></div>'
    )
    yield (
        '<aside tabindex="-1" aria-label="Chosen part" hidden></aside></div>'
        '<p class="skip" id="chosen" role="status"></p>'
    )
    names = MapNames.of(found)
    yield '<section class="tables" id="figures" aria-label="Figures">'
    parts = [(names.full[node.key], node.figures) for node in found.nodes.values()]
    yield _table("Parts", "Part", parts)
    calls = [(names.call(edge), edge.figures) for edge in found.edges.values()]
    yield _table("Calls", "Call", calls)
    yield "</section></main><footer>Made by dragonctl. Times are response times.</footer>"


def _counted(counts: dict[str, int]) -> Iterable[str]:
    """``2 parts``, ``1 call``; what there is none of is not said."""
    return (f"{count:,} {word}{'s' * (count != 1)}" for word, count in counts.items() if count)


_FILTERS = (
    '<div class="filters" role="search"><label>Search <input type="search" id="find"'
    ' autocomplete="off" spellcheck="false"></label><label>Show <select id="health">'
    '<option value="">all parts</option><option value="bad">with errors</option>'
    '<option value="fault">with faults</option></select></label>'
    '<button type="button" id="everything" hidden>Show all</button>'
    '<span id="shown" aria-live="polite"></span>'
    '<span class="hint">Choose a part for its figures, calls and traces.</span></div>'
)


def _table(caption: str, first: str, rows: Iterable[tuple[str, Figures]]) -> str:
    """A table of what parts or calls carried; ``first`` heads the names."""
    numbers = "".join(f'<th scope="col" class="number">{name}</th>' for name in _NUMBERS)
    head = f'<th scope="col">{first}</th>{numbers}<th scope="col">Outcome</th>'
    body = "".join(_row(name, figures) for name, figures in rows)
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


_NUMBERS = ("Requests", "Average", "p50", "p95")


def _row(name: str, figures: Figures) -> str:
    times = (figures.average, figures.percentile(0.5), figures.percentile(0.95))
    numbers = (f"{figures.requests:,}", *map(duration_text, times))
    cells = "".join(f'<td class="number">{escape(text)}</td>' for text in numbers)
    shares = escape(shares_text(figures)).replace(" %", "&nbsp;%")
    outcome = f'<td class="{worst_of(figures)}">{shares}</td>'
    return f'<tr><th scope="row">{escape(name)}</th>{cells}{outcome}</tr>'

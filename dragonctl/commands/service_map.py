"""``service-map``: Draw who calls whom, how fast and how well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import application_options, command, file_to_write, since_option
from dragonctl.errors import DragonError

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.cli.view import View
    from dragonctl.engine.model import Step
    from dragonctl.telemetry.traces.coverage import Coverage
    from dragonctl.telemetry.traces.service_map import ServiceMap
    from dragonctl.telemetry.traces.summaries import Summary

LISTED, WHOLE = 50, 20
"""Traces that the page lists, and of how many of them it holds the waterfall."""


@command(
    epilog="""\b
Examples:
  dragonctl service-map
  dragonctl service-map --since 1d --html map.html
  dragonctl service-map --open
"""
)
@application_options
@since_option("1h")
@click.option(
    "--html", type=click.Path(path_type=Path), callback=file_to_write, metavar="FILE",
    help="Write the map as a web page, too.",
)  # fmt: skip
@click.option("--open", "open_it", is_flag=True, help="Open the page in a browser.")
def service_map(since: str, html: Path | None, open_it: bool, **chosen: Any) -> int:
    """Draw the service map of an application.

    It shows the application's own parts, what they call and who calls them, with requests, latency
    and the shares of errors, faults and throttles.
    """
    import time
    from functools import cache, partial

    from dragonctl.cli.printed import Printed
    from dragonctl.cli.view import View
    from dragonctl.telemetry.times import past
    from dragonctl.telemetry.traces import service_map as telemetry
    from dragonctl.terminal.console import out, tell
    from dragonctl.terminal.map_twins import folded
    from dragonctl.terminal.neutral import neutral
    from dragonctl.terminal.service_map import MOST_DRAWN, print_map
    from dragonctl.terminal.traces import print_reasons

    now = time.time()
    start = past(since, now) / 1000
    view = View(chosen, "xray")
    found = telemetry.service_map(view.fetch, start, now, view.parts)
    latest = cache(partial(_latest, view, found))
    coverage = _with_retrieved(view, found, latest)
    view.warn_of_namesakes()
    shown = folded(found)
    written = _write_page(view, shown, latest, html) if html is not None or open_it else None
    if view.json:
        view.answer({**found.document(), "coverage": coverage.document()})
    elif found.nodes:
        view.head(coverage)
        out().print()
        print_map(out(), shown)
        if len(shown.nodes) > MOST_DRAWN and not written:
            tell(
                f"{len(shown.nodes)} parts: `{Printed.current().command('service-map', '--open')}`"
                " draws them, with a search and filters."
            )
    else:
        view.head(coverage)
        print_reasons(out(), view.empty_reasons())
    if written:
        tell(f"Wrote {neutral(written)}")
        if open_it:
            click.launch(str(written))
    return 0


def _latest(view: View, found: ServiceMap) -> list[Summary]:
    """The latest traces: as many as are retrieved at once, or as the page lists."""
    from itertools import islice

    from dragonctl.telemetry.traces.retrieval import MOST_IDS

    most = MOST_IDS if view.coverage.elsewhere else LISTED
    return list(islice(view.traces(found.start, found.end), most))


def _with_retrieved(
    view: View, found: ServiceMap, latest: Callable[[], Sequence[Summary]]
) -> Coverage:
    """Where Transaction Search is on, the parts that the traces found show besides."""
    from dataclasses import replace

    from dragonctl.engine.symptoms import is_fatal

    before, coverage = view.coverage.notes, view.coverage.of_graph()
    retrieval = view.retrieval(found.start, found.end)
    if retrieval is None:
        return coverage
    ids = [item.id for item in latest()]
    searched = (note for note in view.coverage.notes if note not in before)
    coverage = replace(coverage, notes=(*coverage.notes, *searched))
    try:
        added = found.add_missing(retrieval.graph(ids), view.parts) if ids else 0
    except DragonError as problem:
        if is_fatal(problem):
            raise
        words = f"The graph of the retrieved traces could not be read: {problem.message}"
        view.warn(words)
        return coverage.with_note(words, complete=None)
    if not added:
        return coverage
    note = f"{added} of the parts come of the latest {len(ids)} traces alone."
    return coverage.with_note(note, complete=None)


def _write_page(
    view: View, found: ServiceMap, latest: Callable[[], Sequence[Summary]], html: Path | None
) -> Path:
    """The page, readable by its owner alone; where it is."""
    from dragonctl.paths import state_folder, write_whole
    from dragonctl.terminal.page import page

    listed = latest()[:LISTED]
    traces = view.whole_traces([item.id for item in listed[:WHOLE]], found.start, found.end)
    names = ", ".join(api.name for api in view.app.apis) or "application"
    title = f"{names}: service map"
    target = html or state_folder("pages") / "service-map.html"
    text = page(found, title, listed, traces, view.label)
    try:
        write_whole(target, text)
    except OSError as error:
        raise DragonError(
            f"The page cannot be written to {target}: {error.strerror or error}.",
            "Name another file with --html.",
            code="NotWritten",
        ) from error
    return target


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads: for `policy`."""
    from dragonctl.telemetry.calls import map_calls

    session.application(selection)
    session.reads.made.extend(map_calls())
    return (), {}

"""``traces``: List traces, group them, or show one as a waterfall."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import application_options, command, complete, since_option, until_option
from dragonctl.cli.values import WholeNumber

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.cli.view import View
    from dragonctl.engine.model import Step
    from dragonctl.telemetry.logs.events import LogEvent
    from dragonctl.telemetry.traces.reading import Trace
    from dragonctl.telemetry.traces.routes import Routes
    from dragonctl.telemetry.traces.summaries import Summary
    from dragonctl.terminal.waterfall import WaterfallOptions

SHOWN = 100
"""Traces that the list shows; groups count all, JSON gives all."""


@command(
    epilog="""\b
Examples:
  dragonctl traces --since 1h
  dragonctl traces --group-by route
  dragonctl traces --group-by annotation:tenant
  dragonctl traces --filter 'fault = true OR responsetime > 2'
  dragonctl traces 1-65a0b0c0-0123456789abcdef01234567
  dragonctl traces 1-65a0b0c0-0123456789abcdef01234567 --errors-only --logs
"""
)
@click.argument("ident", metavar="[ID]", required=False)
@application_options
@since_option("1h")
@until_option
@click.option(
    "--group-by",
    metavar="VALUE",
    shell_complete=complete("grouping"),
    help="Count traces by url, route, status, method, user, user-agent, client-ip, root-cause or"
    " annotation:NAME instead of listing them.",
)
@click.option(
    "--limit", "-n", type=WholeNumber(least=1), metavar="N",
    show_default="100; with --output json all", help="List the latest N.",
)  # fmt: skip
@click.option(
    "--filter",
    "expression",
    metavar="EXPRESSION",
    help="List only what X-Ray's filter expression finds.",
)
@click.option("--errors-only", is_flag=True, help="With ID: show what failed, and what led to it.")
@click.option("--logs", "with_logs", is_flag=True, help="With ID: show its log lines beneath it.")
@click.option("--full", is_flag=True, help="With ID: show every segment and all metadata.")
def traces(
    ident: str | None,
    since: str,
    until: str | None,
    group_by: str | None,
    limit: int | None,
    expression: str | None,
    errors_only: bool,
    with_logs: bool,
    full: bool,
    **chosen: Any,
) -> int:
    """List the traces of an application, group them, or show one as a waterfall.

    In a trace, a call and what X-Ray inferred from it share a row. So do the segments of one run of
    a function, and equal calls, with their number.
    """
    import time

    from dragonctl.cli.view import View
    from dragonctl.telemetry.times import window

    start_ms, end_ms = window(since, until, time.time())
    if ident is not None:
        from dragonctl.terminal.waterfall import WaterfallOptions

        _check_one(ident, group_by or expression or limit)
        shown = WaterfallOptions(full=full, errors_only=errors_only)
        times = start_ms / 1000, end_ms / 1000 if end_ms else time.time()
        return _one(View(chosen, "xray"), ident, times, shown, with_logs=with_logs)
    _check_many(errors_only or with_logs or full)
    if group_by:
        _check_grouping(group_by)
    view, asked = View(chosen, "xray"), expression or ""
    found = view.traces(start_ms / 1000, end_ms / 1000 if end_ms else time.time(), asked)
    if group_by:
        return _grouped(view, found, group_by, asked)
    return _listed(view, found, limit or (None if view.json else SHOWN), asked)


def _check_one(ident: str, choice: str | int | None) -> None:
    """Refuse what is no trace's id, and choosing among many when one is named."""
    from dragonctl.errors import UsageError
    from dragonctl.telemetry.ids import is_trace, looks_like_id

    if choice:
        raise UsageError(
            "--group-by, --filter and --limit are about many traces.", "Leave the id out."
        )
    if not is_trace(ident):
        raise UsageError(
            f"'{ident}' is not a trace id (1-65a0b0c0-0123456789abcdef01234567).",
            f"What became of it: `{shlex.join(['dragonctl', 'why', ident])}`."
            if looks_like_id(ident)
            else "",
        )


def _check_many(choice: bool) -> None:
    """Refuse what is about one trace where none is named."""
    from dragonctl.errors import UsageError

    if choice:
        raise UsageError(
            "--errors-only, --logs and --full are about one trace.",
            "Name it: dragonctl traces ID --full.",
        )


def _one(
    view: View, ident: str, times: tuple[float, float], shown: WaterfallOptions, *, with_logs: bool
) -> int:
    """One trace: as a waterfall, or as a document with every segment.

    Its id says which it is: no application is read for it but for its log lines, then the one
    whose parts it names.
    """
    from dragonctl.errors import DragonError
    from dragonctl.telemetry.ids import trace_root
    from dragonctl.telemetry.traces.application import application_of
    from dragonctl.terminal.console import out, warn
    from dragonctl.terminal.traces import print_coverage
    from dragonctl.terminal.waterfall import print_trace

    found = view.whole_traces([trace_root(ident)], *times)
    if not found:
        raise DragonError(f"X-Ray has no trace {ident}.", view.empty_reasons()[0], code="NotFound")
    trace = found[0]
    if with_logs:
        view.mean(application_of(view.session.reads, trace.roots))
    else:
        warn(*view.session.overdue())
    lines = _lines_of(view, trace) if with_logs else []
    if view.json:
        document = trace.failed_document() if shown.errors_only else trace.document()
        logs = {"logs": [event.document() for event in lines]} if with_logs else {}
        view.answer({**document, **logs, "coverage": view.whole_coverage.document()})
        return 0
    print_trace(out(), trace, view.label, shown)
    if view.whole_coverage.notes:
        print_coverage(out(), view.whole_coverage)
    if with_logs:
        _print_lines(view, lines)
    return 0


def _lines_of(view: View, trace: Trace) -> list[LogEvent]:
    """The log lines of a trace, from all groups of the application, in order."""
    from dragonctl.telemetry.requests.trail import MARGIN_MS, Trail, request_events
    from dragonctl.telemetry.requests.why.segments import ids_in

    def learn(trail: Trail) -> None:
        trail.ids |= set(ids_in(trace.roots))

    start = int(trace.start * 1000)
    end = start + int((trace.duration or 0) * 1000) + MARGIN_MS
    _, events = request_events(
        view.fetch, view.groups(), trace.id, start - MARGIN_MS, end,
        report=view.report, learn=learn,
    )  # fmt: skip
    return events


def _print_lines(view: View, lines: list[LogEvent]) -> None:
    from dragonctl.terminal.console import out, tell
    from dragonctl.terminal.logs import LogPrinter

    if not lines:
        tell("No line of this trace is in the application's logs.")
        return
    out().print()
    LogPrinter(out(), view.groups(), local_time=False).write(*lines)


def _grouped(view: View, found: Iterator[Summary], by: str, expression: str) -> int:
    """Counted by one of their values."""
    from dragonctl.telemetry.traces.groups import grouped
    from dragonctl.terminal.console import out
    from dragonctl.terminal.traces import print_groups

    groups = grouped(found, by, _routes(view) if by == "route" else None)
    if view.json:
        counted = [group.document() for group in groups]
        coverage = view.coverage.document()
        view.answer({"group_by": by, "groups": counted, "coverage": coverage})
    elif groups:
        view.head(view.coverage)
        print_groups(out(), groups, by)
    else:
        _none(view, expression)
    return 0


def _routes(view: View) -> Routes | None:
    """The routes of the API that is meant; none of several, whose addresses tell them apart."""
    from dragonctl.errors import DragonError
    from dragonctl.resources.apigateway_method import read_resources
    from dragonctl.telemetry.traces.routes import routes_of

    if len(view.app.apis) != 1:
        return None
    (api,) = view.app.apis
    try:
        return routes_of(read_resources(view.session.reads, api.id), api.stages)
    except DragonError as error:
        view.warn(f"The routes are guessed from the addresses: {error.message}")
        return None


def _check_grouping(by: str) -> None:
    """Refuse a value that traces cannot be grouped by."""
    from dragonctl.telemetry.traces.groups import ANNOTATION, GROUPINGS

    if by not in GROUPINGS and not (by.startswith(ANNOTATION) and by != ANNOTATION):
        raise click.UsageError(
            f"--group-by '{by}' is not known. There are {', '.join(GROUPINGS)}, and"
            f" {ANNOTATION}NAME."
        )


def _listed(view: View, found: Iterator[Summary], limit: int | None, expression: str) -> int:
    """One by one, the latest first; ``limit`` None: all."""
    import time
    from itertools import islice

    from dragonctl.terminal.console import out, tell
    from dragonctl.terminal.traces import print_summaries

    listed = list(islice(found, limit))
    if view.json:
        reasons = {} if listed else {"reasons": view.empty_reasons(expression)}
        coverage = view.coverage.document()
        traces = [item.document() for item in listed]
        view.answer({"traces": traces, "coverage": coverage, **reasons})
    elif listed:
        view.head(view.coverage)
        print_summaries(out(), listed, time.time())
        if len(listed) == limit:
            tell(f"These are the latest {limit}; --limit asks for more, --filter for others.")
    else:
        _none(view, expression)
    return 0


def _none(view: View, expression: str) -> None:
    """Why there is none."""
    from dragonctl.terminal.console import out
    from dragonctl.terminal.traces import print_reasons

    view.head(view.coverage)
    print_reasons(out(), view.empty_reasons(expression))


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads: for `policy`."""
    from dragonctl.telemetry.calls import trace_calls

    session.reads.made.extend(trace_calls(session.application(selection)))
    return (), {}

"""``traces``: the traces of an application, their groups, or one of them whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dragonctl.command_line.options import application_options, command

if TYPE_CHECKING:
    from dragonctl.command_line.reading import View
    from dragonctl.command_line.session import Session
    from dragonctl.discovery.apis import Selection
    from dragonctl.engine.model import Step

SHOWN = 100
"""Traces that the list shows; groups count all."""


@command(
    epilog="""\b
Examples:
  dragonctl traces --since 1h
  dragonctl traces --group-by url
  dragonctl traces --filter 'fault = true OR responsetime > 2'
  dragonctl traces 1-65a0b0c0-0123456789abcdef01234567
"""
)
@click.argument("ident", metavar="[ID]", required=False)
@application_options
@click.option(
    "--since", metavar="TIME", default="1h", show_default=True, help="10m, 2h, 1d or ISO 8601."
)
@click.option("--until", metavar="TIME", help="Up to when (now).")
@click.option(
    "--group-by",
    type=click.Choice(["url", "status", "method", "user", "user-agent", "client-ip"]),
    help="Count traces by a value instead of listing them.",
)
@click.option("--filter", "expression", metavar="EXPRESSION", help="X-Ray's filter expression.")
def traces(
    ident: str | None,
    since: str,
    until: str | None,
    group_by: str | None,
    expression: str | None,
    **chosen: Any,
) -> int:
    """List the traces of an application, group them, or show one as a waterfall."""
    from dragonctl.command_line.reading import View

    view = View(chosen, "xray")
    if ident:
        return _one(view, ident)
    return _list(view, (since, until), group_by, expression or "")


def _one(view: View, ident: str) -> int:
    """One trace, whole."""
    from dragonctl.errors import DragonError
    from dragonctl.telemetry.requests import trace_root
    from dragonctl.telemetry.traces import explain_empty, read_traces
    from dragonctl.terminal.console import out
    from dragonctl.terminal.traces import print_trace

    found, _ = read_traces(view.fetch, [trace_root(ident)])
    if not found:
        raise DragonError(
            f"X-Ray has no trace {ident}.", explain_empty(view.fetch)[0], code="NotFound"
        )
    if view.json:
        view.answer(found[0].document())
    else:
        print_trace(out(), found[0])
    return 0


def _list(view: View, times: tuple[str, str | None], group_by: str | None, expression: str) -> int:
    """The application's traces of some time, listed or grouped."""
    import time
    from itertools import islice

    from dragonctl.telemetry.groups import trace_names
    from dragonctl.telemetry.times import window
    from dragonctl.telemetry.traces import explain_empty, grouped, summaries
    from dragonctl.terminal.console import out
    from dragonctl.terminal.traces import print_groups, print_reasons, print_summaries

    now = time.time()
    start_ms, end_ms = window(*times, now)
    names = trace_names(view.app)
    end = now if end_ms is None else end_ms / 1000
    own = (
        item
        for item in summaries(view.fetch, start_ms / 1000, end, expression)
        if not item.services or names.intersection(item.services)
    )
    if group_by:
        groups = grouped(own, group_by)
        if view.json:
            view.answer({"group_by": group_by, "groups": [group.document() for group in groups]})
        elif groups:
            print_groups(out(), groups, group_by)
        else:
            print_reasons(out(), explain_empty(view.fetch, expression))
        return 0
    found = list(islice(own, SHOWN))
    if view.json:
        reasons = {} if found else {"reasons": explain_empty(view.fetch, expression)}
        view.answer({"traces": [item.document() for item in found], **reasons})
    elif found:
        print_summaries(out(), found, now)
        if len(found) == SHOWN:
            click.echo(f"These are the latest {SHOWN}; --since and --filter narrow them.", err=True)
    else:
        print_reasons(out(), explain_empty(view.fetch, expression))
    return 0


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads: for `policy`."""
    from dragonctl.telemetry.calls import trace_calls

    session.application(selection)
    session.reads.made.extend(trace_calls())
    return (), {}

"""``query``: Ask CloudWatch Logs Insights by preset or query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import (
    application_options,
    command,
    complete,
    since_option,
    source_option,
    until_option,
)

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Queries with names:
  slowest-requests  errors-by-path  cold-starts  cache-misses  failing-states
\b
Examples:
  dragonctl query cold-starts --since 1d
  dragonctl query 'fields @timestamp, @message | filter @message like /Jon/ | limit 20'
"""
)
@click.argument("text", metavar="NAME|TEXT", shell_complete=complete("preset"))
@application_options
@since_option("1h")
@until_option
@source_option
def query(text: str, since: str, until: str | None, sources: tuple[str, ...], **chosen: Any) -> int:
    """Ask Logs Insights about an application's logs.

    CloudWatch bills by the amount scanned, which is shown.
    """
    import time

    from dragonctl.cli.view import View, sources_of
    from dragonctl.telemetry.logs.insights import QueryResult, resolve, run
    from dragonctl.telemetry.times import window
    from dragonctl.terminal.console import animates, out, tell
    from dragonctl.terminal.drawing import Drawing
    from dragonctl.terminal.insights import print_answer, progress_text

    wanted = sources_of(sources)
    now = time.time()
    start_ms, end_ms = window(since, until, now)
    view = View(chosen, "logs", "lambda", "stepfunctions", logs=True)
    asked, groups = resolve(text, view.groups(wanted))
    ended = int(now * 1000) if end_ms is None else end_ms
    stream = run(view.fetch, groups, asked, start_ms, ended, clock=time.monotonic, sleep=time.sleep)
    with Drawing("Asking Logs Insights …", animates=animates()):
        for step in stream:
            answer = step
    assert isinstance(answer, QueryResult)
    if view.json:
        view.answer({"query": asked, **answer.document()})
    else:
        print_answer(out(), answer)
    tell(progress_text(answer))
    return 0


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads: for `policy`."""
    from dragonctl.telemetry.calls import query_calls

    session.reads.made.extend(query_calls(session.application(selection)))
    return (), {}

"""``why``: Say which part of a request failed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import application_options, command, since_option

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl why 9f8b6a10-0000-4000-8000-000000000001
  dragonctl why arn:aws:states:eu-west-1:123456789012:execution:MyStateMachine:name
  dragonctl why 1-65a0b0c0-0123456789abcdef01234567

\b
Exit codes: 0 when the id was found, whatever became of the request, 1 when
no log line, execution or trace of it was found.
"""
)
@click.argument("ident", metavar="ID")
@application_options
@since_option("1d")
def why(ident: str, since: str, **chosen: Any) -> int:
    """Say whether a request failed and which part, and quote the log line that shows it.

    ID is a request id, an execution ARN or a trace id (X-Ray or W3C). The last line is the
    command to type next, if any.
    """
    import time

    from dragonctl.cli.printed import Printed
    from dragonctl.cli.view import View
    from dragonctl.errors import UsageError
    from dragonctl.telemetry.ids import looks_like_id
    from dragonctl.telemetry.requests.why.explain import explain
    from dragonctl.telemetry.times import past
    from dragonctl.terminal.console import out
    from dragonctl.terminal.why import print_verdict

    if not looks_like_id(ident):
        raise UsageError(
            f"'{ident}' is not an id.",
            "Give a request id (send and logs show them), an execution ARN or a trace id.",
        )
    start_ms = past(since, time.time())
    view = View(chosen, "logs", "xray", "stepfunctions", "lambda", logs=True)
    verdict = explain(
        view.fetch, view.groups(), ident, start_ms, None, report=view.report, app=view.app
    ).typed(Printed.current().completed)
    if view.json:
        view.answer(verdict.document())
    else:
        print_verdict(out(), verdict, view.label)
    return int(not verdict.found)


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads: for `policy`."""
    from dragonctl.telemetry.calls import why_calls

    session.reads.made.extend(why_calls(session.application(selection)))
    return (), {}

"""``status``: what is on, what is off and what is wrong, with the command that mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import application_options, command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step
    from dragonctl.status.problem import Again


@command(
    epilog="""\b
Examples:
  dragonctl status
  dragonctl status --api dragons --stage prod --output json
"""
)
@application_options
def status(
    api: tuple[str, ...],
    every: bool,
    stages: tuple[str, ...],
    functions: tuple[str, ...],
    state_machines: tuple[str, ...],
    no_discover: bool,
) -> int:
    """Show how an application stands: its stages, functions, state machines and log groups.

    What is wrong is named with the command that mends it. Nothing is changed.
    """
    import json
    from datetime import UTC, datetime

    from dragonctl.cli.failures import as_document, message
    from dragonctl.cli.session import Session, selection
    from dragonctl.recipes.observability import read_account
    from dragonctl.status.observations import look
    from dragonctl.status.report import document, problems
    from dragonctl.terminal.console import tell

    session = Session()
    chosen = selection(api, stages, functions, state_machines, no_discover=no_discover, every=every)
    session.aws.warm("apigateway", "sts", "stepfunctions", "lambda", "iam", "logs")
    reads = session.reads
    app, _ = reads.together(lambda: session.application(chosen), lambda: read_account(reads))
    now = datetime.now(UTC)
    sight = look(reads, app, _again(session, api, stages, several=len(app.apis) > 1), now)
    seen = document(sight, now)
    if session.globals.json:
        local = {"local": True} if session.label else {}
        errors = {"errors": [as_document(error) for error in sight.errors]} if sight.errors else {}
        click.echo(json.dumps({**seen, **local, **errors}, indent=2, default=str))
    else:
        from dragonctl.terminal.status import show_status

        show_status(app.title, session.label, seen, problems(sight, now))
    tell(*map(message, sight.errors))
    return 0


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads is noted by the session: for `policy`."""
    from datetime import UTC, datetime

    from dragonctl.recipes.observability.first_run import application_roles
    from dragonctl.status.observations import look
    from dragonctl.status.problem import Again

    app = session.application(selection)
    look(session.reads, app, Again(), datetime.now(UTC))
    return (), application_roles(app)


def _again(
    session: Session, apis: tuple[str, ...], stages: tuple[str, ...], *, several: bool
) -> Again:
    """The options that were typed and that a mending command needs as well."""
    from dragonctl.status.problem import Again

    said = session.globals
    words = ["--local"] if said.local else []
    for option, value in (
        ("--profile", said.profile),
        ("--region", said.region),
        ("--endpoint-url", said.endpoint_url),
    ):
        words += [option, value] if value else []
    return Again(tuple(words), apis, stages, several)

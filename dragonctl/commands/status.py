"""``status``: Show what is on, off or wrong, and how to fix it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import application_options, command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl status
  dragonctl status --api dragons --stage prod --output json
  dragonctl status --controls      # what AWS Security Hub and prowler will say
"""
)
@application_options
@click.option("--controls", is_flag=True, help="Judge by the controls of Security Hub and prowler.")
def status(
    api: tuple[str, ...],
    all_apis: bool,
    stages: tuple[str, ...],
    functions: tuple[str, ...],
    state_machines: tuple[str, ...],
    no_discover: bool,
    controls: bool,
) -> int:
    """Show how an application stands: its stages, functions, state machines and log groups.

    Each problem comes with the command that fixes it. Nothing is changed.
    """
    import json
    from dataclasses import replace
    from datetime import UTC, datetime

    from dragonctl.cli.failures import as_document, message
    from dragonctl.cli.printed import Printed
    from dragonctl.cli.session import Session, selection
    from dragonctl.recipes.observability import read_account
    from dragonctl.status import controls as auditing
    from dragonctl.status.observations import look
    from dragonctl.status.problem import CommandContext
    from dragonctl.status.report import document, problems
    from dragonctl.terminal.console import tell

    session = Session()
    chosen = selection(
        api, stages, functions, state_machines, no_discover=no_discover, all_apis=all_apis
    )
    session.aws.warm("apigateway", "sts", "stepfunctions", "lambda", "iam", "logs")
    reads = session.reads
    if not chosen.named_only:
        reads.prefetch(lambda: read_account(reads))
    app = session.application(chosen)
    now = datetime.now(UTC)
    context = CommandContext(Printed.current().command, api, stages, several=len(app.apis) > 1)
    observed = look(reads, app, context, now)
    printed, seen = Printed.current(), document(observed, now)
    seen["warnings"] = printed.all_filled(seen["warnings"])
    for problem in seen["problems"]:
        problem["fix"] = printed.completed(problem["fix"])
    evidence = auditing.gather(reads, app) if controls else auditing.Evidence()
    audit = [
        replace(one, look=printed.completed(one.look))
        for one in (auditing.findings(observed, evidence) if controls else ())
    ]
    if controls:
        seen["controls"] = auditing.document(audit)
    errors = (*observed.errors, *evidence.errors)
    if session.globals.json:
        local = {"local": True} if session.label else {}
        refused = {"errors": [as_document(error) for error in errors]} if errors else {}
        click.echo(json.dumps({**seen, **local, **refused}, indent=2, default=str))
    else:
        from dragonctl.terminal.status import show_status

        found = [replace(one, fix=printed.completed(one.fix)) for one in problems(observed, now)]
        show_status(app.title, session.label, seen, found)
        if controls:
            from dragonctl.terminal.controls import show_controls

            show_controls(audit)
    tell(*map(message, errors))
    return 0


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads is noted by the session: for `policy`."""
    from datetime import UTC, datetime

    from dragonctl.recipes.observability.first_run import application_roles
    from dragonctl.status.observations import look
    from dragonctl.status.problem import CommandContext

    app = session.application(selection)
    look(session.reads, app, CommandContext(), datetime.now(UTC))
    return (), application_roles(app)

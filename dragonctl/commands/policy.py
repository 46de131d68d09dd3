"""``policy``: Print the least-privilege IAM policy of a command."""

from __future__ import annotations

import click

from dragonctl.cli.options import application_options, command, complete_commands


@command(
    epilog="""\b
Examples:
  dragonctl policy setup-observability
  dragonctl policy setup-observability --api dragons > policy.json
  dragonctl policy setup-observability --all --read-only    # for --check every night
  dragonctl policy setup-observability --application-signals
  dragonctl policy why --output json
"""
)
@click.argument("name", metavar="COMMAND", shell_complete=complete_commands)
@application_options
@click.option(
    "--application-signals", is_flag=True, help="Of setup-observability, with that option."
)
@click.option("--read-only", is_flag=True, help="Leave out what it writes: for --dry-run, --check.")
def policy(
    name: str,
    read_only: bool,
    application_signals: bool,
    api: tuple[str, ...],
    all_apis: bool,
    stages: tuple[str, ...],
    functions: tuple[str, ...],
    state_machines: tuple[str, ...],
    no_discover: bool,
) -> int:
    """Print the IAM policy that COMMAND needs, and no more, for its first run with its defaults.

    The document is worked out from what the command reads and would write for this application;
    nothing is changed.
    """
    import json
    from functools import partial

    from dragonctl.cli.first_run import NEED_NOTHING, first_run_of
    from dragonctl.cli.session import Session, selection
    from dragonctl.errors import UsageError
    from dragonctl.policy.document import LONGEST, characters
    from dragonctl.policy.document import document as policy_of
    from dragonctl.policy.first_run import first_run_policy
    from dragonctl.terminal.console import out, tell, warn

    if application_signals and name != "setup-observability":
        raise UsageError("--application-signals is an option of setup-observability alone.")
    if name in NEED_NOTHING:
        out().document(json.dumps(policy_of(()), indent=2))
        tell(f"{name} asks for no right of its own in AWS.")
        return 0
    first_run = first_run_of(name)
    if application_signals:
        from dragonctl.commands import setup_observability

        first_run = partial(setup_observability.first_run, application_signals=True)
    session = Session()
    chosen = selection(
        api, stages, functions, state_machines, no_discover=no_discover, all_apis=all_apis
    )
    steps, roles = first_run(session, chosen)
    document = first_run_policy(session.reads, steps, roles, reads_only=read_only)
    warn(*session.overdue())
    if session.label:
        tell(session.label)
    out().document(json.dumps(document, indent=2))
    if (length := characters(document)) > LONGEST:
        warn(
            f"The document has {length:,} characters, and a managed policy takes {LONGEST:,}:"
            " split it by its statements, or ask for fewer stages with --stage."
        )
    return 0

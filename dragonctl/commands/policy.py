"""``policy``: Print the least-privilege IAM policy of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from dragonctl.cli.options import application_options, command, complete_commands
from dragonctl.commands import setup_observability

F = TypeVar("F", bound=Callable[..., Any])


def _option_name(flag: str) -> str:
    return f"--{flag.replace('_', '-')}"


def _flags_of_setup(function: F) -> F:
    """The flags of `setup-observability` that need rights of their own."""
    for flag in reversed(setup_observability.FIRST_RUN_FLAGS):
        option = _option_name(flag)
        words = f"Include what setup-observability {option} needs."
        function = click.option(option, is_flag=True, help=words)(function)
    return function


@command(
    epilog="""\b
Examples:
  dragonctl policy setup-observability
  dragonctl policy setup-observability --api dragons > policy.json
  dragonctl policy setup-observability --all --read-only    # for --check every night
  dragonctl policy setup-observability --application-signals --publish
  dragonctl policy why --output json
"""
)
@click.argument("name", metavar="COMMAND", shell_complete=complete_commands)
@application_options
@_flags_of_setup
@click.option("--read-only", is_flag=True, help="Leave out what it writes: for --dry-run, --check.")
def policy(
    name: str,
    read_only: bool,
    api: tuple[str, ...],
    all_apis: bool,
    stages: tuple[str, ...],
    functions: tuple[str, ...],
    state_machines: tuple[str, ...],
    no_discover: bool,
    **flags: bool,
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

    asked = [flag for flag in flags if flags[flag]]
    if asked and name != "setup-observability":
        option = _option_name(asked[0])
        raise UsageError(f"policy takes {option} for setup-observability alone.")
    if name in NEED_NOTHING:
        out().document(json.dumps(policy_of(()), indent=2))
        tell(f"{name} asks for no right of its own in AWS.")
        return 0
    first_run = first_run_of(name)
    if asked:
        first_run = partial(setup_observability.first_run, flags=asked)
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

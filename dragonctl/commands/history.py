"""``history``: the runs that changed something, and which are undone."""

from __future__ import annotations

import json

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import command


@command(epilog="\b\nExample:\n  dragonctl history")
@click.pass_context
def history(context: click.Context) -> int:
    """List the runs of this user: when, who, command, number of changes. Asks AWS nothing."""
    from dragonctl.engine.history import read_history
    from dragonctl.engine.undo import undone
    from dragonctl.paths import state_folder
    from dragonctl.terminal.console import warn

    told = read_history(state_folder("runs"))
    taken_back = undone(told.runs)
    rows = [
        {
            "run": run.run,
            "time": run.time,
            "command": run.command,
            "changes": run.changes,
            "account": run.scope.account,
            "region": run.scope.region,
            "endpoint": run.scope.endpoint,
            "user": run.user,
            "undoes": run.undoes,
            "undone": run.run in taken_back,
            "outcome": run.outcome or "interrupted",
        }
        for run in told.runs
    ]
    if globals_of(context).json:
        click.echo(json.dumps({"runs": rows, "warnings": told.warnings}, indent=2))
    else:
        from dragonctl.terminal.history import show_history

        show_history(rows)
    warn(*told.warnings)
    return 0

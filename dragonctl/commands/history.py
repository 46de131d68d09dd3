"""``history``: List the runs that changed something, or show one."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.globals import globals_of
from dragonctl.cli.options import MARKDOWN, command, complete, not_empty

if TYPE_CHECKING:
    from dragonctl.cli.globals import Globals
    from dragonctl.engine.history import History, Run


_FACTS = (
    "time",
    "command",
    "of",
    "undoes",
    "account",
    "region",
    "endpoint",
    "user",
    "outcome",
    "undone",
)


@command(
    epilog="""\b
Examples:
  dragonctl history
  dragonctl history --region eu-west-1
  dragonctl history 20261123-101500-3fa9    # what that run changed; 3fa9 will do, too
  dragonctl history 20261123-101500-3fa9 --output markdown    # for the ticket
"""
)
@click.argument("run", required=False, shell_complete=complete("run"), callback=not_empty)
@click.pass_context
def history(context: click.Context, run: str | None) -> int:
    """List the runs of this user, or show what RUN changed, field by field.

    It reads the journal on this machine and asks AWS nothing. --region, --endpoint-url and --local
    list the runs of that place alone. Secrets are masked: the journal does not hold them.
    """
    from dragonctl.cli.printed import Printed
    from dragonctl.engine.history import read_history
    from dragonctl.engine.undo import undone
    from dragonctl.paths import state_path
    from dragonctl.terminal.console import say, warn

    found = read_history(state_path("runs"))
    taken_back = undone(found.runs)
    wanted = [_named(found, run)] if run else _of_place(found.runs, globals_of(context))
    rows = [_row(one, taken_back) for one in wanted]
    if globals_of(context).json:
        changes = _all_changes(wanted[0]) if run else {}
        warnings = Printed.current().all_filled(found.warnings)
        click.echo(json.dumps({"runs": rows, **changes, "warnings": warnings}, indent=2))
    elif globals_of(context).output == MARKDOWN:
        if run is None:
            raise click.UsageError("--output markdown is for one run: history RUN.")
        click.echo(_markdown(wanted[0], rows[0]))
    else:
        from dragonctl.terminal.history import show_history, show_run

        show_history(rows, whole=run is not None)
        if run:
            show_run(wanted[0])
        if not rows:
            say(_why_none(found))
        if found.unlisted:
            return 0
    warn(*Printed.current().all_filled(found.in_short))
    return 0


def _why_none(history: History) -> str:
    """What an empty list means: that nothing was done, or that what was done cannot be known."""
    if history.runs:
        return "No run has changed anything there."
    if history.warnings:
        return history.unlisted or "No run can be read: what changed from here is not known."
    return "No run has changed anything yet."


def _markdown(run: Run, row: dict[str, Any]) -> str:
    """One run, for a ticket."""
    from dragonctl.engine.model import Change
    from dragonctl.resources import known_kinds
    from dragonctl.terminal.history import how_far
    from dragonctl.terminal.markdown import changes_table, page

    known_kinds()  # each kind names its fields
    titles = {name: entry.title for name, entry in run.entries.items()}
    facts = {key: str(row[key]) for key in _FACTS if row[key]}
    cut_short = [
        f"{entry.title}: {how_far(entry)}" for entry in run.entries.values() if not entry.ended
    ]
    changes = _all_changes(run)
    table = changes_table(
        [Change(**change) for change in (*changes["changes"], *changes["unconfirmed"])], titles
    )
    return page(f"Run {run.run}", facts, table, cut_short)


def _row(run: Run, taken_back: Collection[str]) -> dict[str, Any]:
    return {
        "run": run.run,
        "time": run.time,
        "command": run.command,
        "of": run.of,
        "changes": run.changes,
        "account": run.scope.account,
        "region": run.scope.region,
        "endpoint": run.scope.endpoint,
        "user": run.user,
        "undoes": run.undoes,
        "undone": run.run in taken_back,
        "outcome": run.outcome or "interrupted",
    }


def _all_changes(run: Run) -> dict[str, list[dict[str, Any]]]:
    """Field by field; apart, those that AWS was asked for by steps that were cut short."""
    entries = run.entries.values()
    return {
        "changes": [change for entry in entries if entry.ended for change in entry.changes],
        "unconfirmed": [change for entry in entries for change in entry.unconfirmed],
    }


def _named(history: History, name: str) -> Run:
    """The run of this name, or part of one; a sentence where none is, or none is believed."""
    from dragonctl.engine.run_names import whole_name
    from dragonctl.errors import UsageError

    name = whole_name(history, name)
    if name in history.refused:
        raise history.refused[name]
    found = next((run for run in history.runs if run.run == name), None)
    if found is None:
        raise UsageError(f"There is no run {name!r}.", "`dragonctl history` lists the runs.")
    return found


def _of_place(runs: list[Run], given: Globals) -> list[Run]:
    """The runs of the region and endpoint that were given on the command line."""
    endpoint = "local" if given.local else (given.endpoint_url or "").rstrip("/")
    return [
        run
        for run in runs
        if given.region in (None, run.scope.region) and endpoint in ("", run.scope.endpoint)
    ]

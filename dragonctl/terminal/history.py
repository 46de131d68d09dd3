"""The list of runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from dragonctl.terminal.console import headline, out
from dragonctl.terminal.neutral import neutral

Row = dict[str, Any]


def show_history(rows: Sequence[Row]) -> None:
    """A row per run, oldest first, as in a shell's history; where and who, when that changes."""
    if not rows:
        out().print("No run has changed anything yet.")
    for number, (place, runs) in enumerate(groupby(rows, _place)):
        if number:
            out().print()
        out().print(headline(*place))
        out().print(_table(runs))


def _place(row: Row) -> tuple[str, str]:
    """The headline of a run, and its label."""
    endpoint = row["endpoint"]
    named = [] if endpoint in ("aws", "local") else [endpoint]
    who = str(row["user"]).rpartition(":")[2]
    parts = [f"account {row['account']}", row["region"], *named, f"by {who}"]
    return " · ".join(parts), "local" if endpoint == "local" else ""


def _table(rows: Iterable[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("run", no_wrap=True)
    table.add_column("command", no_wrap=True)
    table.add_column("changes", justify="right", no_wrap=True)
    table.add_column("")
    for row in rows:
        command = f"{row['command']} {row['undoes'] or ''}".rstrip()
        table.add_row(*map(neutral, (row["run"], command, row["changes"], _note(row))))
    return table


def _note(row: Row) -> str:
    notes = ["undone" if row["undone"] else "", "" if row["outcome"] == "done" else row["outcome"]]
    return ", ".join(filter(None, notes))

"""The list of runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from dragonctl.terminal.console import headline, out
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

Row = dict[str, Any]


def show_history(rows: Sequence[Row]) -> None:
    """A row per run, oldest first, as in a shell's history; where and who, when that changes."""
    if not rows:
        out().print("No run has changed anything yet.")
    for number, (place, runs) in enumerate(groupby(rows, _place)):
        if number:
            out().print()
        out().print(headline(*place))
        _table(runs).print(out())


def _place(row: Row) -> tuple[str, str]:
    """The headline of a run, and its label."""
    endpoint = row["endpoint"]
    named = [] if endpoint in ("aws", "local") else [endpoint]
    who = str(row["user"]).rpartition(":")[2]
    parts = [f"account {row['account']}", row["region"], *named, f"by {who}"]
    return " · ".join(parts), "local" if endpoint == "local" else ""


def _table(rows: Iterable[Row]) -> Sheet:
    sheet = Sheet(("run", "command", "changes", ""), right=("changes",))
    for row in rows:
        command = f"{row['command']} {row['undoes'] or ''}".rstrip()
        sheet.add(*map(neutral, (row["run"], command, row["changes"], _note(row))))
    return sheet


def _note(row: Row) -> str:
    notes = ["undone" if row["undone"] else "", "" if row["outcome"] == "done" else row["outcome"]]
    return ", ".join(filter(None, notes))

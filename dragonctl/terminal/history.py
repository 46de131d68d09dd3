"""The list of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from dragonctl.terminal.console import out
from dragonctl.terminal.neutral import neutral

_WHOLE = ("run", "command", "changes")


def show_history(rows: Sequence[dict[str, Any]]) -> None:
    """A row per run, oldest first, as in a shell's history."""
    if not rows:
        out().print("No run has changed anything yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("run", "command", "changes", "where", "by", ""):
        table.add_column(
            title,
            justify="right" if title == "changes" else "left",
            no_wrap=title in _WHOLE,
            overflow="fold",  # the others take two lines on a narrow terminal
        )
    for row in rows:
        who = str(row["user"]).rpartition(":")[2]
        where = f"{row['account']} {row['region']}{_place(row['endpoint'])}"
        cells = (row["run"], row["command"], row["changes"], where, who, _note(row))
        table.add_row(*map(neutral, cells))
    out().print(table)


def _place(endpoint: str) -> str:
    return "" if endpoint == "aws" else f" {endpoint}"


def _note(row: dict[str, Any]) -> str:
    notes = [
        f"undoes {row['undoes']}" if row["undoes"] else "",
        "undone" if row["undone"] else "",
        "" if row["outcome"] == "done" else row["outcome"],
    ]
    return ", ".join(filter(None, notes))

"""The list of runs, and what one of them changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from rich.text import Text

from dragonctl.engine.history import Entry, Run
from dragonctl.engine.model import Change
from dragonctl.resources import known_kinds
from dragonctl.terminal.changes import step_sign
from dragonctl.terminal.console import headline, out
from dragonctl.terminal.fields import field_lines
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

Row = dict[str, Any]


def show_history(rows: Sequence[Row], *, whole: bool = False) -> None:
    """A row per run, oldest first, as in a shell's history; where and who, when that changes.

    ``whole``: with the id of the plan that an ``apply`` carried out, for which a list has no room.
    """
    for number, (place, runs) in enumerate(groupby(rows, _place)):
        if number:
            out().print()
        out().print(headline(*place))
        _table(runs, whole=whole).print(out())


def show_run(run: Run) -> None:
    """What a run changed, step by step and field by field, as the run itself showed it."""
    known_kinds()  # each kind names its fields
    for entry in run.entries.values():
        changes = [Change(**change) for change in entry.changes or entry.unconfirmed]
        if not entry.ended:
            out().print(Text(f"? {neutral(entry.title)}", "bold yellow"))
            out().print(Text(f"    {how_far(entry)}", "dim"))
        elif changes:
            out().print(step_sign(changes).append(neutral(entry.title), "bold"))
        for line in field_lines(changes):
            out().print(line)


def how_far(entry: Entry) -> str:
    """How far a step came that was cut short."""
    if entry.unconfirmed:
        return "cut short: AWS was asked for this; whether it holds it is not known"
    if entry.fields is not None:
        return "cut short before AWS took anything: nothing was changed"
    return "cut short: what it changed is not known"


def _place(row: Row) -> tuple[str, str]:
    """The headline of a run, and its label."""
    endpoint = row["endpoint"]
    named = [] if endpoint in ("aws", "local") else [endpoint]
    who = str(row["user"]).rpartition(":")[2]
    parts = [f"account {row['account']}", row["region"], *named, f"by {who}"]
    return " · ".join(parts), "local" if endpoint == "local" else ""


def _table(rows: Iterable[Row], *, whole: bool) -> Sheet:
    sheet = Sheet(("run", "command", "changes", ""), right=("changes",))
    for row in rows:
        behind = row["undoes"] or (f"({row['of']})" if row["of"] else "")
        name = row["command"] if whole else row["command"].partition(" ")[0]
        command = f"{name} {behind}".rstrip()
        sheet.add(*map(neutral, (row["run"], command, row["changes"], _note(row))))
    return sheet


def _note(row: Row) -> str:
    notes = ["undone" if row["undone"] else "", "" if row["outcome"] == "done" else row["outcome"]]
    return ", ".join(filter(None, notes))

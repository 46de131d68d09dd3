"""Answers of Logs Insights as a table, and how much was scanned for them."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dragonctl.telemetry.logs.insights import Answer, Progress
from dragonctl.terminal.neutral import neutral

_LONGEST = 2_000


def print_answer(console: Console, answer: Answer) -> None:
    """The rows, numbers to the right; a sentence when there are none."""
    if not answer.rows:
        console.print("No line matched.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for at, name in enumerate(answer.columns):
        numbers = all(_is_number(row[at]) for row in answer.rows)
        table.add_column(
            Text(neutral(name, 200)), justify="right" if numbers else "left", overflow="fold"
        )
    for row in answer.rows:
        table.add_row(*(Text(neutral(cell, _LONGEST)) for cell in row))
    console.print(table, soft_wrap=False)


def progress_text(progress: Progress) -> str:
    """How far a query is: lines matched, lines and bytes scanned (bytes are what is billed)."""
    return (
        f"{neutral(progress.status)}: {progress.matched:,} of {progress.scanned:,} lines match,"
        f" {_bytes(progress.scanned_bytes)} scanned"
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == ""
    return True


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:  # noqa: PLR2004 (as CloudWatch counts)
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"

"""Answers of Logs Insights as a table, and how much was scanned for them."""

from __future__ import annotations

from dragonctl.telemetry.logs.insights import Progress, QueryResult
from dragonctl.terminal.console import Screen
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

_LONGEST = 2_000


def print_answer(console: Screen, answer: QueryResult) -> None:
    """The rows, numbers to the right; a sentence when there are none."""
    if not answer.rows:
        console.print("No line matched.")
        return
    names = [neutral(name, 200) for name in answer.columns]
    numbers = {
        name for at, name in enumerate(names) if all(_is_number(row[at]) for row in answer.rows)
    }
    sheet = Sheet(names, right=numbers, prose=len(names) - 1, head="dim")
    for row in answer.rows:
        sheet.add(*(neutral(cell, _LONGEST) for cell in row))
    sheet.print(console)


def progress_text(progress: Progress) -> str:
    """How far a query is: lines matched, lines and bytes scanned (bytes are what is billed)."""
    return (
        f"{neutral(progress.status)}: {progress.matched:,} of {progress.scanned:,} lines match,"
        f" {bytes_text(progress.scanned_bytes)} scanned"
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == ""
    return True


def bytes_text(count: float) -> str:
    """A number of bytes to read, as CloudWatch counts them: 1,000 are 1 kB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:  # noqa: PLR2004 (as CloudWatch counts)
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"

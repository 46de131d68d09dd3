"""What the doctor found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from dragonctl.doctor import Finding
from dragonctl.terminal.console import out
from dragonctl.terminal.neutral import neutral


def show_findings(findings: Sequence[Finding]) -> None:
    """A row per finding."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings:
        sign = Text("✓", style="green") if finding.ok else Text("✗", style="bold red")
        table.add_row(sign, neutral(finding.what), neutral(finding.detail))
    out().print(table)

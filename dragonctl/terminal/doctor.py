"""What the doctor found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from dragonctl.status.doctor import Check
from dragonctl.terminal.console import out
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet


def show_findings(findings: Sequence[Check]) -> None:
    """A row per finding."""
    sheet = Sheet(("", ""), prose=1, head="")
    for finding in findings:
        sign = Text("✓ ", style="green") if finding.ok else Text("✗ ", style="bold red")
        sheet.add(sign.append(neutral(finding.what), style="default"), neutral(finding.detail))
    sheet.print(out())

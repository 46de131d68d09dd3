"""The table of sampling rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from rich.table import Table

from dragonctl.terminal.console import headline, out
from dragonctl.terminal.neutral import middle, neutral

_COLUMNS: dict[str, Literal["left", "right"]] = {
    "priority": "right",
    "rule": "left",
    "a second": "right",
    "then": "right",
    "requests that match": "left",
}


def show_rules(where: str, label: str, rules: Sequence[dict[str, Any]]) -> None:
    """A row per rule, the first that matches on top; ``where``: which account and region."""
    out().print(headline(where, label))
    if not rules:
        out().print("There is no sampling rule: X-Ray traces one request a second and 5 % more.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in _COLUMNS.items():
        table.add_column(title, justify=side)
    for rule in rules:
        cells = (rule.get("Priority"), rule["RuleName"], rule.get("ReservoirSize"))
        share = f"{100 * rule.get('FixedRate', 0):g} %"
        table.add_row(*map(neutral, cells), share, middle(_matching(rule), 48))
    out().print(table)


def _matching(rule: dict[str, Any]) -> str:
    """What a request must be like; all stars mean any."""
    parts = {
        "": f"{rule.get('HTTPMethod', '*')} {rule.get('URLPath', '*')}",
        "service": rule.get("ServiceName", "*"),
        "type": rule.get("ServiceType", "*"),
        "host": rule.get("Host", "*"),
        "resource": rule.get("ResourceARN", "*"),
    }
    said = [f"{name} {value}".strip() for name, value in parts.items() if set(value) - {"*", " "}]
    return ", ".join(said) or "all"

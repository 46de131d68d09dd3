"""The table of sampling rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragonctl.terminal.console import headline, out
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

_TITLES = ("priority", "rule", "a second", "then", "requests that match")
_NUMBERS = ("priority", "a second", "then")


def show_rules(where: str, label: str, rules: Sequence[dict[str, Any]]) -> None:
    """A row per rule, the first that matches on top; ``where``: which account and region."""
    out().print(headline(where, label))
    if not rules:
        out().print("There is no sampling rule: X-Ray traces one request a second and 5 % more.")
        return
    sheet = Sheet(_TITLES, right=_NUMBERS, prose=len(_TITLES) - 1)
    for rule in rules:
        cells = (rule.get("Priority"), rule["RuleName"], rule.get("ReservoirSize"))
        share = f"{100 * rule.get('FixedRate', 0):g} %"
        sheet.add(*map(neutral, cells), share, neutral(_matching(rule)))
    sheet.print(out())


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

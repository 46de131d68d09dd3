"""The table of sampling rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from dragonctl.telemetry.traces.coverage import Coverage
from dragonctl.terminal.console import headline, out
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

_TITLES = ("priority", "rule", "a second", "then", "requests that match")
_NUMBERS = ("priority", "a second", "then")


def show_rules(where: str, label: str, rules: Sequence[dict[str, Any]], coverage: Coverage) -> None:
    """A row per rule, the first that matches on top; ``where``: which account and region."""
    out().print(headline(where, label))
    out().print(Text(_goes(coverage)))
    _show(rules)


def _goes(coverage: Coverage) -> str:
    """Where the traces go, and which share of them X-Ray indexes."""
    if coverage.destination is None:
        return neutral(coverage.sentence())
    if not coverage.elsewhere:
        pending = " A change of that is under way." if coverage.status == "PENDING" else ""
        return f"Traces go to X-Ray, which indexes all of them.{pending}"
    share = "a share" if coverage.indexed is None else f"{coverage.indexed:g} %"
    status = neutral(coverage.status)
    return (
        f"Spans go to CloudWatch Logs, aws/spans (Transaction Search, {status}); X-Ray indexes"
        f" {share} of the traces."
    )


def _show(rules: Sequence[dict[str, Any]]) -> None:
    """The table."""
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
    conditions = [
        f"{name} {value}".strip() for name, value in parts.items() if set(value) - {"*", " "}
    ]
    return ", ".join(conditions) or "all"

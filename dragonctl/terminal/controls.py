"""What an auditor will say, for people: a row per control, those that are not met first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.text import Text

from dragonctl.status.controls import READ_ON, Finding
from dragonctl.terminal.console import out
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

_ORDER = (False, True, None)


def show_controls(findings: Iterable[Finding]) -> None:
    """How many things meet each control, then what meets it, or why dragonctl does not."""
    by_control: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        by_control.setdefault((one.control, one.title), []).append(one)
    sheet = Sheet(("Control", "asks for", "met"))
    worst_first = sorted(by_control.items(), key=lambda item: _ORDER.index(_met(item[1])))
    judged = [item for item in worst_first if _met(item[1]) is not None]
    for (control, title), found in judged:
        sheet.add(neutral(control), neutral(title), _words(found))
    out().print()
    sheet.print(out())
    others = ", ".join(control for (control, _), _ in worst_first[len(judged) :])
    out().print(
        Text(f"\nNot judged, or without anything to judge: {neutral(others)}.", style="dim")
    )
    out().print(Text(f"Rules as of {READ_ON}.", style="dim"))
    _ways(one for _, found in judged for one in found if one.met is False)


def _ways(unmet: Iterable[Finding]) -> None:
    """Each command and each reason once, with the controls that it is about."""
    told = sorted({(one.fix or one.why, one.control) for one in unmet})
    for way, pairs in groupby(told, key=lambda pair: pair[0]):
        names = ", ".join(control for _, control in pairs)
        out().print(Text.assemble(("\u2717 ", "bold red"), neutral(f"{names}:")))
        out().print(Text(f"    {neutral(way)}", style="cyan"))


def _met(found: list[Finding]) -> bool | None:
    """The worst of several: not met, else met, else not known."""
    verdicts = {one.met for one in found}
    return next(one for one in _ORDER if one in verdicts)


def _words(found: list[Finding]) -> Text:
    judged = [one.met for one in found if one.met is not None]
    style = "green" if all(judged) else "red"
    return Text(f"{sum(judged)} of {len(judged)}", style=style)

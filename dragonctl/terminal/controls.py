"""What an auditor will say, for people: a row per control, those that are not met first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from rich.text import Text

from dragonctl.status.controls import PROWLER, READ_ON, ControlFinding
from dragonctl.terminal.console import out
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.sheet import Sheet

_ORDER = (False, True, None)
_CROSS, _RING = Text("\u2717 ", "bold red"), Text("\u25cb ", "dim")

Way = Callable[[ControlFinding], str]


def show_controls(findings: Iterable[ControlFinding]) -> None:
    """How many things meet each control; what meets it, or why dragonctl does not.

    Then those that are not judged, with the reason and the command that shows what they ask for.
    """
    by_control: dict[tuple[str, str], list[ControlFinding]] = {}
    for one in findings:
        by_control.setdefault((one.control, one.title), []).append(one)
    sheet = Sheet(("Control", "asks for", "met"))
    worst_first = sorted(by_control.items(), key=lambda item: _ORDER.index(_met(item[1])))
    for (control, title), found in worst_first:
        if _met(found) is not None:
            sheet.add(neutral(control), neutral(title), _words(found))
    out().print()
    sheet.print(out())
    everything = [one for found in by_control.values() for one in found]
    _groups(_CROSS, [one for one in everything if one.met is False], _way)
    unjudged = [found for found in by_control.values() if _met(found) is None]
    out().print(Text("\nNot judged, or without anything to judge:", style="bold"))
    _groups(_RING, [one for found in unjudged for one in found], lambda one: one.why)
    rules = f"Rules of AWS Security Hub and of prowler {PROWLER}, read on {READ_ON}."
    out().print(Text(f"\n{rules}", style="dim"))


def _way(finding: ControlFinding) -> str:
    return finding.fix or finding.why


def _groups(mark: Text, findings: Sequence[ControlFinding], way: Way) -> None:
    """Each command and each reason once, with the controls that it is about."""
    ordered = sorted(findings, key=lambda one: (way(one), one.control))
    for reason, group in groupby(ordered, key=way):
        about = list(group)
        names = ", ".join(dict.fromkeys(one.control for one in about))
        out().print(Text.assemble(mark, neutral(f"{names}:")))
        out().print(Text(f"    {neutral(reason)}", style="cyan" if mark is _CROSS else ""))
        if looks := list(dict.fromkeys(one.look for one in about if one.look)):
            more = f"   # {len(looks) - 1} more like it" if len(looks) > 1 else ""
            out().print(Text(f"    {neutral(looks[0])}{more}", style="cyan"))


def _met(found: list[ControlFinding]) -> bool | None:
    """The worst of several: not met, else met, else not known."""
    verdicts = {one.met for one in found}
    return next(one for one in _ORDER if one in verdicts)


def _words(found: list[ControlFinding]) -> Text:
    judged = [one.met for one in found if one.met is not None]
    style = "green" if all(judged) else "red"
    return Text(f"{sum(judged)} of {len(judged)}", style=style)

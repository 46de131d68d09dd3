"""The answer to ``why``: what failed, the line that says so, what to do, what to type next."""

from __future__ import annotations

from rich.text import Text

from dragonctl.telemetry.times import iso_text
from dragonctl.telemetry.why import Finding, Verdict
from dragonctl.terminal.console import Screen, labelled
from dragonctl.terminal.neutral import neutral, neutral_lines

_LONGEST = 2_000


def print_verdict(console: Screen, verdict: Verdict, label: str = "") -> None:
    """Say it in a few lines; plainly when nothing failed, or when nothing was found."""
    for line in _lines(verdict, label):
        console.print(line)


def _lines(verdict: Verdict, label: str) -> list[Text]:
    lines = [_head(verdict).append_text(labelled(label))]
    if verdict.cause:
        lines.append(_evidence(verdict.cause))
        lines.append(Text(f"What to do: {neutral(verdict.cause.remedy)}"))
    if verdict.consequences:
        lines.append(Text("It led to:", style="dim"))
        lines.extend(Text(f"  {_sentence(item)}") for item in verdict.consequences)
    lines.append(Text.assemble(("Next: ", "dim"), (neutral(verdict.next_command), "bold")))
    return lines


def _head(verdict: Verdict) -> Text:
    ident = neutral(verdict.ident, 200)
    if not verdict.found:
        return Text(
            f"Nothing is to be seen of {ident} in the logs and traces of this time."
            " Its lines take some seconds to appear; --since reaches further back."
        )
    if verdict.cause is None:
        status = f" ({neutral(verdict.status, 200)})" if verdict.status else ""
        return Text(f"Nothing failed: {ident}{status}, {verdict.lines} lines.", style="green")
    words = _sentence(verdict.cause)
    if verdict.handled:
        words += " The state machine caught it and succeeded."
    return Text(words, style="yellow" if verdict.handled else "red")


def _sentence(finding: Finding) -> str:
    name = neutral(finding.name, 200)
    return f"{finding.part.capitalize()}: {name}: {finding.meaning}."


def _evidence(finding: Finding) -> Text:
    when = iso_text(finding.time_ms) if finding.time_ms else ""
    head = " ".join(part for part in (when, finding.source) if part)
    first, *rest = neutral_lines(finding.evidence[:_LONGEST])
    text = Text.assemble((f"{head}  ", "dim"), first)
    for line in rest:
        text.append(f"\n    {line}")
    return text

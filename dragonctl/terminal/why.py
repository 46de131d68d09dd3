"""The answer to ``why``: what failed, the line that says so, what to do, what to type next."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from dragonctl.telemetry.requests.why.model import FailedPart, Verdict
from dragonctl.telemetry.times import iso_text
from dragonctl.terminal.console import Screen, labelled
from dragonctl.terminal.neutral import neutral, neutral_lines

_LONGEST = 2_000
_HANDLED = {
    "retried": "Another try succeeded: it was retried.",
    "redriven": "The execution was redriven, and that succeeded.",
    "tolerated": "The map tolerates that, and the execution went on.",
}
_OF_MACHINES = {"state", "state-machine"}
_COLOURS = {"failed": "red", "handled": "yellow", "ok": "green", "unknown": "yellow"}


def print_verdict(console: Screen, verdict: Verdict, label: str = "") -> None:
    """Say it in a few lines; plainly when nothing failed, or when nothing was found."""
    for line in _lines(verdict, label):
        console.print(line)


def _lines(verdict: Verdict, label: str) -> Iterator[Text]:
    yield Text(_head(verdict), _COLOURS[verdict.outcome]).append_text(labelled(label))
    cause = verdict.cause
    if cause:
        yield _evidence(cause)
        if cause.adopted:
            yield Text(f"{neutral(cause.adopted)}.", "dim")
    for sentence in verdict.unseen:
        yield Text(neutral(sentence))
    if cause and cause.remedy:
        yield Text(f"What to do: {neutral(cause.remedy)}")
    cause_line = _sentence(cause) if cause else ""
    led_to = [one for item in verdict.consequences if (one := _sentence(item, cause)) != cause_line]
    if led_to:
        yield Text("It led to:", style="dim")
        yield from (Text(f"  {one}") for one in led_to)
    if verdict.next_command:
        yield Text.assemble(("Next: ", "dim"), (neutral(verdict.next_command), "bold"))


def _head(verdict: Verdict) -> str:
    ident = neutral(verdict.ident, 200)
    if not verdict.found:
        return (
            f"Nothing was found of {ident}: no log line, execution or trace. Lines of a new request"
            " appear after some seconds; for an old one look further back, as with --since 7d."
        )
    if verdict.cause:
        words = _sentence(verdict.cause)
        return words if verdict.handled == "no" else f"{words} {_overcome(verdict)}"
    status = f" ({neutral(verdict.status, 200)})" if verdict.status else ""
    if verdict.outcome == "unknown":
        return f"Nothing failed as far as was seen, which is not all: {ident}{status}."
    return f"Nothing failed: {ident}{status}, {verdict.lines} lines."


def _overcome(verdict: Verdict) -> str:
    """What became of a failure that did not make the whole fail; who caught it, by name."""
    if verdict.handled != "caught":
        return _HANDLED[verdict.handled]
    parts = {one.part for one in (verdict.cause, *verdict.consequences) if one}
    if not parts & _OF_MACHINES:
        return "Its caller caught it, and went on."
    succeeded = verdict.status == "SUCCEEDED"
    end = "the execution succeeded" if succeeded else "the execution went on"
    return f"The state machine caught it, and {end}."


def _sentence(finding: FailedPart, cause: FailedPart | None = None) -> str:
    """The part and what happened to it; ``cause``: what led to it, where that is another part."""
    name, meaning = neutral(finding.name, 200), neutral(finding.meaning, 400)
    if cause and cause.part == "function" and finding.part == "state":
        meaning = meaning.replace("what it calls", "the function it calls")
    if name in (f"the {finding.part}", "AWS WAF"):  # it has no name beside its part
        subject = f"{name[:1].upper()}{name[1:]}"
    else:
        part = "API" if finding.part == "api" else finding.part.capitalize().replace("-", " ")
        subject = f"{part} {name}"
    for itself in ("it ", f"the {finding.part} "):
        if meaning.startswith(itself):
            return f"{subject} {meaning.removeprefix(itself)}."
    return f"{subject}: {meaning}."


def _evidence(finding: FailedPart) -> Text:
    when = iso_text(finding.time_ms) if finding.time_ms else ""
    head = " ".join(part for part in (when, finding.source) if part)
    first, *rest = neutral_lines(finding.evidence[:_LONGEST]) or [""]
    text = Text.assemble((f"{head}  ", "dim"), first)
    for line in rest:
        text.append(f"\n    {line}")
    return text

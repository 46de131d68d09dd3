"""How a plan and its changes look: a line per step, a line per field."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Self

from rich.text import Text

from dragonctl.engine.events import Event, Failed, Finished, Kept, Started, Waiting, Working
from dragonctl.engine.model import Change
from dragonctl.engine.plan import Plan
from dragonctl.engine.run import Outcome
from dragonctl.terminal import console
from dragonctl.terminal.console import animates, headline, say, tell
from dragonctl.terminal.drawing import Drawing
from dragonctl.terminal.fields import field_lines
from dragonctl.terminal.neutral import neutral
from dragonctl.terminal.titles import Titles, in_words

UNTOUCHED = "Nothing was changed."
_PATIENCE_SECONDS = 1.0
_MOST_LINES = 8


class Report:
    """Tells a person of a run: on stdout what changes, on stderr what goes on.

    With ``json_`` it stays silent on stdout; the document says it all. ``brief`` leaves the fields
    of things that are made or deleted whole to that document: their titles say enough. ``titles``
    put people's words where a warning names a thing by its identifier, as the document does.
    """

    brief = False

    def __init__(self, *, json_: bool) -> None:
        self.json = json_
        self.label = ""
        self.titles: Titles = {}
        self.in_a_line: frozenset[str] = frozenset()
        """The things (identifiers) of which a line says enough: they are made or deleted whole."""
        self.began = time.monotonic()
        self.drawing = Drawing("Reading …", animates=animates())
        self.waited: dict[str, float] = {}
        self.lines: dict[str, str] = {}
        self.lock = threading.Lock()  # steps tell of themselves from their own threads

    def __enter__(self) -> Self:
        self.drawing.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.drawing.end()

    def _doing(self, about: str, words: str | None) -> None:
        """One line for each thing that is worked on at the same time; None ends it."""
        with self.lock:
            if words is None:
                self.lines.pop(about, None)
            else:
                self.lines[about] = f"{about}: {words}" if words else about
            shown = list(self.lines.values())
        more = [f"and {len(shown) - _MOST_LINES} more"] if len(shown) > _MOST_LINES else []
        lines = [f"{neutral(line)} …" for line in [*shown[:_MOST_LINES], *more]]
        self.drawing.show(lines or ["Working …"])

    def begin(self, title: str, label: str, planned: Plan, *, shows_plan: bool) -> None:
        """The headline; before a question, and where nothing may change, the plan.

        ``label`` names a local AWS.
        """
        self.label = label
        changing = [item for item in planned.items if item.changes]
        self.in_a_line = _whole(planned) if self.brief else frozenset()
        if self.json:
            return
        say(headline(title, label))
        is_line = True
        for item in changing if shows_plan else ():
            was_line, is_line = is_line, self._is_line(item.changes)
            if not (was_line and is_line) or item is changing[0]:
                say("")  # a plan is read and judged: it has air
            self._step(item.step.title, item.changes)
        if changing and shows_plan:
            say("")
        for item in planned.items if shows_plan else ():
            if item.kept:
                self._kept(item.step.title, item.kept)

    def warn(self, warnings: Iterable[str], notes: Iterable[str]) -> None:
        """What a person must know, and what one may like to know."""
        console.note(*dict.fromkeys(notes))
        console.warn(*dict.fromkeys(in_words(one, self.titles) for one in warnings))

    def event(self, event: Event) -> None:
        """One thing that happened in the run."""
        match event:
            case Started(step):
                self._doing(step.title, "")
            case Waiting():
                self._waiting(event)
            case Working(about, doing):
                self._doing(about, doing or None)
            case Finished(step, changes):
                self._doing(step.title, None)
                if not self.json:
                    self._step(step.title, changes)
            case Failed(step, _):
                self._doing(step.title, None)
                tell(Text.assemble(("✗ ", "bold red"), neutral(step.title)))
            case Kept(step, reason):
                self._kept(step.title, reason)

    def end(self, outcome: Outcome, undo_command: str, *, dry: bool, unknown: bool) -> None:
        """The last lines: how many, how long, and what to type to take it back.

        ``unknown``: AWS may have carried out calls of which no change is told.
        """
        amount = _amount(outcome.changes, are_whole=self._is_line(outcome.changes))
        seconds = time.monotonic() - self.began
        say(_summary(outcome, amount, seconds, dry=dry, unknown=unknown))
        if undo_command and (outcome.changes or (unknown and outcome.errors)) and not dry:
            say(f"Take it back with: {undo_command}")

    def _waiting(self, wait: Waiting) -> None:
        # What AWS usually needs is not what the local AWS needs.
        expected_seconds = None if self.label else wait.expected_seconds
        self._doing(wait.about, f"{wait.reason}{_so_far(wait.elapsed, expected_seconds)}")
        # A wait is worth a line once it can be felt, and once only.
        key = f"{wait.about}: {wait.reason}"
        with self.lock:
            before = self.waited.get(key, 0.0)
            self.waited[key] = before + wait.seconds
        if before < _PATIENCE_SECONDS <= before + wait.seconds:
            often = f", usually for about {_duration(expected_seconds)}" if expected_seconds else ""
            tell(Text(f"… {neutral(key)}{often}", style="dim"))

    def _is_line(self, changes: Sequence[Change]) -> bool:
        """Whether a step's title says enough."""
        return all(change.resource in self.in_a_line for change in changes)

    def _kept(self, title: str, reason: str) -> None:
        why = neutral(in_words(reason, self.titles))
        tell(Text(f"= {neutral(title)}: left, because {why}", "dim"))

    def _step(self, title: str, changes: Sequence[Change]) -> None:
        head = step_sign(changes).append(neutral(title), "bold")
        say(head, *(() if self._is_line(changes) else field_lines(changes)))


def step_sign(changes: Sequence[Change]) -> Text:
    """``-`` for what is gone, ``+`` for what is new, ``~`` for what changes; and a blank.

    Of the changes alone: so a plan, its run, its undo and the history have the same signs.
    """
    gone = _is_gone(changes)
    sign, style = ("-", "red") if gone else ("+", "green") if is_new(changes) else ("~", "yellow")
    return Text(f"{sign} ", f"bold {style}")


def _so_far(elapsed: float, expected_seconds: float | None) -> str:
    """``, 1 min 20 s of about 4 min``."""
    if elapsed < _PATIENCE_SECONDS:
        return ""
    return f", {_duration(elapsed)}" + (
        f" of about {_duration(expected_seconds)}" if expected_seconds else ""
    )


def _duration(seconds: float) -> str:
    """``40 s``, ``4 min``, ``1 min 20 s``."""
    minutes, rest = divmod(int(seconds), 60)
    parts = (f"{minutes} min" if minutes else "", f"{rest} s" if rest or not minutes else "")
    return " ".join(filter(None, parts))


def _is_gone(changes: Sequence[Change]) -> bool:
    return all(change.after is None for change in changes)


def is_new(changes: Sequence[Change]) -> bool:
    """Whether what changed was not there before."""
    return all(change.before is None for change in changes)


def _summary(
    outcome: Outcome, amount: tuple[str, str], seconds: float, *, dry: bool, unknown: bool
) -> Text:
    count = len(outcome.changes)
    if not count and outcome.errors:
        words = "What was changed is not known." if unknown else UNTOUCHED
        return Text(words, style="bold yellow")
    if not count:
        line = Text("No changes", style="bold green")
        return line.append(f" (checked in {seconds:.1f} s).", "not bold default")
    if dry:
        return Text(f"Plan: {_intended(amount)}.", style="bold yellow")
    what, verb = amount
    return Text.assemble((f"{what} {verb}", "bold green"), f" in {seconds:.1f} s.")


def intention(planned: Plan, *, brief: bool) -> str:
    """``delete 11 resources``: what a plan will do, as the last line of a dry run says it."""
    whole = _whole(planned) if brief else frozenset()
    are_whole = all(change.resource in whole for change in planned.changes)
    return _intended(_amount(planned.changes, are_whole=are_whole))


def _intended(amount: tuple[str, str]) -> str:
    what, verb = amount
    return {"changed": "", "made": "make ", "deleted": "delete "}[verb] + what


def _whole(planned: Plan) -> frozenset[str]:
    """The things (identifiers) that are made or deleted whole."""
    changing = (item for item in planned.items if item.changes)
    whole = (item for item in changing if item.have is None or item.want is None)
    return frozenset(item.step.resource.identifier for item in whole)


def _amount(changes: Sequence[Change], *, are_whole: bool) -> tuple[str, str]:
    """``45 settings on 22 resources``, ``changed``; of what is made or deleted whole, those."""
    resources = len({change.resource for change in changes})
    whole = f"{resources} resource{'s' * (resources > 1)}"
    if are_whole and _is_gone(changes):
        return whole, "deleted"
    if are_whole and is_new(changes):
        return whole, "made"
    return f"{len(changes)} setting{'s' * (len(changes) > 1)} on {whole}", "changed"

"""Reading journals: the one way from the lines on the disk to runs, for whatever asks history.

What has not the types of :mod:`dragonctl.engine.journal_lines` is passed over, line by line, and
said once. Only files that nobody but this user can have written are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dragonctl.engine.journal import TAKEN, Scope
from dragonctl.engine.journal_lines import (
    AnswerLine,
    BeginLine,
    CallLine,
    DoneLine,
    EndLine,
    KnownLine,
    ServesLine,
    StepLine,
    journal_lines,
)
from dragonctl.engine.model import State
from dragonctl.engine.reversal import Reversal, from_journal
from dragonctl.errors import DragonError
from dragonctl.paths import ANOTHER, check_folder, read_own_file
from dragonctl.wording import first_few, with_and

_LARGEST_BYTES = 256 << 20
"""A run of a thousand things writes a few megabytes."""
_NAMED = 5
"""How many lines a sentence names."""


@dataclass
class Entry:
    """One step of one run, as the journal tells it.

    ``before`` and ``after`` are whole states; ``after`` is what AWS showed when the step had
    ended, or what it was expected to leave when the run was cut short (``ended`` False).
    """

    identifier: str
    kind: str
    identity: dict[str, str]
    title: str
    before: State | None
    after: State | None
    undo: Reversal
    requires: tuple[str, ...]
    fields: tuple[str, ...] | None = None
    """Those that it was about to change; None: an earlier version did not write them down."""
    serves: tuple[str, ...] = ()
    """Whose sake it was for; none in what an earlier version wrote."""
    birth: str = ""
    """What AWS gives to this very thing alone; "" where it gives nothing, or was not asked."""
    ended: bool = False
    changes: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    """How many of its calls AWS has taken, or may have: it has refused the others."""

    @property
    def unconfirmed(self) -> list[dict[str, Any]]:
        """The changes that AWS was asked for by a step that was cut short: it may have made them.

        Of the same shape as ``changes``.
        """
        if self.ended or not self.calls:
            return []
        before, after = self.before or {}, self.after or {}
        return [
            {
                "resource": self.identifier,
                "field": name,
                "before": before.get(name),
                "after": after.get(name),
            }
            for name in self.fields or ()
        ]

    @property
    def amount(self) -> int:
        """How many fields it changed, or may have; one where a step cut short does not tell."""
        if self.ended:
            return len(self.changes)
        return len(self.unconfirmed) if self.fields is not None else 1


@dataclass
class Run:
    """One run, as the journal tells it."""

    run: str
    time: str
    command: str
    scope: Scope
    user: str
    undoes: str | None = None
    of: str | None = None
    """The command whose kept plan it carried out."""
    entries: dict[str, Entry] = field(default_factory=dict)
    outcome: str | None = None
    """``done`` or ``failed``; None when it was cut short."""
    served: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Identifier of a thing -> whom it serves besides, as was known after its step had begun."""
    passed_over: list[int] = field(default_factory=list)
    """The lines, from 1, that dragonctl has not written so: what they told is not known."""

    @property
    def changes(self) -> int:
        """How many fields it changed, with those that a step which was cut short may have."""
        return sum(entry.amount for entry in self.entries.values())

    @property
    def title(self) -> str:
        """``setup-observability``; of a kept plan ``apply 1f2e3d4c5b6a (setup-observability)``."""
        return f"{self.command} ({self.of})" if self.of else self.command


@dataclass
class History:
    """Every run that a folder tells of, oldest first."""

    folder: Path
    runs: list[Run] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What was passed over: a sentence a file."""
    refused: dict[str, DragonError] = field(default_factory=dict)
    """Run -> why its file is not believed."""
    unlisted: str = ""
    """Why no run can be read, where the folder itself cannot; else empty."""

    @property
    def in_short(self) -> list[str]:
        """What was passed over, in a sentence for all of it; none where nothing was."""
        count = len(self.warnings)
        if self.unlisted or not count:
            return [self.unlisted] if self.unlisted else []
        files = "A file is" if count == 1 else f"{count} files are"
        subject = f"{files} passed over, whole or in part, among the journals in {self.folder}"
        return [f"{subject}: `dragonctl doctor` says why."]


def read_history(folder: Path, about: str = "") -> History:
    """The runs of a folder, with what was passed over; DragonError where the folder is not ours.

    ``about``: only those in whose files this text stands.
    """
    check_folder(folder.parent)
    check_folder(folder)
    history = History(folder)
    found: dict[str, Run] = {}
    for path in _files(history):
        content = _content(path, history)
        if content is None or about.encode() not in content:
            continue
        run, warning = read_run(content)
        if run is None:
            _refuse(path, history, _without_beginning(path, content))
        elif found.setdefault(run.run, run) is not run:
            warning = f"{path.name} tells of run {run.run} again; passed over."
        history.warnings += [warning] if warning else []
    history.runs = sorted(found.values(), key=lambda run: (run.time, run.run))
    return history


def _files(history: History) -> list[Path]:
    """The journals in a folder, by name: none where there is no folder yet.

    None, too, where what is there cannot be listed, and that is noted.
    """
    folder = history.folder
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".jsonl")
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError)
        if not is_missing or any(_is_dead_link(one) for one in (folder.parent, folder)):
            history.unlisted = f"No run can be read: {folder}: {error.strerror or error}. {ANOTHER}"
            history.warnings.append(history.unlisted)
        return []


def _is_dead_link(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def read_run(content: bytes) -> tuple[Run | None, str]:
    """One run from its file's content, and what is to be said of it; None: no line begins one."""
    run: Run | None = None
    passed_over = []
    is_others = False
    for number, event in journal_lines(content):
        if run is None and isinstance(event, BeginLine):
            run = _begun(event)
            continue
        is_others |= isinstance(event, BeginLine)  # another run's, whose is not told
        if event is None or run is None or is_others or not _retell(run, event):
            passed_over.append(number)
    if run is None:
        return None, ""
    run.passed_over = passed_over
    for entry in run.entries.values():
        entry.serves += run.served.get(entry.identifier, ())
    return run, _said_of(run)


def _content(path: Path, history: History) -> bytes | None:
    """The content of a file; None where it cannot be read or believed, and that is noted."""
    try:
        return read_own_file(path, _LARGEST_BYTES)
    except FileNotFoundError:
        return None
    except DragonError as error:
        refusal = error
    except OSError as error:
        refusal = DragonError(f"{path} cannot be read ({error.strerror})", code="System")
    _refuse(path, history, refusal)
    return None


def _refuse(path: Path, history: History, why: DragonError) -> None:
    history.refused[path.stem] = why
    history.warnings.append(f"{why} That run is passed over.")


def _without_beginning(path: Path, content: bytes) -> DragonError:
    """Why a file tells of no run: the line is missing with which dragonctl begins a journal."""
    what = "does not begin as a journal does" if content.strip() else "is empty"
    return DragonError(
        f"{path} {what}: what that run changed is not known, and cannot be undone",
        "Look at `dragonctl status`, then move the file away.",
        code="NoJournal",
    )


def _begun(event: BeginLine) -> Run:
    scope = Scope(event.account, event.region, event.endpoint)
    return Run(event.run, event.time, event.command, scope, event.user, event.undoes, event.of)


def _retell(run: Run, event: KnownLine) -> bool:
    """Add what a line tells to its run; False where it cannot stand there."""
    if run.outcome is not None or isinstance(event, BeginLine):
        return False  # nothing is written after the end
    if isinstance(event, EndLine):
        run.outcome = event.outcome
    elif isinstance(event, StepLine):
        run.entries[event.step] = Entry(
            event.step,
            event.kind,
            event.identity,
            event.title,
            event.before,
            event.expected,
            from_journal(event.undo),
            tuple(event.requires),
            None if event.fields is None else tuple(event.fields),
            tuple(event.serves),
        )
    elif isinstance(event, ServesLine):  # may stand before its step, or after
        run.served[event.step] = (*run.served.get(event.step, ()), *event.serves)
    elif event.step not in run.entries:
        return False
    elif isinstance(event, CallLine):
        run.entries[event.step].calls += 1
    elif isinstance(event, AnswerLine):
        run.entries[event.step].calls -= event.outcome not in TAKEN
    elif isinstance(event, DoneLine):
        entry = run.entries[event.step]
        entry.after, entry.birth, entry.ended = event.after, event.birth, True
        entry.changes = [msgspec.structs.asdict(change) for change in event.changes]
    return True


def _said_of(run: Run) -> str:
    if not run.passed_over:
        return ""
    lines = [str(number) for number in run.passed_over]
    shown = with_and(lines) if len(lines) <= _NAMED else first_few(lines, _NAMED)
    which = f"{'Line' if len(lines) == 1 else 'Lines'} {shown}"
    what = "is not a journal entry" if len(lines) == 1 else "are not journal entries"
    return f"{which} of run {run.run} {what} that dragonctl writes; passed over."

"""The journal: what each run found, meant and did, in the user's state folder.

One JSON line per event.

A line is on the disk before its call is made, so that a run that is killed can be undone. The
journal is history: nothing reads it to decide how AWS stands.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dragonctl.engine.model import Call, Change, Reading, State, Step
from dragonctl.errors import UNWRITABLE, DragonError

_SECRET = re.compile(
    r"secret|password|passwd|credential|authorization|api[-_]?key|access[-_]?key|private[-_]?key|session[-_]?token",
    re.IGNORECASE,
)
_SECRET_PARAMS = {"ZipFile", "Environment", "Variables"}


# What must outlive a power cut: a call before it is made, with all that was told before it. How a
# call ended is on the disk with the next one; without it, undo looks at what AWS holds.
_ON_DISK = {"call", "end"}


def now() -> str:
    """The time as the journal tells it: ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_run() -> str:
    """An identifier that tells the time and does not repeat: ``20261123-101500-3fa9``.

    Runs of one second are not told apart by it: order them by :attr:`Run.time`.
    """
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@dataclass(frozen=True)
class Scope:
    """Where a run's changes live; undo looks only at runs of the same scope."""

    account: str
    region: str
    endpoint: str


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
    undo: str
    requires: tuple[str, ...]
    ended: bool = False
    changes: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Run:
    """One run, as the journal tells it."""

    run: str
    time: str
    command: str
    scope: Scope
    user: str
    undoes: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    outcome: str | None = None
    """``done`` or ``failed``; None when it was cut short."""
    broken: int = 0
    """How many lines in its midst cannot be read: what they told is not known."""

    @property
    def changes(self) -> int:
        """How many fields it changed; a step that was cut short counts as one."""
        return sum(len(entry.changes) if entry.ended else 1 for entry in self.entries.values())


class Journal:
    """Writes one run. Nothing is written, and no file made, before the first change."""

    def __init__(
        self,
        folder: Path,
        run: str,
        scope: Callable[[], Scope],
        command: str,
        user: Callable[[], str],
        undoes: str | None = None,
    ) -> None:
        self.run, self.undoes, self._folder = run, undoes, folder
        self._about = (scope, command, user)
        self._lock = threading.Lock()
        self._file: int | None = None
        self._torn = b""

    @property
    def begun(self) -> bool:
        """Whether anything was written."""
        return self._file is not None

    def begin(self) -> None:
        """Open the run's file; called by the first change, or to remember an undo of nothing."""
        with self._lock:
            if self._file is None:
                self._open()

    def step(self, step: Step, have: Reading | None, expected: State | None) -> None:
        """How a thing stood and what it is expected to become, before its first call."""
        self.begin()
        resource = step.resource
        self._write(
            "step",
            step=resource.identifier,
            kind=resource.kind,
            identity=resource.identity,
            title=step.title,
            before=masked(have.state) if have else None,
            expected=masked(expected),
            undo=step.undo,
            requires=list(step.after),
        )

    def call(self, step: Step, call: Call) -> None:
        """The call that is about to be made."""
        self._write(
            "call",
            step=step.resource.identifier,
            service=call.service,
            operation=call.operation,
            params=masked(call.params, call.secret),
        )

    def answered(self, step: Step, call: Call, outcome: str) -> None:
        """How the call ended: ``ok`` or AWS's error code."""
        self._write(
            "answer", step=step.resource.identifier, operation=call.operation, outcome=outcome
        )

    def done(self, step: Step, reading: Reading | None, changes: tuple[Change, ...]) -> None:
        """How the thing stands after the step."""
        self._write(
            "done",
            step=step.resource.identifier,
            after=masked(reading.state) if reading else None,
            changes=[_masked_change(change) for change in changes],
        )

    def end(self, outcome: str) -> None:
        """The run has ended; a run without this line was cut short."""
        if self._file is None:
            return
        with suppress(DragonError):  # every change is told by now; undo works without this line
            self._write("end", outcome=outcome)
        os.close(self._file)

    def _open(self) -> None:
        scope, command, user = self._about
        path = self._folder / f"{self.run}.jsonl"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
        except OSError as error:
            raise _unwritable(path, error) from error
        where = scope()
        self._append(
            "begin",
            run=self.run,
            command=command,
            user=user(),
            login=_login(),
            undoes=self.undoes,
            account=where.account,
            region=where.region,
            endpoint=where.endpoint,
        )

    def _write(self, event: str, **about: Any) -> None:
        with self._lock:
            self._append(event, **about)

    def _append(self, event: str, **about: Any) -> None:
        line = {
            "event": event,
            "time": now(),
            **about,
        }
        assert self._file is not None
        # A line that a full disk cut short must not swallow the next one.
        rest = self._torn + json.dumps(line, default=str).encode() + b"\n"
        self._torn = b"\n"
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            if event in _ON_DISK:
                os.fsync(self._file)
            self._torn = b""
        except OSError as error:
            raise _unwritable(self._folder, error) from error


def masked(value: Any, secret: tuple[str, ...] = ()) -> Any:
    """The same JSON with secrets replaced by a short digest, which still tells equal from not."""
    if isinstance(value, Mapping):
        return {
            key: _digest(item)
            if not isinstance(item, bool | int | float | None) and _is_secret(key, secret)
            else masked(item, secret)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item, secret) for item in value]
    return _digest(value) if isinstance(value, bytes) else value


def _masked_change(change: Change) -> dict[str, Any]:
    """A change, with its values masked where its field holds a secret."""
    before, after = (masked({change.field: value}) for value in (change.before, change.after))
    return {**asdict(change), "before": before[change.field], "after": after[change.field]}


def _is_secret(key: str, secret: tuple[str, ...]) -> bool:
    """Whether what stands under this key must not be told.

    A field with a path says where it is: ``~1password/GET/logging/loglevel`` is a log level, and
    masked it could not be put back. What people write into a tag may be anything.
    """
    is_place = "/" in key and not key.startswith("tags/")
    return key in secret or key in _SECRET_PARAMS or bool(not is_place and _SECRET.search(key))


def runs(folder: Path, about: str = "") -> list[Run]:
    """Every run that the folder tells of, oldest first. Broken lines are passed over.

    ``about``: only those in whose files this text stands.
    """
    found = (read(path) for path in folder.glob("*.jsonl") if not about or _speaks(path, about))
    return sorted((run for run in found if run), key=lambda run: (run.time, run.run))


def read(path: Path) -> Run | None:
    """One run from its file; None when even its first line cannot be read."""
    run: Run | None = None
    broken = 0
    for line in _lines(path):
        if line is None:
            broken += 1
        elif line.get("event") == "begin":
            run = _begun(line)
        elif run is not None:
            _retell(run, line)
            run.broken = broken  # after the last line nothing was done
    return run


def _speaks(path: Path, about: str) -> bool:
    try:
        return about.encode() in path.read_bytes()
    except OSError:
        return False


def _lines(path: Path) -> Iterator[dict[str, Any] | None]:
    """The lines of a file; None in the place of one that is not JSON."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return
    for line in filter(None, text.splitlines()):
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        yield told if isinstance(told, dict) else None


def _begun(line: dict[str, Any]) -> Run | None:
    try:
        scope = Scope(line["account"], line["region"], line["endpoint"])
        return Run(
            line["run"], line["time"], line["command"], scope, line["user"], line.get("undoes")
        )
    except KeyError:
        return None


def _retell(run: Run, line: dict[str, Any]) -> None:
    with suppress(KeyError):  # a line cut short by a full disk tells nothing
        match line["event"]:
            case "step":
                run.entries[line["step"]] = Entry(
                    line["step"],
                    line["kind"],
                    line["identity"],
                    line["title"],
                    line["before"],
                    line["expected"],
                    line["undo"],
                    tuple(line["requires"]),
                )
            case "done":
                entry = run.entries[line["step"]]
                entry.after, entry.changes, entry.ended = line["after"], line["changes"], True
            case "end":
                run.outcome = line["outcome"]


def _digest(value: Any) -> str:
    raw = (
        value
        if isinstance(value, bytes)
        else json.dumps(value, sort_keys=True, default=str).encode()
    )
    return f"(masked, sha256 {hashlib.sha256(raw).hexdigest()[:12]})"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _unwritable(path: Path, error: OSError) -> DragonError:
    return DragonError(
        f"The journal cannot be written ({path}: {error.strerror}), so nothing more was changed.",
        "Free or unlock that folder, or name another in DRAGONCTL_STATE_DIR.",
        code=UNWRITABLE,
    )

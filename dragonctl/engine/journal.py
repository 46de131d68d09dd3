"""The journal: what each run found, meant and did, in the user's state folder.

One JSON line per event.

A line is on the disk before its call is made, so that a run that is killed can be undone. How AWS
stands is never read from it. What AWS does not tell is: what a run changed (``undo``), what one
that was cut short had begun to make, what ``enable-cache`` added, which data traces were to end.
:mod:`dragonctl.engine.history` reads it.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dragonctl.engine.masking import masked_change, masked_params, masked_state
from dragonctl.engine.model import Call, Change, Reading, State, Step
from dragonctl.engine.reversal import to_journal
from dragonctl.errors import LOST, ODD, UNREACHABLE, UNREADABLE, DragonError
from dragonctl.paths import check_folder, try_to_write, unwritable

# What must outlive a power cut: a call before it is made, with all that was told before it. How a
# call ended is on the disk with the next one; without it, undo looks at what AWS holds.
_ON_DISK = {"call", "end"}


def now() -> str:
    """The time as the journal tells it: ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def new_run() -> str:
    """An identifier that tells the time and does not repeat: ``20261123-101500-3fa9``.

    Runs of one second are not told apart by it: order them by
    :attr:`dragonctl.engine.history.Run.time`.
    """
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@dataclass(frozen=True)
class Scope:
    """Where a run's changes live; undo looks only at runs of the same scope."""

    account: str
    region: str
    endpoint: str


TAKEN = ("ok", LOST, UNREACHABLE, UNREADABLE, ODD)
"""How a call ends that AWS has carried out, or may have."""


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
        of: str | None = None,
    ) -> None:
        """``of`` is the command whose kept plan is carried out, if one is.

        Where another run bears the name already, ``run`` is another once this one has begun.
        """
        self.run, self.undoes, self._folder = run, undoes, folder
        self._about = (scope, command, user, of)
        self._lock = threading.Lock()
        self._file: int | None = None
        self._torn = b""
        self._served: list[dict[str, Any]] = []
        self.unrefused = 0
        """The calls that AWS has taken, or may have: it has refused the others."""

    @property
    def begun(self) -> bool:
        """Whether anything was written."""
        return self._file is not None

    def begin(self) -> None:
        """Open the run's file; called by the first change, or to remember an undo of nothing."""
        with self._lock:
            if self._file is None:
                self._open()

    def step(
        self, step: Step, have: Reading | None, expected: State | None, fields: Iterable[str] = ()
    ) -> None:
        """How a thing stood and what it is expected to become, before its first call.

        ``fields`` are those that the step is about to change: AWS may add others.
        """
        self.begin()
        resource = step.resource
        self._write(
            "step",
            step=resource.identifier,
            kind=resource.kind,
            identity=resource.identity,
            title=step.title,
            before=masked_state(resource, have.state) if have else None,
            expected=masked_state(resource, expected),
            fields=list(fields),
            undo=to_journal(step.undo),
            requires=list(step.after),
            **({"serves": list(step.serves)} if step.serves else {}),
        )

    def call(self, step: Step, call: Call) -> None:
        """The call that is about to be made."""
        self._write(
            "call",
            step=step.resource.identifier,
            service=call.service,
            operation=call.operation,
            params=masked_params(step.resource, call),
        )
        with self._lock:
            self.unrefused += 1

    def answered(self, step: Step, call: Call, outcome: str) -> None:
        """How the call ended: ``ok`` or AWS's error code."""
        if outcome not in TAKEN:
            with self._lock:
                self.unrefused -= 1
        self._write(
            "answer", step=step.resource.identifier, operation=call.operation, outcome=outcome
        )

    def done(self, step: Step, reading: Reading | None, changes: tuple[Change, ...]) -> None:
        """How the thing stands after the step."""
        birth = step.resource.birth(reading) if reading else ""
        self._write(
            "done",
            step=step.resource.identifier,
            after=masked_state(step.resource, reading.state) if reading else None,
            changes=[masked_change(step.resource, change) for change in changes],
            **({"birth": birth} if birth else {}),
        )

    def serve(self, steps: Iterable[Step]) -> None:
        """Whom things of this run serve besides, as is known only once the rest has been planned.

        A stage's log group, say, to which a function was found to write.
        """
        served = [
            {"step": step.resource.identifier, "serves": list(step.serves)}
            for step in steps
            if step.serves
        ]
        with self._lock:
            if self._file is None:
                self._served += served
                return
            for about in served:
                self._append("serves", **about)

    def end(self, outcome: str) -> None:
        """The run has ended; a run without this line was cut short."""
        if self._file is None:
            return
        with suppress(DragonError):  # every change is told by now; undo works without this line
            self._write("end", outcome=outcome)
        os.close(self._file)

    def _open(self) -> None:
        scope, _, user, _ = self._about
        where, who = scope(), user()  # may ask AWS: no file lies there empty meanwhile
        try:
            _make(self._folder)
            self._file = self._new_file()
        except OSError as error:
            raise _unwritable(self._path, error) from error
        try:
            self._append_begin(where, who)
            for about in self._served:
                self._append("serves", **about)
        except DragonError:  # no run has begun: nor does its file lie there, for all to pass over
            os.close(self._file)
            self._file, self._torn = None, b""
            self._path.unlink(missing_ok=True)
            raise

    @property
    def _path(self) -> Path:
        return self._folder / f"{self.run}.jsonl"

    def _new_file(self) -> int:
        while True:
            try:
                return os.open(
                    self._path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600
                )
            except FileExistsError:  # another run of this second has drawn the same digits
                self.run = new_run()

    def _append_begin(self, where: Scope, who: str) -> None:
        _, command, _, of = self._about
        self._append(
            "begin",
            run=self.run,
            command=command,
            user=who,
            login=_login(),
            undoes=self.undoes,
            of=of,
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
            raise _unwritable(self._folder, error, has_begun=self.unrefused > 0) from error


def require_journal(folder: Path) -> None:
    """DragonError where no journal can be written into ``folder``: nothing would be changed."""
    try:
        _make(folder)
        try_to_write(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_folder(folder)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _unwritable(path: Path, error: OSError, *, has_begun: bool = False) -> DragonError:
    so = f", so nothing {'more ' * has_begun}was changed"
    return unwritable("The journal cannot be written", path, error, so)

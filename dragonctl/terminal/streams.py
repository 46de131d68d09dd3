"""stdout and stderr as they are found: of any encoding, with a reader that may stall or be gone.

A character that a stream's encoding lacks is replaced. While AWS is being changed no stream can
stop the work: what is to be shown is handed to a thread that writes it, and dropped once its
reader has gone.
"""

from __future__ import annotations

import codecs
import io
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, TextIO

_LAST_WORDS_SECONDS = 2.0
"""How long an interrupted command waits for a reader that stalls."""

_SIGNS = {
    "+": "✓┌┐└┘├┤┬┴┼╭╮╯╰", "x": "✗", "*": "•●◆", "-": "·─━—╌", "|": "│┃╎┆", "^": "▲△", "v": "▼▽",
    "@": "↻", "#": "█▉▊▋▌▍▎▏▇▆▅▄▃▂▁", ".": "░", '"': "“”", ">": "→", "<": "←", "~": "…",
    " ": "\u00a0\u202f", "'": "\u2018\u2019",
}  # fmt: skip
_IN_A_CELL = {sign: plain for plain, signs in _SIGNS.items() for sign in signs}
_AT_EASE = {**_IN_A_CELL, "→": "->", "←": "<-", "…": "..."}
"""A pipe has no columns to keep to."""


def _handler(fallbacks: dict[str, str]) -> Any:
    def replaced(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        lacking = error.object[error.start : error.end]
        return "".join(fallbacks.get(character, "?") for character in lacking), error.end

    return replaced


codecs.register_error("dragonctl.terminal", _handler(_IN_A_CELL))
codecs.register_error("dragonctl.pipe", _handler(_AT_EASE))


def open_closed() -> None:
    """Give the process the three streams that it was started without (``>&-``).

    Else the next file that is opened, the journal for one, would be taken for stdout. A stdout that
    was closed is a pipe without a reader.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        reader, writer = os.pipe()
        os.close(reader)
        os.dup2(writer, 1)
        os.close(writer)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


class Relay:
    """A thread that writes what it is handed, in order, whichever stream it is for.

    Of a stream that failed once, the rest is dropped; ``failures`` says why, by the stream's name.
    """

    def __init__(self) -> None:
        self.failures: dict[str, OSError] = {}
        self._waiting: SimpleQueue[tuple[str, Any, bytes] | threading.Event] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="output", daemon=True)
        self._thread.start()

    def hand(self, name: str, raw: Any, data: bytes) -> None:
        """Take bytes for a stream; never waits, never fails."""
        if name not in self.failures:
            self._waiting.put((name, raw, data))

    def drain(self, seconds: float | None = None) -> None:
        """Wait until all that was handed over is written or dropped, at most ``seconds``."""
        done = threading.Event()
        self._waiting.put(done)
        done.wait(seconds)

    def _work(self) -> None:
        while True:
            match self._waiting.get():
                case threading.Event() as done:
                    done.set()
                case (name, raw, data) if name not in self.failures:
                    try:
                        _write_all(raw, data)
                    except OSError as error:
                        self.failures[name] = error


def _write_all(raw: Any, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = raw.write(rest)
        if written is None:  # somebody who shares the descriptor made it non-blocking
            select.select([], [raw], [])
        rest = rest[written or 0 :]


class _End(io.RawIOBase):
    """The end of a stream: what is common to all, whatever becomes of what is written."""

    def __init__(self, name: str, raw: Any) -> None:
        super().__init__()
        self.name, self._raw = name, raw

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        with suppress(OSError, ValueError):
            return bool(self._raw.isatty())
        return False

    def fileno(self) -> int:
        return int(self._raw.fileno())


class _Sink(_End):
    """The end of a stream that never fails: through the relay, or else at once.

    What was said to the stream ``beside`` before goes out first: both may lead to one file.
    """

    def __init__(
        self, name: str, raw: Any, relay: Relay | None, beside: TextIO | None = None
    ) -> None:
        super().__init__(name, raw)
        self._relay, self._beside, self._failed = relay, beside, False

    def write(self, data: Any) -> int:
        taken = bytes(data)
        if self._beside:
            # A failure is told where that stream itself is written to; a signal may come between.
            with suppress(OSError, ValueError, RuntimeError):
                self._beside.flush()
        if self._relay:
            self._relay.hand(self.name, self._raw, taken)
        elif not self._failed:
            try:
                _write_all(self._raw, taken)
            except OSError:
                self._failed = True
        return len(taken)


class _Answer(_End):
    """The end of a stream that is there for what it shows: a failure says which stream it was."""

    def write(self, data: Any) -> int:
        taken = bytes(data)
        try:
            _write_all(self._raw, taken)
        except BrokenPipeError:
            raise
        except OSError as error:
            sentence = f"The answer could not be written to {self.name}: {error.strerror}"
            raise OSError(error.errno, sentence) from error
        return len(taken)


class Guard:
    """What :func:`guarded` gives: waits for what is being written, and knows what could not be."""

    def __init__(self, relay: Relay | None) -> None:
        self._relay = relay

    def drain(self, *, interrupted: bool = False) -> None:
        """Wait for the readers; for those that stall not long where somebody wants to leave."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        if self._relay:
            self._relay.drain(_LAST_WORDS_SECONDS if interrupted else None)

    @property
    def unwritten(self) -> OSError | None:
        """Why stdout holds less than was said, where that is not its reader's own wish."""
        failure = self._relay.failures.get("stdout") if self._relay else None
        return None if isinstance(failure, BrokenPipeError) else failure


_relays: list[Relay] = []


def settle() -> None:
    """Wait until what was said so far stands there: a question comes after it."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    for relay in _relays:
        relay.drain()


@contextmanager
def guarded(*, finishes: bool) -> Iterator[Guard]:
    """Streams that take every character. ``finishes``: whatever becomes of them, the work goes on.

    Otherwise a stdout without a reader raises :class:`BrokenPipeError`: where something is only
    shown, there is nothing left to do. A terminal that is closed is a reader that has gone.
    """
    before = sys.stdout, sys.stderr
    relay = Relay() if finishes else None
    with ExitStack() as after:
        if relay:
            after.enter_context(_no_hangup())
            _relays.append(relay)
            after.callback(_relays.remove, relay)
            sys.stdout = _through(sys.stdout, partial(_Sink, "stdout", relay=relay), by_line=True)
        else:
            _complete(sys.stdout)
            sys.stdout = _through(sys.stdout, partial(_Answer, "stdout"))
        beside = None if relay else sys.stdout  # with a relay both go by the line
        ending = partial(_Sink, "stderr", relay=relay, beside=beside)
        sys.stderr = _through(sys.stderr, ending, by_line=True)
        try:
            yield Guard(relay)
        finally:
            sys.stdout, sys.stderr = before


def _through(stream: TextIO, ending: Callable[[Any], _End], *, by_line: bool = False) -> TextIO:
    """The same stream with another end. One that is no file (in a test, in the demo) is kept."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None) or getattr(stream, "buffer", None)
    if not isinstance(raw, io.RawIOBase):
        return stream
    with suppress(OSError, ValueError):
        stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(ending(raw)), encoding=stream.encoding, errors=_errors(stream),
        line_buffering=by_line or bool(stream.line_buffering),
    )  # fmt: skip


def _complete(stream: Any) -> None:
    """Let a stream replace what its encoding lacks."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_errors(stream))


def _errors(stream: TextIO) -> str:
    """How a stream treats what it lacks; what ``PYTHONIOENCODING`` asks for by name is kept."""
    if stream.errors not in (None, "strict", "surrogateescape", "backslashreplace"):
        return stream.errors
    return "dragonctl.terminal" if stream.isatty() else "dragonctl.pipe"


@contextmanager
def _no_hangup() -> Iterator[None]:
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(hangup, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(hangup, before)

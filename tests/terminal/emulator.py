"""Any command of dragonctl at a terminal of some size, as a person sees it; and in a pipe.

:class:`Line` is a command line with its environment. ``in_pipe`` gives what each stream got,
``in_terminal`` what stands on the screen and in the scrollback of a terminal emulator (pyte) behind
a real pty. Each is a process of its own, forked from one that has the imports behind it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import tempfile
import termios
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pyte

from tests.forked import FORKS
from tests.hurry import hurry
from tests.terminal.replaying import Answers, Trouble

ROWS = 24
SILENCE = 240
"""Seconds; a command that is asked nothing and says nothing for so long does not end by itself."""
GONE = "gone"
"""In the place of a stream's file: a pipe without a reader."""
CLOSED = "closed"
"""In the place of a stream's file: nothing, as after ``>&-``."""
_KEPT_ROWS = 100_000
_MOST_AT_ONCE = 256
"""Bytes; so ``during`` is called as often however late this process comes to read."""
_ALONE = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "TTY_COMPATIBLE")


@dataclass(frozen=True)
class Piped:
    """How a command ended whose two streams went into files."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Seen:
    """How a command ended at a terminal: ``lines`` are scrollback and screen."""

    code: int
    lines: tuple[str, ...]
    sent: bytes

    @property
    def text(self) -> str:
        """All that can be read, from the first line of the scrollback on."""
        return "\n".join(self.lines)


class Emulator:
    """A terminal's screen and all that scrolled out of it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=_KEPT_ROWS, ratio=0.5)
        self._stream = pyte.ByteStream(self.screen)

    def feed(self, sent: bytes) -> None:
        """Take what a program writes."""
        self._stream.feed(sent)

    def resize(self, columns: int, rows: int) -> None:
        """The person drags a corner of the window."""
        self.screen.resize(rows, columns)

    def lines(self) -> tuple[str, ...]:
        """The rows from the first that scrolled out on, without the blanks at their ends."""
        # Of a wide character pyte keeps the second cell as an empty one.
        rows = [
            "".join(row[at].data for at in range(max(row, default=-1) + 1))
            for row in self.screen.history.top
        ]
        return tuple(row.rstrip() for row in [*rows, *self.screen.display])


@dataclass(frozen=True)
class Line:
    """A command line: its words, its environment, its folder.

    ``answers`` are AWS's: recorded from a run, or told again without it. ``encoding`` is what
    ``PYTHONIOENCODING`` would say.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    answers: Answers | None = None
    encoding: str = "utf-8"
    extra: Mapping[str, str] = field(default_factory=dict)

    def with_environment(self, **variables: str) -> Line:
        """The same with some variables set."""
        return replace(self, extra={**self.extra, **variables})

    def with_encoding(self, encoding: str) -> Line:
        """The same with streams of another encoding."""
        return replace(self, encoding=encoding)

    def with_trouble(self, trouble: Trouble) -> Line:
        """The same with something the matter with AWS."""
        return replace(self, answers=replace(self.answers, trouble=trouble))

    def with_words(self, *more: str) -> Line:
        """The same with more words behind it."""
        return replace(self, words=(*self.words, *more))

    def in_pipe(self, stdout: str = "", stderr: str = "") -> Piped:
        """Run it with its streams in files, or in what is named: a device, GONE, CLOSED."""
        files = [tempfile.mkstemp(dir=self.folder)[1] for _ in range(2)]
        process = self.start(os.devnull, stdout or files[0], stderr or files[1])
        process.join()
        texts = [Path(name).read_bytes().decode(self.encoding) for name in files]
        return Piped(process.exitcode, *texts)

    def in_terminal(
        self, columns: int, rows: int = ROWS, during: Callable[[Terminal], None] | None = None
    ) -> Seen:
        """Run it at a terminal of that size; ``during`` is called after each thing it writes."""
        with Terminal(columns, rows) as terminal:
            terminal.process = self.start(*(terminal.device,) * 3, session=True)
            terminal.watch(during)
            return Seen(
                terminal.process.exitcode, terminal.emulator.lines(), b"".join(terminal.sent)
            )

    def start(self, *devices: str, session: bool = False) -> Any:
        """Start it with these as its three streams; ``session``: with a terminal of its own."""
        variables = {name: value for name, value in self.environment.items() if name not in _ALONE}
        variables |= {"TERM": "xterm-256color", **self.extra}
        process = FORKS.Process(
            target=_become,
            args=(self.words, variables, self.folder, devices, session, self.encoding),
            kwargs={"answers": self.answers},
        )
        process.start()
        return process


class Terminal:
    """A pty with an emulator on it; ``process`` is the command that runs there.

    0 columns and rows: the pty does not know its size, as a container's; the window has 80 x 24.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.emulator = Emulator(columns or 80, rows or ROWS)
        self.sent: list[bytes] = []
        self.process: Any = None
        self.closed = False
        self._size = rows, columns

    def __enter__(self) -> Self:
        self.master, self._slave = os.openpty()
        self.device = os.ttyname(self._slave)
        termios.tcsetwinsize(self._slave, self._size)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        os.close(self._slave)
        self.process.join()

    def close(self) -> None:
        """The window is closed: nobody reads any more."""
        if not self.closed:
            os.close(self.master)
        self.closed = True

    def resize(self, columns: int, rows: int = ROWS) -> None:
        """The window is made wider or narrower; the program is told by SIGWINCH."""
        termios.tcsetwinsize(self._slave, (rows, columns))
        self.emulator.resize(columns, rows)

    def type(self, text: str) -> None:
        """Keys that are pressed."""
        os.write(self.master, text.encode())

    def watch(self, during: Callable[[Terminal], None] | None = None) -> None:
        """Show what comes until the command ends; one that says nothing for minutes is killed."""
        while not self.closed:
            ended = self.process.exitcode is not None
            ready, _, _ = select.select([self.master, self.process.sentinel], [], [], SILENCE)
            if not ready:
                self.process.kill()
            if self.master in ready:
                self.sent.append(os.read(self.master, _MOST_AT_ONCE))
                self.emulator.feed(self.sent[-1])
                if during:
                    during(self)
            elif ended:
                return
        self.process.join()


def _become(
    words: Sequence[str],
    variables: Mapping[str, str],
    folder: Path,
    devices: Sequence[str],
    session: bool,
    encoding: str,
    *,
    answers: Answers | None,
) -> None:
    """What the forked process does: be the command, in a user's environment, at those streams."""
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    # Whoever runs the tests in the background hands an ignored Ctrl-C on to every process.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if session:
        os.setsid()  # the first terminal that it opens is its own
    sit_at(devices, encoding)
    if answers:
        answers.install()
    from dragonctl.cli.root import main

    hurry()
    main(list(words))


def sit_at(devices: Sequence[str], encoding: str = "utf-8") -> None:
    """Take these for this process's three streams."""
    for number, device in enumerate(devices):
        _open(number, device)
    # As Python itself begins: None where the shell has closed a stream.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = _stream(1, devices[1], encoding, "strict")
    sys.stderr = _stream(2, devices[2], encoding, "backslashreplace")


def _open(number: int, device: str) -> None:
    if device == CLOSED:
        os.close(number)
        return
    if device == GONE:
        reader, opened = os.pipe()
        os.close(reader)
    else:
        fifo = Path(device).is_fifo()
        opened = os.open(device, os.O_WRONLY if fifo else os.O_RDWR)
    os.dup2(opened, number)
    os.close(opened)


def _stream(number: int, device: str, encoding: str, errors: str) -> Any:
    if device == CLOSED:
        return None
    return open(number, "w", encoding=encoding, errors=errors, closefd=False)

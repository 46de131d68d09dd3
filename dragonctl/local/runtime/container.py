"""A container: one Python process that holds one function and serves one event at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragonctl.local.runtime.bootstrap import FRAME

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
# How long a process may need to end after its answer, before it counts as still running.
ENDING_SECONDS = 2.0


@dataclass(frozen=True)
class Launch:
    """How to start a container: import paths before and after the standard library's, and env."""

    folder: Path
    first_paths: Sequence[str]
    last_paths: Sequence[str]
    environment: Mapping[str, str]


class AnswerTimeoutError(Exception):
    """The container did not answer in time; it has been ended."""


class ExitedError(Exception):
    """The process ended instead of answering; ``reason`` is what Lambda says of it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.reason = _exit_reason(code)


def _exit_reason(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    if code < 0:
        name = "killed" if code == -signal.SIGKILL else signal.Signals(-code).name.lower()
        return f"Runtime exited with error: signal: {name}"
    return f"Runtime exited with error: exit status {code}"


class Container:
    """Starts its process at once; :meth:`answer` waits for what the process says next.

    ``line`` is called, from a thread of the container's own, with each event that the function
    logs.
    """

    def __init__(self, launch: Launch, line: Callable[[str], None]) -> None:
        self.used_at = time.monotonic()
        self.started_at = time.time()
        self._line = line
        self._drained = threading.Condition()
        self._ends: list[int | str] = []
        self._finished = False
        ours, theirs = socket.socketpair()
        lifeline, its_lifeline = socket.socketpair()
        self._lifeline = lifeline
        self._process = self._start(launch, theirs, its_lifeline)
        theirs.close()
        its_lifeline.close()
        self._control = ours
        self._messages = ours.makefile("rb")
        self._number = 0
        threading.Thread(target=self._read_output, daemon=True).start()

    @staticmethod
    def _start(
        launch: Launch, control: socket.socket, lifeline: socket.socket
    ) -> subprocess.Popen[bytes]:
        """A process group of its own, with nothing of this machine's environment."""
        handles = (control.fileno(), lifeline.fileno())
        program = [sys.executable, "-I", "-S", "-B", str(BOOTSTRAP), *map(str, handles)]
        paths = [json.dumps(list(launch.first_paths)), json.dumps(list(launch.last_paths))]
        return subprocess.Popen(  # noqa: S603 (our own program; the function's code is the point)
            [*program, *paths],
            cwd=launch.folder,
            env=dict(launch.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=handles,
            start_new_session=True,
        )

    def send(self, order: Mapping[str, Any]) -> None:
        """Hand over one event."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answer() tells why
            self._control.settimeout(None)
            self._control.sendall(json.dumps(order).encode() + b"\n")

    def answer(self, deadline: float) -> dict[str, Any]:
        """The next answer, after all that was printed before it; ``deadline`` is epoch seconds.

        Raises:
            AnswerTimeoutError: nothing came in time; the container is ended.
            ExitedError: the process ended first.

        """
        self._control.settimeout(max(deadline - time.time(), 0.001))
        try:
            line = self._messages.readline()
        except TimeoutError:
            self.end()
            self._wait_for_output(None)
            raise AnswerTimeoutError from None
        except ConnectionError:
            line = b""
        if not line:
            code = self._exit_code()
            self._wait_for_output(None)
            raise ExitedError(code)
        content: dict[str, Any] = json.loads(line)
        self._wait_for_output(self._next_end())
        self.used_at = time.monotonic()
        return content

    def _next_end(self) -> int | str:
        self._number += 1
        return "init" if self._number == 1 else self._number - 2

    def _exit_code(self) -> int:
        try:
            return self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self.end()
            return -signal.SIGKILL

    def _wait_for_output(self, end: int | str | None) -> None:
        with self._drained:
            self._drained.wait_for(
                lambda: self._finished or (end is not None and end in self._ends), ENDING_SECONDS
            )

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kill the process and everything that it started; harmless when it is gone."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._lifeline.close()

    def close(self) -> None:
        """End it and give back its handles."""
        self.end()
        self._wait_for_output(None)
        self._messages.close()
        self._control.close()

    def _read_output(self) -> None:
        output = self._process.stdout
        assert output is not None
        with output:
            for raw in output:
                self._take(raw.decode("utf-8", "replace").rstrip("\n"))
        with self._drained:
            self._finished = True
            self._drained.notify_all()

    def _take(self, text: str) -> None:
        """A printed line, a frame, or a line left open with a frame behind it."""
        printed, separator, framed = text.partition(FRAME)
        frame = _frame(framed) if separator else None
        if frame is None:
            self._line(text)
            return
        if printed:
            self._line(printed)
        if "log" in frame:
            self._line(frame["log"])
        else:
            with self._drained:
                self._ends = [frame["end"]]
                self._drained.notify_all()


def _frame(text: str) -> dict[str, Any] | None:
    """The frame, or None when a function merely printed the separator."""
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) and content.keys() & {"log", "end"} else None

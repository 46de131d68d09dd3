"""Waits of commands that take a tenth of their time, on a clock that says they took all of it."""

from __future__ import annotations

import threading
import time

from dragonctl.cli.session import Session
from dragonctl.engine.reads import Reads

TIMES = 10
PATIENCE = 240
"""Seconds for what a command can do without: on a busy machine it comes late, and it comes."""


class HurriedClock:
    """Shared by the threads of a process; those that wait at the same time wait together."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds, as ``time.monotonic`` counts them, and those that were skipped."""
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        """Wait a tenth; whoever asks then sees that all of it has passed."""
        end = self.now() + seconds
        time.sleep(seconds / TIMES)
        with self._lock:
            self._skipped = max(self._skipped, end - time.monotonic())


def hurry() -> None:
    """Let all commands of this process wait so."""
    clock = HurriedClock()
    Reads.optional_reads.__kwdefaults__["seconds"] = PATIENCE
    Session.clock, Session.sleep = staticmethod(clock.now), staticmethod(clock.sleep)

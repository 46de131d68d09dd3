"""Time that passes only while nothing else can: what a machine has to compute takes none of it.

Every thread of a process waits on one clock, the stand-in for AWS too. When all of them wait, the
clock jumps to the first that is to go on. So what is measured is the order of the calls and the
limits that they meet, the same on a busy machine and on an idle one. Linux alone: whether the
threads wait is told by ``/proc``, read by a process beside, for whoever looks from within runs.
"""

from __future__ import annotations

import heapq
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_EVERY = 0.001
_SAME_MOMENT = 0.001
"""Seconds: who is to go on within them of another goes on with it."""


class SimulatedTime:
    """A clock that the threads of this process share; :meth:`passing` lets it go."""

    def __init__(self) -> None:
        self._now = 1000.0  # something has always been before
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds, from whenever."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds of this clock have passed."""
        if seconds <= 0:
            return
        passed = threading.Event()
        with self._lock:
            turn = (self._now + seconds, next(self._numbers), passed)
            heapq.heappush(self._waiting, turn)
        passed.wait()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Time passes meanwhile."""
        words = [sys.executable, "-m", "bench.simulated_time", str(os.getpid())]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as looker:
            ended = threading.Event()
            thread = threading.Thread(target=self._pass, args=(looker, ended), daemon=True)
            thread.start()
            try:
                yield
            finally:
                ended.set()
                thread.join()
                looker.kill()

    def _pass(self, looker: subprocess.Popen[bytes], ended: threading.Event) -> None:
        assert looker.stdin is not None
        assert looker.stdout is not None
        while not ended.is_set():
            looker.stdin.write(b"\n")
            looker.stdin.flush()
            looker.stdout.readline()  # all wait by now, this thread for the answer
            with self._lock:
                if self._waiting:
                    self._now = self._waiting[0][0]
                while self._waiting and self._waiting[0][0] <= self._now + _SAME_MOMENT:
                    heapq.heappop(self._waiting)[2].set()


def look(process: Path) -> None:
    """Answer a line with a line, as soon as all threads of a process wait."""
    for _ in sys.stdin:
        before = _ran(process)
        while True:
            time.sleep(_LOOK_EVERY)
            now = _ran(process)
            if now is not None and now == before:
                break
            before = now
        sys.stdout.write("\n")
        sys.stdout.flush()


def _ran(process: Path) -> tuple[int, ...] | None:
    """How often its threads have run; None while one of them runs, or would if it could."""
    ran = []
    for thread in sorted((process / "task").iterdir()):
        try:
            state = (thread / "stat").read_text().rpartition(") ")[2][0]
            ran.append(int((thread / "schedstat").read_text().split()[2]))
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            return None
        if state != "S":
            return None
    return tuple(ran)


if __name__ == "__main__":
    look(Path("/proc") / sys.argv[1])

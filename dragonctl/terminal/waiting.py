"""What commands that show say while AWS lets them wait: a line a reason, not a read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from rich.text import Text

from dragonctl.engine.events import Event, Waiting
from dragonctl.terminal.console import tell
from dragonctl.terminal.neutral import neutral

# Whom nobody answers at all is told of within two seconds, in one sentence: no line before it.
_FELT_SECONDS = 3.0
_AGAIN_SECONDS = 15.0


class Waits:
    """Tells of waits on stderr: once they can be felt, and again when they go on.

    Reads that wait at the same time wait once. ``clock`` tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waited: dict[str, float] = {}
        self._until: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()  # reads wait in threads of their own

    def event(self, event: Event) -> None:
        """One thing that happened; only waits are told."""
        if isinstance(event, Waiting):
            self.wait(event.reason, event.seconds)

    def wait(self, reason: str, seconds: float) -> None:
        """A read waits for ``seconds`` more."""
        with self._lock:
            now = self._clock()
            begins = max(now, self._until.get(reason, now))
            more = max(0.0, now + seconds - begins)
            self._until[reason] = begins + more
            waited = self._waited[reason] = self._waited.get(reason, 0.0) + more
            if waited < self._next.get(reason, _FELT_SECONDS):
                return
            self._next[reason] = waited + _AGAIN_SECONDS
        tell(Text(f"… {neutral(reason)}, {waited:.0f} s of waiting so far", "dim"))

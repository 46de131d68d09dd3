"""What commands that show say while AWS lets them wait: a line a reason, not a read."""

from __future__ import annotations

import threading

from rich.text import Text

from dragonctl.engine.events import Event, Waiting
from dragonctl.terminal.console import tell
from dragonctl.terminal.neutral import neutral

_FELT_SECONDS = 1.0
_AGAIN_SECONDS = 15.0


class Waits:
    """Tells of waits on stderr: once they can be felt, and again when they go on."""

    def __init__(self) -> None:
        self._waited: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()  # reads wait in threads of their own

    def event(self, event: Event) -> None:
        """One thing that happened; only waits are told."""
        if isinstance(event, Waiting):
            self.wait(event.reason, event.seconds)

    def wait(self, reason: str, seconds: float) -> None:
        """A read waits for ``seconds`` more."""
        with self._lock:
            waited = self._waited[reason] = self._waited.get(reason, 0.0) + seconds
            if waited < self._next.get(reason, _FELT_SECONDS):
                return
            self._next[reason] = waited + _AGAIN_SECONDS
        tell(Text(f"… {neutral(reason)}, {waited:.0f} s of waiting so far", "dim"))

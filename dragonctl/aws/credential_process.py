"""The program of ``credential_process``: at a terminal it has all the time it needs.

It may ask there, or open a browser. Where nobody can answer, one that hangs would hang the command
forever: botocore waits without a limit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

LIMIT_SECONDS = 3.0


def limit(resolver: Any) -> None:
    """Let every provider of a botocore resolver start its program so, a role's source included."""
    resolver.get_provider("custom-process")._popen = _Process  # noqa: SLF001 (no public way)
    builder = resolver.get_provider("assume-role")._profile_provider_builder  # noqa: SLF001
    plain = builder._create_process_provider  # noqa: SLF001

    def create(profile_name: str) -> Any:
        provider = plain(profile_name)
        provider._popen = _Process  # noqa: SLF001
        return provider

    builder._create_process_provider = create  # noqa: SLF001


class _Process(subprocess.Popen[bytes]):
    def __init__(self, words: list[str], **settings: Any) -> None:
        at_terminal = bool(sys.stdin and sys.stdin.isatty())
        self._limit_seconds = None if at_terminal else LIMIT_SECONDS
        # A group of its own, to be ended with all that it started.
        super().__init__(words, start_new_session=not at_terminal, **settings)

    def communicate(self, input: Any = None, timeout: float | None = None) -> Any:  # noqa: A002
        """What it prints. Raises TimeoutExpired, and has ended it."""
        try:
            return super().communicate(input, timeout or self._limit_seconds)
        except subprocess.TimeoutExpired:
            self._end()
            raise

    def _end(self) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self.pid, signal.SIGKILL)
        else:
            self.kill()
        self.wait()

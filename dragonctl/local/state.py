"""What the local AWS remembers beside moto: plain data, by service, account and region.

A *memory* is a dict that its service fills with plain values (no classes, no functions), so that
:mod:`dragonctl.local.snapshot` can keep it and a newer dragonctl can still read it. ``LOCK`` guards
every change: shims run under it unless they say otherwise.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragonctl.paths import state_folder

LOCK = threading.RLock()

_memories: dict[tuple[str, str, str], dict[str, Any]] = {}


@dataclass
class Delays:
    """How long slow things take here, in seconds (AWS: minutes, seconds, minutes)."""

    cache_cluster: float = 2.0
    function_update: float = 0.3
    distribution: float = 2.0


DELAYS = Delays()

ALLOWED_ORIGINS: set[str] = set()
"""Whose pages may call the stages, as browsers write an origin. Not part of what is kept."""


def file() -> Path:
    """Where the snapshot of all this lies."""
    return state_folder("local") / "state.pickle"


def memory(service: str, account: str, region: str) -> dict[str, Any]:
    """The service's own memory in one account and region, made empty when first asked for."""
    with LOCK:
        return _memories.setdefault((service, account, region), {})


def contents() -> dict[tuple[str, str, str], dict[str, Any]]:
    """All memories, for the snapshot."""
    return _memories


def replace_contents(memories: dict[tuple[str, str, str], dict[str, Any]]) -> None:
    """Put a snapshot's memories in the place of all that is remembered."""
    with LOCK:
        _memories.clear()
        _memories.update(memories)


def now() -> float:
    """The time in seconds since the epoch."""
    return time.time()

"""The build cache does not grow forever: what nobody has used for a month is taken away."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

UNUSED_SECONDS = 30 * 24 * 3600
KINDS = ("dependencies", "zips", "builds")


def touch(*paths: Path) -> None:
    """Note that these were used now."""
    for path in paths:
        os.utime(path)


def forget_unused(cache: Path, now: float | None = None) -> None:
    """Take away what was last used more than a month before ``now`` (seconds since 1970).

    Leftovers of builds that were killed go the same way. Zips that an undo may need are not in
    this cache.
    """
    before = (time.time() if now is None else now) - UNUSED_SECONDS
    for path in _entries(cache):
        with suppress(FileNotFoundError):  # another build has just renamed or removed it
            if path.stat().st_mtime < before:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def _entries(cache: Path) -> Iterator[Path]:
    for kind in KINDS:
        if (cache / kind).is_dir():
            yield from sorted((cache / kind).iterdir())

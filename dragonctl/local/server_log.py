"""What goes wrong in the server, in one file: bounded, whoever writes to it.

The file is the process's standard output and error (moto prints too), so it is not a logger's to
rotate: its end is copied beside it, and the file itself begins anew.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from dragonctl.paths import state_folder

MOST_BYTES = 1_048_576
_STDERR = 2


def file() -> Path:
    """Where the log lies; what it held before, in ``server.log.1``."""
    return state_folder("local") / "server.log"


def bound(most: int = MOST_BYTES) -> None:
    """Begin the log anew if it has outgrown ``most`` bytes; the last of them are kept beside it."""
    path = file()
    try:
        told, written = path.stat(), os.fstat(_STDERR)
    except OSError:
        return
    is_ours = stat.S_ISREG(written.st_mode) and os.path.samestat(told, written)
    if not is_ours or written.st_size <= most:
        return
    handle = os.open(f"{path}.1", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as kept, path.open("rb") as stream:
        stream.seek(-most, os.SEEK_END)
        shutil.copyfileobj(stream, kept)
    os.ftruncate(_STDERR, 0)

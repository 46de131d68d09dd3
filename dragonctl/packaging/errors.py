"""What can go wrong while a function is packaged, each told in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import gettempdir

from dragonctl.errors import UNWRITABLE, DragonError
from dragonctl.paths import state_path

_FULL = {errno.ENOSPC, errno.EDQUOT}


class PackagingError(DragonError):
    """A function cannot be packaged; nothing has been uploaded."""

    def __init__(self, message: str, hint: str = "", **more: str) -> None:
        super().__init__(message, hint, **{"code": "Packaging", **more})


@contextmanager
def disk_errors_explained(doing: str, room: str = "") -> Iterator[None]:
    """Turn what the operating system says about files into one sentence that begins ``doing``.

    ``room`` says where there must be some, where that is not in folders of dragonctl's own.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(doing, room) from error
        where = f" ({error.filename})" if error.filename else ""
        raise PackagingError(f"{doing}: {error.strerror or error}{where}.") from error


def disk_full(doing: str, room: str = "") -> PackagingError:
    """The sentence for a full disk. It ends a run: no other zip finds room either."""
    own = f"in {state_path()} and {gettempdir()}, or name others in DRAGONCTL_STATE_DIR and TMPDIR"
    return PackagingError(
        f"{doing}: the disk is full.",
        f"Free some space {room or own}, then run it again.",
        code=UNWRITABLE,
    )

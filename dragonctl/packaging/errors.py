"""What can go wrong while a function is packaged, each told in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from dragonctl.errors import DragonError

_FULL = {errno.ENOSPC, errno.EDQUOT}


class PackagingError(DragonError):
    """A function cannot be packaged; nothing has been uploaded."""

    def __init__(self, message: str, hint: str = "", **more: str) -> None:
        super().__init__(message, hint, **{"code": "Packaging", **more})


@contextmanager
def disk_errors_explained(doing: str) -> Iterator[None]:
    """Turn what the operating system says about files into one sentence that begins ``doing``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(doing) from error
        where = f" ({error.filename})" if error.filename else ""
        raise PackagingError(f"{doing}: {error.strerror or error}{where}.") from error


def disk_full(doing: str) -> PackagingError:
    """The sentence for a full disk."""
    return PackagingError(f"{doing}: the disk is full.", "Free some space, then run it again.")

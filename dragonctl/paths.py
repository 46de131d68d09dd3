"""What of this machine's disk is dragonctl's: the user's state folder, and what there is believed.

The folder has mode 0700. What lies on the disk is believed only where nobody but its user can have
written it. The rule is sshd's (``StrictModes``, sshd_config(5)): a folder or file must belong to
this user or to root, and neither group nor others may write to it. Windows has no such modes:
nothing is checked there.
"""

from __future__ import annotations

import os
import shlex
import stat
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dragonctl.errors import UNWRITABLE, DragonError

if TYPE_CHECKING:
    from msgspec.json import Decoder

UNTRUSTED = "Untrusted"
"""The code of the error that says that others can have written what was to be believed."""

ANOTHER = "Name another folder with DRAGONCTL_STATE_DIR."
"""What fixes a state folder that is not this user's to change."""

Shape = TypeVar("Shape")

_SMALL_BYTES = 4 << 20
_PROBE_BYTES = 4096
_LONGEST_NAME = 100
"""Characters of a file's name in its draft's: file systems take 255 bytes."""
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_making_decoder = threading.Lock()
_FLAGS = ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")


def state_folder(*parts: str) -> Path:
    """The state folder, or a folder in it, made if missing and readable by its owner alone.

    DragonError where it cannot be made, or others can write to it (:func:`check_folder`).
    """
    folder = state_path(*parts)
    try:
        # Folders above the one that is made get the mode that everything gets.
        state_path().mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unwritable("The state folder cannot be made", folder, error) from error
    check_folder(state_path())
    check_folder(folder)
    return folder


def writable_folder(*parts: str, so: str = "") -> Path:
    """:func:`state_folder`, in which a page of bytes has just found room.

    Else DragonError, which says ``so`` what.
    """
    folder = state_folder(*parts)
    try:
        try_to_write(folder)
    except OSError as error:
        raise unwritable("The state folder cannot be written", folder, error, so) from error
    return folder


def try_to_write(folder: Path) -> None:
    """Write a page into a file that goes at once; OSError where that fails.

    Neither a mode nor the free space tells: root may write anywhere but to a read-only file system,
    and a quota is a user's own.
    """
    from tempfile import TemporaryFile

    with TemporaryFile(dir=folder) as probe:
        probe.write(bytes(_PROBE_BYTES))


def write_whole(path: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all: beside it first, then in its place.

    Where a link leads is written, not the link; a device or pipe is written as it is. OSError
    where that fails, and then what was there stands as it was.
    """
    from tempfile import mkstemp

    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    handle, made = mkstemp(dir=target.parent, prefix=f".{target.name[:_LONGEST_NAME]}-")
    draft = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def unwritable(what: str, path: Path, error: OSError, so: str = "") -> DragonError:
    """The failure of a write to the state folder: ``what``, where, why, ``so`` what, and a way out.

    It ends a run: what cannot be written down is not done.
    """
    is_no_folder = isinstance(error, FileExistsError | NotADirectoryError)
    reason = "Not a directory" if is_no_folder else error.strerror or error
    return DragonError(
        f"{what} ({path}: {reason}){so}.",
        ANOTHER
        if is_no_folder
        else "Free or unlock that folder, or name another in DRAGONCTL_STATE_DIR.",
        code=UNWRITABLE,
    )


def state_path(*parts: str) -> Path:
    """Where the state folder, or a folder in it, is or would be; nothing is made.

    ``DRAGONCTL_STATE_DIR`` overrides the platform's own place (``platformdirs``).
    """
    override = os.environ.get("DRAGONCTL_STATE_DIR")
    if override:
        root = Path(override)
    else:
        import platformdirs

        root = Path(platformdirs.user_state_dir("dragonctl"))
    return root.joinpath(*parts)


def cache_folder(*parts: str) -> Path:
    """A folder for what can be made anew (``platformdirs``), with the same mode and check."""
    import platformdirs

    root = Path(platformdirs.user_cache_dir("dragonctl"))
    folder = root.joinpath(*parts)
    for each in (root, folder):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_folder(each)
    return folder


def check_folder(path: Path) -> None:
    """Refuse a folder into which others can write; one that is not there is no danger.

    A link is judged by where it leads. DragonError says what is wrong and what to type.
    """
    try:
        about = path.stat()
    except OSError:  # whoever goes on to use it meets the error, and tells it
        return
    if fault := _fault(about):
        if not stat.S_ISDIR(about.st_mode):
            raise DragonError(f"{path} is no folder", ANOTHER, code=UNTRUSTED)
        raise DragonError(
            f"The folder {path} {fault}: what lies there may not be yours, and is not believed",
            f"{_cure(path, about)}, or name another folder with DRAGONCTL_STATE_DIR."
            if _is_own_alone(about)
            else ANOTHER,
            code=UNTRUSTED,
        )


def read_own_file(path: Path, limit: int) -> bytes:
    """The content of a file of this user's.

    DragonError where others can have written it, where it is a link, no file, or larger than
    ``limit`` (bytes); OSError (FileNotFoundError among them) where it cannot be read. Never waits:
    not for a pipe that nobody writes to either.
    """
    flags = os.O_RDONLY
    for name in _FLAGS:
        flags |= getattr(os, name, 0)
    if path.is_symlink():
        raise _refused(path, "is a link", "Put the file itself there.")
    handle = os.open(path, flags)
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise _refused(path, "is not a file", "Move it away.")
        if fault := _fault(about):
            raise _refused(path, fault, f"{_cure(path, about)}.")
        if about.st_size > limit:
            raise _refused(path, f"is larger than {limit >> 20} MiB", "Move it away.")
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(limit)
    finally:
        os.close(handle)


def read_own_json(path: Path, shape: type[Shape]) -> Shape | None:
    """What a small JSON file of this user's holds, as ``shape``: a dataclass, or any type hint.

    None where it is missing, of another shape, or not to be believed (:func:`read_own_file`).
    """
    import msgspec

    try:
        return _decoder_of(shape).decode(read_own_file(path, _SMALL_BYTES))
    except (OSError, DragonError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def _decoder_of(shape: type[Shape]) -> Decoder[Shape]:
    """The decoder of a shape, made by one thread.

    msgspec 0.22 notes with a class what its fields are before it knows them all: another thread
    that decodes the class meanwhile ends the process (SIGSEGV).
    """
    hashable: Any = shape
    with _making_decoder:
        return _new_decoder(hashable)


@cache
def _new_decoder(shape: Any) -> Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(shape, dec_hook=lambda kind, value: kind(value))


def _refused(path: Path, fault: str, hint: str) -> DragonError:
    return DragonError(f"{path} {fault}, and is not believed", hint, code=UNTRUSTED)


def _fault(about: os.stat_result) -> str | None:
    """What is wrong with an owner and a mode, in words; None: nothing."""
    if not hasattr(os, "getuid"):
        return None
    if about.st_uid not in (0, os.getuid()):
        return f"belongs to another user (uid {about.st_uid})"
    if about.st_mode & _WRITABLE_BY_OTHERS:
        return f"can be written by others (mode {stat.S_IMODE(about.st_mode):04o})"
    return None


def _is_own_alone(about: os.stat_result) -> bool:
    """Whether a folder is this user's own, and not meant for many, as /tmp is (sticky)."""
    return about.st_uid == os.getuid() and not about.st_mode & stat.S_ISVTX


def _cure(path: Path, about: os.stat_result) -> str:
    """What to type, once one knows what lies there."""
    if about.st_uid in (0, os.getuid()):
        return f"Look what it holds, then type: chmod go-w {shlex.quote(str(path))}"
    return f"Look what it holds, then type: sudo chown {os.getuid()} {shlex.quote(str(path))}"

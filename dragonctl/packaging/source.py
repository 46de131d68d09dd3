"""What of a function's folder goes into its zip, and what must stay out."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from dragonctl.errors import UsageError
from dragonctl.packaging.confidential.names import is_secret
from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.limits import check_function_name
from dragonctl.paths import state_path

_FOLDERS = {"__pycache__", "tests", "venv", "node_modules"}
_SUFFIXES = {".pyc", ".pyo"}
_TOP_LEVEL = {
    "Pipfile",
    "Pipfile.lock",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "template.yaml",
}
NOT_FUNCTIONS = {"edge"}


@dataclass(frozen=True)
class SourceFiles:
    """``files``: path in the zip -> file, sorted. ``left_out``: what was not taken, by name.

    ``secrets``: those of ``left_out`` that were not hidden, but look like secrets, each with what
    was found in it.
    """

    folder: Path
    files: dict[str, Path]
    left_out: tuple[str, ...]
    secrets: tuple[str, ...] = ()

    def digest(self) -> str:
        """A digest of names and contents, blind to dates, modes and where the folder lies."""
        total = hashlib.sha256()
        for name, path in self.files.items():
            with path.open("rb") as content:
                total.update(
                    name.encode() + b"\0" + hashlib.file_digest(content, "sha256").digest()
                )
        return total.hexdigest()


def function_folders(root: Path) -> list[Path]:
    """The folders directly under ``root`` that are functions, by name; ``edge`` is not one."""
    folders = (path for path in root.iterdir() if _is_function(path))
    return sorted(folders, key=lambda path: path.name)


def meant_folders(root: Path) -> list[Path]:
    """The function folders of a root that is meant to hold some; UsageError where it holds none."""
    folders = function_folders(root)
    if not folders:
        raise UsageError(
            f"{root} holds no function.",
            "A function is a folder with Python in it.",
            option="--source",
        )
    return folders


def function_folder(root: Path, name: str) -> Path:
    """The folder of the function ``name``, written with ``_`` or ``-``; UsageError for none."""
    for candidate in (name, name.replace("-", "_")):
        if candidate and Path(candidate).name == candidate and _is_function(root / candidate):
            return root / candidate
    known = ", ".join(path.name for path in function_folders(root)) if root.is_dir() else ""
    raise UsageError(f"There is no function {name} in {root}.", f"There are: {known or 'none'}.")


def function_name(folder: Path) -> str:
    """The function that a folder holds: its name with ``_`` as ``-``, if AWS takes that."""
    return check_function_name(folder.name.replace("_", "-"))


def collect(folder: Path, allowed: Sequence[str] = ()) -> SourceFiles:
    """The files of ``folder`` that belong into the zip.

    Hidden files, caches, tests, requirement and lock files, what is a secret by its name, and
    dragonctl's own state stay out and are named. ``allowed``: patterns of paths that are no secret.
    Raises :class:`PackagingError` for a folder without Python, a symbolic link, a thing that is no
    file, or a name that is no text: each would carry into the zip what is not in the folder, or
    differ between machines.
    """
    if not folder.is_dir():
        raise PackagingError(f"{folder} is not a folder.", "Name a folder that holds a handler.")
    taken: dict[str, Path] = {}
    left_out: list[str] = []
    secrets: list[str] = []
    for path in _walk(folder, folder, left_out):
        name = path.relative_to(folder).as_posix()
        if is_secret(path.name) and not any(fnmatchcase(name, one) for one in allowed):
            secrets.append(name)
        else:
            taken[name] = path
    if not any(name.endswith(".py") for name in taken):
        raise PackagingError(f"{folder} is not a function: it holds no Python file.")
    return SourceFiles(
        folder,
        dict(sorted(taken.items())),
        tuple(sorted([*left_out, *secrets])),
        tuple(sorted(secrets)),
    )


def _is_function(folder: Path) -> bool:
    hidden = folder.name.startswith((".", "_"))
    other = folder.name in _FOLDERS | NOT_FUNCTIONS
    return not (hidden or other) and any(folder.rglob("*.py"))


def _walk(top: Path, folder: Path, left_out: list[str]) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        _check_name(path)
        if _excluded(top, path, entry):
            left_out.append(path.relative_to(top).as_posix())
        elif entry.is_symlink():
            raise PackagingError(
                f"{path} is a symbolic link.", "Put the file itself there, or take it away."
            )
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(top, path, left_out)
        elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            yield path
        else:
            raise PackagingError(
                f"{path} is not a regular file.", "Take it out of the function's folder."
            )


def _excluded(top: Path, path: Path, entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name.startswith("."):
        return True
    if entry.is_symlink():
        return False
    if entry.is_dir(follow_symlinks=False):
        return name in _FOLDERS or name.endswith((".egg-info", ".dist-info")) or _is_own_state(path)
    if path.parent == top and (name in _TOP_LEVEL or _is_requirements(name)):
        return True
    return path.suffix in _SUFFIXES


def _is_requirements(name: str) -> bool:
    return name.startswith("requirements") and name.endswith((".txt", ".in"))


def _is_own_state(path: Path) -> bool:
    """Whether a folder is where dragonctl keeps its journal, its zips and the local AWS."""
    return path.resolve() == state_path().resolve()


def _check_name(path: Path) -> None:
    """Refuse a file name that is no text: its bytes would mean another name on another machine."""
    try:
        path.name.encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode(errors="replace")
        raise PackagingError(f"{shown} has a name that is not UTF-8.", "Rename it.") from error

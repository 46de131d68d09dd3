"""What of a function's folder goes into its zip, and what must stay out."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.limits import check_function_name

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
# Files that hold secrets under the name that a tool gives them: keys, passwords, AWS's own exports.
_SECRET_SUFFIXES = {".p12", ".pfx", ".p8", ".jks", ".ppk", ".key", ".kdbx", ".env", ".tfstate"}
_SECRET_NAMES = {
    *("credentials", "credentials.csv", "rootkey.csv", "accesskeys.csv"),
    *("pip.conf", "pip.ini", "netrc", "_netrc"),
}
_KEY_NAMES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")
_SECRET_FILE_BYTES = 65_536
_SECRET_SETTING = re.compile(rb"^\s*aws_secret_access_key\s*=", re.IGNORECASE | re.MULTILINE)
NOT_FUNCTIONS = {"edge"}


@dataclass(frozen=True)
class SourceFiles:
    """``files``: path in the zip -> file, sorted. ``left_out``: what was not taken, by name.

    ``secrets``: those of ``left_out`` that were not hidden, but look like secrets.
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


def function_folder(root: Path, name: str) -> Path:
    """The folder of the function ``name``, written with ``_`` or ``-``, or an error."""
    for candidate in (name, name.replace("-", "_")):
        if candidate and Path(candidate).name == candidate and _is_function(root / candidate):
            return root / candidate
    known = ", ".join(path.name for path in function_folders(root)) if root.is_dir() else ""
    raise PackagingError(
        f"There is no function {name} in {root}.", f"There are: {known or 'none'}."
    )


def function_name(folder: Path) -> str:
    """The function that a folder holds: its name with ``_`` as ``-``, if AWS takes that."""
    return check_function_name(folder.name.replace("_", "-"))


def collect(folder: Path) -> SourceFiles:
    """The files of ``folder`` that belong into the zip.

    Hidden files, caches, tests, private keys, requirement and lock files stay out and are named.
    Raises :class:`PackagingError` for a folder without Python, a symbolic link, a thing that is no
    file, or a name that is no text: each would carry into the zip what is not in the folder, or
    differ between machines.
    """
    if not folder.is_dir():
        raise PackagingError(f"{folder} is no folder.", "Name a folder that holds a handler.")
    taken: dict[str, Path] = {}
    left_out: list[str] = []
    for path in _walk(folder, folder, left_out):
        taken[path.relative_to(folder).as_posix()] = path
    if not any(name.endswith(".py") for name in taken):
        raise PackagingError(f"{folder} is no function: it holds no Python file.")
    secrets = tuple(sorted(name for name in left_out if _is_visible_secret(folder / name)))
    return SourceFiles(folder, dict(sorted(taken.items())), tuple(sorted(left_out)), secrets)


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
            raise PackagingError(f"{path} is no file.", "Take it out of the function's folder.")


def _excluded(top: Path, path: Path, entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name.startswith("."):
        return True
    if entry.is_symlink():
        return False
    if entry.is_dir(follow_symlinks=False):
        return name in _FOLDERS or name.endswith((".egg-info", ".dist-info"))
    if path.parent == top and (name in _TOP_LEVEL or _is_requirements(name)):
        return True
    return path.suffix in _SUFFIXES or _is_secret(path)


def _is_requirements(name: str) -> bool:
    return name.startswith("requirements") and name.endswith((".txt", ".in"))


def _is_visible_secret(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file() and _is_secret(path)


def _is_secret(path: Path) -> bool:
    """Whether a file is a secret by its name, or by what it holds."""
    name = path.name.lower()
    known = (
        name in _SECRET_NAMES
        or name.startswith(_KEY_NAMES)
        or Path(name).suffix in _SECRET_SUFFIXES
    )
    return known or _holds_secret(path)


def _holds_secret(path: Path) -> bool:
    """Whether a file that is no code holds a private key (a certificate is welcome) or AWS's."""
    if path.suffix == ".py" or not path.is_file() or path.stat().st_size > _SECRET_FILE_BYTES:
        return False
    content = path.read_bytes()
    private_key = b"-----BEGIN " in content and b"PRIVATE KEY-----" in content
    return private_key or bool(_SECRET_SETTING.search(content))


def _check_name(path: Path) -> None:
    """Refuse a file name that is no text: its bytes would mean another name on another machine."""
    try:
        path.name.encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode(errors="replace")
        raise PackagingError(f"{shown} has a name that is not UTF-8.", "Rename it.") from error

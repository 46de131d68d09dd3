"""The packages a function brings along: installed once for each set of requirements, then kept.

What Lambda's runtime has already is left out: boto3, botocore and what only they require (AWS
Lambda developer guide, "Runtime-included SDK versions"). Its version changes without notice, so a
package that bounds the version from above gets its own.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_name

from dragonctl.packaging import parsing
from dragonctl.packaging.archive import code_sha256
from dragonctl.packaging.cache import touch
from dragonctl.packaging.installer import install
from dragonctl.packaging.requirements import Requirements
from dragonctl.packaging.runtimes import Platform

IN_RUNTIME = ("boto3", "botocore")
_BOUNDS = {"<", "<=", "==", "===", "~="}
# Notes of the installer that name this machine, or differ from one installation to the next.
_NOTES = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json", "uv_build.json"}
_FORMAT = "2"
_TREE, _DIGEST = "tree", "sha256"
_locks: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class Dependencies:
    """An installed tree: ``folder`` is what Lambda will have at the top of the function."""

    folder: Path

    @cached_property
    def files(self) -> dict[str, Path]:
        """Path in the zip -> file, sorted."""
        found = {
            path.relative_to(self.folder).as_posix(): path
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        return dict(sorted(found.items()))

    @cached_property
    def versions(self) -> dict[str, str]:
        """Package -> version of all that is bundled."""
        return {name: version for _, name, version in self._distributions()}

    @cached_property
    def owners(self) -> dict[str, str]:
        """Path in the zip -> the package it belongs to."""
        return {
            row[0]: name for info, name, _ in self._distributions() for row in _record(info) if row
        }

    def bounding(self, names: set[str]) -> set[str]:
        """Those of ``names`` whose version a bundled package bounds from above."""
        found: set[str] = set()
        for info in self.folder.glob("*.dist-info"):
            for text in _metadata(info).get_all("Requires-Dist", []):
                requirement = parsing.requirement(text)
                bounded = any(bound.operator in _BOUNDS for bound in requirement.specifier)
                optional = requirement.marker is not None and "extra" in str(requirement.marker)
                if bounded and not optional:
                    found.add(canonicalize_name(requirement.name))
        return found & names

    def _distributions(self) -> Iterator[tuple[Path, str, str]]:
        for info in sorted(self.folder.glob("*.dist-info")):
            metadata = _metadata(info)
            yield info, str(metadata["Name"]), str(metadata["Version"])


def dependencies(
    requirements: Requirements, target: Platform, cache: Path, *, bundle_all: bool
) -> Dependencies:
    """What the requirements bring along for ``target``, installed or taken from ``cache``.

    Raises :class:`~dragonctl.packaging.errors.PackagingError` when they cannot be installed.
    """
    excluded = set() if bundle_all else _in_runtime(requirements)
    found = _tree(requirements, excluded, target, cache)
    bounded = found.bounding(excluded)
    return _tree(requirements, excluded - bounded, target, cache) if bounded else found


def _in_runtime(requirements: Requirements) -> set[str]:
    """What is left to the runtime: boto3 that is asked for needs the botocore it was made with."""
    if "boto3" in requirements.names:
        return set()
    return set(IN_RUNTIME) - requirements.names


def _tree(
    requirements: Requirements, excluded: set[str], target: Platform, cache: Path
) -> Dependencies:
    folder = cache / "dependencies" / _key(requirements, excluded, target)
    with _locks[folder]:
        if folder.is_dir() and not _is_whole(folder):
            shutil.rmtree(folder)
        if not folder.is_dir():
            _installed(requirements, excluded, target, folder)
    touch(folder)
    return Dependencies(folder / _TREE)


def _key(requirements: Requirements, excluded: set[str], target: Platform) -> str:
    parts = [_FORMAT, requirements.digest(), sorted(excluded), target.python, target.architecture]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _installed(
    requirements: Requirements, excluded: set[str], target: Platform, folder: Path
) -> None:
    """Install beside the place and move there, so that a tree in the cache is always whole."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".installing-"))
    tree = made / _TREE
    tree.mkdir()
    try:
        if not requirements.empty:
            install(requirements, sorted(excluded), target, tree)
        _strip(tree)
        (made / _DIGEST).write_text(_digest(tree), encoding="utf-8")
        made.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another run was first, with the same content
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    """Whether a tree in the cache is still what was installed there."""
    try:
        return (folder / _DIGEST).read_text(encoding="utf-8") == _digest(folder / _TREE)
    except (OSError, ValueError):
        return False


def _digest(tree: Path) -> str:
    """What decides a tree: the names and the content of its files."""
    total = hashlib.sha256()
    for name, path in Dependencies(tree).files.items():
        total.update(json.dumps([name, code_sha256(path)]).encode())
    return total.hexdigest()


def _strip(folder: Path) -> None:
    """Take away what differs between machines: byte code, notes, scripts naming an interpreter.

    Byte code is not added either: its version would be this machine's, not the function's, and
    with a zip's fixed dates Python would find it stale at every cold start.
    """
    for path in sorted(folder.rglob("*")):
        note = path.parent.suffix == ".dist-info" and path.name in _NOTES - {"RECORD"}
        if path.is_file() and (note or path.suffix == ".pyc" or _is_script(path, folder)):
            path.unlink()
    (folder / ".lock").unlink(missing_ok=True)
    for info in folder.glob("*.dist-info"):
        _rewrite_record(info, folder)


def _is_script(path: Path, folder: Path) -> bool:
    if path.parent != folder / "bin":
        return False
    with path.open("rb") as content:
        return content.read(2) == b"#!"


def _rewrite_record(info: Path, folder: Path) -> None:
    """List what is there, in order: ``importlib.metadata.files`` reads this file."""
    kept = sorted(row for row in _record(info) if row and (folder / row[0]).is_file())
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(kept)
    (info / "RECORD").unlink(missing_ok=True)  # never through a link into the installer's cache
    (info / "RECORD").write_text(text.getvalue(), encoding="utf-8")


def _record(info: Path) -> list[list[str]]:
    path = info / "RECORD"
    if not path.is_file():
        return []
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def _metadata(info: Path) -> Message:
    return HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))

"""Packages that somebody has installed into a function's folder (``pip install --target .``).

Their files are as their index has them, for everybody to read: to judge them would only find the
examples in their texts. What was edited since is judged like any other file.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path


def published(folder: Path, files: Mapping[str, Path]) -> set[str]:
    """Those of ``files`` (path in ``folder`` -> file) that an installed package lists unchanged.

    Each ``*.dist-info/RECORD`` lists a package's files with their digests (PyPA specifications,
    "Recording installed projects").
    """
    found: set[str] = set()
    for record in folder.rglob("*.dist-info/RECORD"):
        top = record.parent.parent
        for name, digest in _rows(record):
            path = (top / name).relative_to(folder).as_posix() if ".." not in name else ""
            if path in files and _digest(files[path]) == digest:
                found.add(path)
    return found


def _rows(record: Path) -> Iterator[tuple[str, str]]:
    try:
        rows = list(csv.reader(record.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return
    for row in rows:
        if len(row) > 1 and row[1].startswith("sha256=") and not Path(row[0]).is_absolute():
            yield row[0], row[1].removeprefix("sha256=")


def _digest(path: Path) -> str:
    total = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(total).rstrip(b"=").decode()

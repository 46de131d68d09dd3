"""Zips by their content: what was built, and what AWS held before it was overwritten."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from dragonctl.packaging.archive import code_sha256


class ZipStore:
    """A folder of zips, each under the SHA-256 that Lambda knows it by; mode 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def find(self, sha256: str) -> Path | None:
        """The zip with that ``CodeSha256`` (base64), or None.

        Its bytes are counted up each time: what was damaged on the disk, or put there by another
        hand, is no such zip.
        """
        path = self.path(sha256)
        return path if path.is_file() and code_sha256(path) == sha256 else None

    def write(self, content: Callable[[BinaryIO], object]) -> tuple[str, Path]:
        """Keep the zip that ``content`` writes, whole or not at all; its ``CodeSha256`` and path.

        Two writers of the same zip do not disturb each other.
        """
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".writing-")
        writing = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                content(stream)
            sha256 = code_sha256(writing)
            return sha256, writing.replace(self.path(sha256))
        finally:
            writing.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the zip with that ``CodeSha256`` is, or would be."""
        return self.folder / f"{base64.b64decode(sha256).hex()}.zip"

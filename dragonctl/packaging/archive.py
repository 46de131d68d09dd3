"""The same files -> the same bytes: a zip without clocks, umasks or directory orders in it.

The bytes still depend on the deflate of the zlib that Python is linked with; the classic zlib has
given the same output for years.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# A checkout on Windows, or one under a narrow umask, has lost the mode; Lambda must be able to
# read every file and to run those that are programs, so all of them get the widest harmless one.
_MODE = 0o100755 << 16
_CHUNK = 1 << 20


def write_zip(files: Mapping[str, Path], stream: BinaryIO) -> None:
    """Write ``files`` (path in the zip -> file) as a zip."""
    with zipfile.ZipFile(stream, "w") as archive:
        for name in sorted(files):
            _add(archive, name, files[name])


def code_sha256(path: Path) -> str:
    """Lambda's ``CodeSha256`` of a zip: the base64 of the SHA-256 of its bytes."""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            total.update(chunk)
    return base64.b64encode(total.digest()).decode()


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.file_size = path.stat().st_size
    with path.open("rb") as content, archive.open(entry, "w") as into:
        while chunk := content.read(_CHUNK):
            into.write(chunk)

"""What a container finds on disk: the function's code, its layers, and the runtime's libraries."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from functools import cache
from importlib import metadata
from pathlib import Path

from dragonctl.paths import state_folder

# What the Python runtimes of Lambda ship beside the standard library (AWS: "Runtime-included
# SDK versions"); a function that needs anything else must bring it.
RUNTIME_PACKAGES = (
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "python-dateutil",
    "six",
    "urllib3",
)

_unpacking = threading.Lock()
_linking = threading.Lock()  # a cache alone would let two first invocations make the folder


@cache
def work_folder() -> Path:
    """The folder of this server for code and containers; :func:`discard` removes it.

    What a killed server left there goes first: a state folder has one server at a time.
    """
    folder = state_folder("local") / "functions"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def discard() -> None:
    """Remove everything that was unpacked."""
    if work_folder.cache_info().currsize:
        shutil.rmtree(work_folder(), ignore_errors=True)
    for made in (work_folder, _linked_libraries):
        made.cache_clear()


def unpacked(archive: bytes, digest: str) -> Path:
    """The folder that holds this zip's files; ``digest`` names them, so it is unpacked once.

    Raises:
        zipfile.BadZipFile: these bytes are no zip.

    """
    folder = work_folder() / digest.replace("/", "_")
    with _unpacking:
        if not folder.exists():
            partial = folder.with_name(folder.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            _extract(archive, partial)
            partial.rename(folder)
    return folder


def _extract(archive: bytes, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, folder))
            mode = (entry.external_attr >> 16) & 0o777
            if mode and path.is_file():
                path.chmod(mode | 0o400)


def runtime_libraries() -> Path:
    """A folder with links to this environment's copies of what the Lambda runtime ships.

    A function must not see the rest of this environment: it would work here and fail on AWS.
    """
    with _linking:
        return _linked_libraries()


@cache
def _linked_libraries() -> Path:
    folder = work_folder() / "runtime"
    folder.mkdir(mode=0o700)
    for package in RUNTIME_PACKAGES:
        distribution = metadata.distribution(package)
        files = distribution.files or []
        for name in {file.parts[0] for file in files if ".." not in file.parts}:
            link = folder / name
            if name != "__pycache__" and not link.exists():
                link.symlink_to(str(distribution.locate_file(name)))
    return folder

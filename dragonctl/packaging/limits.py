"""AWS's limits on a function's zip, checked before anything is uploaded.

AWS Lambda developer guide, "Lambda quotas"; the messages AWS answers with otherwise are
``Zipped size must be smaller than 52428800 bytes`` and ``Unzipped size must be smaller than
262144000 bytes``.
"""

from __future__ import annotations

import re

from dragonctl.errors import UsageError
from dragonctl.packaging.errors import PackagingError

DIRECT_UPLOAD_BYTES = 52_428_800
UNZIPPED_BYTES = 262_144_000
VIEWER_EDGE_BYTES = 1_048_576
ORIGIN_EDGE_BYTES = 52_428_800
_FUNCTION_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ALIAS_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def check_unzipped(name: str, size: int, largest: list[tuple[str, int]]) -> None:
    """Refuse what Lambda would not unpack, naming the largest packages."""
    if size >= UNZIPPED_BYTES:
        parts = ", ".join(f"{part} {megabytes(bytes_)}" for part, bytes_ in largest[:3])
        raise PackagingError(
            f"{name} would unpack to {megabytes(size)}; AWS allows {megabytes(UNZIPPED_BYTES)}. "
            f"Largest: {parts}.",
            "Leave out what the function does not use, or make it a container image.",
        )


def check_function_name(name: str) -> str:
    """The name, if AWS takes it for a function: letters, digits, ``-`` and ``_``, at most 64."""
    if not _FUNCTION_NAME.fullmatch(name):
        raise UsageError(
            f"AWS refuses {name!r} as a function's name: 1 to 64 letters, digits, - and _.",
            "Rename the folder, or give --function-name.",
            option="--function-name",
        )
    return name


def check_alias_name(name: str) -> str:
    """The name, if AWS takes it for an alias: as for a function, but to 128, and no number."""
    if not _ALIAS_NAME.fullmatch(name) or name.isdigit():
        raise UsageError(
            f"AWS refuses {name!r} as an alias: 1 to 128 letters, digits, - and _; no number.",
            option="--alias",
        )
    return name


def megabytes(size: int) -> str:
    """A size for people: ``12.3 MB`` (1 MB = 1024 * 1024 bytes, as AWS counts)."""
    return f"{size / 1024 / 1024:.1f} MB"

"""Zips of function code, found by Lambda's ``CodeSha256``: those built here, those saved from AWS.

State and journal name code by its digest alone; this is where the bytes are. What was saved, so
that an undo can bring it back, lies apart from the build cache, which forgets.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dragonctl.errors import DragonError
from dragonctl.packaging.errors import disk_errors_explained
from dragonctl.packaging.limits import DIRECT_UPLOAD_BYTES, UNZIPPED_BYTES, megabytes
from dragonctl.packaging.store import ZipStore
from dragonctl.paths import read_own_json, state_folder, writable_folder


@dataclass(frozen=True)
class _Place:
    """Where in S3 a code was uploaded to, by the names that Lambda takes."""

    S3Bucket: str
    S3Key: str


def build_cache() -> Path:
    """The folder for :func:`dragonctl.packaging.build.build`; DragonError if nothing fits in."""
    return writable_folder("packages")


def saved_codes() -> ZipStore:
    """The codes that an undo may need."""
    return ZipStore(state_folder("codes"))


def find(sha256: str) -> Path | None:
    """The zip with that ``CodeSha256``, if it is on this machine."""
    return saved_codes().find(sha256) or ZipStore(state_folder("packages", "zips")).find(sha256)


def save(sha256: str, location: str) -> None:
    """Keep the code that AWS holds, from the address that GetFunction gives for ten minutes.

    Nothing is fetched that is on this machine. DragonError when it cannot be fetched.
    """
    saved = saved_codes()
    if saved.find(sha256):
        return
    with disk_errors_explained("Keeping the function's present code"):
        saved.write(lambda stream: _fetch(sha256, location, stream))


def upload(sha256: str) -> Mapping[str, Any]:
    """How Lambda gets that code, as UpdateFunctionCode takes it: the bytes, or a place in S3.

    DragonError when it is not on this machine, or is too large to be sent without a bucket.
    """
    if noted := read_own_json(_note(sha256), _Place):
        return asdict(noted)
    path = find(sha256)
    if path is None:
        raise DragonError(
            f"The code {sha256} is not on this machine any more.",
            "Deploy it from its source: `dragonctl deploy-function`.",
            code="NoContent",
        )
    size = path.stat().st_size
    if size > DIRECT_UPLOAD_BYTES:
        raise DragonError(
            f"{path} has {megabytes(size)}; above {megabytes(DIRECT_UPLOAD_BYTES)} AWS takes code"
            " from S3 only.",
            "Upload it to a bucket of this region, then type `aws lambda update-function-code"
            " --function-name NAME --s3-bucket BUCKET --s3-key KEY`.",
            code="NeedsBucket",
        )
    return {"ZipFile": path.read_bytes()}


def note_upload(sha256: str, bucket: str, key: str) -> None:
    """Remember where in S3 that code is, for this run and for an undo."""
    path = _note(sha256)
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(asdict(_Place(bucket, key)), stream)


def forget_upload(sha256: str) -> None:
    """Send that code itself again: its place in S3 may be another region's or account's."""
    _note(sha256).unlink(missing_ok=True)


def object_key(sha256: str) -> str:
    """Where in a bucket that code goes."""
    return f"dragonctl/functions/{saved_codes().path(sha256).name}"


def _fetch(sha256: str, location: str, into: BinaryIO) -> None:
    here = find(sha256)
    if here is None:
        from dragonctl.aws.download import download

        download(location, into, sha256, UNZIPPED_BYTES)
        return
    with here.open("rb") as built:
        shutil.copyfileobj(built, into)


def _note(sha256: str) -> Path:
    return saved_codes().path(sha256).with_suffix(".json")

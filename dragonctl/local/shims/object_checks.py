"""S3: an object's digests, as its sender names them; and whose bucket the sender thinks it is.

moto keeps what it is told, and a wrong digest with it. A body that comes in signed pieces bears
its digest behind it, and is left to moto, as are CRC32C and CRC64NVME, which Python cannot reckon.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable

from dragonctl.local.messages import AwsError, Request
from dragonctl.local.object_access import denied
from dragonctl.local.shims import before, whenever

_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
_KEPT = (*_DIGESTS, "CRC32C", "CRC64NVME")
_ALGORITHM = "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"
_MD5_BYTES = 16


@whenever("s3")
def check_owner(request: Request) -> None:
    """One account owns every bucket here."""
    expected = request.parameters.get("ExpectedBucketOwner")
    if expected is not None and expected != request.account:
        raise denied()


@before("s3", "PutObject")
def check_digests(request: Request) -> None:
    """Refuse a body that is not what its sender says, with S3's words."""
    if "aws-chunked" in request.environ.get("HTTP_CONTENT_ENCODING", ""):
        return
    _check_md5(request)
    for name in _KEPT:
        digest = request.parameters.get(f"Checksum{name}")
        if digest is None:
            continue
        _check(name, digest, request.body)
        # moto keeps the digest of the algorithm that is named.
        request.environ.setdefault(_ALGORITHM, name)


def _check_md5(request: Request) -> None:
    digest = request.parameters.get("ContentMD5")
    if digest is None:
        return
    wanted = _decoded(digest)
    if wanted is None or len(wanted) != _MD5_BYTES:
        raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
    if wanted != hashlib.md5(request.body, usedforsecurity=False).digest():
        words = "The Content-MD5 you specified did not match what we received."
        raise AwsError("BadDigest", words)


def _check(name: str, digest: str, body: bytes) -> None:
    wanted = _decoded(digest)
    if wanted is None:
        words = f"Value for x-amz-checksum-{name.lower()} header is invalid."
        raise AwsError("InvalidRequest", words)
    if name in _DIGESTS and wanted != _DIGESTS[name](body):
        words = f"The {name} you specified did not match the calculated checksum."
        raise AwsError("BadDigest", words)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None

"""Files by links that need no credentials: the code that GetFunction points to, a layer's content.

botocore's own HTTP session is used, so that proxies and ``AWS_CA_BUNDLE`` count as they do for
every call. The link is a secret while it lasts: it is in no message and no log.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import time
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from dragonctl.aws.transport import failure, proxies
from dragonctl.errors import DragonError

_CHUNK = 1 << 20
_PAUSES = (0.2, 1.0, 3.0)  # seconds before another try
_OK, _PART = 200, 206
_TRY_AGAIN = (429, 500, 502, 503, 504)


class _BrokenError(Exception):
    """It may go well the next time; the text says what happened, without the link."""


def download(
    url: str, into: BinaryIO, sha256: str, most: int, pauses: Sequence[float] = _PAUSES
) -> None:
    """Write the zip with that ``CodeSha256`` from ``url`` (http or https) to ``into``.

    What breaks on the way, or arrives garbled, is tried again from the start, after each of the
    ``pauses`` (seconds). DragonError when it cannot be had, or has more than ``most`` bytes.
    """
    if not _is_link(url):
        raise _failed("AWS gives no link to it")
    for pause in (*pauses, None):
        into.seek(0)
        into.truncate()
        try:
            _fetch(url, into, sha256, most)
        except _BrokenError as error:
            if pause is None:
                raise _failed(str(error)) from error
            time.sleep(pause)
        else:
            break


def _is_link(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _fetch(url: str, into: BinaryIO, sha256: str, most: int) -> None:
    size, total = 0, hashlib.sha256()
    for chunk in _chunks(url):
        size += len(chunk)
        total.update(chunk)
        if size > most:
            raise _failed(f"it has more than {most} bytes")
        into.write(chunk)
    # A body that was cut short is no error to botocore's session; its digest tells.
    if base64.b64encode(total.digest()).decode() != sha256:
        raise _BrokenError("what arrived is not the code that AWS says it holds")


def _chunks(url: str) -> Iterator[bytes]:
    """The body as it arrives; what fails on the way is told without the link."""
    try:
        yield from _opened(url).raw.stream(_CHUNK, decode_content=False)
    except Exception as error:
        broken = failure(error, url)
        if broken is None:
            raise
        raise _BrokenError(broken.sentence) from error


def unzipped_bytes(url: str) -> int | None:
    """How large the files of the zip at ``url`` are, from its directory alone; None: not known.

    The directory is at the end of a zip, and S3 answers to ranges: nothing else is fetched.
    """
    try:
        with zipfile.ZipFile(io.BufferedReader(_Remote(url), _NEAR)) as found:
            return sum(info.file_size for info in found.infolist())
    except (DragonError, _BrokenError, OSError, zipfile.BadZipFile):
        return None


_NEAR = 1 << 17
"""Bytes read at once: most directories are smaller."""


class _Remote(io.RawIOBase):
    """A file at a link, read in ranges."""

    def __init__(self, url: str) -> None:
        if not _is_link(url):
            raise _failed("AWS gives no link to it")
        self._url, self._at = url, 0
        self._size = int(self._range("bytes=0-0")[1])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_CUR: self._at, os.SEEK_END: self._size}.get(whence, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        last = min(self._at + len(buffer), self._size) - 1
        if last < self._at:
            return 0
        body, _ = self._range(f"bytes={self._at}-{last}")
        buffer[: len(body)] = body
        self._at += len(body)
        return len(body)

    def _range(self, wanted: str) -> tuple[bytes, str]:
        """The bytes, and how many there are in all."""
        try:
            answer = _opened(self._url, wanted)
            whole = str(answer.headers.get("Content-Range", "")).rpartition("/")[2]
            body: bytes = answer.raw.read(_NEAR, decode_content=False)
        except Exception as error:
            broken = failure(error, self._url)
            if broken is None:
                raise
            raise _BrokenError(broken.sentence) from error
        if not whole.isdigit():
            raise _BrokenError("no ranges are answered there")
        return body, whole


def _opened(url: str, wanted: str = "") -> Any:
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    session = URLLib3Session(
        verify=os.environ.get("AWS_CA_BUNDLE") or True,
        proxies=proxies(url),
        timeout=(10, 60),
    )
    headers = {"Range": wanted} if wanted else {}
    request = AWSRequest(method="GET", url=url, headers=headers, stream_output=True)
    answer = session.send(request.prepare())
    if answer.status_code in _TRY_AGAIN:
        raise _BrokenError(f"HTTP {answer.status_code}")
    if answer.status_code not in (_OK, _PART):
        raise _failed(f"HTTP {answer.status_code}")
    return answer


def _failed(why: str) -> DragonError:
    return DragonError(
        f"The function's present code could not be fetched ({why}), so it was not overwritten.",
        "Without it no undo could bring it back; run the command again.",
        code="CodeNotSaved",
    )

"""Fetch one file by a link that needs no credentials: the code that GetFunction points to.

botocore's own HTTP session is used, so that proxies and ``AWS_CA_BUNDLE`` count as they do for
every call. The link is a secret while it lasts: it is in no message and no log.
"""

from __future__ import annotations

import base64
import hashlib
import os
import time
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from dragonctl.errors import DragonError

_CHUNK = 1 << 20
_PAUSES = (0.2, 1.0, 3.0)  # seconds before another try
_OK = 200
_TRY_AGAIN = (429, 500, 502, 503, 504)


def download(url: str, into: BinaryIO, sha256: str, most: int) -> None:
    """Write the zip with that ``CodeSha256`` from ``url`` (http or https) to ``into``.

    What breaks on the way, or arrives garbled, is tried again from the start. DragonError when it
    cannot be had, or has more than ``most`` bytes.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise _failed("AWS gives no link to it")
    for pause in (*_PAUSES, None):
        into.seek(0)
        into.truncate()
        try:
            _fetch(url, into, sha256, most)
        except ConnectionError as error:
            if pause is None:
                raise _failed(str(error)) from error
            time.sleep(pause)
        else:
            break


def _fetch(url: str, into: BinaryIO, sha256: str, most: int) -> None:
    from botocore.exceptions import HTTPClientError
    from urllib3.exceptions import HTTPError

    size, total = 0, hashlib.sha256()
    try:
        for chunk in _opened(url).raw.stream(_CHUNK, decode_content=False):
            size += len(chunk)
            total.update(chunk)
            if size > most:
                raise _failed(f"it has more than {most} bytes")
            into.write(chunk)
    except (HTTPClientError, HTTPError) as error:
        raise ConnectionError(type(error).__name__) from error
    # A body that was cut short is no error to botocore's session; its digest tells.
    if base64.b64encode(total.digest()).decode() != sha256:
        raise ConnectionError("what arrived is not the code that AWS says it holds")


def _opened(url: str) -> Any:
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    session = URLLib3Session(
        verify=os.environ.get("AWS_CA_BUNDLE") or True,
        proxies=get_environ_proxies(url),
        timeout=(10, 60),
    )
    request = AWSRequest(method="GET", url=url, stream_output=True)
    answer = session.send(request.prepare())
    if answer.status_code in _TRY_AGAIN:
        raise ConnectionError(f"HTTP {answer.status_code}")
    if answer.status_code != _OK:
        raise _failed(f"HTTP {answer.status_code}")
    return answer


def _failed(why: str) -> DragonError:
    return DragonError(
        f"The function's present code could not be fetched ({why}), so it was not overwritten.",
        "Without it no undo could bring it back; run the command again.",
        code="CodeNotSaved",
    )

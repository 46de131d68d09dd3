"""What happened on the way to a server, as a sentence that names the host and nothing of the link.

botocore's failures of the network descend from its own ``ConnectionError`` and ``HTTPClientError``,
not from Python's; their texts hold the whole address, and an address may be a secret (a presigned
link). So they are told here, and nowhere else.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from dragonctl.errors import LOST, UNREACHABLE, DragonError


@dataclass(frozen=True)
class Failure:
    """``code`` is UNREACHABLE (nothing was sent) or LOST (it may have arrived).

    ``sentence`` is the sentence, without a full stop.
    """

    code: str
    sentence: str


def proxies(url: str) -> dict[str, str]:
    """The proxies of the environment for an address; an address of this machine has none."""
    from botocore.utils import get_environ_proxies

    is_here = urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")
    return {} if is_here else dict(get_environ_proxies(url))


def failure(error: Exception, url: str = "") -> Failure | None:
    """What an exception of botocore, urllib3 or Python says of the way; None: nothing.

    ``url`` is the address that was called, where the exception may not know it.
    """
    server = origin(getattr(error, "kwargs", {}).get("endpoint_url") or url)
    if sentence := _before_sending(error, server):
        return Failure(UNREACHABLE, sentence)
    sentence = _on_the_way(error, server)
    return Failure(LOST, sentence) if sentence else None


def _before_sending(error: Exception, server: str) -> str | None:
    from botocore import exceptions as botocore
    from urllib3.exceptions import LocationValueError

    sentence = None
    match error:
        case botocore.ProxyConnectionError():
            proxy = origin(error.kwargs.get("proxy_url"))
            sentence = f"Could not connect to the proxy {proxy}{_why(error)}"
        case botocore.InvalidProxiesConfigError():
            sentence = "The settings of the proxy cannot be used"
        case botocore.SSLError():
            sentence = f"Could not trust the TLS connection to {server}{_why(error)}"
        case botocore.ConnectTimeoutError():
            sentence = f"Could not connect to {server} in time"
        case botocore.ConnectionError():
            sentence = f"Could not connect to {server}{_why(error)}"
        case botocore.HTTPClientError(kwargs={"error": LocationValueError()}):
            sentence = "The address cannot be called"
    return sentence


def _on_the_way(error: Exception, server: str) -> str | None:
    from http.client import HTTPException

    from botocore import exceptions as botocore
    from urllib3 import exceptions as urllib3

    if isinstance(error, botocore.ReadTimeoutError | urllib3.TimeoutError | TimeoutError):
        return f"No answer came from {server} in time"
    botocores = botocore.HTTPClientError | botocore.IncompleteReadError
    if isinstance(error, botocores | urllib3.HTTPError | HTTPException | OSError):
        return f"The connection to {server} broke before the answer was whole{_why(error)}"
    return None


def origin(url: object) -> str:
    """``scheme://host:port`` of an address: no user, path or query."""
    try:
        parts = urlsplit(str(url or ""))
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        return "the server"
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _why(error: Exception) -> str:
    """The cause in the operating system's words, or TLS's; they hold no address."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f": {cause.verify_message}"
        if isinstance(cause, socket.gaierror):
            return ": its name is not known here"
        if isinstance(cause, ssl.SSLError):
            return f": {cause.reason or 'no TLS is spoken there'}"
        if isinstance(cause, OSError) and cause.errno and cause.strerror:
            return f": {cause.strerror}"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was made of, each once."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        parts = (
            getattr(one, "kwargs", {}).get("error"),
            getattr(one, "reason", None),
            getattr(one, "original_error", None),
            one.__cause__,
            one.__context__,
            *one.args,
        )
        waiting += [part for part in parts if isinstance(part, BaseException)]


def as_failure(error: Exception) -> DragonError:
    """Any failure as one that a person is meant to read; what nobody foresaw is a defect."""
    if isinstance(error, DragonError):
        return error
    of_the_way = type(error).__module__.startswith(("botocore", "urllib3"))
    if of_the_way and (broken := failure(error)):
        return DragonError(broken.sentence, code=broken.code)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return DragonError(f"{error.strerror or error}{where}.", code="System")
    return DragonError(
        f"Something that dragonctl did not expect: {type(error).__name__}: {error}.",
        "That is a defect: please report it with the output of the same command and --debug.",
        code="Defect",
    )

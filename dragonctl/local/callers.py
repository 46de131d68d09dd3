"""Who sends a request: a program of this machine, or a browser that somebody's page commands.

A page may send requests to 127.0.0.1, and a browser says so: ``Origin`` and the headers of
https://www.w3.org/TR/fetch-metadata/ are its own to set, no page can leave them out. Programs
send none of them (``fetch`` of Node says ``Sec-Fetch-Mode: cors`` alone; a browser's comes with
an ``Origin``). What is typed into the address bar cannot be told from the redirect of a page that
was typed there, in Chromium at least: it may look at an object, and run nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import Enum, auto
from typing import Any
from urllib.parse import urlsplit

from dragonctl.errors import UsageError

_HOST = re.compile(r"(?:127\.0\.0\.1|(?:[a-z0-9_-]+\.)*localhost)\.?(?::(\d{1,5}))?")
_METADATA = tuple(f"HTTP_SEC_FETCH_{one}" for one in ("SITE", "MODE", "DEST", "USER"))
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Caller(Enum):
    """Whom a request comes from."""

    PROGRAM = auto()
    ALLOWED_PAGE = auto()
    """A page of an origin that ``local up --allow-origin`` names: for the stages alone."""
    ADDRESS_BAR = auto()
    PAGE = auto()
    """A page that nobody allowed anything."""
    STRANGER = auto()
    """Somebody who reached this address under another name (DNS rebinding)."""


def caller(environ: Mapping[str, Any], allowed: Collection[str]) -> Caller:
    """Who sends this request; ``allowed`` are origins as :func:`origin` gives them."""
    host = _HOST.fullmatch(environ.get("HTTP_HOST", "localhost").lower())
    if host is None:
        return Caller.STRANGER
    word = _browsers_word(environ)
    if word is None:
        return Caller.PROGRAM  # whatever port: a program may come through a forwarder
    if int(host[1] or 80) != int(environ.get("SERVER_PORT") or 0):
        return Caller.STRANGER
    if "HTTP_ORIGIN" in environ:
        return Caller.ALLOWED_PAGE if environ["HTTP_ORIGIN"] in allowed else Caller.PAGE
    looks = environ.get("REQUEST_METHOD") in ("GET", "HEAD")
    if looks and word[:3] == ("none", "navigate", "document"):
        return Caller.ADDRESS_BAR
    return Caller.PAGE


def _browsers_word(environ: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Site, mode, destination and user of a browser's request; None of a program's."""
    word = tuple(environ.get(name, "").strip().lower() for name in _METADATA)
    if "HTTP_ORIGIN" not in environ and word in (("", "", "", ""), ("", "cors", "", "")):
        return None
    return word


def origin(url: str) -> str:
    """The origin that a URL names, as browsers write it: ``http://localhost:3000``.

    UsageError for anything but ``http[s]://host[:port]``: ``null`` and ``*`` are everybody.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except (UnicodeError, ValueError):
        raise _no_origin(url) from None
    named = re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host) or ":" in host
    # urlsplit passes over line breaks and tabs.
    is_broken = bool(re.search(r"[\s\x00-\x1f\x7f]", url.strip())) or "@" in parts.netloc
    beyond = is_broken or parts.path not in ("", "/") or parts.query or parts.fragment
    if parts.scheme not in _DEFAULT_PORTS or not named or beyond or port == 0:
        raise _no_origin(url)
    host = f"[{host}]" if ":" in host else host
    given = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{given}"


def _no_origin(url: str) -> UsageError:
    return UsageError(
        f"{url!r} is not a valid origin of web pages.",
        "Give scheme, host and port: http://localhost:3000",
    )

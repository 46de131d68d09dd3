"""From an address that was called to its route: what names one thing among many left out.

X-Ray keeps the address alone. What looks like an id (a number, a UUID, a long word with digits) is
taken for a path parameter; a name that looks like a word is not told from the path's own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_ID = re.compile(
    r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{12,}|arn:.+|.+@.+\..+"
    r"|(?=[^a-z]*[A-Z0-9]{10,}$)[A-Z0-9_-]+|(?=.*\d)[\w-]{20,}|[A-Za-z]{1,8}[-_]\d+[\w-]*"
)
_VERSION = re.compile(r"v\d{1,2}(?:\.\d+)*", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?:T[\d:.]+Z?)?")


@lru_cache(maxsize=8_192)
def route_of(url: str) -> str:
    """The address without its query, ``{id}`` for each part of its path that looks like an id.

    "" for an empty address; the path alone, with ``/`` where it is empty, has the host before it.
    """
    if not url:
        return ""
    try:
        split = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    path = "/".join(_shown(part) for part in split.path.split("/"))
    return f"{split.netloc}{path or '/'}"


def _shown(part: str) -> str:
    text = unquote(part)
    if _VERSION.fullmatch(text):
        return part
    return "{id}" if _ID.fullmatch(text) or _DATE.fullmatch(text) else part

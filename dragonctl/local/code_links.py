"""Where a function's code can be fetched: the link that GetFunction gives, good for ten minutes.

AWS signs a link to S3; here it is a path of this server that nobody can guess.
"""

from __future__ import annotations

import secrets

from dragonctl.local import state
from dragonctl.local.messages import Answer

PREFIX = "/_code/"
VALID_SECONDS = 600.0

_links: dict[str, tuple[float, bytes]] = {}


def path_to(code: bytes) -> str:
    """A new path under which the code can be fetched for a while."""
    with state.LOCK:
        for old in [name for name, (until, _) in _links.items() if until < state.now()]:
            del _links[old]
        name = secrets.token_urlsafe(24)
        _links[name] = (state.now() + VALID_SECONDS, code)
    return PREFIX + name


def serve(path: str) -> Answer:
    """The code, or 403 as S3 says it of a link that is over."""
    until, code = _links.get(path.removeprefix(PREFIX), (0.0, b""))
    if until < state.now():
        denied = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        return Answer(403, {"Content-Type": "application/xml"}, denied)
    return Answer(200, {"Content-Type": "application/zip"}, code)

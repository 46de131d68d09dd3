"""Bodies that are sent compressed, in either direction.

(AWS: "Payload compression for REST APIs in API Gateway".) A request's body is always unpacked; an
answer is packed where the API has a ``minimumCompressionSize`` and the client names a coding.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping

MOST_BYTES = 10_485_760
"""What a request's body may come to, as many as it may have without a coding."""
_WINDOWS = {"gzip": 31, "deflate": 15}
"""A coding -> how zlib calls it."""


def unpacked(coding: str, body: bytes) -> bytes | None:
    """The body without its coding (a ``Content-Encoding``); None where that cannot be."""
    coding = coding.strip().lower()
    if coding == "identity":
        return body
    if coding not in _WINDOWS:
        return None
    unpacking = zlib.decompressobj(_WINDOWS[coding])
    try:
        plain = unpacking.decompress(body, MOST_BYTES)
    except zlib.error:
        return None
    return plain if unpacking.eof else None


def packed(body: bytes, accepted: str | None, minimum: int | None) -> tuple[str, bytes] | None:
    """A coding and the body in it; None where the body goes as it is.

    ``accepted`` is the client's ``Accept-Encoding``, ``minimum`` the API's setting in bytes.
    """
    if minimum is None or len(body) < minimum:
        return None
    weights = _weights(accepted or "")
    wanted = [one for one in _WINDOWS if weights.get(one, 0) > 0]
    if not wanted:
        return None
    coding = max(wanted, key=lambda one: weights[one])
    return coding, gzip.compress(body) if coding == "gzip" else zlib.compress(body)


def _weights(accepted: str) -> Mapping[str, float]:
    """``gzip;q=0.5, deflate`` -> each coding's weight (RFC 9110, 12.5.3)."""
    weights = {}
    for part in accepted.split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip().lower()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
    return weights

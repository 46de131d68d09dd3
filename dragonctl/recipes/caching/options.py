"""The options of ``enable-cache``, refused where AWS would refuse them, before any call."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dragonctl.errors import UsageError
from dragonctl.recipes.caching.prices import PER_HOUR

DEFAULT_TTL = 300
DEFAULT_SIZE = "0.5"
LONGEST_TTL = 3600

INVALIDATION = {
    "require": "FAIL_WITH_403",
    "ignore-warn": "SUCCEED_WITH_RESPONSE_HEADER",
    "ignore": "SUCCEED_WITHOUT_RESPONSE_HEADER",
}
"""What happens to ``Cache-Control: max-age=0`` of a caller who may not invalidate."""

_PLACES = {"query": "querystring", "header": "header", "path": "path"}
# A header's name is a token (RFC 9110, section 5.6.2); no parameter's name has a blank in it.
_NAMES = {"header": re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)}
_NAME = re.compile(r"\S+")
_METHOD = re.compile(r"(?P<method>[A-Za-z]+)\s+(?P<path>/\S*)")


@dataclass(frozen=True)
class CacheOptions:
    """What was asked for. None and empty mean "not said": what AWS holds is then kept.

    ``methods`` are ``GET /path``; ``keys`` are ``NAME``, ``header:NAME`` or ``path:NAME``.
    """

    methods: tuple[str, ...] = ()
    ttl: int | None = None
    size: str | None = None
    keys: tuple[str, ...] = ()
    encrypt: bool | None = None
    invalidation: str | None = None
    allow_shared: bool = False
    deploy_all: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.ttl is not None and not 0 <= self.ttl <= LONGEST_TTL:
            raise UsageError(
                f"A TTL of {self.ttl} seconds is not possible.",
                f"API Gateway keeps an answer for 0 to {LONGEST_TTL} seconds; 0 caches nothing.",
                option="--ttl",
            )
        if self.size is not None and self.size not in PER_HOUR:
            raise UsageError(
                f"There is no cache of {self.size} GB.",
                f"The sizes are: {', '.join(PER_HOUR)}.",
                option="--size",
            )
        for name in self.keys:
            key_parameter(name)
        for text in self.methods:
            named_method(text)

    @property
    def named(self) -> tuple[str, ...]:
        """The paths of the methods that were named."""
        return tuple(dict.fromkeys(map(named_method, self.methods)))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The keys that were named, as ``method.request.…``."""
        return tuple(dict.fromkeys(map(key_parameter, self.keys)))


def key_parameter(name: str) -> str:
    """``dragonName`` -> ``method.request.querystring.dragonName``; ``header:X`` and ``path:X``."""
    place, colon, rest = name.partition(":")
    if not colon:
        place, rest = "query", name
    if place not in _PLACES or not _NAMES.get(place, _NAME).fullmatch(rest):
        raise UsageError(
            f"--key {name!r} is not a valid parameter of a request.",
            "Write a query parameter's NAME, or header:NAME, or path:NAME.",
        )
    return f"method.request.{_PLACES[place]}.{rest}"


def named_method(text: str) -> str:
    """The path in ``GET /path``; any other method is refused, because only reads are cached."""
    found = _METHOD.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"--method {text!r} is not a valid method.", "Write it like: 'GET /dragons'."
        )
    if found["method"].upper() not in ("GET", "ANY"):
        raise UsageError(
            f"--method {text!r} cannot be cached: dragonctl caches GET alone.",
            "An answer to a write must never come from a cache.",
        )
    return found["path"]

"""The proxies that the user's environment names: which one counts, and whether it can be one.

Python (``urllib.request.getproxies``) lets a variable in small letters win, and an empty one take
the proxy away. botocore puts ``http://`` before whatever does not begin with ``http:`` or
``https:``, so it looks for a host of the name ``socks5`` (boto/botocore#880, #2540: it speaks no
SOCKS), and what cannot be parsed at all it tries again for a minute and a half.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from dragonctl.aws.transport import origin
from dragonctl.errors import UsageError

_SCHEMES = ("https", "http")
_EXAMPLE = "An example: http://proxy.example.com:8080."
_NO_SOCKS = "Name an HTTP proxy (one that passes on to the SOCKS proxy will do), or unset it."
_HOST = re.compile(r"[\w.-]*[^\W\d][\w.-]*|[0-9]+(\.[0-9]+){3}|[0-9a-f.]*:[0-9a-f:.]*(%\w+)?")


@dataclass(frozen=True)
class Proxy:
    """What calls to addresses of one ``scheme`` go through, and the ``variable`` that says so.

    ``value`` is what stands there, and may hold a password: :attr:`shown` is for people.
    """

    scheme: str
    variable: str
    value: str = field(repr=False)

    @property
    def shown(self) -> str:
        """Its address without user and password."""
        return origin(_address(self.value))

    @property
    def fault(self) -> str:
        """Why this can be no proxy's address, with no word of its user and password; or nothing."""
        if any(one.isspace() or not one.isprintable() for one in self.value):
            return "it holds a blank or a line break"
        if self.is_socks:
            return "botocore, which sends dragonctl's calls, speaks no SOCKS"
        scheme, mark, _ = self.value.partition("://")
        if mark and scheme.lower() not in _SCHEMES:
            return "it begins with neither http:// nor https://"
        if re.match(r"https?:(?!//)", self.value, re.IGNORECASE):
            return "// is missing after the first colon"
        try:
            return next(_faults(urlsplit(_address(self.value))), "")
        except ValueError:
            return "its brackets hold no IPv6 address"

    @property
    def is_socks(self) -> bool:
        """Whether it names a SOCKS proxy of any version."""
        return re.match(r"socks\w*://", self.value, re.IGNORECASE) is not None


def used() -> Iterator[Proxy]:
    """The proxies of the environment that calls go through."""
    from urllib.request import getproxies

    found = getproxies()
    for scheme in _SCHEMES:
        if value := found.get(scheme):
            yield Proxy(scheme, _variable(scheme, value), value)


def check(urls: Iterable[str]) -> None:
    """UsageError where the proxy of a call to one of these addresses cannot be one."""
    from botocore.utils import should_bypass_proxies

    schemes = {urlsplit(url).scheme for url in urls if not should_bypass_proxies(url)}
    for proxy in used():
        if proxy.scheme in schemes and (fault := proxy.fault):
            hint = _NO_SOCKS if proxy.is_socks else _EXAMPLE
            raise UsageError(f"The proxy of {proxy.variable} cannot be used: {fault}.", hint)


def _variable(scheme: str, value: str) -> str:
    """Where a proxy is named: on macOS and Windows that may be the system's settings."""
    name = f"{scheme}_proxy"
    named = [name, *(one for one in sorted(os.environ) if one.lower() == name)]
    return next((one for one in named if os.environ.get(one) == value), "the system's settings")


def _address(value: str) -> str:
    """A value with the scheme that botocore gives it."""
    return value if "://" in value else f"http:{'' if value[:2] == '//' else '//'}{value}"


def _faults(parts: SplitResult) -> Iterator[str]:
    if "@" in f"{parts.path}{parts.query}{parts.fragment}":
        yield "its user or password holds a character that must be written as in %23 for #"
    if not _HOST.fullmatch(parts.hostname or ""):
        yield "it names no host"
    try:
        if parts.port == 0:
            yield "its port is 0"
    except ValueError:
        yield "its port is no number from 1 to 65535"
    if not unquote(f"{parts.username}{parts.password}").isascii():
        yield "its user or password is not ASCII, which botocore cannot send"

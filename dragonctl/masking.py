"""What a person or a log may not see of a text: passwords, tokens, signatures and keys.

Every message, every traceback and every trace passes here before it is printed. What is struck out
is told by its name (a parameter of a link, a header, a field of JSON), by its form (tokens that
have one of their own), or because this process itself was given it. AWS's own words stay: "the
security token included in the request is invalid" names no token. Log lines are shown as they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

HIDDEN = "***"
_SHORTEST = 16
"""A shorter value of the environment may be a word that any sentence holds (``test``)."""
_VARIABLES = (
    *("SECRET", "TOKEN", "PASSWORD", "PASSWD", "APIKEY", "API_KEY"),
    *("ACCESS_KEY", "PRIVATE_KEY", "AUTH_KEY"),
)

# Up to the last @, unless a plain host comes first: a password that holds a / or an @ is no good in
# a URL, and a secret all the same.
_USER_OF_URL = r"(?<=//)(?![^\s/:@]*(?::\d+)?/)[^\s'\"`]+(?=@)"
_HEADERS = r"(?:(?:proxy-)?authorization|(?:set-)?cookie|x-amz-security-token|x-api-key)"
_NAMES = (
    r"(?:x-amz-(?:signature|security-token|credential)|signature|sig|(?:aws)?_?access_?key_?id"
    r"|(?:[\w-]*[_-])?(?:token|secret|password|passwd|pwd|passphrase|api[_-]?key|private[_-]?key)"
    r"|(?:aws_?)?secret_?(?:access_?)?key|(?:session|security|auth|access|refresh|id)_?token"
    r"|client_?secret|x-api-key)"
)
_NAMED = ("token", "secret", "passw", "pwd", "passphrase", "key", "sig", "x-amz-credential")
_EQUALS = r"(?:=|%3D|%253D)"
_QUOTE = r"\\*[\"']"
# What quotes hold, to the quote that closes them, whether or not they stand in JSON within JSON.
_QUOTED = rf"(?P<quote>{_QUOTE})(?:(?!(?P=quote)).)+(?P=quote)"
_IN_QUOTES = rf"\g<name>\g<quote>{HIDDEN}\g<quote>"
_BEHIND = rf"\g<name>{HIDDEN}"
_SCHEMES = r"(?:bearer|basic|digest|negotiate|token|apikey|aws4?[\w-]*)"
_TOKENS = (
    r"(?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-|xox[abeoprs]-|xapp-|(?:sk|rk)_(?:live|test)_)"
)
# Words of which a text must hold one; then this is struck out of it; by that.
_PATTERNS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("private key",),
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)",
        HIDDEN,
    ),
    # Lambda repeats a function's variables whole where they are too large.
    (("string measured",), r"(?P<name>String measured: ).*", _BEHIND),
    (("eyj",), r"\beyJ[\w-]{8,}\.[\w-]{8,}\.?[\w-]*", HIDDEN),  # JSON Web Token
    (
        ("gh", "glpat", "npm_", "pypi-", "xox", "xapp", "sk_", "rk_"),
        rf"\b{_TOKENS}[\w-]{{16,}}",
        HIDDEN,
    ),
    (("aiza",), r"\bAIza[\w-]{35}", HIDDEN),
    (("@",), _USER_OF_URL, HIDDEN),
    # A header in quotes, as of a dict; or to the end of its line, if it reads like one.
    (
        ("auth", "cookie", "x-a"),
        rf"(?P<name>\b{_HEADERS}{_QUOTE}\s*:\s*b?){_QUOTED}",
        _IN_QUOTES,
    ),
    (
        ("authorization",),
        rf"(?P<name>\b(?:proxy-)?authorization\s*[:=]\s*){_SCHEMES}\s[^\r\n\"']+",
        _BEHIND,
    ),
    (("auth", "cookie", "x-a"), rf"(?P<name>\b{_HEADERS}:\s*)[^\s\"']{{8,}}", _BEHIND),
    (
        ("bearer", "basic", "negotiate"),
        r"(?P<name>\b(?-i:Bearer|Basic|Negotiate)\s+)[\w.~+/-]{20,}=*",
        _BEHIND,
    ),
    (_NAMED, rf"(?P<name>(?<![\w-]){_NAMES}(?:{_QUOTE})?\s*[:=]\s*b?){_QUOTED}", _IN_QUOTES),
    (_NAMED, rf"(?P<name>(?<![\w-]){_NAMES}{_EQUALS})[^\s&\"'<>,;)]+", _BEHIND),
    # Inside a link that was made part of another, names begin behind %26 or %3F.
    (("%",), rf"(?P<name>%(?:25)?(?:26|3F){_NAMES}{_EQUALS})[^\s&\"'<>,;)%]+", _BEHIND),
    (
        ("aws",),
        r"(?P<name>\baws_?(?:secret_?access_?key|session_?token)\s*[:=]\s*)\S+",
        _BEHIND,
    ),
    # The last four tell an owner which key it is.
    (
        ("a3t", "akia", "asia", "abia", "acca"),
        r"\b(?P<kind>A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12}(?P<last>[A-Z0-9]{4})\b",
        rf"\g<kind>{HIDDEN}\g<last>",
    ),
)


def masked(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The text with every secret that can be told from its surroundings as ``***``.

    ``environ``: values of variables that are named as secrets are struck out wherever they stand.
    """
    for secret in _values(environ):
        text = text.replace(secret, HIDDEN)
    lower = text.lower()
    for words, pattern, instead in _PATTERNS:
        if any(word in lower for word in words):
            text = _compiled(pattern).sub(instead, text)
    return text


def masked_members(found: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of plain JSON without the secrets of its texts and of those in its lists.

    Mappings within it stay: as an ``object_hook`` of ``json.loads`` it has met them already.
    """
    return {name: _masked_member(value) for name, value in found.items()}


def _masked_member(value: Any) -> Any:
    if isinstance(value, str):
        return masked_by_form(value)
    return [_masked_member(one) for one in value] if isinstance(value, list) else value


@lru_cache(maxsize=4096)
def masked_by_form(text: str) -> str:
    """Masked by its form alone, and once: what others wrote repeats itself."""
    return masked(text, {})


def _values(environ: Mapping[str, str]) -> Iterator[str]:
    """The secrets of this process, the longest first: one may be a part of another."""
    found = (
        value
        for name, value in environ.items()
        if len(value) >= _SHORTEST and name.upper().endswith(_VARIABLES)
    )
    return iter(sorted(found, key=len, reverse=True))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Made when a message first needs it: start-up does not pay for it."""
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)

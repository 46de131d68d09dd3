"""What can be read of a request, in the words of API Gateway's parameter mappings.

``method.request.querystring.customer``, ``context.identity.sourceIp`` and their like, and words of
our own: a parameter of whichever place has it, all of a place, everything. (API Gateway developer
guide, "Parameter mapping source reference" and "Variables for data transformations".)
"""

from __future__ import annotations

import re

REQUEST = "method.request."
QUERY, PATH, HEADER = (f"{REQUEST}{place}." for place in ("querystring", "path", "header"))
BODY = f"{REQUEST}body"
EVERYTHING = "everything"
_ANYWHERE = "anywhere."
_ALL = "*"

# Of one method and one deployment: every caller of a cache entry reads the same. Overrides hold
# what the template itself has put there.
_CONSTANT = frozenset(
    {
        *(
            "accountId",
            "apiId",
            "deploymentId",
            "httpMethod",
            "resourceId",
            "resourcePath",
            "stage",
        ),
        *("requestOverride", "responseOverride"),
    }
)
OF_RESOURCE = frozenset({"context.resourceId", "context.resourcePath"})
"""What is the same for every caller of a method, yet not for two methods."""
_OF_REQUEST = frozenset(
    {
        *("requestId", "extendedRequestId", "requestTime", "requestTimeEpoch", "xrayTraceId"),
        *("awsEndpointRequestId", "awsEndpointRequestId2"),
    }
)
# AWS takes no other characters in the name of a request parameter, so none in a key.
_NAME_OF_A_KEY = re.compile(r"[\w.$-]+", re.ASCII)
_IDENTITY = frozenset({"authorization", "proxy-authorization", "cookie", "x-amz-security-token"})
_SECRET = re.compile(
    r"\w*token|auth(n|z|orization|entication|enticated)?|\w*session(id)?|\w*secret|\w*password"
    r"|passwd|\w*credentials?|\w*cookie|jwt|bearer|\w*signature|\w*apikey|sid|csrf|xsrf|assertion"
)
_KEYS = re.compile(
    r"(^|[-_.])(api|access|secret|private|subscription|functions?)[-_.]?key($|[-_.])"
)


_IN_WORDS = {
    EVERYTHING: "what cannot be told from its definition",
    BODY: "the body",
    f"{QUERY}{_ALL}": "all query parameters",
    f"{HEADER}{_ALL}": "all headers",
    f"{REQUEST}multivaluequerystring.": "every value of the query parameter {}",
    f"{REQUEST}multivalueheader.": "every value of the header {}",
    QUERY: "the query parameter {}",
    HEADER: "the header {}",
    "context.": "$context.{}",
}


def parameter(place: str, name: str) -> str:
    """``method.request.header.Accept`` of ``header`` and ``Accept``."""
    return f"{REQUEST}{place}.{name}"


def anywhere(name: str) -> str:
    """A parameter of the path or, without one, of the query string or, without one, a header."""
    return f"{_ANYWHERE}{name}"


def every(place: str) -> str:
    """All parameters of a place: ``path``, ``querystring`` or ``header``."""
    return parameter(place, _ALL)


def is_anywhere(source: str) -> bool:
    """Whether it is a parameter of whichever place has it."""
    return source.startswith(_ANYWHERE)


def placed(source: str, variables: tuple[str, ...]) -> tuple[str, ...]:
    """A source as parameters of one place each, where it is none already.

    ``variables`` are the path's own, as ``method.request.path.…``: a request has always all of
    them, and no other.
    """
    if source in (every("path"), "context.path"):
        return variables
    if source.startswith(PATH):
        return (source,) if source in variables else ()
    if not is_anywhere(source):
        return (source,)
    name = source.removeprefix(_ANYWHERE)
    if f"{PATH}{name}" in variables:
        return (f"{PATH}{name}",)
    return (f"{QUERY}{name}", f"{HEADER}{name}") if name else ()


def is_constant(source: str) -> bool:
    """Whether every caller of a method reads the same there."""
    first = source.removeprefix("context.").partition(".")[0]
    if source.startswith("context."):
        return first in _CONSTANT
    return source.startswith(("'", "stageVariables."))


def of_one_request(source: str) -> bool:
    """Whether it is new with every request: ids and times."""
    first = source.removeprefix("context.").partition(".")[0]
    return source.startswith("context.") and first in _OF_REQUEST


def fits_a_key(source: str) -> bool:
    """Whether a cache key can name it: one parameter, of a name that AWS takes."""
    place = next((one for one in (QUERY, PATH, HEADER) if source.startswith(one)), None)
    return place is not None and bool(_NAME_OF_A_KEY.fullmatch(source.removeprefix(place)))


def is_identity(source: str) -> bool:
    """Whether it is a header that says who the caller is, by its name: credentials, tokens."""
    if not source.startswith(HEADER):
        return False
    name = source.removeprefix(HEADER).lower()
    if name in _IDENTITY or _KEYS.search(name):
        return True
    return any(_SECRET.fullmatch(word) for word in re.split(r"[-_.]", name))


def is_written_as_a_header(source: str) -> bool:
    """Whether a name that may be a query parameter's too is more likely a header's.

    ``nextToken`` is a place in a list, ``X-Session-Token`` a secret.
    """
    name = source.removeprefix(HEADER)
    return "-" in name or name.lower() in _IDENTITY


def folded(source: str) -> str:
    """A source as it compares: headers are the same in any letter case (RFC 9110, section 5.1)."""
    return source.lower() if ".header." in source else source


def short(source: str) -> str:
    """``method.request.querystring.family`` -> ``family``; headers and paths keep their place."""
    place, _, name = source.removeprefix(REQUEST).partition(".")
    return name if place == "querystring" else f"{place}:{name}"


def in_words(source: str) -> str:
    """A source that no key holds, as a person calls it."""
    for beginning, words in _IN_WORDS.items():
        if source.startswith(beginning):
            return words.format(source.removeprefix(beginning))
    return source

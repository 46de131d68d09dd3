"""How telemetry reaches AWS: one callable, handed in, so that streams stay free of sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from dragonctl.errors import DragonError

Clock = Callable[[], float]
"""Seconds since the epoch, as ``time.time`` gives them."""

Sleep = Callable[[float], None]
"""Waits so many seconds, as ``time.sleep`` does."""

THROTTLED = frozenset(
    {
        "429",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailableException",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Codes that mean "later": what CloudWatch Logs, X-Ray and Step Functions answer when busy."""

ABSENT = frozenset({"ExecutionDoesNotExist", "NotFoundException", "ResourceNotFoundException"})
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})

CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "NoCredentials",
        "UnrecognizedClientException",
    }
)


class Fetch(Protocol):
    """One call of AWS and its answer as plain JSON; AWS's refusals come as exceptions.

    ``operation`` is AWS's own name (``FilterLogEvents``). Nothing is remembered between calls.
    """

    def __call__(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make the call; repeats of throttled calls are the callable's own matter."""


def error_code(problem: BaseException) -> str:
    """AWS's error code of a botocore ``ClientError`` or of a ``DragonError``; "" for others."""
    answer = getattr(problem, "response", None)
    if isinstance(answer, dict):
        return str(answer.get("Error", {}).get("Code", ""))
    return str(getattr(problem, "code", ""))


def error_text(problem: BaseException) -> str:
    """What AWS said, without botocore's preamble; else the exception's own words."""
    answer = getattr(problem, "response", None)
    if isinstance(answer, dict):
        return str(answer.get("Error", {}).get("Message", "")) or error_code(problem)
    return str(getattr(problem, "message", "") or problem or type(problem).__name__)


def pages(
    fetch: Fetch,
    service: str,
    operation: str,
    *,
    token: str = "NextToken",  # noqa: S107 (a paging token)
    **params: Any,
) -> Iterator[dict[str, Any]]:
    """Every page of an operation that takes and gives its paging token under one name.

    A page may be empty and still be followed by others; a token that repeats ends the stream,
    as botocore's paginators do.
    """
    previous = None
    while True:
        answer = fetch(service, operation, **params)
        yield answer
        following = answer.get(token)
        if not following or following == previous:
            return
        previous = following
        params[token] = following


def from_aws(problem: BaseException) -> bool:
    """Whether a failure is AWS's, or the way to AWS: what can be named and gone on without.

    Refusals of the credentials themselves are not: nothing goes on without them.
    """
    if error_code(problem) in CREDENTIALS:
        return False
    package = type(problem).__module__.partition(".")[0]
    known = isinstance(problem, DragonError | OSError) or package in ("botocore", "urllib3")
    return known or bool(error_code(problem))

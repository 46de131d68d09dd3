"""Pages of lists that moto gives whole, whatever the page's size that is asked for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from dragonctl.local import wire
from dragonctl.local.messages import Answer, AwsError, Request

_FIRST_REFUSAL = 300


@dataclass(frozen=True)
class Paged:
    """How an operation pages: members of the request, and those of the answer.

    ``listed`` is the list; ``more``, where there is one, says whether another page follows;
    ``refusal`` is the code for a token that was never given out.
    """

    limit: str
    token: str
    listed: str
    refusal: str
    more: str = ""


PAGES = {
    ("cloudwatch", "DescribeAlarms"): Paged(
        "MaxRecords", "NextToken", "MetricAlarms", "InvalidNextToken"
    ),
    ("iam", "ListRolePolicies"): Paged(
        "MaxItems", "Marker", "PolicyNames", "ValidationError", "IsTruncated"
    ),
    ("iam", "ListPolicyVersions"): Paged(
        "MaxItems", "Marker", "Versions", "ValidationError", "IsTruncated"
    ),
    ("logs", "DescribeResourcePolicies"): Paged(
        "limit", "nextToken", "resourcePolicies", "InvalidParameterException"
    ),
}


def cut(request: Request, answer: Answer) -> Answer:
    """The page that is asked for; the answer itself where the operation pages otherwise.

    Raises:
        AwsError: its token is none.

    """
    paged = PAGES.get((request.service, request.operation))
    if paged is None or answer.status >= _FIRST_REFUSAL:
        return answer
    limit, given = (request.parameters.get(name) for name in (paged.limit, paged.token))
    if not limit and not given:
        return answer
    result = wire.read_answer(request, answer)
    whole = result.get(paged.listed) or []
    start = position(given, paged.token, paged.refusal)
    end = start + int(limit) if limit else len(whole)
    follows = end < len(whole)
    page: dict[str, Any] = {**result, paged.listed: whole[start:end]}
    if follows:
        page[paged.token] = token(end)
    if paged.more:
        page[paged.more] = follows
    return wire.write(request, page)


def token(number: int) -> str:
    """What the next page is asked for with: it begins at this place of the list."""
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def position(given: str | None, name: str, refusal: str) -> int:
    """Where a page begins; the first without a token.

    Raises:
        AwsError: with the code ``refusal``, for a token that was never given out.

    """
    try:
        return int(base64.urlsafe_b64decode(given)) if given else 0
    except (binascii.Error, ValueError):
        raise AwsError(refusal, f"The specified {name} is invalid.") from None

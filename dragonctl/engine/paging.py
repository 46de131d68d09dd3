"""Following AWS's pages: the one loop over their tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Tokens = Sequence[tuple[str, str]]
"""Of each paging token: the parameter that takes it, and the field of the answer that gives it."""

NEXT_TOKEN: Tokens = (("NextToken", "NextToken"),)
"""X-Ray's and CloudWatch's."""


def follow(
    ask: Callable[..., dict[str, Any]], tokens: Tokens, **params: Any
) -> Iterator[dict[str, Any]]:
    """Every page of an operation, each asked for when it is wanted.

    A page may be empty and still be followed by others. One that gives the token by which it was
    asked for is the last, as in botocore's paginators: an endpoint that repeats its token would
    page forever.
    """
    while True:
        page = ask(**params)
        yield page
        following = {taken: page.get(given) for taken, given in tokens if page.get(given)}
        if not following or not page.get("IsTruncated", True):
            return
        if all(params.get(name) == value for name, value in following.items()):
            return
        params |= following

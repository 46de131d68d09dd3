"""What a definition does not show, said of the methods alone that it is true of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dragonctl.recipes.caching.keys import CacheMethod, headers_outside
from dragonctl.recipes.caching.reading.integration import hands_on_the_request, passes_the_body
from dragonctl.recipes.caching.reading.sources import short
from dragonctl.wording import first_few


def unseen(keys: Mapping[CacheMethod, Iterable[str]]) -> Iterator[str]:
    """Sentences about the methods that will be cached, each with its whole key."""
    proxies = {
        method: key for method, key in keys.items() if hands_on_the_request(method.integration)
    }  # fmt: skip
    if proxies:
        yield (
            f"The code behind {first_few(proxy.name for proxy in proxies)} gets the whole request,"
            " and what it reads cannot be seen from here: callers who differ only in query"
            " parameters, headers or a body that are not in the key share an answer, with the"
            " cookies that it sets; so do those of different addresses or client certificates."
            " --key NAME adds a parameter. Whether a key holds every value of one that is given"
            " twice, AWS does not say."
        )
    for method, key in proxies.items():
        headers = headers_outside(method, key)
        if headers:
            names = first_few(map(short, headers))
            yield f"Not in the key of {method.name}, though declared: {names}."
    passing = [one.name for one in keys if passes_the_body(one.integration)]
    if passing:
        yield (
            f"A body that is sent along with {first_few(passing)} reaches the back end as it came,"
            " and is in no key."
        )

"""Methods that share a ``cacheNamespace``: one asks, and the other's answer comes.

A namespace is the resource's own id unless somebody has set another; within one, the key alone
tells answers apart (API Gateway API reference, "Integration"). So such methods are judged as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from dragonctl.recipes.caching.definition import form
from dragonctl.recipes.caching.keys import CacheMethod
from dragonctl.recipes.caching.reading.integration import hands_on_the_request
from dragonctl.recipes.caching.reading.sources import folded

Key = Callable[[CacheMethod], Iterable[str]]
_OF_THE_INTEGRATION = frozenset(
    {"type", "uri", "httpMethod", "credentials", "connectionId", "connectionType"}
    | {"requestParameters", "requestTemplates", "passthroughBehavior", "contentHandling"}
    | {"mapped answers", "responseTransferMode", "tlsConfig"}
)


def companions(methods: Iterable[CacheMethod]) -> dict[str, list[CacheMethod]]:
    """Path -> the methods of other paths whose answers lie in the same namespace, if any."""
    groups: Mapping[str, list[CacheMethod]] = defaultdict(list)
    for method in methods:
        groups[_namespace(method)].append(method)
    return {
        one.path: [other for other in group if other is not one]
        for group in groups.values()
        for one in group
        if len(group) > 1
    }


def mixing(method: CacheMethod, others: Iterable[CacheMethod], key: Key) -> Iterator[str]:
    """Why a method and those of its namespace would be given each other's answers."""
    others = list(others)
    for other in others:
        differing = list(_differing(method, other, key))
        if differing:
            yield (
                f"it shares a cache (cacheNamespace {_namespace(method)}) with {other.name}, of"
                f" another {' and another '.join(differing)}"
            )
    if others and method.reads.of_resource:
        yield f"it shares a cache with {others[0].name}, and its integration reads which was asked"


def mingling(method: CacheMethod, others: Iterable[CacheMethod]) -> Iterator[str]:
    """What to say of methods that share a namespace and are the same, as far as can be seen."""
    names = ", ".join(other.name for other in others)
    if names:
        unseen = (
            ": the code behind them sees which was asked"
            if hands_on_the_request(method.integration)
            else ""
        )
        yield f"{method.name} shares its cache, and so its answers, with {names}{unseen}."


def _differing(one: CacheMethod, other: CacheMethod, key: Key) -> Iterator[str]:
    here, there = form(one.raw), form(other.raw)
    if any(here.get(aspect) != there.get(aspect) for aspect in _OF_THE_INTEGRATION):
        yield "integration"
    if here.get("authorization") != there.get("authorization"):
        yield "authorization"
    if set(map(folded, key(one))) != set(map(folded, key(other))):
        yield "key"


def _namespace(method: CacheMethod) -> str:
    """An export leaves out a resource's own namespace; a path is as unique as an id."""
    own = str(method.raw.get("resourceId") or method.path)
    return str(method.integration.get("cacheNamespace") or own)

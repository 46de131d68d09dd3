"""Which methods of a stage are answered from its cache, and what their keys leave out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.recipes.caching.keys import CacheMethod, outside, short, telling_callers_apart
from dragonctl.resources.apigateway_stage import caches, stage_state


@dataclass(frozen=True)
class CachedMethod:
    """A cached method (``GET /dragons``).

    ``shared`` names the declared parameters outside its key: callers who differ in nothing else
    get each other's answers; ``callers`` says what else tells callers apart, which no key mends.
    """

    name: str
    shared: tuple[str, ...]
    callers: tuple[str, ...] = ()


def cached_methods(
    stage: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]
) -> Iterator[CachedMethod]:
    """The methods that a stage's cache answers.

    ``stage`` is GetStages' item, ``resources`` are GetResources' items. A cluster alone caches
    nothing. A ``GET`` beside an ``ANY`` is what answers GET.
    """
    state = stage_state(stage)
    if not state["cacheClusterEnabled"]:
        return
    for resource in resources:
        methods = resource.get("resourceMethods") or {}
        for method, about in methods.items():
            answers = method != "ANY" or "GET" not in methods
            if answers and caches(state, method, resource["path"]):
                yield _cached(CacheMethod(resource["path"], method, about or {}))


def _cached(method: CacheMethod) -> CachedMethod:
    shared = tuple(map(short, outside(method, method.key)))
    callers = tuple(telling_callers_apart(method, method.key))
    return CachedMethod(f"{method.verb} {method.path}", shared, callers)

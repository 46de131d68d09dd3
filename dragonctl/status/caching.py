"""Which methods of a stage are answered from its cache, and what their keys leave out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from dragonctl.app import App
from dragonctl.engine.model import Reader
from dragonctl.recipes.caching import prices
from dragonctl.recipes.caching.keys import CacheMethod, outside, telling_callers_apart
from dragonctl.recipes.caching.reading.sources import short
from dragonctl.resources.apigateway_stage import caches, stage_state
from dragonctl.telemetry.cache_metrics import cache_stats

_RATIO_HOURS = 3
Ratios = dict[tuple[str, str], float | None]
"""(API's id, stage) -> hits among all requests to cached methods, 0 to 1; None: there were none."""


def cache_document(size: str | None, status: str) -> dict[str, Any]:
    """The cache of a stage: its size in GB (None: it has none), and what it costs in dollars."""
    return {
        "cache": size,
        "cache_status": status,
        "cache_per_hour": prices.per_hour(size) if size else None,
        "cache_per_month": prices.per_month(size) if size else None,
    }


def hit_ratios(aws: Reader, app: App, now: datetime) -> Ratios:
    """The hit ratios of the stages that have a cache, in the hours before ``now``."""
    end = int(now.timestamp() * 1000)
    start = end - _RATIO_HOURS * 3600 * 1000
    ask = partial(aws.get, "cloudwatch")
    found: Ratios = {}
    for api in app.apis:
        stages = [name for name, raw in api.stages.items() if raw.get("cacheClusterEnabled")]
        if stages:
            stats = cache_stats(ask, api.name, stages, start, end, end)
            found |= {(api.id, one.stage): one.ratio for one in stats}
    return found


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

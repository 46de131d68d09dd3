"""What the caches of an application cost, and how well they do."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader
from dragonctl.recipes.caching import prices
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

"""What the cache of a stage answers now, and between whom it mixes answers up.

Judged by what the stage serves, as ``enable-cache`` judges before it caches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dragonctl.application.nouns import Api
from dragonctl.engine.model import Reader, State
from dragonctl.recipes.caching.keys import CacheMethod, outside, telling_callers_apart
from dragonctl.recipes.caching.namespaces import companions, mixing
from dragonctl.recipes.caching.reading.sources import short
from dragonctl.recipes.caching.survey import CacheSurvey, survey
from dragonctl.resources.apigateway_method import Methods
from dragonctl.resources.apigateway_stage import caches, keys_of, stage_state
from dragonctl.resources.apigateway_stage_fields import ALL_METHODS


@dataclass(frozen=True)
class CachedMethod:
    """A cached method (``GET /dragons``).

    ``shared`` names the parameters outside its key: callers who differ in nothing else get each
    other's answers; ``callers`` says what else tells callers apart, which no parameter cures.
    """

    name: str
    shared: tuple[str, ...]
    callers: tuple[str, ...] = ()
    encrypted: bool = False

    @property
    def why(self) -> str:
        """Why callers get each other's answers, as the end of ``it is cached …``; or empty."""
        if self.callers:
            return f"although {' and '.join(self.callers)}"
        return f"without {', '.join(self.shared)} in its key" if self.shared else ""


def survey_caches(aws: Reader, api: Api) -> CacheSurvey | None:
    """The methods of an API and what its caching stages serve; None where no stage has a cache."""
    stages = {name: raw for name, raw in api.stages.items() if raw.get("cacheClusterEnabled")}
    return survey(aws, replace(api, stages=stages)) if stages else None


def cached_methods(stage: Mapping[str, Any], seen: CacheSurvey) -> Iterator[CachedMethod]:
    """The methods that a stage's cache answers.

    ``stage`` is GetStages' item. A cluster alone caches nothing; a ``GET`` beside an ``ANY`` is
    what answers GET; what streams is never cached.
    """
    state = stage_state(stage)
    if not state["cacheClusterEnabled"]:
        return
    cached = [
        method
        for method in _answering(seen.served.get(stage["stageName"], seen.methods))
        if caches(state, method.verb, method.path) and not method.streams
    ]
    others = companions(one for one in cached if one.verb in ("ANY", "GET"))
    for method in cached:
        yield _cached(method, others.get(method.path, []), state)


def _answering(methods: Methods) -> Iterator[CacheMethod]:
    for (verb, path), raw in methods.items():
        if verb != "ANY" or ("GET", path) not in methods:
            yield CacheMethod(path, verb, raw)


def _cached(method: CacheMethod, others: list[CacheMethod], state: State) -> CachedMethod:
    others_of_path = others if method.verb in ("ANY", "GET") else []
    return CachedMethod(
        f"{method.verb} {method.path}",
        tuple(map(short, outside(method, method.key))),
        (
            *telling_callers_apart(method, method.key),
            *mixing(method, others_of_path, lambda one: one.key),
        ),
        _encrypted(method, state),
    )


def _encrypted(method: CacheMethod, state: State) -> bool:
    own = [
        key for key in keys_of(method.verb, method.path, state) if f"{key}/caching/enabled" in state
    ]
    return all(state.get(f"{key}/caching/dataEncrypted") for key in own or [ALL_METHODS])

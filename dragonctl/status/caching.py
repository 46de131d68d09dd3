"""Which methods of a stage are answered from its cache, and what their keys leave out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.recipes.caching.keys import CacheMethod, outside, short
from dragonctl.resources.apigateway_stage import ALL_METHODS, method_key, spelled


@dataclass(frozen=True)
class CachedMethod:
    """A cached method (``GET /dragons``).

    ``shared`` names the declared parameters outside its key: callers who differ in nothing else
    get each other's answers.
    """

    name: str
    shared: tuple[str, ...]


def cached_methods(
    stage: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]
) -> Iterator[CachedMethod]:
    """The methods that a stage's cache answers.

    ``stage`` is GetStages' item, ``resources`` are GetResources' items. A cluster alone caches
    nothing: a method needs ``cachingEnabled`` too, its own or (GET alone) that of ``*/*``
    (API Gateway developer guide, "Cache settings for REST APIs").
    """
    if not stage.get("cacheClusterEnabled"):
        return
    settings = {spelled(key): one for key, one in (stage.get("methodSettings") or {}).items()}
    for resource in resources:
        for method, about in (resource.get("resourceMethods") or {}).items():
            if _is_cached(settings, resource["path"], method):
                cached = CacheMethod(resource["path"], method, about or {})
                shared = tuple(map(short, outside(cached, cached.key)))
                yield CachedMethod(f"{method} {resource['path']}", shared)


def _is_cached(settings: Mapping[str, Mapping[str, Any]], path: str, method: str) -> bool:
    own = settings.get(method_key(method, path)) or settings.get(f"{path.strip('/')}/{method}")
    everywhere = settings.get(ALL_METHODS, {}) if method == "GET" else {}
    said = everywhere if own is None else own
    return bool(said.get("cachingEnabled")) and said.get("cacheTtlInSeconds", 300) != 0

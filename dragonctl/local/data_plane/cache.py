"""The stage cache: answers kept by the deployed key, for as long as the stage's settings say."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.local.data_plane.definition import DeployedMethod, ServedStage
from dragonctl.local.data_plane.mapping import Parameters

# The largest response that AWS caches, in bytes.
LARGEST_BYTES = 1_048_576
DEFAULT_SECONDS = 300


@dataclass(frozen=True)
class Answer:
    """What goes to the client; ``repeated`` are header lines beside one of the same name."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Policy:
    """How a method is cached now; ``seconds`` 0 keeps nothing."""

    seconds: int
    encrypted: bool
    invalidation_needs_right: bool
    unauthorized: str


def policy(stage: ServedStage, method: DeployedMethod, http_method: str) -> Policy | None:
    """The caching in force for a method; None where its answers are not cached.

    A cluster alone caches nothing: the method's settings must say so. The stage's ``*/*`` caches
    ``GET`` alone; another method needs an override of its own (AWS: "only GET methods are cached
    by default").
    """
    if not stage.raw.get("cacheClusterEnabled"):
        return None
    if stage.raw.get("cacheClusterStatus") not in ("AVAILABLE", "FLUSH_IN_PROGRESS"):
        return None
    settings = stage.settings(method, http_method)
    if not settings.get("cachingEnabled"):
        return None
    if http_method != "GET" and settings is stage.everywhere:
        return None
    return Policy(
        int(settings.get("cacheTtlInSeconds", DEFAULT_SECONDS)),
        bool(settings.get("cacheDataEncrypted")),
        bool(settings.get("requireAuthorizationForCacheControl", True)),
        str(settings.get("unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITH_RESPONSE_HEADER")),
    )


Key = tuple[Any, ...]


def key(method: DeployedMethod, parameters: Parameters, how: Policy) -> Key:
    """What tells two answers apart: the namespace, the method, and each key parameter's value."""
    integration = method.integration
    namespace = integration.get("cacheNamespace") or method.resource_id
    values = tuple((name, parameters.value(name)) for name in sorted(method.cache_key_parameters))
    return namespace, method.http_method, parameters.request.method, values, how.encrypted


class StageCaches:
    """The caches of all stages of this server; all methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stages: dict[tuple[str, ...], tuple[Any, dict[Key, tuple[float, Answer]]]] = {}

    def get(self, stage: ServedStage, entry: Key, seconds: int) -> Answer | None:
        """An answer that is not older than ``seconds``.

        The time to live is judged when reading, so that a shorter one takes effect at once.
        """
        with self._lock:
            kept, answer = self._cluster(stage).get(entry, (0.0, None))
        return answer if answer is not None and time.monotonic() - kept < seconds else None

    def put(self, stage: ServedStage, entry: Key, answer: Answer) -> None:
        """Keep an answer, unless it is too large or no success."""
        if len(answer.body) <= LARGEST_BYTES and 200 <= answer.status < 300:  # noqa: PLR2004
            with self._lock:
                self._cluster(stage)[entry] = (time.monotonic(), answer)

    def drop(self, stage: ServedStage, entry: Key) -> None:
        """Forget one answer."""
        with self._lock:
            self._cluster(stage).pop(entry, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._stages.clear()

    def _cluster(self, stage: ServedStage) -> dict[Key, tuple[float, Answer]]:
        """The entries of the stage's present cluster: a new, resized or flushed one is empty."""
        generation, entries = self._stages.get(stage.key, (None, None))
        if entries is None or generation != stage.deployed.cache_generation:
            entries = {}
            self._stages[stage.key] = (stage.deployed.cache_generation, entries)
        return entries

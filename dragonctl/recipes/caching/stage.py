"""What a stage should hold when some of its methods are cached: one update of the stage.

Every field of an override is written, because an override shadows the stage's ``*/*`` settings:
logging, metrics, data trace and throttling would silently fall back to API Gateway's defaults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.engine.model import Done, Json, Reading, State
from dragonctl.engine.pending import NEW_DEPLOYMENT
from dragonctl.recipes.caching.options import DEFAULT_SIZE, DEFAULT_TTL, INVALIDATION, CacheOptions
from dragonctl.resources.apigateway_stage import caches, keys_of, method_key
from dragonctl.resources.apigateway_stage_fields import ALL_METHODS, SETTINGS

_CACHING = "caching/"
_ON = "caching/enabled"
_TTL = "caching/ttlInSeconds"


@dataclass(frozen=True)
class StageWanted:
    """A stage's cluster, its deployment, and an override for each path that is cached.

    ``deployment`` is the identifier of the deployment's step; None: the stage stays on its own.
    ``off`` are paths whose override must say that they are not cached.
    """

    options: CacheOptions
    paths: tuple[str, ...]
    deployment: str | None = None
    off: tuple[str, ...] = ()

    def __call__(self, have: Reading | None, done: Done) -> State:
        """The deployment comes first and the cluster last.

        An update of many methods takes several calls: none of them may let a method cache before
        its key is served, and none may wait for the cluster of another.
        """
        state = have.state if have else {}
        want = dict(self._deployment(state, done))
        for path in self.off:
            want |= self._override(method_key("GET", path), path, state, {_ON: False})
        for path in self.paths:
            given = self._asked(path, state)
            for key in keys_of("GET", path, state):  # every spelling is made to say the same
                want |= self._override(key, path, state, given)
        size = self.options.size or state.get("cacheClusterSize") or DEFAULT_SIZE
        return {**want, "cacheClusterSize": size, "cacheClusterEnabled": True}

    def _deployment(self, state: State, done: Done) -> Iterator[tuple[str, Json]]:
        """Ours, unless somebody has put a newer one on the stage: that holds our keys as well.

        To go back behind it would leave the methods that it was made for without their keys.
        """
        if not self.deployment:
            return
        made = done.get(self.deployment)
        facts = made.facts if made else {}
        if state.get("deploymentId") in facts.get("older", (state.get("deploymentId"),)):
            yield "deploymentId", facts.get("id", NEW_DEPLOYMENT)

    def _override(self, key: str, path: str, state: State, given: State) -> State:
        held = [*dict.fromkeys((key, *keys_of("GET", path, state))), ALL_METHODS]
        want: dict[str, Json] = {}
        for suffix, row in SETTINGS.items():
            there = [state[f"{one}/{suffix}"] for one in held if f"{one}/{suffix}" in state]
            value = given.get(suffix, there[0] if there else None)
            if value is None and suffix.startswith(_CACHING):
                value = row.absent
            if suffix == _TTL and suffix not in given:
                value = value or DEFAULT_TTL  # 0 is "off", which a default fills
            if value is not None:
                want[f"{key}/{suffix}"] = value
        return want

    def _asked(self, path: str, state: State) -> State:
        """What the options say of a cached method, by the suffix of its setting.

        A method whose caching begins now keeps its answers encrypted, whatever its override says;
        that of one which caches already is kept.
        """
        given: dict[str, Json] = {_ON: True}
        if self.options.ttl is not None:
            given[_TTL] = self.options.ttl
        begins = not (state.get("cacheClusterEnabled") and caches(state, "GET", path))
        if self.options.encrypt is not None or begins:
            given["caching/dataEncrypted"] = self.options.encrypt is not False
        if self.options.invalidation:
            given["caching/requireAuthorizationForCacheControl"] = True
            given["caching/unauthorizedCacheControlHeaderStrategy"] = INVALIDATION[
                self.options.invalidation
            ]
        return given


def resizes(state: State, options: CacheOptions) -> bool:
    """Whether the update destroys a cluster, and all that it holds, for one of another size."""
    return bool(
        state.get("cacheClusterEnabled")
        and options.size
        and options.size != state.get("cacheClusterSize")
    )

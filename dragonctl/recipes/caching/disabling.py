"""``disable-cache``: caching off first, then what ``enable-cache`` added is taken away. Pure.

Keys are part of the API's definition, which all its stages share: they go only when no stage
caches any more, and after caching is off, so that no answer is ever served under half a key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dragonctl.application.nouns import Api
from dragonctl.engine.model import Done, Json, Reading, State, Step
from dragonctl.recipes.caching.history import AddedFields
from dragonctl.resources.apigateway_cache_deployment import EVERYTHING
from dragonctl.resources.apigateway_method import DECLARED, KEY, Integration, Method, Methods
from dragonctl.resources.apigateway_stage import Stage, method_keys
from dragonctl.resources.apigateway_stage_fields import ALL_METHODS, SETTINGS

_ON = "caching/enabled"


@dataclass(frozen=True)
class StageOff:
    """A stage without a cache, and otherwise as it was before ``enable-cache``.

    ``added`` is what that wrote (None: the journal knows of nothing); ``deployments`` are those
    that still exist, so that the stage can be put back on its own.
    """

    added: AddedFields | None
    deployments: Collection[str] = ()

    def __call__(self, have: Reading | None, done: Done) -> State:
        """Fields of overrides that were made are unset; those of others are put back."""
        state = have.state if have else {}
        want: dict[str, Json] = {}
        for key in method_keys(state):
            want |= self._method(key, state)
        if self._is_ours("deploymentId", state) and not self._has_canary(have):
            before = self.added.before["deploymentId"] if self.added else None
            if before in self.deployments:
                want["deploymentId"] = before
        return {**want, "cacheClusterEnabled": False}

    def _method(self, key: str, state: State) -> State:
        fields = [f"{key}/{suffix}" for suffix in SETTINGS if f"{key}/{suffix}" in state]
        if key != ALL_METHODS and all(self._was_made(field, state) for field in fields):
            return dict.fromkeys(fields)
        back = {
            field: self.added.before[field]
            for field in fields
            if self.added and self._is_ours(field, state) and self.added.before[field] is not None
        }
        return {**back, f"{key}/{_ON}": False}

    def _is_ours(self, name: str, state: State) -> bool:
        return bool(
            self.added and name in self.added.after and self.added.after[name] == state.get(name)
        )

    def _was_made(self, name: str, state: State) -> bool:
        return bool(
            self._is_ours(name, state) and self.added and self.added.before[name] is None
        )  # fmt: skip

    def _has_canary(self, have: Reading | None) -> bool:
        return bool(have and have.facts["raw"].get("canarySettings"))


def disabling(
    api: Api, history: Mapping[str, AddedFields], methods: Methods, deployments: Collection[str]
) -> Iterator[Step]:
    """The steps: every chosen stage, then the keys, then the parameters declared for them."""
    stages = []
    for name in api.stages:
        stage = Stage(api.id, name)
        stages.append(stage.identifier)
        wanted = StageOff(history.get(stage.identifier), deployments)
        yield Step(f"Cache of stage {name}", stage, wanted, waits_if_unchanged=True)
    for one in history.values():
        if one.entry.kind == Integration.kind:
            yield from _key_steps(one, history, methods, tuple(stages))


def unremembered(api: Api, history: Mapping[str, AddedFields]) -> Iterator[str]:
    """What stays of a cache that nobody here is known to have enabled.

    The description of a deployment may tell that some dragonctl made it, yet not which keys were
    there before: taking away what somebody else relies on is worse than leaving a key.
    """
    for name, raw in api.stages.items():
        if raw.get("cacheClusterEnabled") and Stage(api.id, name).identifier not in history:
            yield (
                f"This machine's journal knows no enable-cache of stage {name}: its cache is turned"
                " off, but cache keys, declared parameters and overrides stay, because AWS does"
                " not tell who added them."
            )


def staying(api: Api, deployments: Mapping[str, str | None]) -> Iterator[str]:
    """The stages that are not put back on an earlier deployment: others' edits would go with it."""
    for name, raw in api.stages.items():
        if deployments.get(raw.get("deploymentId", "")) == EVERYTHING:
            yield (
                f"Stage {name} stays on its deployment, because other edits went live with it"
                " (--deploy-all). Its cache keys do nothing while no method is cached."
            )


def _key_steps(
    one: AddedFields, history: Mapping[str, AddedFields], methods: Methods, stages: tuple[str, ...]
) -> Iterator[Step]:
    integration = Integration(**one.entry.identity)
    name = (integration.method, integration.path)
    if name not in methods:
        return
    key = _made(one, KEY)
    yield Step(
        f"Cache key of GET {integration.path}",
        integration,
        _Gone(key),
        stages,
        checks_dependents=True,
        waits_for_read_back=True,  # a key goes when no stage caches with it any more
    )
    method = Method(**one.entry.identity)
    declared = _made(history[method.identifier], DECLARED) if method.identifier in history else ()
    behind = methods[name].get("methodIntegration") or {}
    mapped = set((behind.get("requestParameters") or {}).values())
    unused = tuple(each for each in declared if each.removeprefix(DECLARED) not in mapped)
    if unused:
        yield Step(
            f"Parameters of GET {integration.path}",
            method,
            _Gone(unused),
            (integration.identifier,),
            waits_for_read_back=True,  # a key may not name what is not declared
        )


def _made(one: AddedFields, prefix: str) -> tuple[str, ...]:
    return tuple(
        name
        for name, value in one.after.items()
        if name.startswith(prefix) and value is not None and one.before[name] is None
    )


@dataclass(frozen=True)
class _Gone:
    """Fields that should be unset, as far as they are there."""

    fields: tuple[str, ...]

    def __call__(self, have: Reading | None, done: Done) -> State:
        return {name: None for name in self.fields if have and name in have.state}

"""What each stage will cache of the methods that were chosen, and what it would cache unasked.

A stage serves what was deployed to it, not what is edited now: it is judged by that, unless this
run deploys to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dragonctl.application.nouns import Raw
from dragonctl.engine.model import State
from dragonctl.errors import DragonError
from dragonctl.recipes.caching.choice import MethodChoice, uncacheable
from dragonctl.recipes.caching.keys import CacheMethod, sharing
from dragonctl.recipes.caching.namespaces import companions, mixing
from dragonctl.recipes.caching.options import CacheOptions
from dragonctl.recipes.caching.survey import CacheSurvey
from dragonctl.resources.apigateway_stage import caches, keys_of, stage_state
from dragonctl.resources.apigateway_stage_fields import ALL_METHODS

Reads = dict[str, CacheMethod]


@dataclass(frozen=True)
class StageChoice:
    """The methods that a stage will cache; none: it is left alone.

    ``deploys``: it needs the present definition for that; ``off``: the paths that an override must
    keep out of a cache that is new; ``warnings``: what was left out, and what is cached besides.
    """

    methods: tuple[CacheMethod, ...]
    deploys: bool = False
    off: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def choose_for(
    stage: str, raw: Raw, choice: MethodChoice, seen: CacheSurvey, options: CacheOptions
) -> StageChoice:
    """What one stage (GetStages' item) will cache.

    Raises:
        DragonError: somebody's own setting would begin to share answers between callers.

    """
    state = stage_state(raw)
    served = seen.reads_of(stage)
    if options.ttl == 0 and not state["cacheClusterEnabled"]:
        return StageChoice((), warnings=(_stays_off(stage, "a TTL of 0 keeps no answer"),))
    methods, warnings = _served(stage, choice, served, options)
    if not options.methods:
        methods, excluded = _without_excluded(stage, methods, state)
        warnings += excluded
    deploys = any(_lacks_key(method, served, choice) for method in methods)
    if not deploys and served is not None:
        unsafe = dict(_unsafe_as_served(methods, served))
        if unsafe and not options.allow_shared:
            deploys = options.deploy_all or bool(options.methods)
        if not deploys:
            methods, warnings = _judged(stage, methods, unsafe, warnings, options)
    if not methods and not state["cacheClusterEnabled"]:
        return StageChoice((), warnings=(*warnings, _stays_off(stage, "no method is left for it")))
    there = seen.reads if deploys or served is None else served
    unasked = _unasked(state, there, methods)
    off = () if state["cacheClusterEnabled"] else tuple(_by_all(unasked, state))
    warnings += _besides(stage, state, unasked, off, options)
    return StageChoice(tuple(methods), deploys, off, tuple(warnings))


def _stays_off(stage: str, why: str) -> str:
    return f"Stage {stage} gets no cache, and costs nothing: {why}."


def _served(
    stage: str, choice: MethodChoice, served: Reads | None, options: CacheOptions
) -> tuple[list[CacheMethod], list[str]]:
    """The chosen methods that the stage serves, or will serve, and the others by name."""
    methods, warnings = [], []
    everything = served is None or options.deploy_all or bool(options.methods)
    for method in choice.methods:
        deployed = (served or {}).get(method.path)
        if everything or (deployed and deployed.verb == method.verb):
            methods.append(method)
        else:
            warnings.append(f"{method.name} is not cached: stage {stage} does not serve it yet.")
    return methods, warnings


def _without_excluded(
    stage: str, methods: list[CacheMethod], state: State
) -> tuple[list[CacheMethod], list[str]]:
    """The methods but those that somebody has taken out of what ``*/*`` caches, those by name.

    Where ``*/*`` caches nothing, an override's off says nothing: AWS writes all its fields.
    """
    excluded = [one for one in methods if _is_excluded(one, state)]
    given = [
        f"{one.name} is not cached: its own settings keep it out of what stage {stage} caches of"
        f" all methods (*/*). --method '{one.name}' caches it."
        for one in excluded
    ]
    return [one for one in methods if one not in excluded], given


def _is_excluded(method: CacheMethod, state: State) -> bool:
    """Whether it has settings of its own that turn off what ``*/*`` turns on."""
    by_all = {field: one for field, one in state.items() if field.startswith(f"{ALL_METHODS}/")}
    return (
        _has_own(method, state)
        and caches(by_all, method.verb, method.path)
        and not caches(state, method.verb, method.path)
    )


def _lacks_key(method: CacheMethod, served: Reads | None, choice: MethodChoice) -> bool:
    """Whether the stage serves the method without its whole key, or not at all."""
    key = set(choice.key(method))
    if served is None:
        return bool(key)
    deployed = served.get(method.path)
    return deployed is None or deployed.verb != method.verb or not key <= set(deployed.key)


def _unsafe_as_served(methods: list[CacheMethod], served: Reads) -> Iterator[tuple[str, str]]:
    """Path -> why callers would share answers by what is deployed."""
    others = companions(served.values())
    for method in methods:
        deployed = served[method.path]
        why = [
            *uncacheable(deployed),
            *sharing(deployed, deployed.key),
            *mixing(deployed, others.get(method.path, ()), lambda one: one.key),
        ]
        if why:
            yield method.path, ", ".join(why)


def _judged(
    stage: str,
    methods: list[CacheMethod],
    unsafe: dict[str, str],
    warnings: list[str],
    options: CacheOptions,
) -> tuple[list[CacheMethod], list[str]]:
    """Leave out what is unsafe as it is deployed, unless callers may share answers."""
    if options.allow_shared:
        return methods, warnings
    given = [
        f"{method.name} is not cached: as stage {stage} serves it, {unsafe[method.path]}."
        " What is edited since is not deployed there."
        for method in methods
        if method.path in unsafe
    ]
    return [method for method in methods if method.path not in unsafe], [*warnings, *given]


def _unasked(state: State, there: Reads, methods: list[CacheMethod]) -> list[CacheMethod]:
    """What the stage's own settings cache, or would once there is a cluster, besides."""
    chosen = {method.path for method in methods}
    return [
        one
        for path, one in there.items()
        if path not in chosen
        and not any(uncacheable(one))
        and caches(state, one.verb, path)
    ]  # fmt: skip


def _by_all(unasked: list[CacheMethod], state: State) -> Iterator[str]:
    """The paths of those that have no settings of their own: ``*/*`` would cache them."""
    for method in unasked:
        if not _has_own(method, state):
            yield method.path


def _has_own(method: CacheMethod, state: State) -> bool:
    keys = keys_of(method.verb, method.path, state)
    return any(f"{key}/caching/enabled" in state for key in keys)


def _besides(
    stage: str,
    state: State,
    unasked: list[CacheMethod],
    off: tuple[str, ...],
    options: CacheOptions,
) -> Iterator[str]:
    is_on = state["cacheClusterEnabled"]
    for method in unasked:
        where = method.name if _has_own(method, state) else "all methods (*/*)"
        if method.path in off:
            yield (
                f"{method.name} is kept out of the cache of stage {stage} by an override: the"
                f" stage has caching on for {where}, and nobody asked for it here."
            )
            continue
        why = ", ".join(sharing(method, method.key))
        given = (
            f"Stage {stage} has caching on for {where}, so {method.name}"
            f" {'is' if is_on else 'would be'} cached too"
        )
        if why and not (is_on or options.allow_shared):
            raise DragonError(
                f"{given}, and callers get each other's answers: {why}.",
                f"Turn caching off for {where} in that stage, or say --allow-shared.",
                code="SharedAnswers",
            )
        yield f"{given}, and callers get each other's answers: {why}." if why else f"{given}."

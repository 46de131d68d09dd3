"""``enable-cache``: the key, the deployment, then the stage's one update. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dragonctl.application.nouns import Api, Raw
from dragonctl.engine.model import Step
from dragonctl.engine.reversal import Keep
from dragonctl.errors import DragonError
from dragonctl.recipes.caching import prices
from dragonctl.recipes.caching.choice import MethodChoice, choose, nothing_to_cache
from dragonctl.recipes.caching.definition import (
    Definition,
    definition,
    differences,
    digest,
    with_keys,
)
from dragonctl.recipes.caching.keys import CacheMethod
from dragonctl.recipes.caching.options import DEFAULT_SIZE, LONGEST_TTL, CacheOptions
from dragonctl.recipes.caching.stage import StageWanted, resizes
from dragonctl.recipes.caching.stage_choice import StageChoice, choose_for
from dragonctl.recipes.caching.survey import CacheSurvey
from dragonctl.recipes.caching.unseen import unseen
from dragonctl.resources.apigateway_cache_deployment import (
    DEFINITION,
    EVERYTHING,
    KEYS,
    CacheDeployment,
)
from dragonctl.resources.apigateway_method import DECLARED, KEY, OPTIONAL, Integration, Method
from dragonctl.resources.apigateway_stage import Stage, stage_state

KEPT = Keep("a deployment is history, costs nothing, and others may have gone back to it")
EMPTIES = (
    "A new size empties the cache of stage {stage} and makes its cluster anew, about 4 minutes in"
    " which every request reaches the back end."
)
UNCOMPARED = (
    "The deployment of the cache key also ships edits that AWS shows in no comparable form: schemas"
    " of models, settings of authorizers, request validators, gateway responses, the resource"
    " policy, documentation. One that was edited since the last deployment goes live."
)


@dataclass(frozen=True)
class Caching:
    """The steps of a command, what to say, and what must be asked first (empty: nothing)."""

    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    question: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)


def _what_helps(options: CacheOptions) -> str:
    """What lets a stage cache what has its key."""
    if options.ttl == 0:
        return f"Ask for a --ttl from 1 to {LONGEST_TTL} seconds."
    return "" if options.deploy_all else "--deploy-all deploys what a stage does not serve yet."


def enabling(api: Api, seen: CacheSurvey, options: CacheOptions, region: str) -> Caching:
    """The steps that let the chosen stages of one API cache the chosen methods."""
    for name, raw in api.stages.items():
        _refuse_stage(name, raw)
    choice = choose(seen, options)
    every = {
        name: choose_for(name, raw, choice, seen, options) for name, raw in api.stages.items()
    }  # fmt: skip
    warnings = [*choice.warnings, *(given for one in every.values() for given in one.warnings)]
    chosen = {name: one for name, one in every.items() if one.methods}
    if not chosen:
        raise nothing_to_cache(choice.methods, warnings, _what_helps(options))
    shipment = _shipment(seen, choice, chosen)
    warnings += _shipped(shipment, options)
    states = {name: stage_state(api.stages[name]) for name in chosen}
    resized = [stage for stage, state in states.items() if resizes(state, options)]
    warnings += (EMPTIES.format(stage=stage) for stage in resized)
    steps = tuple(_steps(api, choice, chosen, options, shipment))
    methods = {method.path: method for one in chosen.values() for method in one.methods}
    return Caching(
        steps,
        tuple(dict.fromkeys(warnings)),
        (
            *_prices(states, options, region),
            *_in_progress(api),
            *unseen({method: choice.key(method) for method in methods.values()}),
            *(UNCOMPARED for step in steps if isinstance(step.resource, CacheDeployment)),
        ),
        f"Resize the cache of {', '.join(resized)}, and so empty it?" if resized else "",
        {"cost": _costs(states, options)},
    )


def _refuse_stage(name: str, raw: Raw) -> None:
    if raw.get("canarySettings"):
        raise DragonError(
            f"Stage {name} has a canary, which a deployment would confuse: it was left alone.",
            "Promote or delete the canary, then run again.",
            code="Canary",
        )
    if not raw.get("deploymentId"):
        raise DragonError(
            f"Stage {name} has no deployment, so there is nothing to cache.",
            "Deploy the API to it first.",
            code="NoDeployment",
        )


@dataclass(frozen=True)
class _Shipment:
    """The deployment of ``definition``: for each stage that needs it, what else it would ship.

    A text stands for what is not known: why the stage could not be compared.
    """

    definition: Definition
    others: Mapping[str, list[str] | str]


def _shipment(
    seen: CacheSurvey, choice: MethodChoice, chosen: Mapping[str, StageChoice]
) -> _Shipment:
    """What must be deployed, where, so that every chosen method is served with its whole key."""
    methods = (method for one in chosen.values() for method in one.methods)
    added = {(one.verb, one.path): choice.added[one.path] for one in methods}
    final = with_keys(definition(seen.methods), added)
    others = {
        stage: _others(stage, seen, final) for stage, one in sorted(chosen.items()) if one.deploys
    }
    return _Shipment(final, others)


def _others(stage: str, seen: CacheSurvey, final: Definition) -> list[str] | str:
    served = seen.served.get(stage)
    if served is None:
        return seen.unseen.get(stage, "nobody has looked")
    return list(differences(final, definition(served)))


def _steps(
    api: Api,
    choice: MethodChoice,
    chosen: Mapping[str, StageChoice],
    options: CacheOptions,
    shipment: _Shipment,
) -> Iterator[Step]:
    """Keys first, then one deployment for all stages that need it, then each stage."""
    methods = {method.path: method for one in chosen.values() for method in one.methods}
    keys = [step for method in methods.values() for step in _key_steps(api, method, choice)]
    yield from keys
    waits = tuple(step.resource.identifier for step in keys)
    ships = EVERYTHING if any(shipment.others.values()) else KEYS
    deployment = CacheDeployment(api.id, digest(shipment.definition), ships)
    if shipment.others:
        want = {DEFINITION: deployment.definition}
        title = f"Deployment of {api.name} with the cache keys"
        # It freezes the keys that the API holds: without one, callers would share answers.
        yield Step(title, deployment, want, after=waits, waits_for_read_back=True, undo=KEPT)
    for stage, one in chosen.items():
        made = deployment.identifier if one.deploys else None
        paths = tuple(method.path for method in one.methods)
        yield Step(
            f"Cache of stage {stage}",
            Stage(api.id, stage),
            StageWanted(options, paths, made, one.off),
            after=(*waits, made) if made else waits,
            waits_if_unchanged=True,
            rereads=bool(made),
            waits_for_read_back=True,  # nothing is cached before its key is served
        )


def _key_steps(api: Api, method: CacheMethod, choice: MethodChoice) -> Iterator[Step]:
    """The parameter is declared, as optional, before the key may name it. Nothing is mapped."""
    added = choice.added[method.path]
    declares = {f"{DECLARED}{one}": OPTIONAL for one in added if one not in method.declared}
    declaration = Method(api.id, method.verb, method.path)
    if declares:
        yield Step(f"Parameters of {method.name}", declaration, declares)
    if added:
        yield Step(
            f"Cache key of {method.name}",
            Integration(api.id, method.verb, method.path),
            {f"{KEY}{one}": True for one in added},
            after=(declaration.identifier,) if declares else (),
        )


def _shipped(shipment: _Shipment, options: CacheOptions) -> Iterator[str]:
    """A deployment ships everything that was edited since the last one: that needs a word."""
    for stage, others in shipment.others.items():
        if not others:
            continue
        what = (
            f"whatever was edited since the last one, which could not be compared ({others})"
            if isinstance(others, str)
            else f"other changes: {'; '.join(others)}"
        )
        given = "The cache key needs a deployment, and a deployment to stage"
        if not options.deploy_all:
            raise DragonError(
                f"{given} {stage} would also ship {what}.",
                "Deploy that first; or, if it may all go live, say --deploy-all.",
                code="UndeployedChanges",
            )
        yield f"{given} {stage} also ships {what}."


def _size(state: Mapping[str, Any], options: CacheOptions) -> str:
    return str(options.size or state.get("cacheClusterSize") or DEFAULT_SIZE)


def _prices(
    states: Mapping[str, Mapping[str, Any]], options: CacheOptions, region: str
) -> Iterator[str]:
    for stage, state in states.items():
        size = _size(state, options)
        yield f"A cache of {size} GB for stage {stage} costs {prices.in_words(size, region)}."


def _costs(states: Mapping[str, Mapping[str, Any]], options: CacheOptions) -> list[dict[str, Any]]:
    return [
        {
            "stage": stage,
            "size": _size(state, options),
            "per_hour": prices.per_hour(_size(state, options)),
            "per_month": prices.per_month(_size(state, options)),
            "currency": prices.CURRENCY,
            "price_list": f"{prices.REGION}, {prices.AS_OF}",
            "source": prices.SOURCE,
        }
        for stage, state in states.items()
    ]


def _in_progress(api: Api) -> Iterator[str]:
    for stage, raw in api.stages.items():
        status = str(raw.get("cacheClusterStatus") or "")
        if status.endswith("_IN_PROGRESS"):
            yield f"The cache cluster of stage {stage} is still changing ({status})."

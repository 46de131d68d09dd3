"""Which methods may be cached, by the present definition, and why others are skipped or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from dragonctl.errors import DragonError, UsageError
from dragonctl.recipes.caching.keys import (
    CacheMethod,
    hands_on_api_keys,
    refuse_unknown_keys,
    sharing,
    wanted_key,
)
from dragonctl.recipes.caching.namespaces import companions, mingling, mixing
from dragonctl.recipes.caching.options import CacheOptions
from dragonctl.recipes.caching.reading.sources import in_words
from dragonctl.recipes.caching.survey import CacheSurvey

_STARTS = ":states:action/Start"
_HINT = "Add what is missing with --key, or say --allow-shared if every caller may see the same."


@dataclass(frozen=True)
class MethodChoice:
    """The methods to cache, each with the parameters that its key gets in addition.

    ``warnings`` names what is skipped, and what will share answers.
    """

    methods: tuple[CacheMethod, ...]
    added: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...] = ()

    def key(self, method: CacheMethod) -> tuple[str, ...]:
        """The whole key that a method will have."""
        return _whole_key(self.added, method)


def choose(seen: CacheSurvey, options: CacheOptions) -> MethodChoice:
    """The methods that are meant. Raises where one that was named must not be cached."""
    candidates = _candidates(seen, options)
    refuse_unknown_keys(candidates, options.parameters)
    added = {path: wanted_key(one, options.parameters) for path, one in seen.reads.items()}
    key = partial(_whole_key, added)
    others = companions(seen.reads.values())
    chosen, warnings = [], list(_answered_by_any(seen, options))
    for method in candidates:
        others_of_path = others.get(method.path, [])
        impossible = ", ".join(uncacheable(method))
        shared = ", ".join([*sharing(method, key(method)), *mixing(method, others_of_path, key)])
        if impossible or (shared and not options.allow_shared):
            if options.methods:
                raise _impossible(method, impossible) if impossible else _shared(method, shared)
            warnings.append(f"{method.name} is not cached: {impossible or shared}.")
            continue
        chosen.append(method)
        if shared:
            warnings.append(f"Callers of {method.name} may get each other's answers: {shared}.")
        else:
            warnings += mingling(method, others_of_path)
        warnings += _whatever_the_key(method)
    if not chosen:
        needs_key = any(not any(uncacheable(one)) for one in candidates)
        raise nothing_to_cache(candidates, warnings, _HINT if needs_key else "")
    return MethodChoice(tuple(chosen), added, tuple(warnings))


def uncacheable(method: CacheMethod) -> Iterator[str]:
    """Why API Gateway keeps no answer of the method, whatever anybody says."""
    if not method.integration:
        yield "it has no integration"
    if method.streams:
        yield "its integration streams (STREAM), and API Gateway caches no answer that streams"


def nothing_to_cache(
    candidates: Iterable[CacheMethod], warnings: Iterable[str], hint: str
) -> DragonError:
    """Why there is nothing to cache, method by method, and so nothing that is worth a cluster."""
    given = " ".join(warnings)
    if not list(candidates):
        text = f"The API has no GET method to cache. {given}".strip()
        return DragonError(text, code="NothingToCache")
    return DragonError(f"No method is left to cache. {given}", hint, code="NothingToCache")


def _whole_key(added: Mapping[str, tuple[str, ...]], method: CacheMethod) -> tuple[str, ...]:
    return (*method.key, *added[method.path])


def _candidates(seen: CacheSurvey, options: CacheOptions) -> list[CacheMethod]:
    reads = seen.reads
    if not options.methods:
        return [one for one in reads.values() if one.verb == "GET"]
    for path in options.named:
        if path not in reads:
            there = ", ".join(one.name for one in reads.values()) or "none"
            raise UsageError(
                f"The API has no method GET {path}.", f"It has: {there}.", option="--method"
            )
    return [reads[path] for path in options.named]


def _whatever_the_key(method: CacheMethod) -> Iterator[str]:
    """What no key cures, and holds nothing back: API keys meter callers, they do not authorize."""
    if method.raw.get("apiKeyRequired") and not hands_on_api_keys(method):
        yield (
            f"{method.name} asks for an API key, which is not in its cache key: callers with"
            " different ones share its answers."
        )
    if _STARTS in str(method.integration.get("uri") or ""):
        yield (
            f"{method.name} starts executions of a state machine: while its answer is cached, none"
            " is started."
        )
    if method.reads.moments:
        yield (
            f"{method.name} reads {', '.join(map(in_words, method.reads.moments))}: while an answer"
            " is kept, every caller gets that of the first."
        )


def _answered_by_any(seen: CacheSurvey, options: CacheOptions) -> Iterator[str]:
    for method in () if options.methods else seen.reads.values():
        if method.verb == "ANY":
            yield (
                f"{method.name} is not cached: ANY answers it along with writes."
                f" --method '{method.name}' caches it."
            )


def _impossible(method: CacheMethod, why: str) -> DragonError:
    return DragonError(f"{method.name} was not cached: {why}.", code="NothingToCache")


def _shared(method: CacheMethod, why: str) -> DragonError:
    return DragonError(
        f"{method.name} was not cached, because callers would get each other's answers: {why}.",
        _HINT,
        code="SharedAnswers",
    )

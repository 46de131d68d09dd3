"""Which methods a stage may cache, and why others are skipped or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dragonctl.errors import DragonError, UsageError
from dragonctl.recipes.caching.keys import (
    CacheMethod,
    refuse_unknown_keys,
    sharing,
    wanted_key,
)
from dragonctl.recipes.caching.options import Options
from dragonctl.recipes.caching.survey import Survey

_STARTS = ":states:action/Start"


@dataclass(frozen=True)
class Choice:
    """The methods to cache, each with the parameters that its key gets in addition.

    ``warnings`` names what is skipped, and what will share answers.
    """

    methods: tuple[CacheMethod, ...]
    added: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...] = ()

    def key(self, method: CacheMethod) -> tuple[str, ...]:
        """The whole key that a method will have."""
        return (*method.key, *self.added[method.path])


def choose(seen: Survey, options: Options) -> Choice:
    """The methods that are meant. Raises where one that was named must not be cached."""
    candidates = _candidates(seen, options)
    refuse_unknown_keys(candidates, options.parameters)
    added = {one.path: wanted_key(one, options.parameters) for one in candidates}
    chosen, warnings = [], list(_answered_by_any(seen, options))
    for method in candidates:
        why = list(_reasons(method, (*method.key, *added[method.path])))
        because = ", ".join(why)
        if not why:
            chosen.append(method)
            warnings += _whatever_the_key(method)
        elif options.allow_shared and method.integration:
            chosen.append(method)
            warnings.append(f"Callers of {method.name} may get each other's answers: {because}.")
        elif options.methods:
            raise _shared(method, because)
        else:
            warnings.append(f"{method.name} is not cached: {because}.")
    if not chosen:
        raise _nothing(candidates, warnings)
    return Choice(tuple(chosen), added, tuple(warnings))


def _candidates(seen: Survey, options: Options) -> list[CacheMethod]:
    reads = seen.reads
    if not options.methods:
        return [one for one in reads.values() if one.verb == "GET"]
    for path in options.named:
        if path not in reads:
            there = ", ".join(one.name for one in reads.values()) or "none"
            raise UsageError(f"The API has no method GET {path}.", f"It has: {there}.")
    return [reads[path] for path in options.named]


def _reasons(method: CacheMethod, key: tuple[str, ...]) -> Iterator[str]:
    if not method.integration:
        yield "it has no integration"
    yield from sharing(method, key)


def _whatever_the_key(method: CacheMethod) -> Iterator[str]:
    """What no key mends, and holds nothing back: API keys meter callers, they do not authorize."""
    if method.raw.get("apiKeyRequired"):
        yield (
            f"{method.name} asks for an API key, which is not in its cache key: callers with"
            " different ones share its answers."
        )
    if _STARTS in str(method.integration.get("uri") or ""):
        yield (
            f"{method.name} starts executions of a state machine: while its answer is cached, none"
            " is started."
        )


def _answered_by_any(seen: Survey, options: Options) -> Iterator[str]:
    for method in () if options.methods else seen.reads.values():
        if method.verb == "ANY":
            yield (
                f"{method.name} is not cached: ANY answers it along with writes."
                f" --method '{method.name}' caches it."
            )


def _shared(method: CacheMethod, why: str) -> DragonError:
    return DragonError(
        f"{method.name} was not cached, because callers would get each other's answers: {why}.",
        "Add what is missing with --key, or say --allow-shared if every caller may see the same.",
        code="SharedAnswers",
    )


def _nothing(candidates: list[CacheMethod], warnings: list[str]) -> DragonError:
    if not candidates:
        said = " ".join(["The API has no GET method to cache.", *warnings])
        return DragonError(said, code="NothingToCache")
    return DragonError(
        f"No method is left to cache. {' '.join(warnings)}",
        "Add what is missing with --key, or say --allow-shared if every caller may see the same.",
        code="NothingToCache",
    )

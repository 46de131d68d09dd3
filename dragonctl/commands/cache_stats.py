"""``cache-stats``: Show how often a stage's cache answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from dragonctl.cli.options import (
    all_option,
    apis_option,
    command,
    since_option,
    stage_option,
    until_option,
)

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.application.nouns import Api, App
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step
    from dragonctl.telemetry.cache_metrics import CacheStats


@command(
    epilog="""\b
Examples:
  dragonctl cache-stats --stage prod
  dragonctl cache-stats --all --since 1d
  dragonctl cache-stats --since 1d --output json
"""
)
@apis_option
@all_option
@stage_option
@since_option("3h")
@until_option
def cache_stats(since: str, until: str | None, **chosen: Any) -> int:
    """Show hits, misses and hit ratio of the caches of an API's stages.

    CloudWatch counts requests to cached methods alone, and tells of a request after a minute or
    two. Metrics cost nothing unless they are detailed ones. A method whose callers get each other's
    answers is named.
    """
    import time

    from dragonctl.cli.view import View
    from dragonctl.telemetry.times import window
    from dragonctl.terminal.console import warn

    now = time.time()
    start, end = window(since, until, now)
    view = View(chosen, "cloudwatch", discover=False)
    apis = _with_stages(view.app)
    warn(*_of_one_name(apis))
    last = int(now * 1000)
    caches = _read(view.session, apis, start, end or last, last)
    warn(*dict.fromkeys(given for cache in caches for one in cache.shared for given in one))
    if view.json:
        stages = [
            {**_document(stats, state), "api": cache.api.id, "shared": shared}
            for cache in caches
            for stats, state, shared in cache.stages
        ]
        listed = [{"id": api.id, "name": api.name} for api in apis]
        only = apis[0].id if len(apis) == 1 else None
        view.answer({"api": only, "apis": listed, "stages": stages})
        return 0
    from dragonctl.terminal.cache import print_cache
    from dragonctl.terminal.console import out

    view.head()
    for cache in caches:
        title = cache.api.name if len(apis) > 1 else ""
        print_cache(out(), title, [(stats, state) for stats, state, _ in cache.stages])
    return 0


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads is noted by the session: for `policy`."""
    import time
    from dataclasses import replace

    app = session.application(replace(selection, discover=False))
    now = int(time.time() * 1000)
    _read(session, _with_stages(app), now - 60_000, now, now)
    return (), {}


@dataclass(frozen=True)
class _ApiCaches:
    """How the caches of an API's stages do, how they stand, and whose callers they mix up.

    All three have an entry for each stage, in the same order.
    """

    api: Api
    stats: Sequence[CacheStats]
    states: Sequence[str]
    shared: Sequence[list[str]]

    @property
    def stages(self) -> Iterator[tuple[CacheStats, str, list[str]]]:
        """Stage by stage."""
        return zip(self.stats, self.states, self.shared, strict=True)


def _read(
    session: Session, apis: Iterable[Api], start: int, end: int, now: int
) -> list[_ApiCaches]:
    """The caches of several APIs, read at the same time; moments are ms since 1970."""
    from dragonctl.telemetry import cache_metrics

    ask = partial(session.reads.need, "cloudwatch")

    def read(api: Api) -> _ApiCaches:
        stats, shared = session.reads.concurrently(
            lambda: cache_metrics.cache_stats(ask, api.name, api.stages, start, end, now),
            lambda: _shared(session, api),
        )
        states = [_state(dict(raw)) for raw in api.stages.values()]
        return _ApiCaches(api, stats, states, [shared[name] for name in api.stages])

    return session.reads.concurrently(*(partial(read, api) for api in apis))


def _with_stages(app: App) -> list[Api]:
    """The APIs that have a stage. Raises what is in the way of seeing any."""
    from dragonctl.cli.single_api import no_stage

    found = [api for api in app.apis if api.stages]
    if found:
        return found
    if app.errors:
        raise app.errors[0]
    raise no_stage(app.apis)


def _of_one_name(apis: Iterable[Api]) -> Iterator[str]:
    """CloudWatch tells APIs apart by their names alone (its dimension is ``ApiName``)."""
    for name, count in Counter(api.name for api in apis).items():
        if count > 1:
            yield (
                f"{count} APIs are called {name}: CloudWatch counts stages of one name together."
            )


def _shared(session: Session, api: Api) -> dict[str, list[str]]:
    """Stage -> which of its cached methods give callers each other's answers, and why."""
    from dragonctl.engine.symptoms import is_denied
    from dragonctl.errors import DragonError
    from dragonctl.recipes.caching.existing import cached_methods, survey_caches

    try:
        seen = survey_caches(session.reads, api)
    except DragonError as error:
        if not is_denied(error):
            raise
        why = f"Whether callers get each other's answers could not be seen: {error.message}"
        return {name: [why] for name in api.stages}
    found = {name: cached_methods(raw, seen) if seen else () for name, raw in api.stages.items()}
    return {
        name: [
            f"{one.name} is cached in stage {name} {one.why}: callers get each other's answers."
            for one in methods
            if one.why
        ]
        for name, methods in found.items()
    }


def _state(stage: dict[str, Any]) -> str:
    """How a stage's cache stands, in a few words."""
    if not stage.get("cacheClusterEnabled"):
        return "cache off"
    status = str(stage.get("cacheClusterStatus") or "unknown").lower().replace("_", " ")
    return f"cache of {stage.get('cacheClusterSize')} GB, {status}"


def _document(stats: Any, state: str) -> dict[str, Any]:
    return {
        "stage": stats.stage,
        "state": state,
        "hits": stats.hits,
        "misses": stats.misses,
        "ratio": stats.ratio,
        "period_seconds": stats.period,
        "points": [
            {"time_ms": at, "hits": hits, "misses": misses} for at, hits, misses in stats.points
        ],
    }

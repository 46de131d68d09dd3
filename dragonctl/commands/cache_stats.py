"""``cache-stats``: Show how often a stage's cache answered, in numbers and as a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import api_option, command, stage_option

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.application.nouns import Api
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl cache-stats --stage prod
  dragonctl cache-stats --since 1d --output json
"""
)
@api_option
@stage_option
@click.option(
    "--since", metavar="TIME", default="3h", show_default=True, help="10m, 2h, 1d or ISO 8601."
)
@click.option("--until", metavar="TIME", help="Up to when (now).")
def cache_stats(api: str | None, stages: tuple[str, ...], since: str, until: str | None) -> int:
    """Hits, misses and hit ratio of the caches of an API's stages.

    CloudWatch counts requests to cached methods alone, and tells of a request after a minute or
    two. Metrics cost nothing unless they are detailed ones. A method whose callers get each other's
    answers is named.
    """
    import json
    import time

    from dragonctl.cli.session import Session
    from dragonctl.cli.single_api import one_api
    from dragonctl.telemetry import cache_metrics
    from dragonctl.telemetry.times import window
    from dragonctl.terminal.console import warn

    now = time.time()
    start, end = window(since, until, now)
    session = Session()
    session.aws.warm("cloudwatch")
    app, gateway = one_api(session, api, stages)
    warn(*session.overdue())

    ask = partial(session.reads.need, "cloudwatch")
    last = int(now * 1000)
    stats = cache_metrics.cache_stats(ask, gateway.name, gateway.stages, start, end or last, last)
    states = {name: _state(dict(raw)) for name, raw in gateway.stages.items()}
    shared = _shared(session, gateway)
    warn(*dict.fromkeys(given for one in shared.values() for given in one))
    if session.globals.json:
        local = {"local": True} if session.label else {}
        listed = [
            {**_document(one, states[one.stage]), "shared": shared[one.stage]} for one in stats
        ]
        click.echo(json.dumps({"api": gateway.id, "stages": listed, **local}, indent=2))
        return 0
    from dragonctl.terminal.cache import print_cache
    from dragonctl.terminal.console import out

    print_cache(out(), app.title, session.label, stats, states)
    return 0


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """It changes nothing; what it reads is noted by the session: for `policy`."""
    import time

    from dragonctl.cli.single_api import chosen_api
    from dragonctl.telemetry import cache_metrics

    _, gateway = chosen_api(session, selection)
    now = int(time.time() * 1000)
    ask = partial(session.reads.need, "cloudwatch")
    cache_metrics.cache_stats(ask, gateway.name, gateway.stages, now - 60_000, now, now)
    _shared(session, gateway)
    return (), {}


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

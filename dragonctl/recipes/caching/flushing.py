"""``flush-cache``: every answer that a stage keeps is thrown away. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from dragonctl.application.nouns import Api
from dragonctl.engine.model import Step
from dragonctl.engine.reversal import Keep
from dragonctl.errors import DragonError
from dragonctl.resources.apigateway_stage_cache import ENTRIES, FLUSHED, StageCache
from dragonctl.wording import with_and

GONE = Keep("what was in the cache is gone; the next requests fill it again")


def flushing(api: Api) -> Iterator[Step]:
    """A step for each stage that has a cache; an error where none has."""
    cached = [name for name, raw in api.stages.items() if raw.get("cacheClusterEnabled")]
    if not cached:
        several = len(api.stages) > 1
        which = f"{'stages' if several else 'stage'} {with_and(api.stages)}"
        have = "have" if several else "has"
        stages = [word for name in api.stages for word in ("--stage", name)]
        command = shlex.join(["dragonctl", "enable-cache", *stages])
        raise DragonError(
            f"There is no cache to flush: {which} of {api.name} {have} none.",
            f"`{command}` makes one.",
            code="NoCache",
        )
    yield from (flush_step(api, name) for name in cached)


def flush_step(api: Api, stage: str) -> Step:
    """The flush of one stage's cache."""
    title = f"Answers in the cache of stage {stage}"
    return Step(title, StageCache(api.id, stage), {ENTRIES: FLUSHED}, undo=GONE)

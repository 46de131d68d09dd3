"""``flush-cache``: Empty a stage's cache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dragonctl.cli.options import api_option, change_options, command, stage_option

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl flush-cache --stage prod
"""
)
@api_option
@stage_option
@change_options
def flush_cache(
    api: str | None, stages: tuple[str, ...], dry_run: bool, check: bool, yes: bool, no_wait: bool
) -> int:
    """Empty the cache of a stage: the next requests reach the back end again.

    One caller alone can ask for a fresh answer with the header Cache-Control: max-age=0.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.single_api import one_api
    from dragonctl.recipes.caching.flushing import flushing

    def goal(session: Session) -> Goal:
        app, gateway = one_api(session, api, stages)
        return Goal(app.title, tuple(flushing(gateway)), app.warnings)

    return change("flush-cache", goal, How(dry_run, check, yes, no_wait))


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """A flush of every stage, whether or not it has a cache: for `policy`."""
    from dragonctl.cli.single_api import chosen_api
    from dragonctl.recipes.caching.flushing import flush_step

    _, gateway = chosen_api(session, selection)
    return [flush_step(gateway, name) for name in gateway.stages], {}

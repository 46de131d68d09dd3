"""``disable-cache``: Turn caching off and delete the cache cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dragonctl.cli.options import api_option, change_options, command, stage_option

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step
    from dragonctl.recipes.caching.history import AddedFields
    from dragonctl.resources.apigateway_method import Methods


@command(
    epilog="""\b
Examples:
  dragonctl disable-cache --stage prod --dry-run
  dragonctl disable-cache --stage prod
"""
)
@api_option
@stage_option
@change_options
def disable_cache(
    api: str | None, stages: tuple[str, ...], dry_run: bool, check: bool, yes: bool, no_wait: bool
) -> int:
    """Turn a stage's cache off, for every method, and delete its cluster.

    It also removes what enable-cache added: overrides, keys, declared parameters. Keys that a cache
    of another stage needs stay.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.single_api import one_api
    from dragonctl.recipes.caching.disabling import disabling, staying, unremembered

    def goal(session: Session) -> Goal:
        app, gateway = one_api(session, api, stages)
        history, methods, deployments = _remembered(session, gateway.id)
        return Goal(
            app.title,
            tuple(disabling(gateway, history, methods, deployments)),
            (*app.warnings, *unremembered(gateway, history)),
            tuple(staying(gateway, deployments)),
        )

    return change("disable-cache", goal, How(dry_run, check, yes, no_wait))


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps for what enable-cache added, and the stages' updates: for `policy`."""
    from dragonctl.cli.first_run import assume
    from dragonctl.cli.single_api import chosen_api
    from dragonctl.engine.model import Call
    from dragonctl.recipes.caching.disabling import disabling

    _, gateway = chosen_api(session, selection)
    reads = session.reads
    history, methods, deployments = _remembered(session, gateway.id)
    for stage in gateway.stages:  # whether or not its cache is on just now
        name = {"restApiId": gateway.id, "stageName": stage}
        reads.foreseen.append(Call("apigateway", "UpdateStage", name))
    if not history:
        assume("no run of enable-cache to take back: the journal here knows of none")
    return tuple(disabling(gateway, history, methods, deployments)), {}


def _remembered(
    session: Session, api: str
) -> tuple[Mapping[str, AddedFields], Methods, Mapping[str, str | None]]:
    """What the journal knows of the API's caches, its methods and deployments; empty: nothing."""
    from dragonctl.recipes.caching.history import added
    from dragonctl.recipes.caching.survey import deployments
    from dragonctl.resources.apigateway_cache_deployment import EVERYTHING
    from dragonctl.resources.apigateway_method import read_methods

    runs = session.history.runs
    if not added(runs, session.scope, api):
        return {}, {}, {}
    methods, known = session.reads.concurrently(
        lambda: read_methods(session.reads, api), lambda: deployments(session.reads, api)
    )
    lasting = {one for one, ships in known.items() if ships == EVERYTHING}
    return added(runs, session.scope, api, lasting), methods, known

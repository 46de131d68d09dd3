"""``enable-cache``: Cache GET responses so that callers never share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import api_option, change_options, command, complete, stage_option
from dragonctl.cli.values import OneOf, WholeNumber

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl enable-cache --stage prod --dry-run
  dragonctl enable-cache --stage prod --method 'GET /dragons' --ttl 60
  dragonctl enable-cache --stage prod --key family --key header:Accept-Language
"""
)
@api_option
@stage_option
@click.option(
    "--method", "methods", multiple=True, metavar="'GET /PATH'", shell_complete=complete("method"),
    show_default="every GET", help="Cache this method. Repeatable.",
)  # fmt: skip
@click.option(
    "--ttl",
    type=WholeNumber(),
    metavar="SECONDS",
    show_default="300",
    help="Keep an answer this long.",
)
@click.option("--size", metavar="GB", show_default="0.5", help="Make the cache cluster this large.")
@click.option(
    "--key", "keys", multiple=True, metavar="NAME",
    show_default="all that a method declares or reads",
    help="Tell answers apart by this query parameter, header:NAME or path:NAME. Repeatable.",
)  # fmt: skip
@click.option(
    "--encrypt/--no-encrypt", default=None, show_default="on where caching begins",
    help="Encrypt what is kept.",
)  # fmt: skip
@click.option(
    "--invalidation",
    type=OneOf(["require", "ignore-warn", "ignore"]),
    show_default="what each method has; at first ignore-warn",
    help="Answer a caller who asks for a fresh answer without permission: require = with 403,"
    " ignore-warn = from the cache with a warning header, ignore = from the cache without one.",
)
@click.option(
    "--allow-shared", is_flag=True, help="Cache even where callers get each other's answers."
)
@click.option("--deploy-all", is_flag=True, help="Deploy whatever else was edited on the API, too.")
@change_options
def enable_cache(
    api: str | None,
    stages: tuple[str, ...],
    dry_run: bool,
    check: bool,
    yes: bool,
    no_wait: bool,
    size: str | None,
    **given: object,
) -> int:
    """Cache GET methods of a stage, keyed by what each declares and its integration reads.

    A method whose callers would get each other's answers is left out, and named. The cluster costs
    money by the hour while it exists: the price is shown first.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.single_api import one_api
    from dragonctl.recipes.caching.options import CacheOptions
    from dragonctl.recipes.caching.recipe import enabling
    from dragonctl.recipes.caching.survey import survey

    options = CacheOptions(size=_size(size), **given)  # type: ignore[arg-type]

    def goal(session: Session) -> Goal:
        app, gateway = one_api(session, api, stages)
        caching = enabling(gateway, survey(session.reads, gateway), options, app.region)
        return Goal(
            app.title,
            caching.steps,
            (*app.warnings, *caching.warnings),
            caching.notes,
            question=caching.question,
            also=dict(caching.also),
        )

    return change("enable-cache", goal, How(dry_run, check, yes, no_wait))


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps with the default options: for `policy`."""
    from dragonctl.cli.single_api import chosen_api
    from dragonctl.recipes.caching.options import CacheOptions
    from dragonctl.recipes.caching.recipe import enabling
    from dragonctl.recipes.caching.survey import survey, unkeyed

    app, gateway = chosen_api(session, selection)
    seen = unkeyed(survey(session.reads, gateway))
    steps = enabling(gateway, seen, CacheOptions(deploy_all=True), app.region).steps
    return [_not_made_yet(step) for step in steps], {}


def _not_made_yet(step: Step) -> Step:
    """An earlier run may have made the deployment that a first one makes."""
    from dataclasses import replace

    from dragonctl.resources.apigateway_cache_deployment import CacheDeployment

    made = step.resource
    if isinstance(made, CacheDeployment):
        return replace(step, resource=replace(made, definition="not made yet"))
    return step


def _size(given: str | None) -> str | None:
    """A size as API Gateway writes it: ``0.50`` and ``118.0`` are sizes too."""
    try:
        return given and f"{float(given):g}"
    except ValueError:
        return given

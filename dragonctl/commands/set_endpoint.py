"""``set-endpoint``: Make an API regional, or optimised for the edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import api_option, change_options, command
from dragonctl.cli.values import OneOf

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl set-endpoint --type regional --dry-run
  dragonctl set-endpoint --api dragons --type edge
"""
)
@api_option
@click.option(
    "--type", "kind", type=OneOf(["edge", "regional"]), required=True,
    help="Serve the API through AWS's own CloudFront, or from its region.",
)  # fmt: skip
@change_options
def set_endpoint(
    api: str | None, kind: str, dry_run: bool, check: bool, yes: bool, no_wait: bool
) -> int:
    """Change the endpoint type of an API, and show what that means for domains and callers.

    Edge-optimised is for callers all over the world; regional for callers in one region, and for
    an API behind a CloudFront distribution of your own.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.single_api import one_api
    from dragonctl.recipes.endpoint import domains, endpoint_step, endpoint_warnings

    def goal(session: Session) -> Goal:
        app, gateway = one_api(session, api, staged=False)
        step = endpoint_step(gateway, kind)
        known = domains(session.reads, gateway.id)
        warnings = (*app.warnings, *endpoint_warnings(gateway, kind, known))
        return Goal(app.title, (step,), warnings)

    return change("set-endpoint", goal, How(dry_run, check, yes, no_wait))


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The change to the type that the API has not: for `policy`."""
    from dragonctl.cli.first_run import assume
    from dragonctl.cli.single_api import chosen_api
    from dragonctl.recipes.endpoint import domains, endpoint_step, other_type

    _, gateway = chosen_api(session, selection, staged=False)
    domains(session.reads, gateway.id)
    kind = other_type(gateway)
    assume(f"--type {kind}, which the API has not")
    return [endpoint_step(gateway, kind)], {}

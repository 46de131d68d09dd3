"""``deploy-edge``: Run a function at a CloudFront distribution's edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import (
    allow_secret_option,
    allowed_secrets,
    change_options,
    command,
    not_empty,
)
from dragonctl.cli.values import OneOf

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl deploy-edge security-headers --event origin-response --distribution E1ABCDEF
  dragonctl deploy-edge security-headers --event viewer-response --distribution E1ABCDEF \\
      --path '/api/*' --dry-run
"""
)
@click.argument("name")
@click.option(
    "--event",
    type=OneOf(["viewer-request", "viewer-response", "origin-request", "origin-response"]),
    required=True,
    help="Run it at this event.",
)
@click.option(
    "--distribution",
    required=True,
    metavar="ID",
    callback=not_empty,
    help="Put it on this CloudFront distribution.",
)
@click.option(
    "--path",
    default="*",
    show_default=True,
    metavar="PATTERN",
    help="Run it for the behaviour of this path.",
)
@click.option(
    "--source",
    type=click.Path(file_okay=False),
    callback=not_empty,
    show_default="lambdas/edge",
    help="Find the function's folder in this one.",
)
@allow_secret_option
@change_options
def deploy_edge(
    name: str,
    event: str,
    distribution: str,
    path: str,
    source: str | None,
    allow_secret: tuple[str, ...],
    dry_run: bool,
    check: bool,
    yes: bool,
    no_wait: bool,
) -> int:
    """Package the function NAME of lambdas/edge, publish a version, and put it on a distribution.

    Always in us-east-1, where Lambda@Edge lives. Every limit of the edge is checked before
    anything is changed. The distribution's other settings stay as they are.
    """
    from dataclasses import replace

    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.globals import globals_of
    from dragonctl.cli.session import Session
    from dragonctl.recipes.edge.limits import REGION
    from dragonctl.recipes.edge.preparation import folder_of, prepare_edge
    from dragonctl.recipes.edge.recipe import cost
    from dragonctl.resources.cloudfront_association import Association

    session = Session(replace(globals_of(click.get_current_context()), region=REGION))
    folder = folder_of(name, source, local=session.globals.is_local)
    association = Association(distribution, path, event)

    def goal(session: Session) -> Goal:
        session.aws.warm("lambda", "cloudfront", "sts", "iam")
        edge = prepare_edge(session.reads, folder, association, allow_secret)
        return Goal(
            f"Deploy {edge.name} to the edge · distribution {distribution} · account"
            f" {edge.account} · {REGION}",
            edge.steps,
            edge.warnings,
            (f"Its logs are in the region of whoever calls: /aws/lambda/{REGION}.{edge.name}",),
            plan_notes=cost,
            question=f"{event} runs {edge.replaced} now. Replace it?" if edge.replaced else "",
        )

    return change("deploy-edge", goal, How(dry_run, check, yes, no_wait), session=session)


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps for the function in lambdas/edge, on any distribution: for `policy`."""
    from dataclasses import replace

    from dragonctl.cli.first_run import assume
    from dragonctl.recipes.edge.limits import REGION
    from dragonctl.recipes.edge.preparation import edge_first_run, first_folder

    session.globals = replace(session.globals, region=REGION)  # before AWS is first asked
    folder = first_folder(local=session.globals.is_local)
    assume(f"{folder.name}, on any distribution of the account: put its id for the * to narrow it")
    return edge_first_run(session.reads, folder, allowed_secrets(deploy_edge)), {}

"""``setup-dashboard``: Create one CloudWatch dashboard for the application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import application_options, change_options, command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.application.nouns import App
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl setup-dashboard --open
  dragonctl setup-dashboard --api dragons --stage prod
"""
)
@application_options
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--replace", is_flag=True, help="Replace even a dashboard that somebody has edited.")
@change_options
def setup_dashboard(
    open_it: bool,
    replace: bool,
    dry_run: bool,
    check: bool,
    yes: bool,
    no_wait: bool,
    **chosen: Any,
) -> int:
    """Make a CloudWatch dashboard: requests, errors, latency, cache, executions, functions, logs.

    One that somebody has edited is kept as it is.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.session import Session, selection
    from dragonctl.cli.single_api import require_something
    from dragonctl.recipes.dashboard import console_link, cost, dashboard_step, edited

    which = selection(**chosen)
    session = Session()
    links: list[str] = []

    def goal(session: Session) -> Goal:
        session.aws.warm("apigateway", "sts", "lambda", "stepfunctions", "cloudwatch")
        app = _one_api(session.application(which))
        require_something(app)
        step = dashboard_step(app, replace=replace)
        kept = "" if replace else edited(session.reads.of(step.resource), app)
        if session.aws.endpoint == "aws":
            links.append(console_link(app))
        warnings = (*app.warnings, *((kept,) if kept else ()))
        also = {"url": links[0] if links else None}
        return Goal(app.title, [step], warnings, also=also, brief=True, plan_notes=cost)

    code = change("setup-dashboard", goal, How(dry_run, check, yes, no_wait), session=session)
    if code == 0 and not dry_run:
        _show(session, links, open_it=open_it)
    return code


def _show(session: Session, links: list[str], *, open_it: bool) -> None:
    """The console's link: the local AWS, and any other endpoint, has no console."""
    from dragonctl.terminal.console import say, tell
    from dragonctl.terminal.neutral import neutral

    if links and not session.globals.json:
        say(neutral(links[0]))
    if links and open_it:
        click.launch(links[0])
    elif open_it:
        tell("There is no console to open: this is not AWS itself.")


def _one_api(app: App) -> App:
    from dragonctl.errors import UsageError

    if app.errors:  # a dashboard of what is left would take the place of the whole one
        raise app.errors[0]
    if len(app.apis) > 1:
        names = ", ".join(api.name for api in app.apis)
        raise UsageError(
            f"A dashboard is about one application; these are: {names}.",
            "Name one with --api.",
            option="--api",
        )
    return app


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The one step, whether or not it has been taken: for `policy`."""
    from dragonctl.recipes.dashboard import dashboard_step

    return [dashboard_step(_one_api(session.application(selection)), replace=False)], {}

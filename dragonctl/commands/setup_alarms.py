"""``setup-alarms``: Create alarms that notify an e-mail address or topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dragonctl.cli.options import application_options, change_options, command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl setup-alarms --notify you@example.com
  dragonctl setup-alarms --notify arn:aws:sns:eu-west-1:123456789012:on-call --stage prod
"""
)
@application_options
@click.option(
    "--notify",
    required=True,
    metavar="EMAIL|TOPIC-ARN",
    help="Notify this e-mail address or SNS topic.",
)
@change_options
def setup_alarms(
    notify: str, dry_run: bool, check: bool, yes: bool, no_wait: bool, **chosen: Any
) -> int:
    """Create alarms on 5xx answers, latency, failures, throttles, and logs that fall silent.

    An alarm that exists keeps what somebody set; whom to notify is added to it, and nobody is
    taken away. An e-mail address gets an SNS topic of its own and a mail with a link; alarms arrive
    once somebody has followed it.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.session import selection
    from dragonctl.cli.single_api import require_something
    from dragonctl.recipes.alarms import alarms, recipient, survey

    which = selection(**chosen)

    def goal(session: Session) -> Goal:
        session.aws.warm("apigateway", "sts", "lambda", "stepfunctions", "cloudwatch", "sns")
        app = session.application(which)
        if app.errors and not app.apis:  # another topic would be made, for functions alone
            raise app.errors[0]
        require_something(app)
        whom = recipient(app, notify)
        recipe = alarms(app, survey(session.reads, whom), whom)
        notes = (*recipe.notes, *_local_note(session))
        return Goal(
            app.title, recipe.steps, recipe.warnings, notes, app.errors, app=app, brief=True
        )

    return change("setup-alarms", goal, How(dry_run, check, yes, no_wait))


def _local_note(session: Session) -> tuple[str, ...]:
    if not session.label:
        return ()
    return ("The local AWS keeps alarms and does not evaluate them: nobody is told.",)


def first_run(session: Session, selection: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps for an email address, whether or not they have been taken: for `policy`."""
    from dragonctl.cli.first_run import assume
    from dragonctl.recipes.alarms import alarms, recipient, survey

    app = session.application(selection)
    whom = recipient(app, "you@example.com")
    assume("an email address to notify: it gets a topic of its own")
    return alarms(app, survey(session.reads, whom), whom).steps, {}

"""``delete-app``: Delete what ``create-app`` made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dragonctl.cli.options import change_options, command

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl delete-app --dry-run
  dragonctl delete-app --yes
"""
)
@change_options
def delete_app(dry_run: bool, check: bool, yes: bool, no_wait: bool) -> int:
    """Delete what create-app made, with its data, after asking you.

    It deletes only what carries the tag dragonctl:app=NAME. Log groups stay, and so does a bucket
    that holds other objects; both are named.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.session import Session
    from dragonctl.recipes.place import place_of
    from dragonctl.recipes.sample import deletion, leftovers, load

    session = Session(sample=False)
    session.aws.warm("s3", "ssm", "iam", "lambda", "stepfunctions", "apigateway", "sts", "logs")
    place = place_of(session.reads)
    manifest = load(place)

    def goal(session: Session) -> Goal:
        steps, left = session.reads.concurrently(
            lambda: deletion(session.reads, manifest), lambda: leftovers(session.reads, manifest)
        )
        title = f"Delete {manifest.name}, account {place.account} · {place.region}"
        return Goal(
            title, steps, notes=left, brief=True, question=question, undo_command="create-app"
        )

    question = f"Delete {manifest.name} and its data in account {place.account}, {place.region}?"
    how = How(dry_run, check, yes, no_wait)
    return change("delete-app", goal, how, session=session)


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps for what is there: for `policy`."""
    from dragonctl.cli.first_run import assume
    from dragonctl.recipes.place import place_of
    from dragonctl.recipes.sample import deletion, leftovers, load
    from dragonctl.recipes.sample.preparation import note_tags

    manifest = load(place_of(session.reads))
    note_tags(session.reads, manifest)
    steps = deletion(session.reads, manifest)
    leftovers(session.reads, manifest)
    if not steps:
        assume(f"nothing to delete: {manifest.name} is not there, so these are reads alone")
    return steps, {}

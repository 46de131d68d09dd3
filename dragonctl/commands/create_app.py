"""``create-app``: the application of ``definitions/``, made on AWS."""

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
  dragonctl create-app --local
  dragonctl create-app --profile sandbox --dry-run
"""
)
@change_options
def create_app(dry_run: bool, check: bool, yes: bool, no_wait: bool) -> int:
    """Create the application that definitions/ describes: this folder's, else the Dragons sample.

    Data in S3, parameters, roles, functions, the state machine, the API and its stages, each
    tagged dragonctl:app=NAME. What exists is kept, what is missing is made; a name that somebody
    else uses is refused. The functions' code comes from lambdas/.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.session import Session
    from dragonctl.engine.events import Waiting
    from dragonctl.recipes.sample import load
    from dragonctl.recipes.sample.preparation import creation_steps, place_of

    def goal(session: Session) -> Goal:
        session.aws.warm("s3", "ssm", "iam", "lambda", "stepfunctions", "apigateway", "sts")
        place = place_of(session.reads)
        manifest = load(place)
        steps = creation_steps(
            session.reads, manifest, lambda doing: session.emit(Waiting("Packaging", doing, 0))
        )
        title = f"{manifest.name}, account {place.account} · {place.region}"
        return Goal(f"Create {title}", steps, brief=True, undo_command="dragonctl delete-app")

    how = How(dry_run, check, yes, no_wait)
    return change("create-app", goal, how, session=Session(sample=False))


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps that make all of it, whether or not it is there: for `policy`."""
    from dragonctl.recipes.sample import load
    from dragonctl.recipes.sample.preparation import first_run_steps, place_of

    return first_run_steps(session.reads, load(place_of(session.reads))), {}

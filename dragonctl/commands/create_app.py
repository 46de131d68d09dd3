"""``create-app``: Create the application of ``definitions/`` on AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dragonctl.cli.options import change_options, command, not_empty

if TYPE_CHECKING:
    from dragonctl.application.apis import Selection
    from dragonctl.cli.change import Goal
    from dragonctl.cli.session import Session
    from dragonctl.engine.model import Step


@command(
    epilog="""\b
Examples:
  dragonctl create-app --local
  dragonctl create-app --profile sandbox --dry-run
  dragonctl --local create-app --definitions ../their-api
"""
)
@click.option(
    "--definitions",
    metavar="DIR",
    callback=not_empty,
    help="Take the OpenAPI documents and state machines of this folder (local AWS only).",
)
@change_options
def create_app(
    definitions: str | None, dry_run: bool, check: bool, yes: bool, no_wait: bool
) -> int:
    """Create the application that definitions/ describes: this folder's, else the Dragons sample.

    Data in S3, parameters, roles, functions, the state machine, the API and its stages, each
    tagged dragonctl:app=NAME. What exists is kept, what is missing is made; a name that somebody
    else uses is refused. The functions' code comes from lambdas/.

    With --definitions the local AWS gets the application that the documents of a folder describe,
    under any file names, with the placeholders of the usual deployment tools. What it cannot run
    is named.
    """
    from dragonctl.cli.change import Goal, How, change
    from dragonctl.cli.session import Session
    from dragonctl.engine.events import Waiting
    from dragonctl.recipes.place import place_of
    from dragonctl.recipes.sample import load
    from dragonctl.recipes.sample.preparation import creation_steps

    how = How(dry_run, check, yes, no_wait)
    session = Session(sample=False)
    if definitions is not None:
        return change("create-app", _foreign(definitions, session), how, session=session)

    def goal(session: Session) -> Goal:
        session.aws.warm("s3", "ssm", "iam", "lambda", "stepfunctions", "apigateway", "sts")
        place = place_of(session.reads)
        manifest = load(place)
        steps = creation_steps(
            session.reads, manifest, lambda doing: session.emit(Waiting("Packaging", doing, 0))
        )
        title = f"{manifest.name}, account {place.account} · {place.region}"
        return Goal(f"Create {title}", steps, brief=True, undo_command="delete-app")

    return change("create-app", goal, how, session=session)


def _foreign(definitions: str, session: Session) -> Callable[[Session], Goal]:
    """What is to be made of a folder; UsageError where AWS is not the local one."""
    from dragonctl.cli.change import Goal
    from dragonctl.engine.events import Waiting
    from dragonctl.errors import UsageError
    from dragonctl.recipes.foreign.application import load_foreign
    from dragonctl.recipes.foreign.documents import read_folder
    from dragonctl.recipes.place import place_of
    from dragonctl.recipes.sample.preparation import creation_steps

    if not session.globals.is_local:
        raise UsageError("--definitions is for the local AWS alone: say --local.")
    folder = Path(definitions)
    read_folder(folder)  # what cannot be meant is refused before anything is started

    def goal(session: Session) -> Goal:
        place = place_of(session.reads)
        foreign = load_foreign(folder, place)
        steps = creation_steps(
            session.reads,
            foreign.manifest,
            lambda doing: session.emit(Waiting("Packaging", doing, 0)),
        )
        title = f"Create what {folder} defines, account {place.account} · {place.region}"
        return Goal(title, steps, warnings=foreign.notes, brief=True)

    return goal


def first_run(session: Session, _: Selection) -> tuple[Sequence[Step], Mapping[str, str]]:
    """The steps that make all of it, whether or not it is there: for `policy`."""
    from dragonctl.recipes.place import place_of
    from dragonctl.recipes.sample import load
    from dragonctl.recipes.sample.preparation import first_run_steps

    return first_run_steps(session.reads, load(place_of(session.reads))), {}

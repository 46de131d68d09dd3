"""The sample application that a local AWS has from its start."""

from __future__ import annotations

from dragonctl.engine.journal import Journal, Scope, new_run
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import apply
from dragonctl.errors import DragonError
from dragonctl.paths import state_folder
from dragonctl.recipes.place import place_of
from dragonctl.recipes.sample import load
from dragonctl.recipes.sample.preparation import creation_steps
from dragonctl.sample import sample_folder


def create_sample(reads: Reads) -> None:
    """Put the packaged sample into a local AWS that has just been started.

    That is part of starting it, so its journal is kept apart from the user's runs, and ``undo``
    does not reach it. Raises the first failure.
    """
    manifest = load(place_of(reads), sample_folder())
    planned = plan(reads, creation_steps(reads, manifest, lambda _: None))
    scope = Scope(reads.account, reads.region, "local")
    journal = Journal(
        state_folder("local", "runs"), new_run(), lambda: scope, "local up", lambda: reads.user
    )
    outcome = apply(planned, Tools(reads, journal, reads.emit))
    journal.end("failed" if outcome.errors else "done")
    if outcome.errors:
        raise DragonError(
            f"The sample application could not be put into the local AWS: {outcome.errors[0]}",
            "Type `dragonctl create-app --local`.",
            code=outcome.errors[0].code,
        ) from outcome.errors[0]

"""How `policy` learns what a command does: each command's file says it once.

A command that reads or changes an application defines, beside itself,
``first_run(session, selection, **given) -> (steps, roles)``: the steps of a run with its default
options (none for a command that only shows), and the ARNs of the roles of the application by name.
What it reads on the way is noted by the session. ``given`` are those of its options that need
rights of their own, by the names of their parameters: they are its ``FIRST_RUN_OPTIONS``, and
`policy` takes them too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from dragonctl.cli.catalogue import command_names
from dragonctl.engine.model import Step
from dragonctl.errors import UsageError

NEED_NOTHING = frozenset({"completion", "demo", "help", "history", "local", "policy"})
"""Commands without a right of their own in AWS: they work here, or as the command they name."""

FirstRun = Callable[..., tuple[Sequence[Step], Mapping[str, str]]]


def first_run_of(name: str) -> FirstRun:
    """What the command of this name declares; a sentence with those that do where it does not."""
    found = _declared(name) if name in command_names() else None
    if name == "apply":
        raise UsageError("apply needs the rights of the command that made the plan.", "Name that.")
    if found is None:
        known = [one for one in command_names() if _declared(one)]
        raise UsageError(
            f"There is no policy of {name!r}.", f"Commands with a policy: {', '.join(known)}."
        )
    return found


def assume(what: str) -> None:
    """Say on stderr what a first run takes for granted that a real one would be told."""
    from dragonctl.terminal.console import tell

    tell(f"Assumed: {what}.")


def _declared(name: str) -> FirstRun | None:
    module = import_module(f"dragonctl.commands.{name.replace('-', '_')}")
    declared: FirstRun | None = getattr(module, "first_run", None)
    return declared

"""``apply``: a kept plan's command, worked out anew with what was typed then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dragonctl.cli.catalogue import command_named, command_names
from dragonctl.cli.globals import GLOBALS, KEPT, KEPT_FILE, OUT, Globals, globals_of
from dragonctl.cli.kept_plan import KeptPlan
from dragonctl.cli.line import LINE
from dragonctl.cli.refusals import naming_the_file
from dragonctl.errors import UsageError

_HOW = ("dry_run", "check", "yes", "no_wait")


def carry_out(kept: KeptPlan, path: Path, **how: bool) -> int:
    """Run the plan's command as it was typed, but for how: that is said of ``apply`` alone.

    Region and endpoint are the plan's unless they are named now; the profile is never the plan's.
    """
    outer = click.get_current_context()
    root = outer.find_root()
    command = command_named(kept.command) if kept.command in command_names() else None
    if command is None or not {*_HOW} <= {parameter.name for parameter in command.params}:
        raise UsageError(f"{path} is a plan of {kept.command!r}, which changes nothing.")
    now = globals_of(outer)
    root.meta.update({KEPT: kept, KEPT_FILE: path})
    try:
        inner = command.make_context(kept.command, [*kept.words], parent=outer)
    except click.UsageError as error:
        raise naming_the_file(UsageError(error.format_message())) from error
    root.meta.pop(OUT, None)  # that of the words
    taken = _taken(kept, now)
    root.meta[GLOBALS] = replace(now, **taken)
    root.meta[LINE] = (*root.meta.get(LINE, ()), *_as_words(taken))
    inner.params |= how
    with inner:
        try:
            code: int = command.invoke(inner)
        except UsageError as error:
            raise naming_the_file(error) from error
    return code


def _taken(kept: KeptPlan, now: Globals) -> dict[str, Any]:
    """What of the plan's place is not named now."""
    named = {"region"} if now.region else set()
    named |= {"endpoint_url", "local"} if now.endpoint_url or now.local else set()
    return {name: value for name, value in kept.place.items() if name not in named}


def _as_words(taken: dict[str, Any]) -> Iterator[str]:
    for name, value in taken.items():
        yield f"--{name.replace('_', '-')}"
        if value is not True:
            yield str(value)

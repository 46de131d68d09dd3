"""The name of a run, or a part of it that a person types."""

from __future__ import annotations

from functools import partial

from dragonctl.engine.history import History
from dragonctl.errors import UsageError
from dragonctl.wording import first_few

_NAMED = 5
"""How many candidates a sentence names, the last first."""


def whole_name(history: History, typed: str) -> str:
    """The run whose name begins with what was typed, or ends with it after its last ``-``.

    What no run bears stays as it is typed; UsageError where several do. Runs whose journal is not
    believed count, too: none is undone in another's place.
    """
    known = {*(run.run for run in history.runs), *history.refused}
    if typed in known:
        return typed
    found = [one for one in known if one.startswith(typed) or one.rpartition("-")[2] == typed]
    if len(found) > 1:
        latest = sorted(found, key=partial(_when, history), reverse=True)
        said = first_few(latest, _NAMED)
        raise UsageError(f"{typed!r} may be one of several runs: {said}")
    return found[0] if found else typed


def _when(history: History, name: str) -> tuple[str, str]:
    """When a run began, to sort by: its name tells the second, its journal what is within it."""
    begun = (run.time for run in history.runs if run.run == name)
    return name.rpartition("-")[0], next(begun, "")

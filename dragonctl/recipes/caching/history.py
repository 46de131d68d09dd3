"""What ``enable-cache`` has added to an API, as the journal tells: AWS does not say who did it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from dragonctl.engine.history import Entry, Run
from dragonctl.engine.journal import Scope
from dragonctl.engine.model import Json, Resource
from dragonctl.engine.restoring import resource_of
from dragonctl.engine.undo import undone

_KINDS = ("apigateway-stage", "apigateway-method", "apigateway-integration")


@dataclass
class AddedFields:
    """One thing's fields: how they stood before ``enable-cache``, and what its last run wrote.

    Where somebody else has set a field between two runs, theirs is how it stood before.
    """

    entry: Entry
    before: dict[str, Json] = field(default_factory=dict)
    after: dict[str, Json] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Add what one more run wrote."""
        was, now = entry.before or {}, entry.after or {}
        for name in {**was, **now}:
            if was.get(name) != now.get(name):
                if name not in self.after or self.after[name] != was.get(name):
                    self.before[name] = was.get(name)
                self.after[name] = now.get(name)

    def keep(self, name: str, values: Collection[Json]) -> None:
        """Leave a field for good, where one of these values was written to it."""
        if self.after.get(name) in values:
            del self.before[name], self.after[name]


def added(
    runs: Iterable[Run], scope: Scope, api: str, lasting: Collection[str] = ()
) -> dict[str, AddedFields]:
    """Identifier -> what runs of ``enable-cache``, not taken back since, wrote to this API.

    ``lasting`` are deployments that a stage is not taken back from.
    """
    runs = list(runs)
    taken_back = undone(runs)
    found: dict[str, AddedFields] = {}
    for run in runs:
        if run.scope != scope or run.run in taken_back:
            continue
        for name, entry in run.entries.items():
            if not _is_one_of(api, entry):
                continue
            if run.command == "enable-cache":
                one = found.setdefault(name, AddedFields(entry))
                one.take(entry)
                one.keep("deploymentId", lasting)
            elif run.command == "disable-cache" and entry.ended and entry.changes:
                found.pop(name, None)  # what was cut short may still be there
    return found


def _is_one_of(api: str, entry: Entry) -> bool:
    """Whether an entry is about the API's cache, and holds what such things can have."""
    values = [*(entry.before or {}).values(), *(entry.after or {}).values()]
    return (
        entry.kind in _KINDS
        and entry.identity.get("api") == api
        and resource_of(entry, Resource.kinds) is not None
        and all(isinstance(value, bool | int | float | str | None) for value in values)
    )

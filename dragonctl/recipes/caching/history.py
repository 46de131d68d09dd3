"""What ``enable-cache`` has added to an API, as the journal tells: AWS does not say who did it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dragonctl.engine.journal import Entry, Run, Scope
from dragonctl.engine.model import Json
from dragonctl.engine.undo import undone

_KINDS = ("apigateway-stage", "apigateway-method", "apigateway-integration")


@dataclass
class Added:
    """One thing's fields: how they stood before the first run, and what the last one wrote."""

    entry: Entry
    before: dict[str, Json] = field(default_factory=dict)
    after: dict[str, Json] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Add what one more run wrote."""
        was, now = entry.before or {}, entry.after or {}
        for name in {**was, **now}:
            if was.get(name) != now.get(name):
                self.before.setdefault(name, was.get(name))
                self.after[name] = now.get(name)


def added(runs: Iterable[Run], scope: Scope, api: str) -> dict[str, Added]:
    """Identifier -> what runs of ``enable-cache``, not taken back since, wrote to this API."""
    runs = list(runs)
    taken_back = undone(runs)
    found: dict[str, Added] = {}
    for run in runs:
        if run.scope != scope or run.run in taken_back:
            continue
        for name, entry in run.entries.items():
            if entry.kind not in _KINDS or entry.identity.get("api") != api:
                continue
            if run.command == "enable-cache":
                found.setdefault(name, Added(entry)).take(entry)
            elif run.command == "disable-cache" and entry.ended and entry.changes:
                found.pop(name, None)  # what was cut short may still be there
    return found

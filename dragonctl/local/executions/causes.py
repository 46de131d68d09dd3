"""Why a state failed, in Step Functions' words: the event that it began with, the path it misses.

moto names the latest event in place of the one by which the state was entered, and of a path the
whole where AWS names the part that is not there (Jayway's JsonPath: a property in the middle is
"missing in path", only the last has "no results").
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_PART = re.compile(r"\.([\w-]+)|\['([^']+)'\]|\[\"([^\"]+)\"\]")
_MOTOS = "Invalid path '"


def install() -> None:
    """Have moto's failures say so; once, before the first execution."""
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent

    made: Any = FailureEvent.__init__

    def make(self: Any, env: Any, *arguments: Any, **more: Any) -> None:
        made(self, env, *arguments, **more)
        events = env.event_manager._history_event_list  # noqa: SLF001 (moto copies the whole)
        self.source_event_id = entered(events, self.source_event_id, self.state_name)
        error: Any = sys.exception()
        if type(error).__name__ == "NoSuchJsonPathError":
            _reword(self.event_details or {}, missing(error.json_path, error.data))

    setattr(FailureEvent, "__init__", make)  # noqa: B010 (another's)


def _reword(details: Mapping[str, Any], reason: str | None) -> None:
    for told in details.values():
        cause = told.get("cause", "")
        if reason and cause.startswith(_MOTOS):
            told["cause"] = f"{cause.partition(' : ')[0]} : {reason}"


def entered(events: Sequence[Mapping[str, Any]], latest: int, state: str) -> int:
    """The id of the event by which a state was entered that an event belongs to.

    Each event names the one before it in its own branch, or iteration; ``latest`` where none is the
    state's.
    """
    by_id = {event["id"]: event for event in events}
    event = by_id.get(latest)
    while event is not None:
        if event.get("stateEnteredEventDetails", {}).get("name") == state:
            return int(event["id"])
        event = by_id.get(event["previousEventId"])
    return latest


def missing(path: str, data: Any) -> str | None:
    """Which part of a path is not there, as AWS says it; None where not all are plain names."""
    if not re.fullmatch(rf"\$(?:{_PART.pattern})+", path):
        return None
    names = [next(filter(None, part.groups())) for part in _PART.finditer(path)]
    shown = "$"
    for place, name in enumerate(names, 1):
        shown += f"['{name}']"
        if not isinstance(data, dict):
            return None
        if name not in data:
            last = place == len(names)
            return f"No results for path: {shown}" if last else f"Missing property in path {shown}"
        data = data[name]
    return None

"""What an event of a state machine's log says, with every detail that it has.

Sources: "Logging Step Functions executions" in the Step Functions developer guide, and the types of
GetExecutionHistory in its API reference: a log line has the same details, numbers as texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

WORDS = ("name", "resourceType", "resource", "error", "cause")
"""Details that are words of the sentence, in this order."""

FIGURES = ("index", "length", "redriveCount", "state", "location")
"""Details that tell one event from its neighbours; with their names in the sentence."""

_TRUNCATION = "Details"
"""Ends the name of a member that says whether another one is whole (``inputDetails``)."""


class StateEvent(NamedTuple):
    """An event: a sentence, whether it is an error, and the details that stand beneath."""

    text: str
    level: Literal["info", "error"]
    fields: tuple[tuple[str, str], ...]
    execution: str


def read_state_event(document: Mapping[str, Any]) -> StateEvent | None:
    """The event that a JSON line is; None for any other document."""
    execution, kind = document.get("execution_arn"), document.get("type")
    if not isinstance(execution, str) or not isinstance(kind, str):
        return None
    details = document.get("details")
    details = details if isinstance(details, dict) else {}
    words = [kind, *(as_text(details[name]) for name in WORDS if details.get(name))]
    words.extend(_figures(document, details))
    failed = kind.endswith(("Failed", "TimedOut", "Aborted"))
    return StateEvent(
        " ".join(words), "error" if failed else "info", tuple(_rest(details)), execution
    )


def _figures(document: Mapping[str, Any], details: Mapping[str, Any]) -> Iterator[str]:
    for name in FIGURES:
        if details.get(name) is not None:
            yield f"{name}={as_text(details[name])}"
    redrives = document.get("redrive_count")
    if "redriveCount" not in details and str(redrives or "0") != "0":
        yield f"redriveCount={redrives}"


def _rest(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in details.items():
        if name in WORDS or name in FIGURES or value in (None, "", {}, []):
            continue
        if name.endswith(_TRUNCATION) and isinstance(value, dict) and "truncated" in value:
            if value["truncated"]:
                yield f"{name.removesuffix(_TRUNCATION)} truncated", "true"
            continue
        yield name, as_text(value)


def as_text(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

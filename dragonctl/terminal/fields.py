"""How the fields of a change look: short names, values that fit, nothing that a terminal obeys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from rich.text import Text

from dragonctl.engine.model import Change
from dragonctl.terminal.neutral import middle, neutral

_INDENT = "    "
_NARROWEST = 24
_WIDEST_NAME = 44
_PLAIN = ("name", "description", "AlarmDescription", "trust", "document")


def field_lines(changes: Sequence[Change], width: int) -> Iterator[Text]:
    """One dim line for a thing that was made or is gone, else a line per field.

    ``width`` is in cells.
    """
    if all(change.after is None for change in changes):
        changes = [replace(change, before=None, after=change.before) for change in changes]
    if all(change.before is None for change in changes):
        facts = " · ".join(_fact(change) for change in changes if change.field != "path")
        yield Text(f"{_INDENT}{middle(facts, max(width - len(_INDENT), _NARROWEST))}", style="dim")
        return
    column = min(max(len(label(change.field)) for change in changes), _WIDEST_NAME)
    for change in changes:
        yield _line(change, column, max(width - column - 10, _NARROWEST))


def label(field: str) -> str:
    """A field's name for people: a policy by its name instead of its ARN."""
    return neutral(field.rpartition("/")[2] if field.startswith("policies/arn:") else field)


def shown(value: Any, width: int = 60) -> str:
    """A value for people: on one line, its middle left out where it is too long."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case str():
            return middle(value, width)
        case {"widgets": [*widgets]}:
            return f"{len(widgets)} widgets"
        case {"Statement": statements}:
            return middle(_document(statements), width)
    return middle(json.dumps(value), width)


def _fact(change: Change) -> str:
    if change.field.startswith("policies/arn:"):
        return f"{label(change.field)} attached"
    value = shown(change.after, 400)
    return value if change.field in _PLAIN else f"{label(change.field)} {value}"


def _line(change: Change, column: int, room: int) -> Text:
    line = Text(f"{_INDENT}{label(change.field):<{column}}  ")
    if change.before is not None:
        before = shown(change.before, room // 2)
        line.append(f"{before} → ", style="dim")
        room -= len(before)
    return line.append(shown(change.after, room))


def _document(statements: Any) -> str:
    """What a policy document grants, or whom it trusts, in a few words."""
    listed = statements if isinstance(statements, list) else [statements]
    services = [
        _listed(one.get("Principal", {}).get("Service")) for one in listed if "Principal" in one
    ]
    if services:
        return f"trusts {', '.join(name for names in services for name in names) or 'others'}"
    actions = [action for one in listed for action in _listed(one.get("Action"))]
    return f"allows {', '.join(actions)}"


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)

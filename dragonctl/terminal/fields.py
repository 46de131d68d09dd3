"""How the fields of a change look: short names, values that fit, nothing that a terminal obeys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from rich.text import Text

from dragonctl.engine.model import Change
from dragonctl.terminal import documents
from dragonctl.terminal.neutral import neutral

_INDENT = "    "
_WIDEST_NAME = 44
_PLAIN = ("name", "description", "AlarmDescription", "trust", "document")
_LONGEST = 4_000
"""Characters of a value that are shown; JSON and the journal have all of it."""


def field_lines(changes: Sequence[Change]) -> Iterator[Text]:
    """One dim line for a thing that was made or is gone, else a line per field."""
    if all(change.after is None for change in changes):
        changes = [replace(change, before=None, after=change.before) for change in changes]
    if all(change.before is None for change in changes):
        facts = " · ".join(_fact(change) for change in changes if change.field != "path")
        yield Text(f"{_INDENT}{facts}", style="dim")
        return
    column = min(max(len(label(change.field)) for change in changes), _WIDEST_NAME)
    for change in changes:
        yield from _lines(change, column)


def label(field: str) -> str:
    """A field's name for people: a policy by its name instead of its ARN."""
    return neutral(field.rpartition("/")[2] if field.startswith("policies/arn:") else field)


def shown(value: Any) -> str:
    """A value for people: on one line."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case str():
            return neutral(value, _LONGEST)
        case {"widgets": [*widgets]}:
            return f"{len(widgets)} widgets"
        case {"Statement": _}:
            return neutral(documents.summary(value), _LONGEST)
    return neutral(json.dumps(value), _LONGEST)


def _fact(change: Change) -> str:
    if change.field.startswith("policies/arn:"):
        return f"{label(change.field)} attached"
    value = shown(change.after)
    return value if change.field in _PLAIN else f"{label(change.field)} {value}"


def _lines(change: Change, column: int) -> Iterator[Text]:
    """Of a policy document, the statements that differ: the rest of it says nothing new."""
    both = all(documents.is_document(one) for one in (change.before, change.after))
    moved = list(documents.moved(change.before, change.after)) if both else []
    if not moved:
        yield _line(change, column)
    for name, words in zip(chain([label(change.field)], repeat("")), moved, strict=False):
        yield Text(f"{_INDENT}{name:<{column}}  {neutral(words, _LONGEST)}")


def _line(change: Change, column: int) -> Text:
    line = Text(f"{_INDENT}{label(change.field):<{column}}  ")
    if change.before is not None:
        line.append(f"{shown(change.before)} → ", style="dim")
    return line.append(shown(change.after))

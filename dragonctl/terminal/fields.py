"""How the fields of a change look: short names, values that fit, nothing that a terminal obeys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from rich.text import Text

from dragonctl.engine.fields import Field
from dragonctl.engine.model import Change, Resource
from dragonctl.terminal import documents
from dragonctl.terminal.long_values import in_short, long_fields, moved_fields
from dragonctl.terminal.neutral import neutral

_INDENT = "    "
_WIDEST_NAME = 44
_LONGEST = 4_000
"""Characters of a value that are shown; JSON and the journal have all of it."""


def field_lines(changes: Sequence[Change]) -> Iterator[Text]:
    """One dim line for a thing that was made or is gone, else a line per field."""
    if all(change.after is None for change in changes):
        changes = [replace(change, before=None, after=change.before) for change in changes]
    if all(change.before is None for change in changes):
        made_of = [one for one in changes if one.field != "path" and one.after is not None]
        facts = " · ".join(map(_fact, made_of))
        yield Text(f"{_INDENT}{facts}", style="dim")
        return
    column = min(max(len(label(change)) for change in changes), _WIDEST_NAME)
    for change in changes:
        yield from _lines(change, column)


def label(change: Change) -> str:
    """What people call the field of a change, by the table of its kind."""
    kind = Resource.kinds.get(_kind(change))
    return neutral(kind.label(change.field) if kind else change.field)


def _row(change: Change) -> Field | None:
    kind = Resource.kinds.get(_kind(change))
    return kind.row(change.field) if kind else None


def _kind(change: Change) -> str:
    return change.resource.partition("/")[0]


def shown(value: Any, *, whole: bool = False) -> str:
    """A value for people: on one line. ``whole``: a long document too, for whoever approves it."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case {"widgets": [*widgets]}:
            return f"{len(widgets)} widgets"
        case {"Statement": _}:
            return neutral(documents.summary(value), _LONGEST)
    words = None if whole else in_short(value)
    words = words or (value if isinstance(value, str) else json.dumps(value))
    return neutral(words, _LONGEST)


def _fact(change: Change) -> str:
    row, value = _row(change), _value(change, change.after)
    if row and row.is_family and change.after is True:
        return label(change)
    return value if row and row.plain else f"{label(change)} {value}"


def _value(change: Change, value: Any, *, whole: bool = False) -> str:
    row = _row(change)
    number = str(value).replace(".", "", 1).isdigit()  # AWS writes some numbers as text
    words = shown((not whole and row and value and row.short(value)) or value, whole=whole)
    return f"{words} {row.unit}" if row and row.unit and number else words


def _lines(change: Change, column: int) -> Iterator[Text]:
    """Of a document, the parts that differ: the rest of it says nothing new."""
    moved = list(_moved(change.before, change.after))
    if not moved:
        yield _line(change, column)
    for name, words in zip(chain([label(change)], repeat("")), moved, strict=False):
        yield Text(f"{_INDENT}{name:<{column}}  {neutral(words, _LONGEST)}")


def _moved(before: Any, after: Any) -> Iterator[str]:
    if documents.is_document(before) and documents.is_document(after):
        yield from documents.moved(before, after)
    elif (old := long_fields(before)) and (new := long_fields(after)):
        yield from moved_fields(old, new)


def before_and_after(change: Change, *, whole: bool = False) -> tuple[str, str]:
    """Both values for people, ``whole`` or short; the first is empty where there was none.

    Where AWS holds nothing, what it does then is said if the table knows it.
    """
    before, after = change.before, change.after
    if (row := _row(change)) and before is None and row.absent != after:
        before = row.meant_by_nothing(change.field)
    elif row and after is None and row.absent != before:
        after = row.meant_by_nothing(change.field)
    if before is None:
        return "", _value(change, after, whole=whole)
    old, new = (_value(change, value, whole=whole) for value in (before, after))
    if old == new and not whole:  # two that have one short name
        return before_and_after(change, whole=True)
    return old, new


def _line(change: Change, column: int) -> Text:
    line = Text(f"{_INDENT}{label(change):<{column}}  ")
    before, after = before_and_after(change)
    if before:
        line.append(f"{before} → ", style="dim")
    return line.append(after)

"""Plans and runs as Markdown, for a change ticket: whatever AWS sends stays text in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from dragonctl.engine.model import Change
from dragonctl.terminal.changes import step_sign
from dragonctl.terminal.fields import before_and_after, label
from dragonctl.terminal.neutral import neutral

_SPECIAL = re.compile(r"[\\`*_{}<>|#~&\[\]]")
_HEADER = ("", "resource", "setting", "before", "after")
_LONGEST = 300
"""Characters of a value: the JSON document has all of it."""


def page(
    title: str,
    facts: Mapping[str, str],
    table: str,
    warnings: Iterable[str] = (),
    errors: Iterable[object] = (),
) -> str:
    """A heading, what is known of the run, the changes, and what is to be said of them."""
    parts = [f"## {cell(title)}", "\n".join(f"- {k}: {code(v)}" for k, v in facts.items() if v)]
    parts.append(table or "No changes.")
    for heading, texts in (("Warnings", warnings), ("Failed", errors)):
        lines = [f"- {cell(str(text))}" for text in texts]
        parts += [f"### {heading}", "\n".join(lines)] if lines else []
    return "\n\n".join(parts)


def changes_table(changes: Sequence[Change], titles: Mapping[str, str]) -> str:
    """A row for each field; ``titles`` say in words what each resource (identifier) is."""
    by_resource: dict[str, list[Change]] = {}
    for change in changes:
        by_resource.setdefault(change.resource, []).append(change)
    rows = [_row(_HEADER), _row(["---"] * len(_HEADER))] if changes else []
    for resource, fields in by_resource.items():
        sign = step_sign(fields).plain.strip()
        for change in fields:
            values = before_and_after(change)
            name = titles.get(resource, resource)
            rows.append(_row([code(sign), cell(name), cell(label(change)), *map(cell, values)]))
    return "\n".join(rows)


def cell(text: str) -> str:
    """Any text as text: nothing in it is markup, and it stays on its line."""
    return _SPECIAL.sub(r"\\\g<0>", neutral(text, _LONGEST))


def code(text: str) -> str:
    """A text as code."""
    return f"`{neutral(text, _LONGEST).replace('`', chr(39))}`"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""Plans and runs as Markdown, for a change ticket: whatever AWS sends stays text in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from dragonctl.engine.model import Change
from dragonctl.terminal.changes import step_sign
from dragonctl.terminal.fields import before_and_after, label
from dragonctl.terminal.neutral import neutral

_SPECIAL = re.compile(r"[\\`*_{}<>|#~&\[\]]")
_JOINER = "\N{WORD JOINER}"
_HEADER = ("", "resource", "setting", "before", "after")
_LONGEST = 300
"""Characters of a value: the JSON document has all of it."""


def page(
    title: str,
    facts: Mapping[str, str],
    table: str,
    warnings: Iterable[str] = (),
    errors: Iterable[object] = (),
    notes: Iterable[str] = (),
) -> str:
    """A heading, what is known of the run, the changes, and what is to be said of them."""
    parts = [f"## {cell(title)}", "\n".join(f"- {k}: {code(v)}" for k, v in facts.items() if v)]
    parts.append(table or "No changes.")
    for heading, texts in (
        ("Notes", notes),
        ("Warnings", warnings),
        ("Failed", errors),
    ):
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
            values = (
                code(value) if value else "" for value in before_and_after(change, whole=True)
            )
            name = titles.get(resource, resource)
            rows.append(_row([code(sign), cell(name), cell(label(change)), *values]))
    return "\n".join(rows)


def cell(text: str) -> str:
    """Any text as text: nothing in it is markup, a name to notify or an address to follow."""
    return _SPECIAL.sub(r"\\\g<0>", _apart(neutral(text, _LONGEST)))


def _apart(text: str) -> str:
    """With a joiner in what a tracker would make a mention or a link of."""
    return text.replace("@", f"@{_JOINER}").replace("://", f":{_JOINER}//")


def code(text: str) -> str:
    """A text as code."""
    plain = neutral(text, _LONGEST).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""What a setting is called where it lasts: in the templates of the tools that deploy it.

The names stand in the tables of the kinds (:class:`dragonctl.engine.fields.Field`).
"""

from __future__ import annotations

from collections.abc import Iterable

from dragonctl.engine.fields import Tool, row_of
from dragonctl.resources import known_kinds
from dragonctl.wording import with_and


def properties(tool: Tool, kind: str, fields: Iterable[str]) -> str:
    """The tool's words for these fields of a kind of resource, in one phrase.

    ``TracingEnabled and AccessLogSetting of AWS::ApiGateway::Stage``, in the order of the kind's
    table; "" where the tool has a name for none of them.
    """
    table, changed = known_kinds()[kind].table, set(fields)
    rows = [row for row in table if any(row_of(table, field) is row for field in changed)]
    things: dict[str, list[str]] = {}
    for word in dict.fromkeys(row.templates[tool] for row in rows if tool in row.templates):
        name, of, thing = word.partition(" of ")
        things.setdefault(of + thing, []).append(name)
    return with_and(with_and(names) + thing for thing, names in things.items())


def words(kind: str, fields: Iterable[str]) -> str:
    """What people call these fields: ``tracing and log format``."""
    return with_and(dict.fromkeys(known_kinds()[kind].label(field) for field in fields))

"""Values of changes that are whole documents, in a few words; JSON and the journal have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LONGEST = 200
"""Characters of JSON up to which a value is shown as it is."""
_NAMED = 3
Fields = Mapping[str, Any]


def in_short(value: Any) -> str | None:
    """``JSON, 15 fields: requestId, status, protocol, …``; None for what is no long document."""
    if fields := long_fields(value):
        more = ", …" if len(fields) > _NAMED else ""
        return f"JSON, {len(fields)} fields: {', '.join([*fields][:_NAMED])}{more}"
    if isinstance(value, list) and len(json.dumps(value)) > _LONGEST:
        return f"JSON, {len(value)} entr{'ies' if len(value) > 1 else 'y'}"
    return None


def long_fields(value: Any) -> Fields | None:
    """The fields of a long document, such as the format of an access log, which AWS has as text."""
    if isinstance(value, str) and len(value) > _LONGEST and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None
    is_long = isinstance(value, Mapping) and len(json.dumps(value)) > _LONGEST
    return value if is_long else None


def moved_fields(before: Fields, after: Fields) -> Iterator[str]:
    """The fields that an update takes away (``-``), adds (``+``) and changes (``~``)."""
    signs: Sequence[tuple[str, list[str]]] = (
        ("-", [name for name in before if name not in after]),
        ("+", [name for name in after if name not in before]),
        ("~", [name for name in after if name in before and before[name] != after[name]]),
    )
    yield from (f"{sign} {', '.join(names)}" for sign, names in signs if names)

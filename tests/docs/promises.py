"""What a JSON Schema in ``docs/schemas/`` promises its readers, one line for each member.

``python -m tests.docs.promises VERSION`` keeps them for a release, in ``promised/VERSION.txt``;
that file is never written again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.pages import DOCS

Schema = Mapping[str, Any]
PROMISED = Path(__file__).with_name("promised")


def promises() -> Iterator[str]:
    """Lines such as ``status.json .stages[].name always string``, of every schema there is."""
    for path in sorted((DOCS / "schemas").glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        for member in sorted(set(_members(schema, schema, ""))):
            yield f"{path.name} {member}"


def _members(schema: Schema, root: Schema, place: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
    reference = schema.get("$ref")
    if reference in seen:  # a segment holds segments
        return
    if reference:
        named = root["$defs"][reference.removeprefix("#/$defs/")]
        yield from _members(named, root, place, (*seen, reference))
    for name, member in schema.get("properties", {}).items():
        held = "always" if name in schema.get("required", ()) else "perhaps"
        yield f"{place}.{name} {held} {_types(member)}"
        yield from _members(member, root, f"{place}.{name}", seen)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), Mapping):
            yield f"{place}[] each {_types(schema[inner])}"
            yield from _members(schema[inner], root, f"{place}[]", seen)
    for choice in schema.get("anyOf", ()):
        yield from _members(choice, root, place, seen)


def _types(schema: Schema) -> str:
    types = schema.get("type", [])
    return "|".join(sorted([types] if isinstance(types, str) else types)) or "any"


if __name__ == "__main__":
    kept = PROMISED / f"{sys.argv[1]}.txt"
    with kept.open("x", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in promises())

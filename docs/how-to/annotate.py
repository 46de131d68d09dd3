"""Turns what ``dragonctl … --check --output json`` found into annotations of a GitHub Actions run.

Reads the document from stdin; exits as dragonctl did: 1 after a failure, 3 after drift, else 0.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

FAILED, DRIFTED = 1, 3
SHOWN = 100
"""Characters of a value; ``dragonctl … --dry-run`` shows all of it."""


def annotations(document: dict[str, Any]) -> Iterator[str]:
    """A line for each failure, each thing that has drifted and each warning."""
    for error in document.get("errors", ()):
        yield _line("error", error["resource"], f"{error['message']} {error['hint']}")
    drifted: dict[str, list[str]] = {}
    for change in document["changes"]:
        before, after = _value(change["before"]), _value(change["after"])
        text = f"{change['field']} is {before} and should be {after}"
        drifted.setdefault(change["resource"], []).append(text)
    for resource, texts in drifted.items():
        yield _line("warning", resource, "\n".join(texts))
    for warning in document["warnings"]:
        yield _line("notice", document["command"], warning)


def _value(value: Any) -> str:
    """A value as JSON has it, cut where an annotation would be filled by it."""
    if value is None:
        return "not set"
    text = json.dumps(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _line(level: str, title: str, text: str) -> str:
    escaped = text.strip().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    title = title.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={title}::{escaped}"


def main() -> int:
    """Print the annotations; the exit code."""
    try:
        document = json.load(sys.stdin)
    except ValueError:
        print(_line("error", "dragonctl", "dragonctl printed no JSON: the log above says why."))
        return FAILED
    for line in annotations(document):
        print(line)
    return FAILED if document.get("errors") else DRIFTED if document["changes"] else 0


if __name__ == "__main__":
    sys.exit(main())

"""What marks a thing as made by ``create-app``, and what it was made from.

Tags are in the state as ``tags/<key>``. A thing that is made from content (an OpenAPI document, a
zip, a data file) holds the content's SHA-256 in its state; the content itself is only ever wanted,
never read back, and stays out of the journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from dragonctl.engine.fields import Field
from dragonctl.engine.model import Json, Resource, State
from dragonctl.errors import DragonError

APP_TAG = "dragonctl:app"
DEFINITION_TAG = "dragonctl:definition"
_TAG = "tags/"
TAGS = Field("tags/{key}", "tag {}")
"""The row of the tags in a kind's table."""


def tag_fields(tags: Mapping[str, str]) -> dict[str, Json]:
    """Tags as fields of a state."""
    return {f"{_TAG}{key}": value for key, value in tags.items()}


def listed_tags(tags: Iterable[Mapping[str, str]] | None) -> dict[str, Json]:
    """The same from a list, as most services show it."""
    return tag_fields(pairs(tags))


def pairs(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags by key, from a list of ``Key`` and ``Value`` (in either case)."""
    found = [{name.lower(): value for name, value in tag.items()} for tag in tags or ()]
    return {tag["key"]: tag["value"] for tag in found}


def tags_of(state: State) -> dict[str, str]:
    """The tags that a state speaks of."""
    return {
        field.removeprefix(_TAG): value
        for field, value in state.items()
        if field.startswith(_TAG) and value is not None
    }


def app_field(app: str) -> dict[str, Json]:
    """The field by which ``delete-app`` knows what ``create-app`` made for ``app``."""
    return tag_fields({APP_TAG: app})


def digest(document: Json) -> str:
    """The SHA-256 of a JSON document, whatever the order of its keys."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(resource: Resource, want: State, field: str) -> Any:
    """The content that is wanted; an undo has only its digest, and says so."""
    if field not in want:
        raise DragonError(
            f"{resource.identifier} cannot be made again from the journal, which does not keep its"
            " content.",
            "Type `dragonctl create-app`.",
            code="NoContent",
            resource=resource.identifier,
        )
    return want[field]

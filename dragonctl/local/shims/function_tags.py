"""Tags of functions, which aliases and versions cannot have."""

from __future__ import annotations

from typing import Any

from dragonctl.local.messages import Request
from dragonctl.local.shims import instead
from dragonctl.local.shims.functions import find, invalid, named_by

_NOT_TAGGED = (
    "Tags on function aliases and versions are not supported. Please specify a function ARN."
)


@instead("lambda", "TagResource")
def tag(request: Request) -> None:
    """Add tags, or change them."""
    tags = _tags(request)
    tags.update(request.parameters["Tags"])


@instead("lambda", "UntagResource")
def untag(request: Request) -> None:
    """Take tags away; one that is not there is no error."""
    tags = _tags(request)
    for key in request.parameters["TagKeys"]:
        tags.pop(key, None)


@instead("lambda", "ListTags")
def list_all(request: Request) -> dict[str, Any]:
    """A function's tags."""
    return {"Tags": dict(_tags(request))}


def _tags(request: Request) -> dict[str, str]:
    wanted = named_by(request, request.parameters["Resource"])
    if wanted.qualifier:
        raise invalid(_NOT_TAGGED)
    tags: dict[str, str] = find(request, None, wanted.name).tags
    return tags

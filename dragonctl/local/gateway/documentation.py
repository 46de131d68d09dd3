"""Documentation parts: what an API's author writes about its parts."""

from __future__ import annotations

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import Record, api, conflict, held, new_id, page, picked
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_PATHS = patches.Paths({"properties": str})
_KIND = "Documentation part"


@instead("apigateway", "CreateDocumentationPart")
def create(request: Request) -> Record:
    """A part; one for each location."""
    parts, given = _parts(request), picked(request.parameters, "location", "properties")
    if any(one["location"] == given["location"] for one in parts.values()):
        raise conflict("Documentation part already exists for the specified location")
    made = {"id": new_id(6), **given}
    parts[made["id"]] = made
    return dict(made)


@instead("apigateway", "GetDocumentationPart")
def get(request: Request) -> Record:
    """One part."""
    return dict(held(_parts(request), request.parameters["documentationPartId"], _KIND))


@instead("apigateway", "GetDocumentationParts")
def list_all(request: Request) -> Record:
    """A page of the parts, of one type or one path where that is asked."""
    asked = picked(request.parameters, "type", "path")
    kept = [
        one
        for one in _parts(request).values()
        if all(one["location"].get(name) == value for name, value in asked.items())
    ]
    return page(request, kept)


@instead("apigateway", "UpdateDocumentationPart")
def update(request: Request) -> Record:
    """Patch a part's text."""
    thing = get(request)
    wanted = patches.patched(thing, request.parameters.get("patchOperations") or [], _PATHS)
    _parts(request)[thing["id"]] = wanted
    return dict(wanted)


@instead("apigateway", "DeleteDocumentationPart")
def delete(request: Request) -> None:
    """Take a part away."""
    del _parts(request)[get(request)["id"]]


def _parts(request: Request) -> dict[str, Record]:
    parts: dict[str, Record] = api(request).setdefault("documentation", {})
    return parts

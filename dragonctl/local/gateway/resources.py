"""Resources: the tree of an API's paths."""

from __future__ import annotations

import re
from typing import Any

from dragonctl.local.gateway import patches
from dragonctl.local.gateway.store import (
    Record,
    api,
    bad_request,
    conflict,
    held,
    new_id,
    page,
    resource,
)
from dragonctl.local.messages import Request
from dragonctl.local.shims import instead

_PATH_PART = re.compile(r"[a-zA-Z0-9:._~-]+|\{[a-zA-Z0-9._-]+\+?\}")


@instead("apigateway", "CreateResource")
def create(request: Request) -> Record:
    """A new resource under a parent."""
    record, part = api(request), request.parameters["pathPart"]
    parent = held(record["resources"], request.parameters["parentId"], "Resource")
    return child(record, parent, part)


def child(record: Record, parent: Record, part: str) -> Record:
    """Put a resource under its parent; ConflictException when the name is taken."""
    _check_part(part)
    _check_place(record, parent, part)
    made = {
        "id": new_id(6),
        "parentId": parent["id"],
        "pathPart": part,
        "path": f"{parent['path'].rstrip('/')}/{part}",
    }
    record["resources"][made["id"]] = made
    return made


def _check_part(part: str) -> None:
    if not _PATH_PART.fullmatch(part):
        raise bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable "
            "and curly braces at the beginning and the end."
        )


def _check_place(record: Record, parent: Record, part: str, moved: str | None = None) -> None:
    """Refuse a part that its siblings or its parent do not allow; ``moved`` is its own id."""
    if parent.get("pathPart", "").endswith("+}"):
        raise bad_request(
            f"Cannot create a child of a resource with a greedy path variable: {parent['pathPart']}"
        )
    for one in record["resources"].values():
        if one.get("parentId") != parent["id"] or one["id"] == moved:
            continue
        if one["pathPart"] == part:
            raise conflict(f"Another resource with the same parent already has this name: {part}")
        if one["pathPart"].startswith("{") and part.startswith("{"):
            raise bad_request(
                f"A sibling ({one['pathPart']}) of this resource already has a variable path "
                "part -- only one is allowed"
            )


_PATHS = patches.Paths({"parentId": str, "pathPart": str})


@instead("apigateway", "UpdateResource")
def update(request: Request) -> Record:
    """Rename a resource, or move it with all below it under another one."""
    record, thing = api(request), resource(request)
    wanted = patches.patched(thing, request.parameters.get("patchOperations") or [], _PATHS)
    if "parentId" not in thing:
        raise bad_request("Root resource cannot update its pathPart.")
    parent = held(record["resources"], wanted["parentId"], "Resource")
    if parent["id"] in {one["id"] for one in (thing, *_under(record, thing))}:
        raise bad_request("Resources cannot be cyclical.")
    _check_part(wanted["pathPart"])
    _check_place(record, parent, wanted["pathPart"], moved=thing["id"])
    thing.update(wanted)
    _place(record, thing, parent)
    return _shown(thing, request)


def _place(record: Record, thing: Record, parent: Record) -> None:
    """The path of a thing and of all below it, from its parent's."""
    thing["path"] = f"{parent['path'].rstrip('/')}/{thing['pathPart']}"
    for one in record["resources"].values():
        if one.get("parentId") == thing["id"]:
            _place(record, one, thing)


@instead("apigateway", "GetResource")
def get(request: Request) -> Record:
    """One resource; its methods whole where ``embed`` says so."""
    return _shown(resource(request), request)


@instead("apigateway", "GetResources")
def list_all(request: Request) -> Record:
    """A page of an API's resources."""
    ordered = sorted(api(request)["resources"].values(), key=lambda one: one["path"])
    return page(request, [_shown(one, request) for one in ordered])


def _shown(thing: Record, request: Request) -> Record:
    """Without ``embed=methods`` AWS names the methods and says nothing of them."""
    if not thing.get("resourceMethods"):
        return {key: value for key, value in thing.items() if key != "resourceMethods"}
    if "methods" in (request.parameters.get("embed") or []):
        return thing
    return {**thing, "resourceMethods": {name: {} for name in thing["resourceMethods"]}}


@instead("apigateway", "DeleteResource")
def delete(request: Request) -> None:
    """Take a resource and all under it away."""
    record, gone = api(request), resource(request)
    if "parentId" not in gone:
        raise bad_request("Root resource cannot be deleted")
    for one in [gone, *_under(record, gone)]:
        del record["resources"][one["id"]]


def _under(record: Record, thing: Record) -> list[Any]:
    below = [one for one in record["resources"].values() if one.get("parentId") == thing["id"]]
    return below + [deeper for one in below for deeper in _under(record, one)]

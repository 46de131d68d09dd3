"""Who has a managed policy: moto pages over all entities of the account, and loses some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragonctl.local import backends, pages
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead

_MOST = 100
_KINDS = (("Group", "groups"), ("User", "users"), ("Role", "roles"))
_BOUNDARY = "PermissionsBoundary"


@instead("iam", "ListEntitiesForPolicy")
def list_entities(request: Request) -> dict[str, Any]:
    """A page of the groups, users and roles that have a policy, or are bounded by it."""
    parameters = request.parameters
    backend = backends.global_backend("iam", request.account, request.region)
    arn = parameters["PolicyArn"]
    if arn not in backend.managed_policies:
        raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)
    found = list(_entities(backend, parameters))
    start = pages.position(parameters.get("Marker"), "Marker", "ValidationError")
    end = start + int(parameters.get("MaxItems") or _MOST)
    answer: dict[str, Any] = {f"Policy{kind}s": [] for kind, _ in _KINDS}
    for kind, one in found[start:end]:
        answer[f"Policy{kind}s"].append({f"{kind}Name": one.name, f"{kind}Id": one.id})
    answer["IsTruncated"] = end < len(found)
    return answer | ({"Marker": pages.token(end)} if end < len(found) else {})


def _entities(backend: Any, parameters: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    wanted = parameters.get("EntityFilter")
    prefix = parameters.get("PathPrefix") or "/"
    for kind, store in _KINDS:
        held = getattr(backend, store).values() if wanted in (None, kind) else ()
        for one in held:
            if one.path.startswith(prefix) and _is_used(one, parameters):
                yield kind, one


def _is_used(entity: Any, parameters: dict[str, Any]) -> bool:
    arn, usage = parameters["PolicyArn"], parameters.get("PolicyUsageFilter")
    bounded = getattr(entity, "permissions_boundary_arn", None) == arn
    return (usage != _BOUNDARY and arn in entity.managed_policies) or (
        usage in (None, _BOUNDARY) and bounded
    )

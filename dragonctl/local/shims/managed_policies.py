"""AWS's managed policies: each made when it is first named.

moto makes none of them, or all 1,582 for every partition, which takes a second each time the
server starts or forgets everything.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from moto.iam.models import AWSManagedPolicy

from dragonctl.local import backends, state
from dragonctl.local.messages import Request
from dragonctl.local.shims import before

_MARK = ":iam::aws:policy/"


@before(
    "iam",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "AttachGroupPolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "ListPolicyVersions",
    "ListEntitiesForPolicy",
    "CreateRole",
    "PutRolePermissionsBoundary",
)
def have_named(request: Request) -> None:
    """Make the managed policy that the request names, if AWS has one of that ARN."""
    arn = request.parameters.get("PolicyArn") or request.parameters.get("PermissionsBoundary") or ""
    path, _, name = arn.rpartition("/")
    known = _known().get(name) if _MARK in arn else None
    if known and f"/{path.partition(_MARK)[2]}/".replace("//", "/") == known["Path"]:
        _have(request, name, known)


@before("iam", "ListPolicies")
def have_all(request: Request) -> None:
    """Make all of them, where a list must show them."""
    if request.parameters.get("Scope", "All") != "Local" and not request.parameters.get(
        "OnlyAttached"
    ):
        for name, known in _known().items():
            _have(request, name, known)


def _have(request: Request, name: str, known: dict[str, Any]) -> None:
    backend = backends.global_backend("iam", request.account, request.region)
    with state.LOCK:
        made = AWSManagedPolicy.from_data(name, request.account, request.region, known)
        if made.arn not in backend.managed_policies:
            backend.managed_policies[made.arn] = made
            backend.aws_managed_policies.append(made)


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # three megabytes

    known: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return known

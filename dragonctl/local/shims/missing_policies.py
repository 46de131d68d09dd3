"""IAM: what is not there, in AWS's words (recorded)."""

from __future__ import annotations

from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before


@before("iam", "DeletePolicy")
def check_policy(request: Request) -> None:
    """A policy of the account that is not there."""
    arn = request.parameters["PolicyArn"]
    if ":aws:policy/" not in arn and arn not in _backend(request).managed_policies:
        raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)


@before("iam", "GetRolePolicy")
def check_role_policy(request: Request) -> None:
    """A role that has no such policy; one that is not there is moto's to refuse."""
    name, wanted = request.parameters["RoleName"], request.parameters["PolicyName"]
    role = next((one for one in _backend(request).roles.values() if one.name == name), None)
    if role is not None and wanted not in role.policies:
        raise AwsError("NoSuchEntity", f"The role policy with name {wanted} cannot be found.", 404)


def _backend(request: Request) -> Any:
    return backends.global_backend("iam", request.account, request.region)

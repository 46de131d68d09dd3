"""IAM: what moto takes and AWS does not. Names, trust policies, quotas, what stands in the way."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from dragonctl.local import backends
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import after, before

MOST_POLICIES_OF_A_ROLE = 10
MOST_POLICY_CHARACTERS = 6144
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_CREDENTIAL_SERVICES = frozenset(
    f"{one}.amazonaws.com" for one in ("bedrock", "cassandra", "codecommit")
)
_LONGEST = {"roleName": 64, "policyName": 128}
_SERVICE = re.compile(
    r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?|[a-z0-9.-]+\.aws\.internal"
)


@before("iam", "CreateRole")
def check_role(request: Request) -> None:
    """Its name and its trust policy."""
    _check_name("roleName", request.parameters["RoleName"])
    _check_trust(request.parameters["AssumeRolePolicyDocument"])


@after("iam", "CreateRole")
def forget_duration(_: Request, result: dict[str, Any]) -> None:
    """How long a session may be is told by GetRole, and not when the role is made."""
    result["Role"].pop("MaxSessionDuration", None)


@after("iam", "CreatePolicy", "GetPolicy", "ListPolicies")
def count_boundaries(request: Request, result: dict[str, Any]) -> None:
    """Of how many roles a policy bounds the rights; of users moto keeps no bounds."""
    bounded = Counter(one.permissions_boundary_arn for one in _backend(request).roles.values())
    for policy in result["Policies"] if "Policies" in result else [result["Policy"]]:
        policy["PermissionsBoundaryUsageCount"] = bounded[policy["Arn"]]


@before("iam", "UpdateAssumeRolePolicy")
def check_trust(request: Request) -> None:
    """The new trust policy."""
    _check_trust(request.parameters["PolicyDocument"])


@before("iam", "CreatePolicy")
def check_policy(request: Request) -> None:
    """Its name and its size (white space does not count)."""
    _check_name("policyName", request.parameters["PolicyName"])
    _check_size(request)


@before("iam", "CreatePolicyVersion")
def check_version(request: Request) -> None:
    """Its size."""
    _check_size(request)


def _check_size(request: Request) -> None:
    if len(re.sub(r"\s", "", request.parameters["PolicyDocument"])) > MOST_POLICY_CHARACTERS:
        raise _limit(f"Cannot exceed quota for PolicySize: {MOST_POLICY_CHARACTERS}")


def _check_name(kind: str, name: str) -> None:
    if len(name) > _LONGEST[kind]:
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{name}' at '{kind}' failed to satisfy "
            f"constraint: Member must have length less than or equal to {_LONGEST[kind]}",
        )
    if not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationError",
            f"The specified value for {kind} is invalid. It must contain only alphanumeric "
            "characters and/or the following: +=,.@_-",
        )


def _check_trust(document: str) -> None:
    try:
        trust = json.loads(document)
        statements = trust["Statement"]
    except (ValueError, KeyError, TypeError):
        raise _malformed("This policy contains invalid Json") from None
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict) or "Principal" not in statement:
            raise _malformed("Missing required field Principal")
        if "Resource" in statement:
            raise _malformed("Has prohibited field Resource")
        _check_services(statement["Principal"])


def _check_services(principal: Any) -> None:
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    for service in [named] if isinstance(named, str) else named:
        if not _SERVICE.fullmatch(str(service)):
            raise _malformed(f'Invalid principal in policy: "SERVICE":"{service}"')


@before("iam", "CreateServiceSpecificCredential")
def check_credential(request: Request) -> None:
    """Whose it would be, and for which service; what AWS takes is refused by name."""
    user, service = request.parameters["UserName"], request.parameters["ServiceName"]
    if not any(one.name == user for one in _backend(request).users.values()):
        raise AwsError("NoSuchEntity", f"The user with name {user} cannot be found.", 404)
    if service not in _CREDENTIAL_SERVICES:
        words = f"No such service {service} is supported for Service Specific Credentials"
        raise AwsError("NoSuchEntity", words, 404)


@before("iam", "AttachRolePolicy")
def check_quota(request: Request) -> None:
    """A role holds ten managed policies; attaching one again is no change."""
    role = _role(request)
    if role is None:
        return
    attached = role.managed_policies
    if request.parameters["PolicyArn"] not in attached and len(attached) >= MOST_POLICIES_OF_A_ROLE:
        raise _limit(f"Cannot exceed quota for PoliciesPerRole: {MOST_POLICIES_OF_A_ROLE}")


@before("iam", "DeletePolicy")
def check_unused(request: Request) -> None:
    """A policy that is attached, or has several versions, stays."""
    backend, arn = _backend(request), request.parameters["PolicyArn"]
    policy = backend.managed_policies.get(arn)
    if policy is None:
        return
    entities = (*backend.roles.values(), *backend.users.values(), *backend.groups.values())
    # Not moto's count: that grows with every repeated attachment.
    if any(arn in one.managed_policies for one in entities):
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(policy.versions) > 1:
        raise AwsError(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy.",
            409,
        )


def _backend(request: Request) -> Any:
    return backends.global_backend("iam", request.account, request.region)


def _role(request: Request) -> Any:
    name = request.parameters["RoleName"]
    return next((one for one in _backend(request).roles.values() if one.name == name), None)


def _limit(message: str) -> AwsError:
    return AwsError("LimitExceeded", message, 409)


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", message)

"""Roles as the local services judge them: who may assume one, and what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dragonctl.aws import iam_documents
from dragonctl.local import backends, state


@dataclass(frozen=True)
class Role:
    """A role with its documents as they stand now."""

    arn: str
    trust: Any
    documents: tuple[Any, ...]
    boundary: Any = None

    def trusts(self, service: str) -> bool:
        """Whether the service may assume it."""
        return iam_documents.trusts(self.trust, service)

    def may(self, *actions: str, resource: str = "*") -> bool:
        """Whether it may do all of these on the resource.

        For ``*`` a grant on any resource will do: a service that checks a role when it is named
        asks for an action, and leaves the resource to the moment of use.
        """
        return all(self._may(action, resource) for action in actions)

    def may_everywhere(self, *actions: str) -> bool:
        """Whether it may do all of these on ``*``: for actions that know no resources."""
        return all(iam_documents.allows(self.documents, one, "*", self.boundary) for one in actions)

    def _may(self, action: str, resource: str) -> bool:
        candidates = [resource]
        if resource == "*":
            candidates += [one for each in self.documents for one in _granted(each)]
        return any(
            iam_documents.allows(self.documents, action, one, self.boundary) for one in candidates
        )


def _granted(document: Any) -> list[str]:
    found = []
    for statement in iam_documents.statements(document):
        resources = statement.get("Resource", [])
        found += [resources] if isinstance(resources, str) else list(resources)
    return found


def find(arn: str) -> Role | None:
    """The role of that ARN (path included); None when there is none."""
    with state.LOCK:
        role = _found(arn)
        if role is None:
            return None
        return Role(arn, role.assume_role_policy_document, _documents(role), _boundary(role))


def _found(arn: str) -> Any:
    _, partition, _, _, account, *_ = arn.split(":")
    with state.LOCK:
        roles = backends.backend("iam", account, partition).roles.values()
        return next((one for one in roles if one.arn == arn), None)


def note_use(arn: str, region: str) -> None:
    """A service acted as this role: GetRole shows when and where (``RoleLastUsed``)."""
    role = _found(arn)
    if role is not None:
        role.last_used, role.last_used_region = datetime.now(UTC), region


def _documents(role: Any) -> tuple[Any, ...]:
    attached = [_current(policy) for policy in role.managed_policies.values()]
    inline: Mapping[str, Any] = role.policies
    return (*attached, *inline.values())


def _current(policy: Any) -> Any:
    return next(one.document for one in policy.versions if one.is_default)


def _boundary(role: Any) -> Any:
    arn = role.permissions_boundary_arn
    backend = backends.backend("iam", role.account_id, role.partition)
    policy = backend.managed_policies.get(arn) if arn else None
    return _current(policy) if policy else None

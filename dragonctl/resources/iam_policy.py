"""A customer-managed IAM policy: the document of its default version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from dragonctl.aws import iam_documents
from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Json, Reader, Reading, Resource, State
from dragonctl.errors import DragonError
from dragonctl.resources.iam_role import detached
from dragonctl.resources.role_rights import ABSENT

VERSIONS = 5
"""IAM keeps at most five versions of a policy."""


@dataclass(frozen=True)
class Policy(Resource):
    """A managed policy of this account, named by its ARN.

    State: ``document``, ``description`` (fixed at creation), ``version`` (the one in force: a way
    back to it, never wanted for itself). Facts: ``default`` (the same), ``versions`` (their ids,
    oldest first), ``roles`` (names of those that it is attached to), ``others`` (attachments to
    users and groups, uses as a boundary).
    """

    kind: ClassVar[str] = "iam-policy"
    table: ClassVar[Table] = (
        Field("document", "document", plain=True),
        Field("description", "description", plain=True),
        Field("version", "version"),
    )
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """GetPolicy, then its document, versions and attachments.

        IAM's copies learn of a write one after another: a policy whose parts are not there is one
        that has just gone, or that is not everywhere yet.
        """
        answer = aws.get("iam", "GetPolicy", absent=ABSENT, PolicyArn=self.arn)
        if answer is None:
            return None
        policy = answer["Policy"]
        document, versions, (roles, others) = aws.concurrently(
            partial(self._document, aws, policy["DefaultVersionId"]),
            partial(
                aws.pages,
                "iam",
                "ListPolicyVersions",
                "Versions",
                absent=ABSENT,
                PolicyArn=self.arn,
            ),
            partial(self._entities, aws),
        )
        if document is None or versions is None or roles is None:
            return None
        state = {
            "document": document,
            "description": policy.get("Description") or None,
            "version": policy["DefaultVersionId"],
        }
        ids = sorted((one["VersionId"] for one in versions), key=lambda one: int(one[1:]))
        return Reading(
            state,
            {
                "default": policy["DefaultVersionId"],
                "versions": tuple(ids),
                "roles": roles,
                "others": others + policy.get("PermissionsBoundaryUsageCount", 0),
            },
        )

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreatePolicy; or a version, or back to one; or every version and the policy deleted."""
        if want is None and have is not None:
            yield from self._deletion(have)
        elif have is None and want is not None:
            yield self._creation(want)
        elif have is not None and want is not None:
            yield from self._new_version(have, want)

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """Documents are equal whatever the order of their lists, and whatever their version."""
        if field == "version":
            return True
        return (
            iam_documents.same_document(have, want) if field == "document" else bool(have == want)
        )

    def obstacle(self, aws: Reader, have: Reading, done: Done) -> str | None:
        """Somebody is attached to it whom this undo does not detach."""
        for role in have.facts["roles"]:
            if not detached(done, role, self.arn):
                return f"the role {role} uses it"
        return "users, groups or boundaries use it" if have.facts["others"] > 0 else None

    def _document(self, aws: Reader, version: str) -> Json:
        params = {"PolicyArn": self.arn, "VersionId": version}
        answer = aws.get("iam", "GetPolicyVersion", absent=ABSENT, **params)
        return iam_documents.decoded(answer["PolicyVersion"]["Document"]) if answer else None

    def _entities(self, aws: Reader) -> tuple[tuple[str, ...] | None, int]:
        """The roles that it is attached to (None: no such policy), how many users and groups.

        AttachmentCount would do without the names, but lags behind what was just detached.
        """
        roles: list[str] = []
        others = 0
        marker: dict[str, str] = {}
        while True:
            params: dict[str, Any] = {"PolicyArn": self.arn, "MaxItems": 1000, **marker}
            answer = aws.get("iam", "ListEntitiesForPolicy", absent=ABSENT, **params)
            if answer is None:
                return None, 0
            roles += [role["RoleName"] for role in answer.get("PolicyRoles", [])]
            others += len(answer.get("PolicyUsers", [])) + len(answer.get("PolicyGroups", []))
            following = {"Marker": answer["Marker"]} if answer.get("IsTruncated") else {}
            if following in ({}, marker):
                return tuple(roles), others + bool(following)
            marker = following

    def _creation(self, want: State) -> Call:
        path, _, name = self.arn.partition(":policy")[2].rpartition("/")
        params = {
            "PolicyName": name,
            "Path": f"{path}/",
            "PolicyDocument": json.dumps(want["document"]),
        }
        if want.get("description"):
            params["Description"] = want["description"]
        return Call("iam", "CreatePolicy", params)

    def _new_version(self, have: Reading, want: State) -> Iterator[Call]:
        if "document" not in want:
            return
        default = have.facts["default"]
        if want.get("version", default) != default and want["version"] in have.facts["versions"]:
            arn = {"PolicyArn": self.arn}
            version = want["version"]
            yield Call("iam", "SetDefaultPolicyVersion", {**arn, "VersionId": version})
            yield Call("iam", "DeletePolicyVersion", {**arn, "VersionId": default})
            return
        if len(have.facts["versions"]) >= VERSIONS:
            raise DragonError(
                f"The policy {self.arn} has {VERSIONS} versions, IAM's limit.",
                version_to_delete(self.arn, have),
                code="LimitExceeded",
                resource=self.identifier,
            )
        params = {
            "PolicyArn": self.arn,
            "PolicyDocument": json.dumps(want["document"]),
            "SetAsDefault": True,
        }
        yield Call("iam", "CreatePolicyVersion", params, repeat="read-first")

    def _deletion(self, have: Reading) -> Iterator[Call]:
        for version in have.facts["versions"]:
            if version != have.facts["default"]:
                params = {"PolicyArn": self.arn, "VersionId": version}
                yield Call("iam", "DeletePolicyVersion", params)
        yield Call("iam", "DeletePolicy", {"PolicyArn": self.arn})


def version_to_delete(arn: str, have: Reading) -> str:
    """What to type where a policy has no room for a version: its oldest that is not in force."""
    oldest = next(one for one in have.facts["versions"] if one != have.facts.get("default"))
    command = f"aws iam delete-policy-version --policy-arn {arn} --version-id {oldest}"
    return f"Delete one that is not in force, such as the oldest (`{command}`), then run again."

"""A customer-managed IAM policy: the document of its default version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.aws import iam_documents
from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Json, Reader, Reading, Resource, State
from dragonctl.engine.paging import follow
from dragonctl.errors import DragonError
from dragonctl.resources.iam_role import detached
from dragonctl.resources.role_rights import ABSENT, SHOWN_WITHIN
from dragonctl.resources.role_users import has_ours, policy_user

VERSIONS = 5
"""IAM keeps at most five versions of a policy."""


@dataclass(frozen=True)
class Policy(Resource):
    """A managed policy of this account, named by its ARN.

    State: ``document``, ``description`` (fixed at creation), ``version`` (the one in force: a way
    back to it, never wanted for itself). Facts: ``default`` (the same), ``versions`` (their ids,
    oldest first) once it is to be changed.
    """

    kind: ClassVar[str] = "iam-policy"
    shown_within: ClassVar[float] = SHOWN_WITHIN
    table: ClassVar[Table] = (
        Field("document", "document", plain=True),
        Field("description", "description", plain=True),
        Field("version", "version"),
    )
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """GetPolicy, then its document.

        IAM's copies learn of a write one after another: a policy whose document is not there is
        one that has just gone, or that is not everywhere yet.
        """
        answer = aws.get("iam", "GetPolicy", absent=ABSENT, PolicyArn=self.arn)
        if answer is None:
            return None
        policy = answer["Policy"]
        document = self._document(aws, policy["DefaultVersionId"])
        if document is None:
            return None
        state = {
            "document": document,
            "description": policy.get("Description") or None,
            "version": policy["DefaultVersionId"],
        }
        return Reading(state, {"default": policy["DefaultVersionId"]})

    def save(self, aws: Reader, have: Reading | None, want: State | None) -> dict[str, Any]:
        """ListPolicyVersions, where one is to be added, or all are to go: nothing is kept here."""
        if have is None or (want is not None and "document" not in want):
            return {}
        return {"versions": policy_versions(aws, self.arn)}

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

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """Somebody has it whom this undo does not detach.

        One that stays and loses what the run added to it is no loss to the run's own things.
        """
        holders = policy_holders(aws, self.arn)
        for role in holders.roles:
            if detached(done, role, self.arn):
                continue
            if want is None or not has_ours(aws, role, done):
                return f"the role {role} uses it"
            if user := policy_user(aws, role, [self.arn], done):
                return user
        return "users, groups or boundaries use it" if holders.others else None

    def _document(self, aws: Reader, version: str) -> Json:
        params = {"PolicyArn": self.arn, "VersionId": version}
        answer = aws.get("iam", "GetPolicyVersion", absent=ABSENT, **params)
        return iam_documents.decoded(answer["PolicyVersion"]["Document"]) if answer else None

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
        default, versions = have.facts["default"], have.facts.get("versions", ())
        if want.get("version", default) != default and want["version"] in versions:
            arn = {"PolicyArn": self.arn}
            version = want["version"]
            yield Call("iam", "SetDefaultPolicyVersion", {**arn, "VersionId": version})
            yield Call("iam", "DeletePolicyVersion", {**arn, "VersionId": default})
            return
        if len(versions) >= VERSIONS:
            raise DragonError(
                f"The policy {self.arn} has {VERSIONS} versions, IAM's limit.",
                version_to_delete(self.arn, versions, default),
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
        for version in have.facts.get("versions", ()):
            if version != have.facts["default"]:
                params = {"PolicyArn": self.arn, "VersionId": version}
                yield Call("iam", "DeletePolicyVersion", params)
        yield Call("iam", "DeletePolicy", {"PolicyArn": self.arn})


@dataclass(frozen=True)
class Holders:
    """The names of the ``roles`` that a policy is attached to; how many ``others`` have it."""

    roles: tuple[str, ...]
    others: int


def policy_versions(aws: Reader, arn: str) -> tuple[str, ...]:
    """The ids of a policy's versions, oldest first; none of one that is gone."""
    found = aws.pages("iam", "ListPolicyVersions", "Versions", absent=ABSENT, PolicyArn=arn) or ()
    return tuple(sorted((one["VersionId"] for one in found), key=lambda one: int(one[1:])))


def policy_holders(aws: Reader, arn: str) -> Holders:
    """Who has a policy: roles by name; users, groups and uses as a boundary by number.

    AttachmentCount would do without the names, but lags behind what was just detached.
    """
    answer = aws.get("iam", "GetPolicy", absent=ABSENT, PolicyArn=arn)
    boundaries = (answer or {"Policy": {}})["Policy"].get("PermissionsBoundaryUsageCount", 0)
    pages = list(_entities(aws, arn))
    roles = [role["RoleName"] for page in pages for role in page.get("PolicyRoles", [])]
    kinds = ("PolicyUsers", "PolicyGroups")
    others = sum(len(page.get(kind, [])) for page in pages for kind in kinds)
    is_cut = bool(pages and pages[-1].get("IsTruncated"))  # who knows who else
    return Holders(tuple(roles), others + boundaries + is_cut)


def _entities(aws: Reader, arn: str) -> Iterator[dict[str, Any]]:
    """The pages of ListEntitiesForPolicy; a last one that is truncated repeats its own marker."""

    def ask(**params: Any) -> dict[str, Any]:
        return aws.get("iam", "ListEntitiesForPolicy", absent=ABSENT, **params) or {}

    return follow(ask, (("Marker", "Marker"),), PolicyArn=arn, MaxItems=1000)


def version_to_delete(arn: str, versions: Iterable[str], default: str | None) -> str:
    """What to type where a policy has no room for a version: its oldest that is not in force."""
    oldest = next(version for version in versions if version != default)
    command = f"aws iam delete-policy-version --policy-arn {arn} --version-id {oldest}"
    return f"Delete one that is not in force, such as the oldest (`{command}`), then run again."

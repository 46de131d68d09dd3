"""An IAM role: its trust policy and description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.aws import iam_documents
from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Json, Reader, Reading, Resource, State
from dragonctl.resources.creation_tags import TAGS
from dragonctl.resources.role_rights import ABSENT, SHOWN_WITHIN, attached_policies, logs_through
from dragonctl.resources.role_users import role_user


@dataclass(frozen=True)
class Role(Resource):
    """A role. State: ``trust`` (a policy document), ``description``, ``path``, ``tags/<key>``.

    Facts: ``arn``. The path and the tags can be chosen only when it is created.
    """

    kind: ClassVar[str] = "iam-role"
    shown_within: ClassVar[float] = SHOWN_WITHIN
    table: ClassVar[Table] = (
        Field("trust", "trust", plain=True),
        Field("description", "description", plain=True),
        Field("path", "path"),
        TAGS,
    )
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetRole."""
        answer = aws.get("iam", "GetRole", absent=ABSENT, RoleName=self.name)
        if answer is None:
            return None
        role = answer["Role"]
        state = {
            "trust": iam_documents.decoded(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description") or None,
            "path": role.get("Path", "/"),
            **{f"tags/{tag['Key']}": tag["Value"] for tag in role.get("Tags", [])},
        }
        used, name = role.get("RoleLastUsed", {}), role.get("RoleId")
        return Reading(state, {"arn": role["Arn"], "used": used, "id": name})

    def birth(self, reading: Reading) -> str:
        """``RoleId``, which a later role of the same name does not get."""
        return str(reading.facts.get("id") or "")

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """CreateRole; or UpdateAssumeRolePolicy and UpdateRole; or DeleteRole."""
        if want is None:
            yield Call("iam", "DeleteRole", {"RoleName": self.name})
        elif have is None:
            yield self._creation(want)
        else:
            yield from self._updates(have, want)

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """Policy documents are equal whatever the order of their lists."""
        return iam_documents.same_document(have, want) if field == "trust" else bool(have == want)

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """API Gateway's account settings may name it, here or in another region; others have it."""
        if want is not None:
            return None
        used = have.facts["used"].get("Region") or aws.region
        if user := logs_through(aws, self.name, done, used):
            return f"it {user}"
        return self._foreign_policy(aws, done) or role_user(aws, self.name, done)

    def _foreign_policy(self, aws: Reader, done: Done) -> str | None:
        """AWS would not delete a role with policies; what others attached is not ours to detach."""
        for policy in attached_policies(aws, self.name):
            if not detached(done, self.name, policy["PolicyArn"]):
                return f"the policy {policy['PolicyName']} is attached to it"
        listed = aws.pages(
            "iam", "ListRolePolicies", "PolicyNames", absent=ABSENT, RoleName=self.name
        )
        gone = {name for name, reading in done.items() if reading is None}
        inside = [one for one in listed or [] if f"iam-inline-policy/{self.name}/{one}" not in gone]
        return f"the inline policy {inside[0]} is in it" if inside else None

    def _creation(self, want: State) -> Call:
        params: dict[str, Any] = {
            "RoleName": self.name,
            "AssumeRolePolicyDocument": json.dumps(want["trust"]),
            "Path": want.get("path") or "/",
        }
        if want.get("description"):
            params["Description"] = want["description"]
        tags = [
            {"Key": field.removeprefix("tags/"), "Value": value}
            for field, value in want.items()
            if field.startswith("tags/")
        ]
        return Call("iam", "CreateRole", {**params, "Tags": tags} if tags else params)

    def _updates(self, have: Reading, want: State) -> Iterator[Call]:
        differing = self.differing(have, want)
        if "trust" in differing:
            document = json.dumps(want["trust"])
            params = {"RoleName": self.name, "PolicyDocument": document}
            yield Call("iam", "UpdateAssumeRolePolicy", params)
        if "description" in differing:
            params = {"RoleName": self.name, "Description": want["description"] or ""}
            yield Call("iam", "UpdateRole", params)


def detached(done: Done, role: str, policy: str) -> bool:
    """Whether a step before has taken (or will take) this policy off this role."""
    name = f"iam-role-policies/{role}"
    reading = done.get(name)
    return name in done and (reading is None or not reading.state.get(f"policies/{policy}"))

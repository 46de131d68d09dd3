"""A policy inside a role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.aws import iam_documents
from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Done, Json, Reader, Reading, Resource, State
from dragonctl.resources.role_rights import ABSENT, SHOWN_WITHIN
from dragonctl.resources.role_users import role_user


@dataclass(frozen=True)
class InlinePolicy(Resource):
    """An inline policy of a role. State: ``document``."""

    kind: ClassVar[str] = "iam-inline-policy"
    shown_within: ClassVar[float] = SHOWN_WITHIN
    table: ClassVar[Table] = (Field("document", "document", plain=True),)
    role: str
    name: str

    def read(self, aws: Reader) -> Reading | None:
        """GetRolePolicy; None when the role or the policy is missing."""
        answer = aws.get("iam", "GetRolePolicy", absent=ABSENT, **self._name)
        if answer is None:
            return None
        return Reading({"document": iam_documents.decoded(answer["PolicyDocument"])})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """PutRolePolicy, which makes or replaces; DeleteRolePolicy."""
        if want is None:
            yield Call("iam", "DeleteRolePolicy", self._name)
            return
        document = json.dumps(want["document"])
        yield Call("iam", "PutRolePolicy", {**self._name, "PolicyDocument": document})

    def holds(self, field: str, have: Json, want: Json) -> bool:
        """Documents are equal whatever the order of their lists."""
        return iam_documents.same_document(have, want)

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """Whoever has the role does by it what it does."""
        return role_user(aws, self.role, done) if want is None else None

    @property
    def _name(self) -> dict[str, str]:
        return {"RoleName": self.role, "PolicyName": self.name}

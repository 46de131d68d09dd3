"""The managed policies attached to a role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Field, Table, templates
from dragonctl.engine.model import Call, Done, Reader, Reading, Resource, State, Tags
from dragonctl.resources.creation_tags import pairs
from dragonctl.resources.role_rights import ABSENT, SHOWN_WITHIN, logs_through
from dragonctl.resources.role_users import policy_user

_POLICY = "policies/"


def _policy_name(arn: str) -> str:
    """A policy by its name instead of its ARN."""
    return arn.rpartition("/")[2]


@dataclass(frozen=True)
class RolePolicies(Resource):
    """What is attached to a role. State: ``policies/<policy ARN>``, true."""

    kind: ClassVar[str] = "iam-role-policies"
    shown_within: ClassVar[float] = SHOWN_WITHIN
    noun: ClassVar[str] = "role"
    table: ClassVar[Table] = (
        Field(
            f"{_POLICY}{{arn}}",
            "{} attached",
            part=_policy_name,
            templates=templates(
                cloudformation="ManagedPolicyArns of AWS::IAM::Role",
                sam="Policies of AWS::Serverless::Function or AWS::Serverless::StateMachine",
                cdk="managedPolicies of Role",
                serverless="provider.iam.role.managedPolicies",
                terraform="aws_iam_role_policy_attachment",
                pulumi="aws.iam.RolePolicyAttachment",
            ),
        ),
    )
    calls_at_once: ClassVar[bool] = True
    role: str

    def read(self, aws: Reader) -> Reading:
        """ListAttachedRolePolicies; to a role that does not exist nothing is attached."""
        found = aws.pages(
            "iam", "ListAttachedRolePolicies", "AttachedPolicies", absent=ABSENT, RoleName=self.role
        )
        return Reading(attached(*(policy["PolicyArn"] for policy in found or [])))

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """AttachRolePolicy and DetachRolePolicy; both may be repeated."""
        nothing = dict.fromkeys(have.state if have else ())
        for field, value in self.differing(have, nothing if want is None else want).items():
            operation = "AttachRolePolicy" if value else "DetachRolePolicy"
            policy = field.removeprefix(_POLICY)
            yield Call("iam", operation, {"RoleName": self.role, "PolicyArn": policy})

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """Those of the role."""
        answer = aws.get("iam", "GetRole", absent=ABSENT, RoleName=self.role)
        return (pairs(answer["Role"].get("Tags")),) if answer else ()

    def obstacle(self, aws: Reader, have: Reading, want: State | None, done: Done) -> str | None:
        """The account's CloudWatch role writes by its policies; others of its users need them."""
        taken = list(_taken(have.state, want))
        if not taken:
            return None
        if user := logs_through(aws, self.role, done):
            return f"{self.role} {user}"
        return policy_user(aws, self.role, taken, done)


def _taken(have: State, want: State | None) -> Iterator[str]:
    """The policies that are to be detached."""
    left = want if want is not None else dict.fromkeys(have)
    for field, value in left.items():
        if have.get(field) and not value:
            yield field.removeprefix(_POLICY)


def attached(*policies: str) -> State:
    """The state in which these policies (ARNs) are attached."""
    return {f"{_POLICY}{arn}": True for arn in policies}

"""The policy that lets Step Functions deliver the logs of state machines, shared by all of them."""

from __future__ import annotations

from dataclasses import dataclass

from dragonctl.application.nouns import App
from dragonctl.engine.model import Done, Reader, Reading, State
from dragonctl.engine.symptoms import is_denied
from dragonctl.errors import AwsError, DragonError
from dragonctl.resources.iam_policy import (
    VERSIONS,
    Holders,
    Policy,
    policy_holders,
    policy_versions,
    version_to_delete,
)
from dragonctl.resources.role_rights import Rights
from dragonctl.resources.role_users import DELIVERY_POLICY

LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
DELIVERY_DESCRIPTION = "Allows Step Functions to deliver logs to CloudWatch Logs."


@dataclass(frozen=True)
class Use:
    """Who has a policy that lacks rights, and its versions: whether it may get another one."""

    holders: Holders
    versions: tuple[str, ...]
    default: str


def delivery_policy(app: App) -> str:
    """The ARN of the policy that lets a machine's role deliver logs."""
    return app.arn("iam", f"policy/{DELIVERY_POLICY}", region=False)


def read_use(aws: Reader, app: App) -> Use | AwsError | None:
    """The use of the delivery policy; AWS's refusal to tell; None where nothing is to be added.

    Where there is no such policy, or it suffices, nobody needs to know who has it.
    """
    arn = delivery_policy(app)
    try:
        have = Policy(arn).read(aws) if app.machines else None
        if have is None or not _lacking(have):
            return None
        holders, versions = aws.concurrently(
            lambda: policy_holders(aws, arn), lambda: policy_versions(aws, arn)
        )
    except AwsError as error:
        if not is_denied(error):
            raise
        return error
    return Use(holders, versions, have.facts["default"])


@dataclass(frozen=True)
class DeliveryWanted:
    """The delivery policy. ``ours`` are the roles of this application's machines."""

    arn: str
    ours: frozenset[str]
    use: Use | AwsError | None

    def __call__(self, have: Reading | None, done: Done) -> State:
        """Its document where it lacks rights, and may be changed; DragonError where it may not."""
        document = delivery_document()
        if have is None:
            return {"document": document, "description": DELIVERY_DESCRIPTION}
        if not _lacking(have):
            return {}
        self._refuse_shared_policy()
        return {"document": document}

    def _refuse_shared_policy(self) -> None:
        """A policy that others use, or that has no room for a version, is not changed."""
        if isinstance(self.use, AwsError):
            raise self.use
        if self.use is None:
            raise DragonError(
                f"Somebody has just made or changed the policy {DELIVERY_POLICY}, and it lacks"
                " rights for log delivery.",
                "Run the same command again.",
                code="SharedPolicy",
            )
        others = sorted(set(self.use.holders.roles) - self.ours)
        if others or self.use.holders.others:
            who = f"role {others[0]}" if others else "a user, a group or a boundary"
            raise DragonError(
                f"The policy {DELIVERY_POLICY} lacks rights for log delivery, and {who} uses it"
                " too.",
                f"Add to it the rights of log delivery ({', '.join(LOG_DELIVERY)}),"
                " or detach it there.",
                code="SharedPolicy",
            )
        if len(self.use.versions) >= VERSIONS:
            raise DragonError(
                f"The policy {DELIVERY_POLICY} lacks rights for log delivery, and has {VERSIONS}"
                " versions, IAM's limit.",
                version_to_delete(self.arn, self.use.versions, self.use.default),
                code="LimitExceeded",
            )


def _lacking(have: Reading) -> tuple[str, ...]:
    return Rights("", {}, (have.state["document"],)).lacking(LOG_DELIVERY)


def delivery_document() -> State:
    """Exactly the eight actions; they have no resource-level permissions."""
    statement = {"Effect": "Allow", "Action": list(LOG_DELIVERY), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}

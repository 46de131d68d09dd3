"""EventBridge: what a rule's target asks for and events here would not heed, refused by name."""

from __future__ import annotations

from dragonctl.local.messages import NOT_HERE, AwsError, Request
from dragonctl.local.shims import before

_DONE = {"Arn", "Id", "RoleArn", "SqsParameters"}


@before("events", "PutTargets")
def check_targets(request: Request) -> None:
    """Every event reaches its target whole, once: what would change that is not done."""
    for target in request.parameters["Targets"]:
        for name in sorted(set(target) - _DONE):
            words = f"The local AWS does not do Targets.{name} of events PutTargets."
            raise AwsError("NotImplemented", words, NOT_HERE)

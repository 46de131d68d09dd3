"""Where things are made: an account and a region, and the ARNs of things there."""

from __future__ import annotations

from dataclasses import dataclass

from dragonctl.engine.reads import Reads


@dataclass(frozen=True)
class Place:
    """An account and a region; ``partition`` is ``aws``, or what stands there in other clouds."""

    account: str
    region: str
    partition: str = "aws"

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """An ARN of this place; IAM's have no region."""
        here = self.region if region else ""
        return f"arn:{self.partition}:{service}:{here}:{self.account}:{resource}"


def place_of(reads: Reads) -> Place:
    """Where this command's AWS is. Asks STS for the account, once a run."""
    return Place(reads.account, reads.region, reads.partition)

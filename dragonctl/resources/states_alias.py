"""An alias of a state machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.model import Call, Reader, Reading, Resource, State

VERSION = "stateMachineVersionArn"
_ABSENT = ("ResourceNotFound", "StateMachineDoesNotExist")


@dataclass(frozen=True)
class MachineAlias(Resource):
    """A name for a version, by the alias's ARN. State: ``stateMachineVersionArn``.

    Facts: ``raw``, DescribeStateMachineAlias's answer (``routingConfiguration`` may split the
    executions between two versions; the state then names the first).
    """

    kind: ClassVar[str] = "states-alias"
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeStateMachineAlias."""
        raw = read_alias(aws, self.arn)
        if raw is None:
            return None
        return Reading({VERSION: raw["routingConfiguration"][0][VERSION]}, {"raw": raw})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """UpdateStateMachineAlias: all executions to one version."""
        if have is None or not want:
            return
        route: dict[str, Any] = {VERSION: want[VERSION], "weight": 100}
        params = {"stateMachineAliasArn": self.arn, "routingConfiguration": [route]}
        yield Call("stepfunctions", "UpdateStateMachineAlias", params)


def read_alias(aws: Reader, arn: str) -> dict[str, Any] | None:
    """DescribeStateMachineAlias; None: no such alias."""
    return aws.get(
        "stepfunctions", "DescribeStateMachineAlias", absent=_ABSENT, stateMachineAliasArn=arn
    )

"""An alias of a state machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table
from dragonctl.engine.model import Call, Reader, Reading, Resource, State

VERSION = "stateMachineVersionArn"
ROUTES = "routingConfiguration"
_ABSENT = ("ResourceNotFound", "StateMachineDoesNotExist")
_WHOLE = 100


@dataclass(frozen=True)
class MachineAlias(Resource):
    """A name for a version, by the alias's ARN.

    State: ``stateMachineVersionArn``, the first of its versions; ``routingConfiguration``, a list
    of ``stateMachineVersionArn`` and ``weight`` (percent) where there is more than one, else None.
    Facts: ``raw``, DescribeStateMachineAlias's answer.
    """

    kind: ClassVar[str] = "states-alias"
    table: ClassVar[Table] = (
        # The first version and the others beside it are one routing.
        Field(VERSION, "version", bound=(ROUTES,)),
        Field(ROUTES, "routing", bound=(VERSION,)),
    )
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeStateMachineAlias."""
        raw = read_alias(aws, self.arn)
        if raw is None:
            return None
        routes = raw[ROUTES]
        several = [{VERSION: route[VERSION], "weight": route["weight"]} for route in routes]
        state = {VERSION: routes[0][VERSION], ROUTES: several if len(routes) > 1 else None}
        return Reading(state, {"raw": raw})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """UpdateStateMachineAlias, which replaces the whole routing."""
        if have is None or not want:
            return
        goal = {**have.state, **want}
        routes = goal.get(ROUTES) or [{VERSION: goal[VERSION], "weight": _WHOLE}]
        params = {"stateMachineAliasArn": self.arn, ROUTES: routes}
        yield Call("stepfunctions", "UpdateStateMachineAlias", params)


def read_alias(aws: Reader, arn: str) -> dict[str, Any] | None:
    """DescribeStateMachineAlias; None: no such alias."""
    return aws.get(
        "stepfunctions", "DescribeStateMachineAlias", absent=_ABSENT, stateMachineAliasArn=arn
    )


def shares(raw: Mapping[str, Any]) -> dict[str, float]:
    """Version's ARN -> share of the executions (0 to 1) of those that get any, in their order."""
    return {one[VERSION]: one["weight"] / _WHOLE for one in raw[ROUTES] if one["weight"]}

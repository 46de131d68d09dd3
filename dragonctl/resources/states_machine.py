"""A state machine's logging and tracing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dragonctl.engine.fields import Table, members
from dragonctl.engine.model import Call, Reader, Reading, Resource, State, Tags
from dragonctl.resources.creation_tags import pairs
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.log_group_names import group_name
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.resources.role_rights import role_name
from dragonctl.resources.states_machine_fields import (
    ABSENT,
    DESTINATION,
    FIELDS,
    FOREIGN,
    LEVEL,
    machine_state,
    read_machine,
)


@dataclass(frozen=True)
class MachineSettings(Resource):
    """The settings of a state machine, by ARN.

    State: its log level, whether execution data is logged, the log group's ARN with the ``:*``
    that Step Functions wants, tracing. Facts: ``raw``, DescribeStateMachine's answer.
    """

    kind: ClassVar[str] = "states-machine"
    # UpdateStateMachine is eventually consistent, "within a few seconds" (Step Functions API).
    shown_within: ClassVar[float] = 30.0
    noun: ClassVar[str] = "state machine"
    table: ClassVar[Table] = (*FIELDS, *FOREIGN)
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeStateMachine."""
        raw = read_machine(aws, self.arn)
        return None if raw is None else Reading(machine_state(raw), {"raw": raw})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """One UpdateStateMachine. Logging is replaced as a whole, so the rest of it is kept."""
        if have is None or want is None:
            return
        goal, raw = {**have.state, **want}, have.facts.get("raw") or {}
        settings = members(FIELDS, raw, goal, self.differing(have, want))
        params = {"stateMachineArn": self.arn, **settings}
        yield Call("stepfunctions", "UpdateStateMachine", params)

    def birth(self, reading: Reading) -> str:
        """``creationDate``: an update has a date of its own."""
        return str((reading.facts.get("raw") or {}).get("creationDate") or "")

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """ListTagsForResource: the description does not show them."""
        return (pairs(read_tags(aws, self.arn)),)

    def relies_on(self, field: str, have: Reading) -> tuple[str, ...]:
        """Logs need their group, and a role that may deliver them."""
        state = have.state
        if field not in (LEVEL, DESTINATION) or state[LEVEL] == "OFF":
            return ()
        group, role = group_name(state[DESTINATION]), role_name(have.facts["raw"]["roleArn"])
        return (LogGroupSettings(group).identifier, RolePolicies(role).identifier)


def read_tags(aws: Reader, arn: str) -> list[dict[str, str]]:
    """ListTagsForResource's ``key`` and ``value`` pairs; none where there is no such machine."""
    answer = aws.get("stepfunctions", "ListTagsForResource", absent=ABSENT, resourceArn=arn)
    return (answer or {}).get("tags") or []

"""A state machine's logging and tracing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.model import Call, Reader, Reading, Resource, State, Tags
from dragonctl.resources.creation_tags import pairs
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.logs_group import LogGroup, group_name
from dragonctl.resources.role_rights import role_name

LEVEL = "loggingConfiguration/level"
EXECUTION_DATA = "loggingConfiguration/includeExecutionData"
DESTINATION = "loggingConfiguration/logGroupArn"
TRACING = "tracingConfiguration/enabled"
ABSENT = ("StateMachineDoesNotExist", "ResourceNotFound")


@dataclass(frozen=True)
class MachineSettings(Resource):
    """The settings of a state machine, by ARN.

    State: its log level, whether execution data is logged, the log group's ARN with the ``:*``
    that Step Functions wants, tracing. Facts: ``raw``, DescribeStateMachine's answer.
    """

    kind: ClassVar[str] = "states-machine"
    arn: str

    def read(self, aws: Reader) -> Reading | None:
        """DescribeStateMachine."""
        raw = read_machine(aws, self.arn)
        return None if raw is None else Reading(machine_state(raw), {"raw": raw})

    def calls(self, have: Reading | None, want: State | None) -> Iterator[Call]:
        """One UpdateStateMachine. Logging is replaced as a whole, so the rest of it is kept."""
        if have is None or want is None:
            return
        goal = {**have.state, **want}
        params: dict[str, Any] = {"stateMachineArn": self.arn}
        logging = (LEVEL, EXECUTION_DATA, DESTINATION)
        if any(goal[field] != have.state[field] for field in logging):
            params["loggingConfiguration"] = _logging(goal)
        if goal[TRACING] != have.state[TRACING]:
            params["tracingConfiguration"] = {"enabled": goal[TRACING]}
        yield Call("stepfunctions", "UpdateStateMachine", params)

    def tags(self, aws: Reader, have: Reading) -> tuple[Tags, ...]:
        """ListTagsForResource: the description does not show them."""
        return (pairs(read_tags(aws, self.arn)),)

    def inseparable(self, field: str) -> tuple[str, ...]:
        """A machine that logs must log somewhere."""
        return (LEVEL,) if field == DESTINATION else ()

    def relies_on(self, field: str, have: Reading) -> tuple[str, ...]:
        """Logs need their group, and a role that may deliver them."""
        state = have.state
        if field not in (LEVEL, DESTINATION) or state[LEVEL] == "OFF":
            return ()
        group, role = group_name(state[DESTINATION]), role_name(have.facts["raw"]["roleArn"])
        return (LogGroup(group).identifier, RolePolicies(role).identifier)


def read_machine(aws: Reader, arn: str) -> dict[str, Any] | None:
    """DescribeStateMachine (of a version or alias too); None: no such machine."""
    return aws.get("stepfunctions", "DescribeStateMachine", absent=ABSENT, stateMachineArn=arn)


def read_tags(aws: Reader, arn: str) -> list[dict[str, str]]:
    """ListTagsForResource's ``key`` and ``value`` pairs; none where there is no such machine."""
    answer = aws.get("stepfunctions", "ListTagsForResource", absent=ABSENT, resourceArn=arn)
    return (answer or {}).get("tags") or []


def machine_state(raw: dict[str, Any]) -> dict[str, Any]:
    """DescribeStateMachine's answer as fields; what AWS leaves out is off."""
    logging = raw.get("loggingConfiguration") or {}
    destinations = [
        one.get("cloudWatchLogsLogGroup", {}).get("logGroupArn")
        for one in logging.get("destinations") or []
    ]
    return {
        LEVEL: logging.get("level") or "OFF",
        EXECUTION_DATA: bool(logging.get("includeExecutionData")),
        DESTINATION: destinations[0] if destinations else None,
        TRACING: bool((raw.get("tracingConfiguration") or {}).get("enabled")),
    }


def _logging(goal: State) -> dict[str, Any]:
    arn = goal[DESTINATION]
    return {
        "level": goal[LEVEL],
        "includeExecutionData": goal[EXECUTION_DATA],
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}] if arn else [],
    }

"""A state machine's logging and tracing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dragonctl.engine.fields import Field, Table, members, state_of, templates
from dragonctl.engine.model import Call, Reader, Reading, Resource, State, Tags
from dragonctl.resources.creation_tags import pairs
from dragonctl.resources.iam_role_policies import RolePolicies
from dragonctl.resources.logs_group import LogGroupSettings, group_name
from dragonctl.resources.role_rights import role_name

LEVEL = "loggingConfiguration/level"
EXECUTION_DATA = "loggingConfiguration/includeExecutionData"
DESTINATION = "loggingConfiguration/logGroupArn"
TRACING = "tracingConfiguration/enabled"
_GROUP_PATH = "loggingConfiguration.destinations[0].cloudWatchLogsLogGroup.logGroupArn"
_LOGGING = templates(
    cloudformation="LoggingConfiguration of AWS::StepFunctions::StateMachine",
    sam="Logging of AWS::Serverless::StateMachine",
    cdk="logs of StateMachine",
    serverless="loggingConfig of the state machine",
    terraform="logging_configuration of aws_sfn_state_machine",
    pulumi="loggingConfiguration of aws.sfn.StateMachine",
)
_TRACING = templates(
    cloudformation="TracingConfiguration of AWS::StepFunctions::StateMachine",
    sam="Tracing of AWS::Serverless::StateMachine",
    cdk="tracingEnabled of StateMachine",
    serverless="tracingConfig of the state machine",
    terraform="tracing_configuration of aws_sfn_state_machine",
    pulumi="tracingConfiguration of aws.sfn.StateMachine",
)

# fmt: off
FIELDS: Table = (
    Field(LEVEL, "log level", absent="OFF", off=("OFF",),
          is_published=True, observes=True, templates=_LOGGING),
    # A machine that logs must log somewhere; a version may well log somewhere else.
    Field(DESTINATION, "log group", _GROUP_PATH, bound=(LEVEL,),
          is_published=True, templates=_LOGGING),
    Field(EXECUTION_DATA, "inputs and outputs", absent=False,
          is_published=True, observes=True, templates=_LOGGING),
    Field(TRACING, "tracing", absent=False, off=(False,),
          is_published=True, observes=True, templates=_TRACING),
)
# fmt: on
"""The fields that commands set."""

FOREIGN: Table = (
    Field("definition", "definition", is_managed=False, is_published=True),
    Field("roleArn", "role", is_managed=False, is_published=True),
)
"""What people and their tools set, and a version carries all the same."""
ABSENT = ("StateMachineDoesNotExist", "ResourceNotFound")


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
        goal = {**have.state, **want}
        differing = [row.name for row in FIELDS if goal[row.name] != have.state[row.name]]
        raw = have.facts.get("raw") or {}
        params = {"stateMachineArn": self.arn, **members(FIELDS, raw, goal, differing)}
        yield Call("stepfunctions", "UpdateStateMachine", params)

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


def read_machine(aws: Reader, arn: str) -> dict[str, Any] | None:
    """DescribeStateMachine (of a version or alias too); None: no such machine."""
    return aws.get("stepfunctions", "DescribeStateMachine", absent=ABSENT, stateMachineArn=arn)


def read_tags(aws: Reader, arn: str) -> list[dict[str, str]]:
    """ListTagsForResource's ``key`` and ``value`` pairs; none where there is no such machine."""
    answer = aws.get("stepfunctions", "ListTagsForResource", absent=ABSENT, resourceArn=arn)
    return (answer or {}).get("tags") or []


def machine_state(raw: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeStateMachine's answer as fields; what AWS leaves out is off."""
    return state_of(FIELDS, raw)

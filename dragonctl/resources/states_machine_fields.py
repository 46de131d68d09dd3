"""What a state machine holds, and how it is read: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragonctl.engine.fields import Field, Table, state_of, templates
from dragonctl.engine.model import Reader
from dragonctl.resources.log_group_names import group_name

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
    Field(DESTINATION, "log group", _GROUP_PATH, bound=(LEVEL,), short=group_name,
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


def read_machine(aws: Reader, arn: str, region: str | None = None) -> dict[str, Any] | None:
    """DescribeStateMachine (of a version or alias too); None: no such machine."""
    return aws.get(
        "stepfunctions", "DescribeStateMachine", absent=ABSENT, region=region, stateMachineArn=arn
    )


def machine_state(raw: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeStateMachine's answer as fields; what AWS leaves out is off."""
    return state_of(FIELDS, raw)

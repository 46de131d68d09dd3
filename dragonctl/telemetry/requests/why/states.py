"""What a failure in an execution means: of the definition, on purpose, or of what a state calls.

Source: "Error names" in "Handling errors in Step Functions workflows" (developer guide).
"""

from __future__ import annotations

import re

from dragonctl.telemetry.requests.why.error_kinds import Judged, judge
from dragonctl.telemetry.requests.why.executions import Execution, ExecutionFailure
from dragonctl.telemetry.requests.why.history import function_error, nested_error
from dragonctl.telemetry.requests.why.model import FailedPart, Part

_DEFINITION = re.compile(
    r"States\.(?:Runtime|QueryEvaluationError|NoChoiceMatched|ParameterPathFailure"
    r"|ResultPathMatchFailure|IntrinsicFailure)"
)
_SAYS = {
    "States.NoChoiceMatched": "no rule of the Choice fits its input, and it has no Default",
    "States.QueryEvaluationError": "an expression of the state cannot be evaluated",
    "States.Runtime": "the state cannot use the data that it was given",
    "States.ExceedToleratedFailureThreshold": "more of the map's items failed than it tolerates",
    "States.ItemReaderFailed": "the map could not read its items",
    "States.ResultWriterFailed": "the map could not write its results",
    "States.HeartbeatTimeout": "the worker of the state sent no heartbeat in time",
    "States.Http.Socket": "the state's HTTP call could not be made",
}


def finding(failure: ExecutionFailure, execution: Execution) -> FailedPart:
    """A failure of an execution in the words of a verdict."""
    event = failure.event
    if event.type in ("ExecutionAborted", "ExecutionTimedOut"):
        return _of_whole(failure, execution)
    judged, error = _judged(failure)
    part: Part = "state" if failure.state else "state-machine"
    adopted = ""
    if failure.inferred:
        adopted = (
            "The line names no state, because the log's level leaves it out; only this state of the"
            " definition calls what failed"
        )
    return FailedPart(
        part, failure.state or execution.machine, judged.kind, error, judged.by, event.line,
        "state-machines", event.time_ms, judged.says, judged.remedy, adopted, execution.arn,
    )  # fmt: skip


def _of_whole(failure: ExecutionFailure, execution: Execution) -> FailedPart:
    """The execution itself was stopped, or ran out of its time; where it stood is said."""
    event = failure.event
    standing = execution.open_states()
    where = f" while in {', '.join(standing[:3])}" if standing else ""
    if event.type == "ExecutionAborted":
        judged = Judged(
            "aborted", "", f"somebody stopped the execution{where}",
            "CloudTrail's StopExecution event says who.",
        )  # fmt: skip
    else:
        judged = Judged("timeout", "", f"the execution ran out of its time{where}")
    return FailedPart(
        "state-machine", execution.machine, judged.kind, event.error or event.cause, "", event.line,
        "state-machines", event.time_ms, judged.says, judged.remedy, "", execution.arn,
    )  # fmt: skip


def _judged(failure: ExecutionFailure) -> tuple[Judged, str]:
    """How it failed, and what its error is called."""
    event = failure.event
    error, cause = event.error, event.cause
    if failure.state_type == "Fail":
        remedy = "Look at what led into this Fail state."
        return Judged("failed on purpose", "", "its Fail state ended the execution", remedy), error
    if nested := nested_error(cause):
        name = nested[0] or error
        says = "the execution that it started failed"
        return judge(name, nested[1])._replace(says=says), name
    if raised := function_error(cause):
        name = raised[0] or error
        return judge(name, raised[1], cause), name
    if "history events" in cause:
        return judge("States.Runtime", cause), error
    if event.type == "EvaluationFailed" or _DEFINITION.fullmatch(error):
        return Judged("definition", "", _SAYS.get(error, "")), error
    judged = judge(error, cause)
    says = _SAYS.get(error, "") or judged.says
    return judged._replace(says=says), error

"""Reading executions: which version and alias ran, by pages, forwards and backwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead
from dragonctl.local.shims.machine_names import page
from dragonctl.local.shims.state_machines import find, logging_shown

NOT_HERE = 501
_ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")
_DATA = ("input", "output", "inputDetails", "outputDetails")


@instead("stepfunctions", "DescribeExecution", lock=False)
def describe(request: Request) -> dict[str, Any]:
    """One execution; its data left out where the caller wants none."""
    execution = _named(request)
    told = {
        key: one for key, one in dict(execution.to_describe_output()).items() if one is not None
    }
    told |= {**_route(execution), "input": execution.execution_input, **_redrive(execution)}
    return with_data_asked_for(told, request.parameters)


def with_data_asked_for(told: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of an execution, without what went in and came out where that is not asked."""
    if parameters.get("includedData") != "METADATA_ONLY":
        return told
    return {key: one for key, one in told.items() if key not in _DATA}


def _route(execution: Any) -> dict[str, Any]:
    """The machine, and the version and alias by which it was started."""
    machine = execution.state_machine
    source = getattr(machine, "source_arn", None)
    alias = getattr(execution, "dragonctl_alias", None)
    return {
        "stateMachineArn": source or machine.arn,
        **({"stateMachineVersionArn": machine.arn} if source else {}),
        **({"stateMachineAliasArn": alias} if alias else {}),
    }


def _redrive(execution: Any) -> dict[str, Any]:
    status = execution.status
    if status in _ENDED_BADLY:
        return {"redriveCount": 0, "redriveStatus": "REDRIVABLE"}
    why = f"Execution is {status} and cannot be redriven"
    return {"redriveCount": 0, "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": why}


@instead("stepfunctions", "ListExecutions", lock=False)
def list_all(request: Request) -> dict[str, Any]:
    """A page of a machine's executions, or of those by one version or alias; newest first."""
    parameters = request.parameters
    asked = parameters.get("stateMachineArn")
    if asked is None:
        words = (
            "The local AWS does not list the executions of map runs (stepfunctions ListExecutions)."
        )
        raise AwsError("NotImplemented", words, NOT_HERE)
    machine = find(request, aliases=True)
    if machine.type == "EXPRESS":
        words = "This operation is not supported by this type of state machine"
        raise AwsError("StateMachineTypeNotSupported", words)
    with state.LOCK:
        kept = list(machine.executions)
    wanted = parameters.get("statusFilter")
    shown = [
        one
        for one in sorted(kept, key=lambda one: one.start_date, reverse=True)
        if asked in (machine.arn, *_route(one).values()) and wanted in (None, one.status)
    ]
    if parameters.get("redriveFilter") == "REDRIVEN":
        shown = []
    answer = page(request, "executions", shown, lambda one: str(one.exec_arn))
    return {**answer, "executions": [_item(one) for one in answer["executions"]]}


def _item(execution: Any) -> dict[str, Any]:
    item = {
        "executionArn": execution.exec_arn,
        **_route(execution),
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "redriveCount": 0,
    }
    return {**item, "stopDate": execution.stop_date} if execution.stop_date else item


@instead("stepfunctions", "GetExecutionHistory", lock=False)
def history(request: Request) -> dict[str, Any]:
    """A page of the events, the last one first where that is asked."""
    execution = _named(request)
    events = [dict(one) for one in execution.to_history_output()["events"]]
    for one in events:
        if "executionStartedEventDetails" in one:
            # The text as it was sent, not as it was read.
            details = one["executionStartedEventDetails"]
            started = {**details, "input": execution.execution_input}
            one["executionStartedEventDetails"] = started
    if request.parameters.get("reverseOrder"):
        events.reverse()
    answer = page(request, "events", events, lambda one: str(one["id"]))
    if request.parameters.get("includeExecutionData") is False:
        answer["events"] = [_without_data(one) for one in answer["events"]]
    return answer


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: one for key, one in value.items() if key not in _DATA}
        if isinstance(value, dict)
        else value
        for name, value in event.items()
    }


@instead("stepfunctions", "DescribeStateMachineForExecution", lock=False)
def machine_of(request: Request) -> dict[str, Any]:
    """The machine as it was when the execution started."""
    execution = _named(request)
    machine = execution.state_machine
    revision = getattr(machine, "dragonctl_revision", None)
    return {
        "stateMachineArn": _route(execution)["stateMachineArn"],
        "name": machine.name,
        "definition": machine.definition,
        "roleArn": machine.roleArn,
        "updateDate": getattr(machine, "update_date", None) or machine.creation_date,
        "loggingConfiguration": logging_shown(machine.loggingConfiguration),
        "tracingConfiguration": machine.tracingConfiguration or {"enabled": False},
        **({"revisionId": revision} if revision else {}),
    }


def _named(request: Request) -> Any:
    arn = request.parameters["executionArn"]
    backend = backends.backend("stepfunctions", request.account, request.region)
    with state.LOCK:
        for machine in backend.state_machines:
            for execution in machine.executions:
                if execution.exec_arn == arn:
                    return execution
    raise AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")

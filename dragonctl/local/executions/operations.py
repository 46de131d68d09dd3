"""StartExecution and StartSyncExecution, in moto's place; and for API Gateway, four operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dragonctl.local import backends
from dragonctl.local.executions import engine
from dragonctl.local.executions.reads import with_data_asked_for
from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import instead


@instead("stepfunctions", "StartExecution", lock=False)
def start_execution(request: Request) -> dict[str, Any]:
    """Start an execution, named by its caller or by a UUID."""
    return _started(
        engine.start(request.account, request.region, request.parameters, _header(request))
    )


@instead("stepfunctions", "StartSyncExecution", lock=False)
def start_sync_execution(request: Request) -> dict[str, Any]:
    """Start an express execution; the answer is its end."""
    execution = engine.start_sync(
        request.account, request.region, request.parameters, _header(request)
    )
    return _ended(execution, request.parameters)


@instead("stepfunctions", "StopExecution", lock=False)
def stop_execution(request: Request) -> dict[str, Any]:
    """Abort an execution, for the reason that the caller gives."""
    arn = str(request.parameters["executionArn"])
    return _existing(request.account, request.region, "StopExecution", arn, request.parameters)


def act(
    account: str, region: str, action: str, parameters: Mapping[str, Any], header: str
) -> dict[str, Any]:
    """An operation that API Gateway asks for; dates are epoch seconds, as in the JSON protocol.

    Raises:
        AwsError: as Step Functions refuses it.

    """
    if action == "StartExecution":
        result = _started(engine.start(account, region, parameters, header))
    elif action == "StartSyncExecution":
        result = _ended(engine.start_sync(account, region, parameters, header), parameters)
    else:
        arn = str(parameters.get("executionArn") or "")
        result = _existing(account, region, action, arn, parameters)
    return {name: _plain(value) for name, value in result.items()}


def _existing(
    account: str, region: str, action: str, arn: str, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    from moto.core.exceptions import AWSError

    backend = backends.backend("stepfunctions", account, region)
    try:
        execution = backend.describe_execution(arn)
    except AWSError as error:
        raise AwsError(str(error.TYPE), f"Execution Does Not Exist: '{arn}'") from error
    if action == "StopExecution":
        return {"stopDate": _stop(execution, parameters)}
    return dict(execution.to_describe_output())


def _stop(execution: Any, parameters: Mapping[str, Any]) -> datetime:
    """When it was aborted; or, of one that had ended, when it did."""
    if execution.status != "RUNNING":
        ended: datetime = execution.stop_date
        return ended
    now = datetime.now(UTC)
    execution.error, execution.cause = parameters.get("error"), parameters.get("cause")
    execution.stop(stop_date=now, error=execution.error, cause=execution.cause)
    return now


def _header(request: Request) -> str | None:
    return request.environ.get("HTTP_X_AMZN_TRACE_ID")


def _started(execution: Any) -> dict[str, Any]:
    return {"executionArn": execution.exec_arn, "startDate": execution.start_date}


def _ended(execution: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    shown = {**execution.to_describe_output(), "input": execution.execution_input}
    if execution.stop_date:
        shown["billingDetails"] = _billing(execution)
    known = {name: value for name, value in shown.items() if value is not None}
    return with_data_asked_for(known, parameters)


def _billing(execution: Any) -> dict[str, int]:
    """Billed by 100 ms and 64 MB."""
    spent = (execution.stop_date - execution.start_date).total_seconds() * 1000
    return {
        "billedMemoryUsedInMB": 64,
        "billedDurationInMilliseconds": max(1, -int(-spent // 100)) * 100,
    }


def _plain(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else getattr(value, "value", value)

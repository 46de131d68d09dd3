"""Starting executions: named, traced, recorded; moto's engine does the rest."""

from __future__ import annotations

import copy
import json
import logging
import random
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from dragonctl.local import backends
from dragonctl.local.emission import metrics, sampling, trace_header
from dragonctl.local.emission.trace_header import TraceHeader
from dragonctl.local.executions import causes, integrations, queries, tasks
from dragonctl.local.executions.recorder import Machine, Recorder
from dragonctl.local.messages import AwsError
from dragonctl.local.shims import definitions

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
# What a synchronous execution may take on AWS.
SYNC_SECONDS = 300
_log = logging.getLogger("dragonctl.local")


@cache
def _prepared() -> type:
    """Moto's execution, told apart in one way: it tells its recorder how it ended."""
    from moto.stepfunctions.parser.backend.execution import Execution
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    tasks.install()
    integrations.install()
    queries.install()
    causes.install()
    definitions.know_express_children()
    run: Any = ExecutionWorker._execution_logic  # noqa: SLF001 (the one place that sees every end)

    def recorded(self: Any) -> None:
        """A crash of the engine fails the execution, which would else run for ever."""
        execution = self._execution_communication.execution
        try:
            run(self)
        except Exception as error:  # noqa: BLE001 (whatever it is, it ended)
            _log.exception("execution %s", execution.exec_arn)
            execution.exec_status, execution.error = _failed(), "States.Runtime"
            execution.cause = f"The local AWS's engine broke: {error}"
            execution.stop_date = datetime.now(UTC)
        finally:
            recorder = execution._cloud_watch_logging_session  # noqa: SLF001 (ours)
            if isinstance(recorder, Recorder):
                recorder.finish(execution.status, execution.error, execution.cause)
                _count(execution)

    setattr(ExecutionWorker, "_execution_logic", recorded)  # noqa: B010 (another's method)
    return Execution


def _failed() -> Any:
    from moto.stepfunctions.parser.api import ExecutionStatus

    return ExecutionStatus.FAILED


def start(account: str, region: str, wanted: Mapping[str, Any], header: str | None) -> Any:
    """Start an execution; moto's object for it.

    ``wanted`` has StartExecution's parameters; ``header`` is the caller's X-Ray header. The
    parameter ``traceHeader`` wins over it.

    Raises:
        AwsError: as Step Functions refuses it.

    """
    backend = backends.backend("stepfunctions", account, region)
    source, machine = _machine(backend, str(wanted.get("stateMachineArn") or ""))
    name = str(wanted.get("name") or uuid.uuid4())
    if not _NAME.fullmatch(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")
    text = _input(wanted.get("input"))
    express = machine.type == "EXPRESS"
    running = None if express else _same(source, name, text)
    if running is not None:
        return running
    arn = _execution_arn(account, region, source.name, name, express=express)
    described = _described(account, region, source, machine)
    trace = _decided(described, wanted.get("traceHeader") or header)
    execution = _prepared()(
        name=name,
        sm_type=machine.type,
        role_arn=machine.roleArn,
        exec_arn=arn,
        account_id=account,
        region_name=region,
        state_machine=_snapshot(source, machine),
        start_date=datetime.now(UTC),
        cloud_watch_logging_session=Recorder(described, arn, trace),
        input_data=text,
        trace_header=str(trace),
        activity_store={},
    )
    execution.dragonctl_alias = _alias_arn(source, str(wanted.get("stateMachineArn")))
    if not express:
        source.executions.append(execution)
    execution.start()
    return execution


def start_sync(account: str, region: str, wanted: Mapping[str, Any], header: str | None) -> Any:
    """Start an express execution and wait for its end.

    Raises:
        AwsError: as Step Functions refuses it: standard machines, for one.

    """
    backend = backends.backend("stepfunctions", account, region)
    _, machine = _machine(backend, str(wanted.get("stateMachineArn") or ""))
    if machine.type != "EXPRESS":
        words = "This operation is not supported by this type of state machine"
        raise AwsError("StateMachineTypeNotSupported", words)
    execution = start(account, region, wanted, header)
    execution._cloud_watch_logging_session.done.wait(SYNC_SECONDS)  # noqa: SLF001 (our recorder)
    return execution


def _machine(backend: Any, arn: str) -> tuple[Any, Any]:
    """The machine, and what runs: itself, a version, or what an alias routes to."""
    from moto.core.exceptions import AWSError

    parts = arn.split(":")
    try:
        source = backend.describe_state_machine(":".join(parts[:7]))
        if len(parts) <= 7:  # noqa: PLR2004 (arn:…:stateMachine:NAME)
            return source, source
        alias = source.aliases.get(parts[7])
        return source, backend.describe_state_machine(_routed(alias) if alias else arn)
    except AWSError as error:
        raise AwsError(str(error.TYPE), f"State Machine Does Not Exist: '{arn}'") from error


def _alias_arn(source: Any, arn: str) -> str | None:
    """The alias by which an execution was started."""
    return arn if arn in {one.arn for one in source.aliases.values()} else None


def _routed(alias: Any) -> str:
    routes = alias.routing_configuration
    weights = [int(route["weight"]) for route in routes]
    chosen = random.choices(routes, weights)[0]  # noqa: S311 (routing by weight)
    return str(chosen["stateMachineVersionArn"])


def _input(text: Any) -> str:
    given = "{}" if text is None else str(text)
    try:
        json.loads(given)
    except ValueError as error:
        words = f"Invalid State Machine Execution Input: '{error}'"
        raise AwsError("InvalidExecutionInput", words) from error
    return given


def _same(source: Any, name: str, text: str) -> Any:
    """A running execution of that name and input; a different one is in the way."""
    for execution in source.executions:
        if execution.name == name:
            if execution.status == "RUNNING" and execution.execution_input == text:
                return execution
            words = f"Execution Already Exists: '{execution.execution_arn}'"
            raise AwsError("ExecutionAlreadyExists", words)
    return None


def _execution_arn(account: str, region: str, machine: str, name: str, *, express: bool) -> str:
    named = f"express:{machine}:{name}:{uuid.uuid4()}" if express else f"execution:{machine}:{name}"
    return backends.arn("states", region, account, named)


def _described(account: str, region: str, source: Any, machine: Any) -> Machine:
    tracing = machine.tracingConfiguration or {}
    return Machine(
        account,
        region,
        source.arn,
        source.name,
        machine.roleArn,
        copy.deepcopy(dict(machine.loggingConfiguration or {})),
        bool(tracing.get("enabled")),
        str(machine.definition),
    )


def _decided(machine: Machine, header: str | None) -> TraceHeader:
    """The trace: an upstream decision holds even with tracing off; else the rules decide."""
    given = trace_header.read(header)
    sampled = bool(given.sampled)
    if given.sampled is None and machine.tracing:
        asked = sampling.Asked(machine.name, "AWS::StepFunctions::StateMachine", arn=machine.arn)
        sampled = sampling.decide(given, machine.account, machine.region, asked)
    return TraceHeader(given.root, given.parent, sampled)


def _snapshot(source: Any, machine: Any) -> Any:
    """The machine as it is now: later updates do not reach this execution.

    The executions hold threads, and the backend all other machines: neither is copied.
    """
    apart = {id(source.executions): [], id(source.backend): source.backend}
    if machine is not source and getattr(machine, "executions", None) is not None:
        apart[id(machine.executions)] = []
    return copy.deepcopy(machine, apart)


def _count(execution: Any) -> None:
    """``AWS/States``, by machine."""
    spent = (execution.stop_date - execution.start_date).total_seconds() * 1000
    metrics.put(
        execution.account_id,
        execution.region_name,
        "AWS/States",
        {"StateMachineArn": execution.state_machine_arn},
        [
            ("ExecutionsStarted", 1, "Count"),
            ("ExecutionsSucceeded", float(execution.status == "SUCCEEDED"), "Count"),
            ("ExecutionsFailed", float(execution.status == "FAILED"), "Count"),
            ("ExecutionsTimedOut", float(execution.status == "TIMED_OUT"), "Count"),
            ("ExecutionsAborted", float(execution.status == "ABORTED"), "Count"),
            ("ExecutionTime", spent, "Milliseconds"),
        ],
    )

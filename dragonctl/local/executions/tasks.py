"""Lambda tasks: called in this process, with the execution's trace, and failing as on AWS.

moto calls functions over HTTP with credentials of its own: no trace header, and a missing function
is an ``Exception``. Its function for it is replaced.
"""

from __future__ import annotations

import json
import time
from typing import Any

from botocore.exceptions import ClientError

from dragonctl.local import backends, roles
from dragonctl.local.emission import trace_header
from dragonctl.local.executions.recorder import Recorder
from dragonctl.local.hooks import Function, Invocation, Outcome, ThrottledError
from dragonctl.local.runtime import calls


def install() -> None:
    """Put these in the place of moto's; once, before the first execution."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

    lambda_eval_utils.execute_lambda_function_integration = execute_lambda_function_integration
    _name_refusals()


def _name_refusals() -> None:
    """A task that is a function's ARN fails as ``Lambda.<code>``; moto calls it ``Exception``."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import (
        StateTaskLambda,
    )

    own: Any = StateTaskLambda._from_error  # noqa: SLF001 (the one place that names errors)

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        return _failure(env, ex) if isinstance(ex, ClientError) else own(self, env, ex)

    setattr(StateTaskLambda, "_from_error", from_error)  # noqa: B010 (another's method)


def execute_lambda_function_integration(
    env: Any,
    parameters: dict[str, Any],
    region: str,
    state_credentials: Any,  # noqa: ARG001 (moto's signature)
) -> None:
    """Call the function; Lambda's answer, with the payload in it, is left on the stack."""
    env.stack.append(_invoke(env, parameters, region))


def _invoke(env: Any, parameters: dict[str, Any], region: str) -> dict[str, Any]:
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

    execution = env.aws_execution_details
    name = str(parameters["FunctionName"])
    home = region or execution.region
    arn = name if name.startswith("arn:") else _arn(home, execution.account, name)
    if parameters.get("Qualifier"):
        arn = f"{arn}:{parameters['Qualifier']}"
    outcome, version = _outcome(env, arn, parameters)
    payload = _loaded(outcome.payload)
    if outcome.error:
        text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
        raise lambda_eval_utils.LambdaFunctionErrorException(outcome.error, text)
    return {
        "ExecutedVersion": version,
        "Payload": payload,
        "SdkHttpMetadata": _http_metadata(),
        "SdkResponseMetadata": {"RequestId": calls.new_request_id()},
        "StatusCode": 200,
    }


def _http_metadata() -> dict[str, Any]:
    """What the SDK tells of the HTTP answer."""
    return {"AllHttpHeaders": {}, "HttpHeaders": {}, "HttpStatusCode": 200}


def _arn(region: str, account: str, name: str) -> str:
    return backends.arn("lambda", region, account, f"function:{name}")


def _outcome(env: Any, arn: str, parameters: dict[str, Any]) -> tuple[Outcome, str]:
    recorder: Recorder = env.cloud_watch_logging_session
    segment, started = trace_header.new_segment_id(), time.time()
    header = recorder.trace.under(segment, sampled=bool(recorder.trace.sampled))
    invocation = Invocation(
        _payload(parameters.get("Payload")),
        calls.new_request_id(),
        parameters.get("InvocationType") or "RequestResponse",
        str(header),
        qualifier=calls.qualifier_of(arn),
    )
    status = 200
    try:
        function = _allowed(env, arn)
        outcome = _run(function, invocation, arn)
        return outcome, str(function.configuration.get("Version"))
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        raise
    finally:
        call = {
            "id": segment,
            "name": "Lambda",
            "namespace": "aws",
            "start_time": started,
            "end_time": time.time(),
            "http": {"response": {"status": status}},
            "aws": {
                "operation": "Invoke",
                "function_name": calls.name_of(arn),
                "resource_names": [calls.name_of(arn)],
                "request_id": invocation.request_id,
            },
        }
        recorder.tree.call(env.event_history_context.source_event_id, call)


def _allowed(env: Any, arn: str) -> Any:
    """The function, if it is there and the machine's role may call it."""
    role_arn = str(env.aws_execution_details.role_arn)
    role = roles.find(role_arn)
    if role is None or not role.may("lambda:InvokeFunction", resource=arn):
        words = (
            f"User: {role_arn} is not authorized to perform: lambda:InvokeFunction on resource: "
            f"{arn} because no identity-based policy allows the lambda:InvokeFunction action"
        )
        raise _refusal("AWSLambdaException", words, 403)
    try:
        return calls.find(arn)
    except calls.UnknownFunctionError as error:
        raise _refusal("ResourceNotFoundException", str(error), 404) from error


def _run(function: Function, invocation: Invocation, arn: str) -> Outcome:
    try:
        if invocation.kind == "Event":
            calls.check_concurrency(arn)
            return calls.start(function, invocation)
        return calls.call(function, invocation)
    except ThrottledError as error:
        raise _refusal("TooManyRequestsException", str(error), 429) from error


def _refusal(code: str, message: str, status: int) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": calls.new_request_id()},
    }
    return ClientError(response, "Invoke")


def _failure(env: Any, error: ClientError) -> Any:
    """The failure of a task whose call of Lambda was refused."""
    from moto.stepfunctions.parser.api import HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
        CustomErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
    )

    error_response: Any = error.response
    name = f"Lambda.{error_response['Error']['Code']}"
    details: Any = {
        "lambdaFunctionFailedEventDetails": {
            "error": name,
            "cause": error_response["Error"]["Message"],
        }
    }
    return FailureEvent(
        env=env,
        error_name=CustomErrorName(name),
        event_type=HistoryEventType.LambdaFunctionFailed,
        event_details=details,
    )


def _payload(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return json.dumps({} if value is None else value, ensure_ascii=False, default=str).encode()


def _loaded(payload: bytes) -> Any:
    text = payload.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text

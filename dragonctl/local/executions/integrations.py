"""Tasks that call other services: members as each service's model names them, none dropped.

moto hands parameters on as the definition writes them (``StateMachineArn``), which a service whose
members begin in lower case does not know, and drops what an optimized integration does not take.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

_OTHER_NAMES = {
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "eventbridge": "events",
}
"""Services by the AWS SDK for Java, as integrations name them -> by botocore."""
_ERROR_NAMES = {
    "eventbridge": "EventBridge",
    "lambda": "Lambda",
    "s3": "S3",
    "secretsmanager": "SecretsManager",
    "sns": "Sns",
    "sqs": "Sqs",
    "ssm": "Ssm",
    "sts": "Sts",
}
"""What an error's name begins with: the SDK's name of the service."""
_WORDS = "The local AWS does not do apigateway:invoke of a state machine."


@cache
def install() -> None:
    """Put these in the place of moto's; before the first execution."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service,
        state_task_service_api_gateway,
        state_task_service_aws_sdk,
        state_task_service_dynamodb,
        state_task_service_lambda,
    )

    task: Any = state_task_service.StateTaskService
    task._SERVICE_NAME_SFN_TO_BOTO_OVERRIDES.update(_OTHER_NAMES)  # noqa: SLF001
    task._eval_parameters = _members  # noqa: SLF001
    task._normalise_parameters = _as_the_model_says  # noqa: SLF001
    task._normalise_response = _as_states_say  # noqa: SLF001
    state_task_service_aws_sdk._SERVICE_ERROR_NAMES.update(_ERROR_NAMES)  # noqa: SLF001
    taken = state_task_service_lambda._SUPPORTED_API_PARAM_BINDINGS["invoke"]  # noqa: SLF001
    taken.add("InvocationType")
    _say_what_broke(state_task_service_dynamodb.StateTaskServiceDynamoDB)
    _refuse_calls_of_apis(state_task_service_api_gateway)


def _say_what_broke(task: Any) -> None:
    """Leave a failure as it was raised: these take each for their service's."""
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEventException,
    )

    own = task._from_error  # noqa: SLF001

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        return ex.failure_event if isinstance(ex, FailureEventException) else own(self, env, ex)

    task._from_error = from_error  # noqa: SLF001


def _refuse_calls_of_apis(module: Any) -> None:
    """Moto would call the address that the task names, which may be anywhere."""
    task = module.StateTaskServiceApiGateway
    task._SUPPORTED_API_PARAM_BINDINGS["invoke"].update(  # noqa: SLF001
        module.TaskParameters.__annotations__
    )
    task._eval_service_task, task._from_error = _refuse, _refusal  # noqa: SLF001
    _say_what_broke(task)


def _members(self: Any, env: Any) -> dict[str, Any]:
    """What the definition tells the service; States.Runtime for what it does not take."""
    given: dict[str, Any] = {}
    if self.parargs is not None:
        self.parargs.eval(env=env)
        given = env.stack.pop()
    taken = self._get_supported_parameters()
    strange = [name for name in given if name not in taken] if taken else []
    if strange:
        raise _not_taken(env, given, strange)
    return given


def _not_taken(env: Any, given: dict[str, Any], names: list[str]) -> Exception:
    """AWS finds it as the task begins, not as the machine is made."""
    from moto.stepfunctions.parser.api import HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name import (
        failure_event,
        states_error_name,
        states_error_name_type,
    )

    typ = states_error_name_type.StatesErrorNameType.StatesRuntime
    reasons = [f'The field "{name}" is not supported by Step Functions' for name in names]
    shown = json.dumps(given, separators=(",", ":"), ensure_ascii=False, default=str)
    cause = f"The Parameters '{shown}' could not be used to start the Task: [{', '.join(reasons)}]"
    details: Any = {"taskFailedEventDetails": {"error": typ.to_name(), "cause": cause}}
    name = states_error_name.StatesErrorName(typ=typ)
    kind = HistoryEventType.TaskFailed
    return failure_event.FailureEventException(failure_event.FailureEvent(env, name, kind, details))


def _as_the_model_says(
    self: Any,
    parameters: dict[str, Any],
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    """Name the members of a request as the service does."""
    model = _operation(self, boto_service_name, service_action_name)
    if model is not None and model.input_shape is not None:
        self._to_boto_request(parameters, model.input_shape)


def _as_states_say(
    self: Any,
    response: Any,
    boto_service_name: str | None = None,
    service_action_name: str | None = None,
) -> None:
    """Name the members of an answer as Step Functions shows them: upper camel case."""
    model = _operation(self, boto_service_name, service_action_name)
    if model is not None and model.output_shape is not None:
        self._from_boto_response(response, model.output_shape)


def _operation(task: Any, service: str | None, action: str | None) -> Any:
    """The model of the operation that a task calls; None for one that no model knows."""
    name = task._get_boto_service_name(service)  # noqa: SLF001
    wanted = task._get_boto_service_action(action).replace("_", "")  # noqa: SLF001
    return _operations(name).get(wanted)


@cache
def _operations(service: str) -> dict[str, Any]:
    import botocore.session

    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return {}
    model = session.get_service_model(service)
    return {name.lower(): model.operation_model(name) for name in model.operation_names}


def _refuse(*_: Any, **__: Any) -> None:
    raise NotImplementedError(_WORDS)


def _refusal(self: Any, env: Any, ex: Exception) -> Any:
    """The failure of a task that is not done; moto's own has no state to name."""
    from moto.stepfunctions.parser.api import HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
        CustomErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
    )

    error = "ApiGateway.NotImplemented"
    given: Any = {
        "taskFailedEventDetails": {
            "error": error,
            "cause": str(ex),
            "resource": self.resource.api_action,
            "resourceType": self.resource.service_name,
        }
    }
    return FailureEvent(env, CustomErrorName(error), HistoryEventType.TaskFailed, given)

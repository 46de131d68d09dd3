"""Step Functions behind a method: the mapping template says which machine, and its input."""

from __future__ import annotations

import json
import time
from typing import Any

from dragonctl.local.data_plane import faults, guard, transform
from dragonctl.local.data_plane.exchange import Call, Exchange, Reply
from dragonctl.local.data_plane.waiting import WaitedTooLongError, within
from dragonctl.local.messages import AwsError
from dragonctl.local.runtime import calls

ACTIONS = ("StartExecution", "StartSyncExecution", "DescribeExecution", "StopExecution")
_HEADERS = {"Content-Type": "application/x-amz-json-1.0"}


def serve(exchange: Exchange, region: str, action: str) -> Reply:
    """Do the action; a refusal of Step Functions is a reply too.

    Raises:
        GatewayError: 501 for other actions, 504 where a synchronous execution took too long.

    """
    if action not in ACTIONS:
        raise faults.not_here(f"Step Functions {action} behind API Gateway")
    body = transform.request_body(exchange)
    segment, started = exchange.begin()
    url = f"https://states.{region}.amazonaws.com/?Action={action}"
    exchange.log.data(f"Endpoint request URI: {url}")
    exchange.log.data(f"Endpoint request body after transformations: {body}")
    exchange.log.note(f"Sending request to {url}")
    status, text = 504, ""
    try:
        status, text = within(
            exchange.timeout / 1000, lambda: _done(exchange, region, action, body, segment)
        )
    except WaitedTooLongError:
        raise faults.timed_out(exchange.timeout) from None
    finally:
        aws = {"operation": action, "region": region}
        exchange.call = Call(
            "StepFunctions",
            url,
            segment,
            started,
            time.time(),
            status,
            calls.new_request_id(),
            aws,
        )
    latency = exchange.call.milliseconds
    exchange.log.note(f"Received response. Status: {status}, Integration latency: {latency} ms")
    exchange.log.data(f"Endpoint response body before transformations: {text}")
    return Reply(status, _HEADERS, text, str(status))


def _done(exchange: Exchange, region: str, action: str, body: str, segment: str) -> tuple[int, str]:
    from dragonctl.local.executions import operations

    try:
        parameters = json.loads(body)
        if not isinstance(parameters, dict):
            raise TypeError  # noqa: TRY301 (the same refusal as for text that is no JSON)
    except (ValueError, TypeError):
        return 400, _refusal("SerializationException", "The request body is not a JSON object")
    machine = str(parameters.get("stateMachineArn") or parameters.get("executionArn") or "")
    try:
        _check_role(exchange, action, machine)
        header = str(exchange.handed_on(segment))
        result = operations.act(exchange.stage.account, region, action, parameters, header)
    except AwsError as error:
        return error.status, _refusal(error.code, error.message)
    return 200, json.dumps(result, default=str)


def _check_role(exchange: Exchange, action: str, resource: str) -> None:
    """The integration's role must let API Gateway do this to that machine."""
    from dragonctl.local import roles

    if guard.asks_as_caller(exchange):
        return
    arn = exchange.integration.get("credentials") or ""
    role = roles.find(arn) if arn.startswith("arn:") else None
    if role is None or not role.trusts("apigateway.amazonaws.com"):
        raise faults.configuration(
            "API Gateway does not have permission to assume the provided role"
        )
    if not role.may(f"states:{action}", resource=resource or "*"):
        words = (
            f"User: {arn} is not authorized to perform: states:{action} on resource: {resource} "
            "because no identity-based policy allows the action"
        )
        raise AwsError("AccessDeniedException", words)


def _refusal(code: str, message: str) -> str:
    error_body: dict[str, Any] = {"__type": code, "message": message}
    return json.dumps(error_body)

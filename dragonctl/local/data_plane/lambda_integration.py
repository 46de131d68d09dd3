"""Lambda behind a method: as a proxy, and with mapping templates."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from dragonctl.local import backends
from dragonctl.local.data_plane import content_handling, faults, guard, header_lines, transform
from dragonctl.local.data_plane.cache import Answer
from dragonctl.local.data_plane.exchange import Call, Exchange, Reply
from dragonctl.local.data_plane.waiting import WaitedTooLongError, within
from dragonctl.local.hooks import Invocation, Outcome, ThrottledError
from dragonctl.local.runtime import calls

_PROXY_FIELDS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_JSON_HEADERS = {"Content-Type": "application/json"}


def proxy(exchange: Exchange, function_arn: str) -> Answer:
    """The function's own answer.

    Raises:
        GatewayError: 502 where it failed or its answer is no proxy answer, 504 where it was slow.

    """
    event = json.dumps(proxy_event(exchange), ensure_ascii=False)
    outcome = _invoke(exchange, function_arn, event, "RequestResponse")
    if outcome.error:
        raise faults.malformed(*_failure_lines(outcome))
    return _proxy_answer(exchange, outcome.payload)


def custom(exchange: Exchange, function_arn: str) -> Reply:
    """The function's result, for the integration's responses to map."""
    kind = transform.request_headers(exchange).get("X-Amz-Invocation-Type", "RequestResponse")
    outcome = _invoke(exchange, function_arn, transform.request_body(exchange), kind)
    text = outcome.payload.decode("utf-8", "replace")
    if not outcome.error:
        return Reply(200 if kind != "Event" else 202, _JSON_HEADERS, text, "")
    for line in _failure_lines(outcome):
        exchange.log.fault(line)
    message = _loaded(text).get("errorMessage")
    return Reply(200, _JSON_HEADERS, text, str(message or text))


def _invoke(exchange: Exchange, function_arn: str, payload: str, kind: str) -> Outcome:
    """Call the function, and tell of it in the log and the trace."""
    segment, started = exchange.begin()
    region = function_arn.split(":")[3]
    url = f"https://lambda.{region}.amazonaws.com/2015-03-31/functions/{function_arn}/invocations"
    invocation = Invocation(
        payload.encode(),
        calls.new_request_id(),
        kind,
        str(exchange.handed_on(segment)),
    )
    _tell_request(exchange, url, payload, invocation)
    status = 500
    try:
        outcome = _called(exchange, function_arn, invocation)
        status = 200
    except WaitedTooLongError:
        status = 504
        raise faults.timed_out(exchange.timeout) from None
    except ThrottledError as error:
        status = 429
        words = f"status: 429. Lambda request id: {invocation.request_id}"
        exchange.log.fault(f"Lambda invocation failed with {words}")
        raise faults.configuration(str(error)) from None
    finally:
        exchange.call = Call(
            "Lambda",
            url,
            segment,
            started,
            time.time(),
            status,
            invocation.request_id,
            {
                "function_name": calls.name_of(function_arn),
                "region": region,
                "operation": "Invoke",
                "resource_names": [calls.name_of(function_arn)],
            },
        )
    _tell_answer(exchange, outcome)
    if outcome.refused:
        raise faults.not_here(outcome.refused)
    return outcome


def _called(exchange: Exchange, function_arn: str, invocation: Invocation) -> Outcome:
    """The outcome; a function that is missing or closed to this API is a configuration error."""
    stage, method = exchange.stage, exchange.method
    verb = "*" if method.http_method == "ANY" else method.http_method
    called = f"{stage.api_id}/{stage.name}/{verb}{method.resource_path}"
    source = backends.arn("execute-api", stage.region, stage.account, called)
    role = exchange.integration.get("credentials")
    try:
        function = calls.find(function_arn)
        if not guard.asks_as_caller(exchange):
            calls.check_permission(function_arn, source, "apigateway.amazonaws.com", role)
    except (calls.UnknownFunctionError, PermissionError):
        raise faults.configuration("Invalid permissions on Lambda function") from None
    calls.check_concurrency(function_arn)
    if invocation.kind == "Event":
        return calls.start(function, invocation)
    return within(exchange.timeout / 1000, lambda: calls.call(function, invocation))


def _tell_request(exchange: Exchange, url: str, payload: str, invocation: Invocation) -> None:
    log = exchange.log
    log.data(f"Endpoint request URI: {url}")
    log.data(
        f"Endpoint request headers: {{X-Amzn-Trace-Id={invocation.trace_header}, "
        f"x-amzn-lambda-integration-tag={exchange.request.request_id}}}"
    )
    log.data(f"Endpoint request body after transformations: {payload}")
    log.note(f"Sending request to {url}")


def _tell_answer(exchange: Exchange, outcome: Outcome) -> None:
    call, log = exchange.call, exchange.log
    assert call is not None
    log.note(
        f"Received response. Status: {call.status}, Integration latency: {call.milliseconds} ms"
    )
    log.data(f"Endpoint response headers: {{x-amzn-RequestId={call.request_id}}}")
    body = outcome.payload.decode("utf-8", "replace")
    log.data(f"Endpoint response body before transformations: {body}")


def _failure_lines(outcome: Outcome) -> list[str]:
    document = _loaded(outcome.payload.decode("utf-8", "replace"))
    reason = document.get("errorMessage") or document.get("errorType") or "unknown"
    return [
        f"Lambda execution failed with status 200 due to customer function error: {reason}",
    ]


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def proxy_event(exchange: Exchange) -> dict[str, Any]:
    """The event of a Lambda proxy integration (AWS: "Input format of a Lambda function")."""
    request, stage = exchange.request, exchange.stage
    binary = content_handling.is_binary(exchange, request.content_type)
    body: str | None = request.text
    if binary:
        body = base64.b64encode(request.body).decode()
    query = {name: values[-1] for name, values in request.query.items()}
    headers = {**request.headers, "X-Amzn-Trace-Id": exchange.shown_trace}
    context = {
        key: value
        for key, value in exchange.context.items()
        if key not in ("responseOverride", "requestOverride", "xrayTraceId")
    }
    return {
        "resource": exchange.method.resource_path,
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": dict(request.query) or None,
        "pathParameters": dict(exchange.path_parameters) or None,
        "stageVariables": dict(stage.variables) or None,
        "requestContext": context,
        "body": body or None,
        "isBase64Encoded": binary,
    }


def _proxy_answer(exchange: Exchange, payload: bytes) -> Answer:
    """The answer that a function described, if it did it well."""
    try:
        return _described(exchange, json.loads(payload))
    except (ValueError, TypeError, KeyError, AttributeError):
        line = "Execution failed due to configuration error: Malformed Lambda proxy response"
        raise faults.malformed(line) from None


def _described(exchange: Exchange, document: Mapping[str, Any]) -> Answer:
    """The answer; ValueError, TypeError or AttributeError where the document describes none."""
    status, body = int(document.get("statusCode", 200)), document.get("body")
    body = "" if body is None else body
    unknown = set(document) - _PROXY_FIELDS
    if unknown or not isinstance(body, str) or not 100 <= status <= 599:  # noqa: PLR2004 (HTTP)
        raise ValueError(document)
    headers, repeated = header_lines.parted(_header_lines(document))
    accepted = (exchange.request.header("Accept") or "").split(",")[0].split(";")[0].strip()
    encoded = bool(document.get("isBase64Encoded")) and content_handling.is_binary(
        exchange, accepted
    )
    raw = base64.b64decode(body) if encoded else body.encode()
    return Answer(status, headers, raw, repeated)


def _header_lines(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lists first; a single value follows where no list holds it (recorded on AWS)."""
    lines: list[tuple[str, str]] = []
    for name, values in (document.get("multiValueHeaders") or {}).items():
        if not isinstance(values, list):
            raise TypeError(values)
        lines += [(name, _shown(value)) for value in values]
    held = {(name.lower(), value) for name, value in lines}
    for name, value in (document.get("headers") or {}).items():
        if value is not None and (name.lower(), _shown(value)) not in held:
            lines.append((name, _shown(value)))
    return lines


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

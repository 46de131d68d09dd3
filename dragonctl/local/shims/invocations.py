"""Invoking functions: resolved here, run by the function runtime. moto only echoes."""

from __future__ import annotations

import base64
import json
import threading

from moto.awslambda.models import LambdaFunction

from dragonctl.local import code_links, hooks, roles
from dragonctl.local.hooks import Function, Invocation, Outcome, ThrottledError
from dragonctl.local.messages import Answer, AwsError, Request
from dragonctl.local.shims import after, instead
from dragonctl.local.shims.aliases import routed
from dragonctl.local.shims.functions import find, named, store
from dragonctl.local.shims.invoke_settings import throttled

MOST_LOG_BYTES = 4096
MOST_PAYLOAD = 6_291_556
MOST_REQUEST = 6_291_456
MOST_EVENT = 1_048_576


@instead("lambda", "Invoke", lock=False)
def invoke(request: Request) -> Answer:
    """Run a function: at once, later (``Event``), or not at all (``DryRun``)."""
    function = describe(request, _routed(request))
    invocation = _invocation(request)
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": invocation.request_id,
        "X-Amz-Executed-Version": str(function.configuration["Version"]),
    }
    if invocation.kind == "DryRun":
        return Answer(204, headers, b"")
    roles.note_use(str(function.configuration["Role"]), request.region)
    run = hooks.invoker()
    if run is None:
        raise AwsError("NotImplemented", "This local AWS has no runtime for functions.", 501)
    if invocation.kind == "Event" and function.runs_here:
        threading.Thread(target=run, args=(function, invocation), daemon=True).start()
        return Answer(202, headers, b"")
    try:
        return _answer(request, headers, run(function, invocation))
    except ThrottledError:
        raise throttled() from None


def _routed(request: Request) -> LambdaFunction:
    """The version that this call meets, by the weights of its alias."""
    wanted = named(request, check=True)
    aliases = store(request)._aliases[wanted.arn]  # noqa: SLF001 (moto has no other way to them)
    function: LambdaFunction = find(request, routed(aliases, wanted.qualifier))
    return function


def _invocation(request: Request) -> Invocation:
    parameters = request.parameters
    payload = parameters.get("Payload") or b""
    payload = payload if isinstance(payload, bytes) else str(payload).encode()
    kind = parameters.get("InvocationType") or "RequestResponse"
    _check_payload(payload, kind)
    if parameters.get("ClientContext"):
        _check_client_context(parameters["ClientContext"])
    return Invocation(
        payload=payload,
        request_id=request.request_id,
        kind=kind,
        trace_header=request.environ.get("HTTP_X_AMZN_TRACE_ID"),
        client_context=parameters.get("ClientContext"),
        qualifier=parameters.get("Qualifier"),
    )


def _check_payload(payload: bytes, kind: str) -> None:
    """JSON of a size that Lambda takes; nothing at all is taken too."""
    most = MOST_EVENT if kind == "Event" else MOST_REQUEST
    if len(payload) > most:
        words = (
            f"{len(payload)} byte payload is too large for the {kind} invocation type "
            f"(limit {most} bytes)"
        )
        raise AwsError("RequestTooLargeException", words, 413, Type="User")
    try:
        if payload:
            json.loads(payload.decode())
    except (ValueError, RecursionError) as error:
        words = (
            "Could not parse request body into json: Could not parse payload into json: "
            f"{getattr(error, 'msg', error)}"
        )
        raise AwsError("InvalidRequestContentException", words, 400, Type="User") from error


def _check_client_context(given: str) -> None:
    """An object as JSON, in base64; refused in the words that boto/boto3#2153 quotes."""
    try:
        is_object = isinstance(json.loads(base64.b64decode(given, validate=True)), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        words = "Client context must be a valid Base64-encoded JSON object."
        raise AwsError("InvalidRequestContentException", words, 400, Type="User")


def _answer(request: Request, headers: dict[str, str], outcome: Outcome) -> Answer:
    headers = {**headers, **outcome.headers}
    if outcome.error:
        headers["X-Amz-Function-Error"] = outcome.error
    if request.parameters.get("LogType") == "Tail":
        tail = outcome.log_tail.encode()[-MOST_LOG_BYTES:]
        headers["X-Amz-Log-Result"] = base64.b64encode(tail).decode()
    if len(outcome.payload) > MOST_PAYLOAD:
        headers["X-Amz-Function-Error"] = "Unhandled"
        too_large = (
            '{"errorMessage": "Response payload size exceeded maximum allowed payload size '
            f'({MOST_PAYLOAD} bytes).", "errorType": "Function.ResponseSizeTooLarge"}}'
        )
        return Answer(200, headers, too_large.encode())
    return Answer(200, headers, outcome.payload)


def describe(request: Request, function: LambdaFunction) -> Function:
    """The function as the runtime takes it."""
    return Function(
        account=request.account,
        region=request.region,
        configuration=function.get_configuration(),
        code=bytes(function.code_bytes),
        code_sha256=str(function.code_sha_256),
    )


@after("lambda", "GetFunction")
def link_code(request: Request, result: dict[str, object]) -> dict[str, object]:
    """A link under which the code can really be fetched."""
    function = find(request)
    if function.package_type != "Zip":
        return result
    host = request.environ.get("HTTP_HOST", "")
    path = code_links.path_to(bytes(function.code_bytes))
    return {**result, "Code": {"RepositoryType": "S3", "Location": f"http://{host}{path}"}}

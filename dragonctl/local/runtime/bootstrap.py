"""The program inside a container: it imports the handler once and calls it for every event.

It runs alone, by path, with nothing but the standard library: no module of dragonctl is on its
path, because none is on a function's. Messages are one JSON object a line on an inherited
socket; what the function prints goes to standard output, where a line that starts with
``FRAME`` holds one JSON object (a whole log record, or the end of an invocation).

Error documents and log lines have the shapes of AWS's own Python runtime client.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

FRAME = "\x1e"
TASK_ROOT = "/var/task"

Handler = Callable[[Any, "Context"], Any]


class HandlerError(Exception):
    """An error document: ``errorType``, ``errorMessage`` and the ``stackTrace`` to show."""

    def __init__(self, kind: str, message: str, stack: list[str] | None = None) -> None:
        super().__init__(message)
        self.document = {"errorMessage": message, "errorType": kind, "stackTrace": stack or []}


class Identity:
    """The Cognito identity of a mobile caller; empty for everybody else."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")


class ClientContext:
    """What a mobile client says of itself, as the caller sent it."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.custom = given.get("custom")
        self.env = given.get("env")
        self.client = given.get("client")


class Context:
    """The second argument of a handler (AWS: "Using the Lambda context object")."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.aws_request_id: str = order["request_id"]
        self.invoked_function_arn: str = order["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity({})
        given = order.get("client_context")
        self.client_context = ClientContext(given) if given else None
        self.tenant_id = None
        self._deadline = float(order["deadline"])

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time-out ends this invocation."""
        return max(0, int((self._deadline - time.time()) * 1000))

    def log(self, message: object) -> None:
        """Write one line to the function's log."""
        sys.stdout.write(str(message))


class RequestFilter(logging.Filter):
    """Give every log record the id of the request that is being handled."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; let the record pass."""
        record.aws_request_id = self.request_id
        return True


class FrameHandler(logging.Handler):
    """Log records as frames, so that a record of several lines stays one log event."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        write_frame({"log": self.format(record)})


class JsonFormatter(logging.Formatter):
    """A record as the ``JSON`` log format of Lambda writes it."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object, its keys in Lambda's order."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        document: dict[str, Any] = {
            "timestamp": f"{moment}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", ""),
        }
        if record.exc_info and record.exc_info[1] is not None:
            kind, error, trace = record.exc_info
            document["stackTrace"] = seen_from_task(traceback.format_tb(trace))
            document["errorType"] = kind.__name__ if kind else None
            document["errorMessage"] = str(error)
        return json.dumps(document, default=str, ensure_ascii=False)


def write_frame(content: dict[str, Any]) -> None:
    """Put one frame among the printed lines; a line left open is ended first by the reader."""
    sys.stdout.write(f"{FRAME}{json.dumps(content)}\n")


def seen_from_task(lines: list[str]) -> list[str]:
    """Stack frames with the paths that the function has on AWS, not those of this machine."""
    root = os.environ["LAMBDA_TASK_ROOT"]
    return [line.replace(root, TASK_ROOT) for line in lines]


def set_up_logging(requests: RequestFilter) -> None:
    """Lambda's handler on the root logger, in the function's log format."""
    handler = FrameHandler()
    handler.addFilter(requests)
    root = logging.getLogger()
    root.addHandler(handler)
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        handler.setFormatter(JsonFormatter())
        root.setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("FATAL", "CRITICAL"))
        return
    layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
    formatter = logging.Formatter(layout, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)


def load_module(name: str) -> ModuleType:
    """The handler's module.

    Raises:
        HandlerError: it cannot be imported, in the words of Lambda's runtime.

    """
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{name}': {error}"
        raise HandlerError("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{name}': {error}"
        where = (
            f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").rstrip()}\n'
        )
        raise HandlerError(
            "Runtime.UserCodeSyntaxError", message, seen_from_task([where])
        ) from error


def load_handler(handler: str) -> Handler:
    """The function that ``module.function`` names.

    Raises:
        HandlerError: there is no such module or function, or importing it failed.

    """
    module_name, dot, function_name = handler.rpartition(".")
    if not dot:
        reason = "not enough values to unpack (expected 2, got 1)"
        raise HandlerError("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {reason}")
    module = load_module(module_name)
    try:
        found: Handler = getattr(module, function_name)
    except AttributeError:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise HandlerError("Runtime.HandlerNotFound", message) from None
    return found


def failure_of(error: BaseException) -> HandlerError:
    """The error document of an exception; frames of this program's and of imports left out."""
    own = (__file__, "<frozen importlib", importlib.__file__)
    frames = traceback.extract_tb(error.__traceback__)
    kept = [frame for frame in frames if not frame.filename.startswith(own)]
    stack = seen_from_task(traceback.format_list(kept))
    return HandlerError(type(error).__name__, str(error), stack)


def log_failure(document: dict[str, Any], requests: RequestFilter) -> None:
    """The ``[ERROR]`` event that Lambda writes for an unhandled error."""
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        head = {"timestamp": moment, "log_level": "ERROR"}
        write_frame({"log": json.dumps({**head, **document, "requestId": requests.request_id})})
        return
    lines = [f"[ERROR] {document['errorType']}: {document['errorMessage']}"]
    lines += ["Traceback (most recent call last):", *document["stackTrace"]]
    write_frame({"log": "\n".join(line.rstrip("\n") for line in lines)})


def memory_used() -> int:
    """The most memory this process has held, in MB.

    ``VmHWM`` rather than ``ru_maxrss``: the latter starts with the parent's figure on Linux.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) // 1024
    except (OSError, StopIteration):
        import resource

        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


def handle(handler: Handler, order: dict[str, Any], requests: RequestFilter) -> dict[str, Any]:
    """Call the handler for one event; its result or its error document."""
    requests.request_id = order["request_id"]
    os.environ["_X_AMZN_TRACE_ID"] = order["trace"]
    try:
        result = handler(json.loads(order["event"]), Context(order))
    except Exception as error:  # noqa: BLE001 (whatever a function raises is its answer)
        return failed(failure_of(error), requests)
    finally:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        return {"result": marshalled(result)}
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return failed(HandlerError("Runtime.MarshalError", message), requests)


def marshalled(result: Any) -> str:
    """JSON as AWS's runtime client makes it: bytes are text, a Decimal is a number as written."""
    numbers: dict[str, str] = {}

    def other(value: Any) -> Any:
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, Decimal):
            mark = f"{FRAME}{len(numbers)}{FRAME}"
            numbers[json.dumps(mark)] = "NaN" if value.is_nan() else str(value)
            return mark
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    text = json.dumps(result, ensure_ascii=False, default=other)
    for mark, number in numbers.items():
        text = text.replace(mark, number, 1)
    return text


def failed(failure: HandlerError, requests: RequestFilter) -> dict[str, Any]:
    """The answer of an invocation that failed, logged as Lambda logs it."""
    log_failure(failure.document, requests)
    stack = failure.document["stackTrace"]
    ordered = {**failure.document, "requestId": requests.request_id}
    ordered.pop("stackTrace")
    return {"error": {**ordered, "stackTrace": stack}}


def end_with(lifeline: socket.socket) -> None:
    """End this container, and what it started, as soon as the server is gone.

    The server never writes here, so that reading returns only when its end is closed, which
    the kernel does even when the server was killed. A busy handler does not delay it.
    """
    lifeline.recv(1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def initialise(requests: RequestFilter) -> tuple[Handler | None, dict[str, Any]]:
    """Import the handler; what went wrong is the answer to the first invocation."""
    started = time.perf_counter()
    document: dict[str, Any] | None = None
    handler: Handler | None = None
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except HandlerError as failure:
        document = failure.document
    except Exception as error:  # noqa: BLE001 (module-level code may raise anything)
        document = failure_of(error).document
    spent = (time.perf_counter() - started) * 1000
    if document is not None:
        log_failure(document, requests)
    return handler, {"init_ms": spent, "error": document, "memory_mb": memory_used()}


def main() -> None:
    """Serve invocations until the server closes the socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    lifeline = socket.socket(fileno=int(sys.argv[2]))
    threading.Thread(target=end_with, args=[lifeline], daemon=True).start()
    sys.path[:] = json.loads(sys.argv[3]) + sys.path + json.loads(sys.argv[4])
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    requests = RequestFilter()
    set_up_logging(requests)
    handler, state = initialise(requests)
    with control.makefile("rw", encoding="utf-8") as messages:
        answer(messages, state, "init")
        for number, line in enumerate(messages):
            if handler is None:
                break
            answer(messages, handle(handler, json.loads(line), requests), number)


def answer(messages: Any, content: dict[str, Any], number: int | str) -> None:
    """Send one answer, after everything that was printed before it."""
    sys.stdout.flush()
    sys.stderr.flush()
    write_frame({"end": number})
    sys.stdout.flush()
    messages.write(json.dumps({"memory_mb": memory_used(), **content}) + "\n")
    messages.flush()


if __name__ == "__main__":
    main()

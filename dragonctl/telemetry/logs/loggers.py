"""Where structured loggers put a line's level, request id, trace, message and error.

One row a place. A place is a path of member names; the first that holds something counts. Loggers
that are known: Lambda's own JSON format in every runtime, Powertools (Python, TypeScript, Java,
.NET), pino, bunyan, winston, logback and log4j2 (their JSON layouts), ECS layouts, serilog (CLEF
and the JSON formatter), zap, zerolog, slog, logrus, structlog, python-json-logger, loguru, Rust's
tracing, and OpenTelemetry's log records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dragonctl.telemetry.ids import is_trace as names_a_trace
from dragonctl.telemetry.ids import is_uuid, trace_root
from dragonctl.telemetry.logs.runtimes import Level, level_of

Path = tuple[str, ...]

LEVEL: tuple[Path, ...] = (
    ("level",), ("log_level",), ("severity",), ("levelname",), ("severityText",),
    ("log.level",), ("log", "level"), ("Level",), ("@l",), ("LogLevel",), ("loglevel",), ("lvl",),
    ("record", "level", "name"),
)  # fmt: skip
MESSAGE: tuple[Path, ...] = (
    ("message",), ("msg",), ("errorMessage",), ("event",), ("@m",), ("RenderedMessage",),
    ("@mt",), ("MessageTemplate",), ("Message",), ("body",), ("fields", "message"),
    ("record", "message"),
)  # fmt: skip
INVOCATION: tuple[Path, ...] = (
    ("requestId",), ("AWSRequestId",), ("function_request_id",), ("functionRequestId",),
    ("awsRequestId",), ("aws_request_id",), ("lambdaRequestId",), ("AwsRequestId",),
    ("mdc", "AWSRequestId"), ("contextMap", "AWSRequestId"), ("labels", "AWSRequestId"),
    ("Properties", "AwsRequestId"), ("span", "requestId"), ("attributes", "faas.invocation_id"),
    ("attributes", "aws.request_id"), ("lambda", "requestId"), ("faas", "execution"),
)  # fmt: skip
"""Places whose word is Lambda's: what stands there is the invocation's own id."""

CORRELATION: tuple[Path, ...] = (("reqId",), ("request_id",), ("RequestId",), ("req_id",))
"""Places whose word is a developer's: often the invocation's id, or API Gateway's, or their own."""

TRACE: tuple[Path, ...] = (
    ("xray_trace_id",), ("xrayTraceId",), ("traceId",), ("trace_id",), ("trace", "id"),
    ("trace.id",), ("dd", "trace_id"), ("TraceId",), ("@tr",), ("span", "xrayTraceId"),
    ("mdc", "AWS-XRAY-TRACE-ID"), ("contextMap", "AWS-XRAY-TRACE-ID"),
)  # fmt: skip
ERROR_NAME: tuple[Path, ...] = (
    ("errorType",), ("exception_name",), ("message", "errorType"), ("err", "type"),
    ("err", "name"), ("error", "name"), ("error", "type"), ("error", "kind"), ("error.type",),
    ("error.kind",), ("thrown", "name"), ("exception", "exception_class"), ("exception", "type"),
    ("exception", "name"), ("exception", "class"), ("Exception", "Type"), ("exc_type",),
    ("attributes", "exception.type"), ("record", "exception", "type"), ("error", "errorType"),
)  # fmt: skip
ERROR_MESSAGE: tuple[Path, ...] = (
    ("errorMessage",), ("message", "errorMessage"), ("err", "message"), ("error", "message"),
    ("error.message",), ("thrown", "message"), ("exception", "exception_message"),
    ("exception", "message"), ("Exception", "Message"), ("attributes", "exception.message"),
    ("record", "exception", "value"), ("error", "errorMessage"),
)  # fmt: skip
STACK: tuple[Path, ...] = (
    ("exception",), ("stack",), ("stack_trace",), ("exc_info",), ("@x",), ("Exception",),
    ("err", "stack"), ("error", "stack"), ("error.stack_trace",), ("error.stack",),
    ("error", "stack_trace"), ("traceback",), ("errorVerbose",), ("stacktrace",), ("stackTrace",),
    ("message", "stackTrace"), ("fields", "error"), ("error",), ("err",), ("exc",),
)  # fmt: skip
"""Places of a stack, or of an error written as ``Name: message``; the first text counts."""


ERROR_WORDS: tuple[Path, ...] = (("error",), ("err",))
"""Places of an error that has words but no name, as Go's loggers write it (zap, zerolog, slog)."""


def at(document: Mapping[str, Any], path: Path) -> Any:
    """What stands at a path; None where the way ends before."""
    value: Any = document
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def first(document: Mapping[str, Any], paths: tuple[Path, ...]) -> Any:
    """The first thing that stands at one of the paths, or None."""
    return next((value for path in paths if (value := at(document, path)) is not None), None)


def texts(document: Mapping[str, Any], paths: tuple[Path, ...]) -> Iterator[str]:
    """The texts that stand at the paths, in their order; a list of texts is one text."""
    for path in paths:
        value = at(document, path)
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            value = "\n".join(value)
        if isinstance(value, str) and value:
            yield value


def level(document: Mapping[str, Any]) -> Level | None:
    """The level that a logger gave its line; None where it gave none."""
    found = (level_of(at(document, path)) for path in LEVEL)
    return next((one for one in found if one), None)


def invocation(document: Mapping[str, Any]) -> str:
    """The id of the invocation that the line names in Lambda's own words; "" for none."""
    return next((text for text in texts(document, INVOCATION) if is_uuid(text)), "")


def correlation(document: Mapping[str, Any]) -> str:
    """An id of a request's form that the line names in words of its own; "" for none."""
    return next((text for text in texts(document, CORRELATION) if is_uuid(text)), "")


def trace(document: Mapping[str, Any]) -> str:
    """The X-Ray trace id that the line names, also where it writes it as W3C does."""
    found = (trace_root(text) for text in texts(document, TRACE))
    return next((one for one in found if names_a_trace(one)), "")

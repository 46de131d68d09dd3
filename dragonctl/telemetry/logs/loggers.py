"""Where structured loggers put a line's level, request id, trace, message and error.

One row a place. A place is a path of member names; the first that holds something counts. Loggers
that are known: Lambda's own JSON format in every runtime, Powertools (Python, TypeScript, Java,
.NET), pino, bunyan, winston, logback and log4j2 (their JSON layouts), ECS layouts, serilog (CLEF
and the JSON formatter), zap, zerolog, slog, logrus, structlog, python-json-logger, loguru, Rust's
tracing, and OpenTelemetry's log records.
"""

from __future__ import annotations

import json
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


SHOWN_MEMBERS = frozenset(
    {"level", "message", "msg", "timestamp", "time", "requestId", "AWSRequestId",
     "function_request_id", "severityText", "severityNumber", "body", "timeUnixNano",
     "observedTimeUnixNano", "@timestamp", "@t", "@m", "@mt", "@l", "ts"}
)  # fmt: skip
"""Members of a structured line that stand in its columns or its sentence."""


def sentence(document: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What a line says, its stack beneath, and the members that this leaves out."""
    found_text = next((found for path in MESSAGE if (found := at(document, path))), "")
    rest = {name: value for name, value in document.items() if name not in SHOWN_MEMBERS}
    message = _as_text(found_text)
    name = next(texts(document, ERROR_NAME), "")
    words = next(texts(document, ERROR_MESSAGE), "")
    if name and name not in message and message in ("", words):
        message = f"{name}: {words}" if words else name
    path, stack = _stack(document)
    if stack:
        _without(rest, path)
        message = f"{message}\n{stack}" if stack != message else message
    return message, rest


def _stack(document: Mapping[str, Any]) -> tuple[Path, str]:
    """The first stack of several lines, and where it stands."""
    for path in STACK:
        if path[0] not in document:
            continue
        text = next(texts(document, (path,)), "")
        if "\n" in text.strip():
            return path, text.strip()
    return (), ""


def _without(rest: dict[str, Any], path: Path) -> None:
    """Take out what stands at a path of one or two names."""
    head, *leaf = path
    if leaf and isinstance(rest.get(head), dict):
        rest[head] = {name: value for name, value in rest[head].items() if name != leaf[0]}
    if not leaf or not rest.get(head):
        rest.pop(head, None)


def _as_text(value: Any) -> str:
    """A text as it is; OpenTelemetry's AnyValue by what it holds; anything else as JSON."""
    if isinstance(value, dict) and isinstance(value.get("stringValue"), str):
        return str(value["stringValue"])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def metrics(document: Mapping[str, Any]) -> str:
    """The metrics of an embedded metric format line (CloudWatch user guide), in words.

    Empty for a line that has none, or that says something else too.
    """
    directives = at(document, ("_aws", "CloudWatchMetrics"))
    if not isinstance(directives, list) or any(at(document, path) for path in MESSAGE):
        return ""
    return "; ".join(_directive(document, item) for item in directives if isinstance(item, dict))


def _directive(document: Mapping[str, Any], directive: Mapping[str, Any]) -> str:
    """One namespace's metrics with their units, and the dimensions that they have."""
    listed = directive.get("Metrics")
    named = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    sets = directive.get("Dimensions")
    dimensions = {
        name: None
        for group in (sets if isinstance(sets, list) else ())
        for name in (group if isinstance(group, list) else ())
        if isinstance(name, str)
    }
    values = [
        f"{item.get('Name')}={_as_text(document.get(str(item.get('Name'))))}"
        f"{_unit(item.get('Unit'))}"
        for item in named
    ]
    values += [f"{name}={_as_text(document[name])}" for name in dimensions if name in document]
    return f"metrics {directive.get('Namespace', '')}: {' '.join(values)}"


def _unit(unit: object) -> str:
    return f" {unit}" if isinstance(unit, str) and unit not in ("Count", "None") else ""


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
        if path[0] not in document:
            continue  # most paths, of a hundred thousand lines
        value = at(document, path)
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            value = "\n".join(value)
        if isinstance(value, str) and value:
            yield value


def level(document: Mapping[str, Any]) -> Level | None:
    """The level that a logger gave its line; None where it gave none."""
    found = (level_of(at(document, path)) for path in LEVEL if path[0] in document)
    return next((one for one in found if one), None) or _by_number(document)


def _by_number(document: Mapping[str, Any]) -> Level | None:
    """OpenTelemetry's SeverityNumber (logs data model): 1 to 24, four to a level."""
    number = first(document, (("severityNumber",), ("SeverityNumber",), ("severity_number",)))
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        return None
    return next(level for edge, level in _SEVERITIES if number >= edge)


_SEVERITIES: tuple[tuple[int, Level], ...] = (
    (17, "error"), (13, "warning"), (9, "info"), (1, "debug"),
)  # fmt: skip


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

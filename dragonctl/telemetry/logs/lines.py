"""What a log line is: the shapes that API Gateway, Step Functions and Lambda are known to write.

Sources: the API Gateway developer guide (execution log, ``$context`` variables of access logs),
recorded Step Functions log events, the Lambda developer guide (START/END/REPORT lines and the
JSON platform events). Anything else stays the text it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

Kind = Literal["access", "execution", "state", "boundary", "report", "json", "plain"]
Level = Literal["debug", "info", "warning", "error"]

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TRACE = r"1-[0-9a-f]{8}-[0-9a-f]{24}"
_EXECUTION_LINE = re.compile(rf"^\(({UUID})\) (.*)$", re.DOTALL)
_REPORT_LINE = re.compile(rf"^REPORT RequestId: ({UUID})\s")
_REPORT_PART = re.compile(r"([A-Z][A-Za-z ]+?): ([0-9.]+) (ms|MB)")
_PYTHON_LINE = re.compile(
    rf"^\[(DEBUG|INFO|WARNING|ERROR|CRITICAL)\]\s+\S+Z\s+({UUID})?\s*(.*)$", re.DOTALL
)
_STATUS = re.compile(r"\bStatus: (error|timeout|failure)\b")
_TIMED_OUT = re.compile(rf"^\S+Z ({UUID}) Task timed out after")
_TRACE_ID = re.compile(rf"\b{TRACE}\b")
_EXTENDED = re.compile(r"Extended Request Id: (\S+)")
_LAMBDA_REQUEST = re.compile(rf"RequestId: ({UUID})")
_EXECUTION_ARN = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d+:e(?:xpress|xecution):[\w:.\-+/]+")
_BAD_GATEWAY = re.compile(
    r"Execution failed|Authorizer error|Method completed with status: 5"
    r"|Endpoint response.*status: 5|Lambda invocation failed"
    r"|Gateway response type: .* with status code: 5"
)
_LEVELS: dict[str, Level] = {
    "TRACE": "debug", "DEBUG": "debug", "INFO": "info", "NOTICE": "info", "WARN": "warning",
    "WARNING": "warning", "ERROR": "error", "CRITICAL": "error", "FATAL": "error",
}  # fmt: skip


class Shape(NamedTuple):
    """A line read: what kind, how grave, a sentence for people, and the ids that link it.

    ``request`` is the request id that the line itself names; ``fields`` are the parts that the
    sentence leaves out. ``ids`` may hold request ids, extended request ids, execution ARNs and
    X-Ray trace ids.
    """

    kind: Kind
    text: str
    level: Level = "info"
    request: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    ids: frozenset[str] = frozenset()


def recognise(text: str) -> Shape:
    """The shape of one log line; never fails, whatever the line holds."""
    stripped = text.strip()
    if stripped.startswith("{"):
        document = _object(stripped)
        if document is not None:
            return _of_document(document, text)
    read = _READERS.get(stripped[:1])
    shape = read(stripped) if read else None
    if shape is not None:
        return shape
    return Shape("plain", text.rstrip("\n"), _guessed_level(text), ids=_loose_ids(text))


def _object(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _of_document(document: Mapping[str, Any], text: str) -> Shape:
    for read in (_state_event, _platform_event, _access):
        shape = read(document)
        if shape is not None:
            return shape
    return _structured(document, text)


def _execution(text: str) -> Shape | None:
    match = _EXECUTION_LINE.match(text)
    if not match:
        return None
    request, rest = match.groups()
    ids = {request, *_TRACE_ID.findall(rest), *_EXTENDED.findall(rest)}
    ids.update(_EXECUTION_ARN.findall(rest))
    level: Level = "error" if _BAD_GATEWAY.search(rest) else "info"
    return Shape("execution", rest, level, request, ids=frozenset(ids))


def _report(text: str) -> Shape | None:
    match = _REPORT_LINE.match(text)
    if not match:
        return None
    figures = {name.strip(): f"{value} {unit}" for name, value, unit in _REPORT_PART.findall(text)}
    status = _STATUS.search(text)
    words = _report_words(figures) + (f", {status[1]}" if status else "")
    ids = frozenset({match[1], *_TRACE_ID.findall(text)})
    return Shape("report", words, "error" if status else "info", match[1], ids=ids)


def _report_words(figures: Mapping[str, str]) -> str:
    words = f"finished in {figures.get('Duration', '?')}"
    if "Billed Duration" in figures:
        words += f", billed {figures['Billed Duration']}"
    if "Max Memory Used" in figures:
        words += f", {figures['Max Memory Used']} of {figures.get('Memory Size', '?')}"
    if "Init Duration" in figures:
        words += f", cold start {figures['Init Duration']}"
    return words


def _boundary(text: str) -> Shape | None:
    if not text.startswith(("START RequestId", "END RequestId", "INIT_START", "EXTENSION")):
        return None
    found = _LAMBDA_REQUEST.search(text)
    request = found[1] if found else ""
    words = _LAMBDA_REQUEST.sub("", text).replace("  ", " ").rstrip()
    return Shape("boundary", words, "debug", request, ids=frozenset({request} - {""}))


def _python(text: str) -> Shape | None:
    match = _PYTHON_LINE.match(text)
    if not match:
        return None
    level, request, rest = match.groups()
    ids = _loose_ids(rest)
    ids = ids | {request} if request else ids
    return Shape("plain", rest, _LEVELS.get(level, "info"), request or "", ids=ids)


def _timed_out(text: str) -> Shape | None:
    match = _TIMED_OUT.match(text)
    if not match:
        return None
    words = text.split(" ", 2)[2]
    return Shape("plain", words, "error", match[1], ids=frozenset({match[1]}))


def _state_event(document: Mapping[str, Any]) -> Shape | None:
    execution, kind = document.get("execution_arn"), document.get("type")
    if not isinstance(execution, str) or not isinstance(kind, str):
        return None
    details = document.get("details")
    details = details if isinstance(details, dict) else {}
    words = [kind, *_words_of(details, ("name", "resource", "error", "cause"))]
    level: Level = "error" if kind.endswith(("Failed", "TimedOut", "Aborted")) else "info"
    fields = tuple((key, _short(details[key])) for key in ("input", "output") if key in details)
    ids = frozenset({execution, *_TRACE_ID.findall(json.dumps(details))})
    return Shape("state", " ".join(words), level, "", fields, ids)


def _words_of(details: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    return [_short(details[name]) for name in names if details.get(name)]


def _platform_event(document: Mapping[str, Any]) -> Shape | None:
    kind, record = document.get("type"), document.get("record")
    if not str(kind).startswith("platform.") or not isinstance(record, dict):
        return None
    ids = frozenset({*_request_id(record), *_TRACE_ID.findall(json.dumps(record))})
    if kind != "platform.report":
        return Shape("boundary", str(kind), "debug", ids=ids)
    metrics = record.get("metrics")
    figures = _platform_figures(metrics if isinstance(metrics, dict) else {})
    bad = record.get("status") not in (None, "success")
    words = _report_words(figures) + (f", {record.get('status')}" if bad else "")
    return Shape("report", words, "error" if bad else "info", ids=ids)


def _platform_figures(metrics: Mapping[str, Any]) -> dict[str, str]:
    names = {
        "durationMs": "Duration", "billedDurationMs": "Billed Duration",
        "memorySizeMB": "Memory Size", "maxMemoryUsedMB": "Max Memory Used",
        "initDurationMs": "Init Duration",
    }  # fmt: skip
    return {
        name: f"{metrics[key]} {'MB' if key.endswith('MB') else 'ms'}"
        for key, name in names.items()
        if key in metrics
    }


def _request_id(record: Mapping[str, Any]) -> set[str]:
    request = record.get("requestId")
    return {request} if isinstance(request, str) else set()


_ACCESS_STATUS = ("status", "statusCode")
_ACCESS_METHOD = ("httpMethod", "method")
_ACCESS_PATH = ("path", "resourcePath", "routeKey")


def _access(document: Mapping[str, Any]) -> Shape | None:
    request = document.get("requestId", document.get("request_id"))
    method, status = _first(document, _ACCESS_METHOD), _first(document, _ACCESS_STATUS)
    if not isinstance(request, str) or method is None or status is None:
        return None
    words = [str(method), str(_first(document, _ACCESS_PATH) or "-"), str(status)]
    latency = _first(document, ("responseLatency", "latency"))
    if latency not in (None, "-"):
        words.append(f"{latency} ms")
    words.extend(str(document[key]) for key in ("ip", "sourceIp") if key in document)
    level: Level = _status_level(str(status))
    error = document.get("error")
    fields = (("error", _short(error)),) if error not in (None, "", "-") else ()
    return Shape("access", " ".join(words), level, request, fields, _access_ids(document))


def _access_ids(document: Mapping[str, Any]) -> frozenset[str]:
    names = ("requestId", "request_id", "extendedRequestId", "xrayTraceId", "executionArn")
    found = {str(document[name]) for name in names if document.get(name) not in (None, "", "-")}
    traces = _TRACE_ID.findall(" ".join(found))
    return frozenset({*traces, *(value for value in found if not value.startswith("Root="))})


def _status_level(status: str) -> Level:
    if status.startswith("5"):
        return "error"
    return "warning" if status.startswith("4") else "info"


_INVOCATION = ("requestId", "AWSRequestId", "function_request_id")
"""Where a function's JSON line names its invocation: Lambda's own format, and Powertools'."""


def _structured(document: Mapping[str, Any], text: str) -> Shape:
    level = _first(document, ("level", "log_level", "severity", "levelname"))
    message = _first(document, ("message", "msg", "errorMessage", "event"))
    spoken = {"level", "message", "msg", "timestamp", "time", *_INVOCATION}
    rest = tuple((str(key), _short(value)) for key, value in document.items() if key not in spoken)
    grade = _LEVELS.get(str(level).upper(), "error" if "errorMessage" in document else "info")
    words = _short(message) if message is not None else ""
    requests = {value for name in _INVOCATION if isinstance(value := document.get(name), str)}
    request = min(requests, default="")
    return Shape("json", words, grade, request, rest, frozenset(requests) | _loose_ids(text))


def _first(document: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((document[name] for name in names if document.get(name) is not None), None)


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _guessed_level(text: str) -> Level:
    head = text[:200]
    if head.startswith(("[ERROR]", "Traceback ", "ERROR", "CRITICAL", "FATAL")):
        return "error"
    return "warning" if head.startswith(("[WARNING]", "WARN")) else "info"


def _loose_ids(text: str) -> frozenset[str]:
    """Trace ids, execution ARNs and Lambda request ids anywhere in a line."""
    finders: tuple[Callable[[str], list[str]], ...] = (
        _TRACE_ID.findall,
        _EXECUTION_ARN.findall,
        _LAMBDA_REQUEST.findall,
    )
    head = text[:20_000]  # ids stand early; a megabyte line must not cost a second
    if "1-" not in head and "arn:" not in head and "RequestId: " not in head:
        return frozenset()
    return frozenset(found for find in finders for found in find(head))


_READERS: dict[str, Callable[[str], Shape | None]] = {
    "(": _execution,
    "R": _report,
    "[": _python,
    **dict.fromkeys("SEI", _boundary),
    **dict.fromkeys("0123456789", _timed_out),
}
"""The first character of a line -> what may read it; a hundred thousand lines pass here."""

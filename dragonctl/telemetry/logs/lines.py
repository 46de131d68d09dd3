"""What a log line is: the shapes that API Gateway, Step Functions and Lambda are known to write.

Sources: the API Gateway developer guide (execution log, ``$context`` variables of access logs),
recorded Step Functions log events; Lambda's own records stand in ``platform``, the forms of
runtimes and loggers in ``runtimes`` and ``loggers``. Anything else stays the text it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from dragonctl.telemetry.ids import EXECUTION_ARN, TRACE_ID, UUID
from dragonctl.telemetry.logs import loggers, platform
from dragonctl.telemetry.logs.platform import PlatformRecord
from dragonctl.telemetry.logs.runtimes import Level, read_text
from dragonctl.telemetry.logs.state_events import as_text, read_state_event
from dragonctl.telemetry.logs.uncaught import is_uncaught

Kind = Literal["access", "execution", "state", "boundary", "report", "json", "plain"]

_EXECUTION_LINE = re.compile(rf"^\(({UUID})\) (.*)$", re.DOTALL)
_REPORT_PART = re.compile(r"([A-Z][A-Za-z ]+?): ([0-9.]+) (ms|MB)")
_EXTENDED = re.compile(r"^Extended Request Id: (\S{8,})$")
_LAMBDA_REQUEST = re.compile(rf"(?:RequestId|[Rr]equest id)\s?: ({UUID})")
_BAD_GATEWAY = re.compile(
    r"Execution failed|Authorizer error|Method completed with status: 5"
    r"|Endpoint response.*status: 5|Lambda (?:invocation|execution) failed"
    r"|Gateway response type: .* with status code: 5"
)
LAMBDA_ANSWERED = (
    r"^Endpoint response headers: (?=.*\bX-Amz-Executed-Version=).*\bx-amzn-RequestId="
)
"""Before the id of an invocation in the headers of Lambda's answer (Invoke, Lambda API reference);
other services and back ends have ids of their own, but no executed version."""
_ANSWERED = re.compile(rf"{LAMBDA_ANSWERED}({UUID})", re.IGNORECASE)
_OF_A_BODY = re.compile(r"(?:Method|Endpoint) (?:request|response) (?:body|query|path)")
"""Lines of the execution log that hold what people sent: the ids there link nothing."""


_NONE: frozenset[str] = frozenset()


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line read: what kind, how grave, a sentence for people, and the ids that it bears.

    ``request`` is the request id that the line itself names, ``trace`` the trace it says it is of;
    ``fields`` are the parts that the sentence leaves out. ``links`` are ids that stand where an id
    of the same request stands; ``mentions`` are executions that its words speak of. ``platform`` is
    Lambda's own record, where the line is one. ``certain`` is False where a logger's own word for
    the request may mean another id than Lambda's.
    """

    kind: Kind
    text: str
    level: Level = "info"
    request: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    links: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    trace: str = ""
    platform: PlatformRecord | None = None
    certain: bool = True


def recognise(text: str) -> Line:
    """The shape of one log line; never fails, whatever the line holds."""
    stripped = text.strip()
    if stripped.startswith("{"):
        document = json_object(stripped)
        if document is not None:
            return _of_document(document, text)
    read = _READERS.get(stripped[:1])
    line = read(stripped) if read else None
    if line is not None:
        return line
    return Line("plain", text.rstrip("\n"), _guessed_level(text), mentions=_mentions(text))


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, or None."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _of_document(document: Mapping[str, Any], text: str) -> Line:
    for read in (_state_event, _platform_event, _access):
        line = read(document)
        if line is not None:
            return line
    return _structured(document, text)


def _execution(text: str) -> Line | None:
    match = _EXECUTION_LINE.match(text)
    if not match:
        return None
    request, rest = match.groups()
    links, traces = {request, *_EXTENDED.findall(rest)}, []
    if not _OF_A_BODY.match(rest):
        traces = TRACE_ID.findall(rest)
        links.update(traces, _LAMBDA_REQUEST.findall(rest), _ANSWERED.findall(rest))
    level: Level = "error" if _BAD_GATEWAY.search(rest) else "info"
    return Line(
        "execution", rest, level, request, links=frozenset(links), mentions=_mentions(rest),
        trace=traces[0] if traces else "",
    )  # fmt: skip


def _platform_text(text: str) -> Line | None:
    record = platform.of_text(text)
    return _of_record(record, text) if record else None


def _of_record(record: PlatformRecord, text: str) -> Line:
    """A record of the text format as a line."""
    if record.moment == "report":
        figures = {name.strip(): f"{value} {unit}" for name, value, unit in _figures(text)}
        words = ", ".join(filter(None, (_report_words(figures), record.status, record.error_type)))
        return _platform_line("report", words, _graver(record), record)
    if record.moment == "timeout":
        return _platform_line("plain", record.reason, "error", record)
    if record.moment == "exit":
        return _platform_line("plain", text.split(" ", 2)[2], "error", record)
    words = _LAMBDA_REQUEST.sub("", text).replace("  ", " ").rstrip()
    return _platform_line("boundary", words, _grade(record), record)


def _platform_line(kind: Kind, words: str, level: Level, record: PlatformRecord) -> Line:
    links = frozenset({record.request, record.trace} - {""})
    return Line(
        kind, words, level, record.request, links=links, trace=record.trace, platform=record
    )


def _figures(text: str) -> list[tuple[str, str, str]]:
    return _REPORT_PART.findall(text)


def _grade(record: PlatformRecord) -> Level:
    """Moments pass unnoticed, unless they failed or tell that log lines were lost."""
    if record.failed:
        return "error"
    return "warning" if record.moment == "dropped" else "debug"


def _graver(record: PlatformRecord) -> Level:
    return "error" if record.failed else "info"


def _report_words(figures: Mapping[str, str]) -> str:
    words = f"finished in {figures.get('Duration', '?')}"
    if "Billed Duration" in figures:
        words += f", billed {figures['Billed Duration']}"
    if "Max Memory Used" in figures:
        words += f", {figures['Max Memory Used']} of {figures.get('Memory Size', '?')}"
    if "Init Duration" in figures:
        words += f", cold start {figures['Init Duration']}"
    if "Restore Duration" in figures:
        words += f", restored in {figures['Restore Duration']}"
    return words


def _of_runtime(text: str) -> Line | None:
    """A line in a runtime's or a logger's own form of text."""
    found = read_text(text)
    if found is None:
        return None
    links = frozenset((found.request,)) if found.request else _NONE
    text, mentions = found.message, _mentions(found.message)
    return Line("plain", text, found.level, found.request, (), links, mentions)


def _numbered(text: str) -> Line | None:
    """A line that begins with a time: Lambda's own, or a runtime's."""
    return _platform_text(text) or _of_runtime(text)


def _state_event(document: Mapping[str, Any]) -> Line | None:
    event = read_state_event(document)
    if event is None:
        return None
    links = frozenset({event.execution})
    return Line("state", event.text, event.level, "", event.fields, links)


def _platform_event(document: Mapping[str, Any]) -> Line | None:
    record = platform.of_document(document)
    if record is None:
        return None
    if record.moment != "report":
        words = platform.words(document["type"], document["record"])
        return _platform_line("boundary", words, _grade(record), record)
    metrics = document["record"].get("metrics")
    figures = _platform_figures(metrics if isinstance(metrics, dict) else {})
    ended = (record.status, record.error_type) if record.failed else ()
    words = ", ".join([_report_words(figures), *filter(None, ended)])
    return _platform_line("report", words, _graver(record), record)


def _platform_figures(metrics: Mapping[str, Any]) -> dict[str, str]:
    names = {
        "durationMs": "Duration", "billedDurationMs": "Billed Duration",
        "memorySizeMB": "Memory Size", "maxMemoryUsedMB": "Max Memory Used",
        "initDurationMs": "Init Duration", "restoreDurationMs": "Restore Duration",
    }  # fmt: skip
    return {
        name: f"{metrics[key]} {'MB' if key.endswith('MB') else 'ms'}"
        for key, name in names.items()
        if key in metrics
    }


_ACCESS_STATUS = ("status", "statusCode")
_ACCESS_METHOD = ("httpMethod", "method")
_ACCESS_PATH = ("path", "resourcePath", "routeKey")


def _access(document: Mapping[str, Any]) -> Line | None:
    request = document.get("requestId", document.get("request_id"))
    method, status = _first(document, _ACCESS_METHOD), _first(document, _ACCESS_STATUS)
    if not isinstance(request, str) or method is None or status is None:
        return None
    words = [as_text(one) for one in (method, _first(document, _ACCESS_PATH) or "-", status)]
    latency = _first(document, ("responseLatency", "latency"))
    if latency not in (None, "-"):
        words.append(f"{as_text(latency)} ms")
    words.extend(as_text(document[key]) for key in ("ip", "sourceIp") if key in document)
    error = document.get("error")
    fields = (("error", as_text(error)),) if error not in (None, "", "-") else ()
    links, traces = _access_links(document)
    return Line(
        "access", " ".join(words), status_level(str(status)), request, fields, links,
        trace=traces[0] if traces else "",
    )  # fmt: skip


def _access_links(document: Mapping[str, Any]) -> tuple[frozenset[str], list[str]]:
    names = ("requestId", "request_id", "extendedRequestId", "xrayTraceId", "executionArn")
    found = {str(document[name]) for name in names if document.get(name) not in (None, "", "-")}
    traces = TRACE_ID.findall(" ".join(found))
    own = {value for value in found if not value.startswith("Root=")}
    return frozenset({*traces, *own}), traces


def status_level(status: str) -> Level:
    """How grave an HTTP status is: 5xx errors, 4xx warnings."""
    if status.startswith("5"):
        return "error"
    return "warning" if status.startswith("4") else "info"


def _structured(document: Mapping[str, Any], text: str) -> Line:
    if metrics := loggers.metrics(document):
        request = loggers.invocation(document)
        return Line("json", metrics, "info", request, (), frozenset({request} - {""}))
    certain = loggers.invocation(document)
    request, trace = certain or loggers.correlation(document), loggers.trace(document)
    message, rest = loggers.sentence(document)
    if not message.strip() and not rest:
        message = text.strip()  # it says nothing in words: as it was written, not blank
    fields = tuple((key, as_text(value)) for key, value in rest.items())
    grade = loggers.level(document) or ("error" if "errorMessage" in document else "info")
    return Line(
        "json", message, grade, request, fields, frozenset({request, trace} - {""}),
        _mentions(text), trace, certain=bool(certain) or not request,
    )  # fmt: skip


def _first(document: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((document[name] for name in names if document.get(name) is not None), None)


def _guessed_level(text: str) -> Level:
    head = text[:200]
    if head.startswith(("[ERROR]", "Traceback ", "ERROR", "CRITICAL", "FATAL", "panic: ")):
        return "error"
    if is_uncaught(text):
        return "error"
    return "warning" if head.startswith(("[WARNING]", "WARN")) else "info"


def _mentions(text: str) -> frozenset[str]:
    """Execution ARNs anywhere in a line."""
    head = text[:20_000]  # ids stand early; a megabyte line must not cost a second
    return frozenset(EXECUTION_ARN.findall(head)) if "arn:" in head else frozenset()


_READERS: dict[str, Callable[[str], Line | None]] = {
    **dict.fromkeys("DIWFAtewid", _of_runtime),
    "(": _execution,
    "[": _of_runtime,
    **dict.fromkeys("SEIR", lambda text: _platform_text(text) or _of_runtime(text)),
    **dict.fromkeys("0123456789", _numbered),
}
"""The first character of a line -> what may read it; a hundred thousand lines pass here."""

"""A span of OpenTelemetry as the segment document that X-Ray would have made of it.

Sources: records of the log group ``aws/spans`` ("Transaction Search" in the CloudWatch user
guide), and how the reference translator names and marks segments (AWS's X-Ray exporter for the
OpenTelemetry collector). Of what was open two records are written: the tree keeps the one with an
end. Nanoseconds are whole numbers beyond what a float holds: they are parted before they are one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]
_UNKNOWN = frozenset({"", "UnknownService", "UnknownRemoteService", "UnknownOperation"})
_NAMES = {
    "SERVER": ("aws.local.service", "service.name"),
    "": ("aws.remote.service", "peer.service", "aws.service", "rpc.service", "db.name",
         "server.address", "http.host", "net.peer.name"),
}  # fmt: skip
"""Where the name of a segment is looked for, of a SERVER's span and of others."""

_AWS = {
    "operation": ("rpc.method", "aws.operation", "aws.remote.operation"),
    "request_id": ("aws.request_id", "aws.requestId"),
    "table_name": ("aws.table_name", "aws.table_names", "aws.dynamodb.table_names"),
    "bucket_name": ("aws.bucket_name", "aws.s3.bucket"),
    "queue_url": ("aws.queue_url", "aws.sqs.queue.url"),
    "topic_arn": ("aws.topic_arn", "aws.sns.topic.arn"),
    "function_name": ("aws.function_name", "faas.invoked_name", "aws.lambda.function.name"),
    "region": ("aws.region", "cloud.region"),
    "account_id": ("aws.account_id",),
}  # fmt: skip
"""Members of a segment's ``aws`` -> the attributes that hold them: ``aws.<member>`` of what came as
a segment, else by OpenTelemetry's conventions."""

_METADATA = "aws.xray.metadata."
_FRAME = re.compile(r'\s*File "(?P<path>.*)", line (?P<line>\d+), in (?P<label>.*)')


def is_span(document: Mapping[str, Any]) -> bool:
    """Whether a document is a span, and not a segment."""
    return "spanId" in document or "startTimeUnixNano" in document


def segment_document(span: Mapping[str, Any]) -> Document:
    """The segment document of a span; attributes without a place are its metadata."""
    attributes = _mapping(span.get("attributes"))
    resource = _mapping(_mapping(span.get("resource")).get("attributes"))
    xray = _mapping(_mapping(span.get("_aws")).get("xray"))
    kind, parent = str(span.get("kind") or "").upper(), str(span.get("parentSpanId") or "")
    nested = xray.get("type") == "subsegment" if xray else bool(parent) and kind != "SERVER"
    end = _seconds(span.get("endTimeUnixNano"))
    return {
        "id": str(span.get("spanId") or ""),
        "trace_id": str(span.get("traceId") or ""),
        "parent_id": parent,
        "name": str(
            xray.get("name") or _name(span, kind or ("" if nested else "SERVER"), resource)
        ),
        "start_time": _seconds(span.get("startTimeUnixNano")) or 0.0,
        **({"in_progress": True} if end is None else {"end_time": end}),
        **({"type": "subsegment"} if nested else {}),
        "namespace": str(xray.get("namespace") or (_namespace(attributes, kind) if nested else "")),
        "origin": str(attributes.get("aws.xray.origin") or ("" if nested else _origin(resource))),
        "resource_arn": str(
            attributes.get("aws.resource_arn") or resource.get("cloud.resource_id") or ""
        ),
        **_marks(span, attributes),
        "http": _http(attributes),
        "sql": _sql(attributes),
        "aws": {**_aws(attributes), **_aws_ids(attributes)},
        "user": str(attributes.get("enduser.id") or ""),
        "cause": {"exceptions": list(_exceptions(span.get("events")))},
        "links": list(_links(span.get("links"))),
        "annotations": _annotations(attributes),
        "metadata": _metadata(attributes, resource),
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _seconds(nanoseconds: Any) -> float | None:
    """Seconds since the epoch of a whole number, or of one in digits; None of anything else."""
    if isinstance(nanoseconds, bool) or not isinstance(nanoseconds, int | str):
        return None
    try:
        whole, rest = divmod(int(nanoseconds), 1_000_000_000)
    except ValueError:
        return None
    return whole + rest / 1e9 if whole < 1e11 else None  # noqa: PLR2004 (beyond any clock)


def _first(attributes: Mapping[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = attributes.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str | int | float) and str(value) not in _UNKNOWN:
            return str(value)
    return ""


def _name(span: Mapping[str, Any], kind: str, resource: Mapping[str, Any]) -> str:
    """The service that the span is of, or that it called; else the span's own name."""
    attributes = {**resource, **_mapping(span.get("attributes"))}
    own = str(span.get("name") or "")
    if kind == "INTERNAL":
        return own
    found = _first(attributes, _NAMES.get(kind, _NAMES[""]))
    return found.removeprefix("AWS::") or own


def _namespace(attributes: Mapping[str, Any], kind: str) -> str:
    if (
        attributes.get("rpc.system") == "aws-api"
        or str(attributes.get("aws.remote.service", ""))[:5] == "AWS::"
    ):
        return "aws"
    return "remote" if kind in ("CLIENT", "PRODUCER") else ""


def _origin(resource: Mapping[str, Any]) -> str:
    """X-Ray's type of what runs a service, as far as its platform tells."""
    if resource.get("aws.api_gateway.rest_api_id"):
        return "AWS::ApiGateway::Stage"
    return "AWS::Lambda::Function" if resource.get("cloud.platform") == "aws_lambda" else ""


def _marks(span: Mapping[str, Any], attributes: Mapping[str, Any]) -> Document:
    """Error, throttle and fault: by the answer's status, also where the span's own is unset."""
    status = _status(attributes)
    failed = str(_mapping(span.get("status")).get("code") or "").upper().endswith("ERROR")
    if status is not None and 400 <= status < 500:  # noqa: PLR2004
        return {"error": True, "throttle": status == 429}  # noqa: PLR2004
    return {"fault": failed or (status or 0) >= 500}  # noqa: PLR2004


def _status(attributes: Mapping[str, Any]) -> int | None:
    text = _first(attributes, ("http.response.status_code", "http.status_code"))
    return int(float(text)) if text.replace(".", "", 1).isdecimal() else None


def _http(attributes: Mapping[str, Any]) -> Document:
    request = {
        "method": _first(attributes, ("http.request.method", "http.method")),
        "url": _first(attributes, ("url.full", "http.url", "url.path", "http.target")),
        "client_ip": _first(attributes, ("client.address", "http.client_ip")),
        "user_agent": _first(attributes, ("user_agent.original", "http.user_agent")),
    }
    request = {name: value for name, value in request.items() if value}
    status = _status(attributes)
    response = {} if status is None else {"status": status}
    return {name: part for name, part in (("request", request), ("response", response)) if part}


def _sql(attributes: Mapping[str, Any]) -> Document:
    parts = {
        "database_type": _first(attributes, ("db.system", "db.system.name")),
        "sanitized_query": _first(attributes, ("db.statement", "db.query.text")),
        "user": _first(attributes, ("db.user",)),
    }
    is_sql = parts["sanitized_query"] and parts["database_type"] != "dynamodb"
    return {name: value for name, value in parts.items() if value} if is_sql else {}


def _aws(attributes: Mapping[str, Any]) -> Document:
    found = {name: _first(attributes, places) for name, places in _AWS.items()}
    return {name: value for name, value in found.items() if value}


def _aws_ids(attributes: Mapping[str, Any]) -> Document:
    """The execution that a span of a state machine is of."""
    arn = str(attributes.get("aws.resource_arn") or "")
    return {"execution_arn": arn} if ":execution:" in arn or ":express:" in arn else {}


def _annotations(attributes: Mapping[str, Any]) -> Document:
    """The attributes that ``aws.xray.annotations`` names."""
    names = attributes.get("aws.xray.annotations")
    known = [name for name in names if name in attributes] if isinstance(names, list) else []
    return {name: attributes[name] for name in known}


def _exceptions(events: Any) -> Iterable[Document]:
    for event in events if isinstance(events, list) else ():
        raised = _mapping(_mapping(event).get("attributes"))
        if _mapping(event).get("name") == "exception":
            stack = str(raised.get("exception.stacktrace") or "")
            yield {
                "type": str(raised.get("exception.type") or ""),
                "message": str(raised.get("exception.message") or ""),
                "stack": _stack(stack),
            }


def _stack(text: str) -> list[Document]:
    """Python's frames, the innermost first, as in a segment; of another language its lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    frames = [found for line in lines if (found := _FRAME.fullmatch(line))]
    found_frames = [{**frame.groupdict(), "line": int(frame["line"])} for frame in reversed(frames)]
    return found_frames or [{"path": line.strip()} for line in lines]


def _metadata(attributes: Mapping[str, Any], resource: Mapping[str, Any]) -> Document:
    """By namespace, as a segment has it; what has no place elsewhere is in ``default``."""
    names = [name for name in attributes if name.startswith(_METADATA)]
    found = {name.removeprefix(_METADATA): _parsed(attributes[name]) for name in names}
    own = {name: value for name, value in attributes.items() if name not in names}
    if resource:
        own["resource"] = dict(resource)
    stated = found.get("default", {})
    found["default"] = {**own, **(stated if isinstance(stated, dict) else {"default": stated})}
    return found


def _parsed(text: Any) -> Any:
    """What a text of JSON says; anything else as it is."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _links(links: Any) -> Iterable[Document]:
    """Links to other traces, their ids in X-Ray's form."""
    for link in links if isinstance(links, list) else ():
        trace = str(_mapping(link).get("traceId") or "")
        if len(trace) == 32:  # noqa: PLR2004
            ident = f"1-{trace[:8]}-{trace[8:]}"
            yield {**_mapping(link), "trace_id": ident, "id": str(link.get("spanId") or "")}

"""What X-Ray writes into the log group ``aws/spans`` of a segment, or of a span.

A record is a span; each subsegment has one of its own. Sources: records of that group ("Transaction
Search" in the CloudWatch user guide): members of a segment's ``aws`` are attributes named
``aws.<member>``, ``_aws.xray`` tells what came as a segment, and nothing nested names its service.
How flags, annotations and exceptions become attributes is taken from the reference translator, the
other way round; what AWS makes of them is published nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATES = ("UNSET", "OK", "ERROR")
_HTTP = {
    ("request", "method"): ("http.method", "http.request.method"),
    ("request", "url"): ("http.url", "url.full"),
    ("request", "client_ip"): ("http.client_ip",),
    ("request", "user_agent"): ("http.user_agent",),
    ("response", "status"): ("http.status_code", "http.response.status_code"),
}
_SQL = {"database_type": "db.system", "sanitized_query": "db.statement", "user": "db.user"}


def of_segment(document: Document) -> Iterator[Document]:
    """The records of a segment document and of all that is nested in it."""
    yield from _of_part(document, document.get("parent_id"), str(document["trace_id"]))


def _of_part(part: Document, parent: str | None, trace: str) -> Iterator[Document]:
    yield _record(part, parent, trace)
    for child in part.get("subsegments") or ():
        yield from _of_part(child, part["id"], trace)


def _record(part: Document, parent: str | None, trace: str) -> Document:
    is_segment = part.get("type") != "subsegment" and "trace_id" in part
    namespace, start = part.get("namespace"), _nanoseconds(part["start_time"])
    calls = namespace in ("aws", "remote")
    end = None if part.get("in_progress") else _nanoseconds(part["end_time"])
    resource = _resource(part) if is_segment else {}
    fields = {"name": part["name"], "namespace": namespace}
    return {
        "resource": {"attributes": resource} if resource else {},
        "traceId": _bare(trace),
        "spanId": part["id"],
        **({"parentSpanId": parent} if parent else {}),
        "name": _name(part),
        "kind": "SERVER" if is_segment else "CLIENT" if calls else "INTERNAL",
        "startTimeUnixNano": start,
        "endTimeUnixNano": end,
        **({} if end is None else {"durationNano": end - start}),
        "attributes": _attributes(part, is_segment=is_segment),
        "status": {"code": "ERROR" if part.get("fault") or part.get("error") else "UNSET"},
        **_listed("events", list(_events(part))),
        **_listed("links", list(_links(part))),
        "_aws": {"xray": {**_present(fields), "type": "segment" if is_segment else "subsegment"}},
    }


def of_span(span: Any, resource: Document, read: Callable[[Any], Document]) -> Document:
    """The record of a span that came in OpenTelemetry's own form; ``read``s attributes."""
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    parent = span.parent_span_id.hex()
    return {
        "resource": {"attributes": resource},
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        **({"parentSpanId": parent} if parent else {}),
        "name": span.name,
        "kind": _KINDS[span.kind],
        "startTimeUnixNano": start,
        "endTimeUnixNano": end,
        "durationNano": end - start,
        "attributes": read(span.attributes),
        "status": _present({"code": _STATES[span.status.code], "message": span.status.message}),
        **_listed("events", [_event(event, read) for event in span.events]),
        **_listed("links", [_link(link, read) for link in span.links]),
    }


def _event(event: Any, read: Callable[[Any], Document]) -> Document:
    fields = {"timeUnixNano": event.time_unix_nano, "name": event.name}
    return {**fields, "attributes": read(event.attributes)}


def _link(link: Any, read: Callable[[Any], Document]) -> Document:
    fields = {"traceId": link.trace_id.hex(), "spanId": link.span_id.hex()}
    return {**fields, "attributes": read(link.attributes)}


def moment(record: Document) -> int:
    """When a record is written, in milliseconds: at the end of its span, or where it began."""
    return int(record["endTimeUnixNano"] or record["startTimeUnixNano"]) // 1_000_000


def _bare(trace: str) -> str:
    """A trace's id as OpenTelemetry writes it: 32 hexadecimal digits."""
    return trace.removeprefix("1-").replace("-", "")


def _nanoseconds(seconds: float) -> int:
    """Of what is told to the microsecond; a float holds no more of such a time."""
    return round(float(seconds) * 1e6) * 1000


def _name(part: Document) -> str:
    """``S3.ListBuckets`` of a call of AWS, as its records are named; else its own."""
    operation = (part.get("aws") or {}).get("operation")
    return f"{part['name']}.{operation}" if operation else str(part["name"])


def _resource(part: Document) -> Document:
    arn = part.get("resource_arn")
    place = _stage(str(arn or ""))
    return _present(
        {"service.name": part["name"], "cloud.provider": "aws", "cloud.resource_id": arn, **place}
    )


def _stage(arn: str) -> Document:
    _, found, stage = arn.partition("::/restapis/")
    api, _, name = stage.partition("/stages/")
    return {"aws.api_gateway.rest_api_id": api, "aws.api_gateway.stage": name} if found else {}


def _attributes(part: Document, *, is_segment: bool) -> Document:
    http, aws, sql = (part.get(name) or {} for name in ("http", "aws", "sql"))
    fields: Document = {
        "aws.xray.origin": part.get("origin"),
        "aws.resource_arn": aws.get("execution_arn") or part.get("resource_arn"),
        "aws.xray.inprogress": part.get("in_progress"),
        "enduser.id": part.get("user"),
        **{f"aws.{name}": value for name, value in aws.items() if _is_plain(value)},
        **{_SQL[name]: value for name, value in sql.items() if name in _SQL},
    }
    for (half, name), keys in _HTTP.items():
        value = (http.get(half) or {}).get(name)
        fields |= dict.fromkeys(keys, value)
    if part.get("namespace") == "aws":
        fields |= {"rpc.system": "aws-api", "rpc.service": part["name"],
                 "rpc.method": aws.get("operation"),
                 "aws.remote.service": f"AWS::{part['name']}"}  # fmt: skip
    elif part.get("namespace") == "remote":
        fields["aws.remote.service"] = part["name"]
    elif is_segment:
        fields["aws.local.service"] = part["name"]
    return _present({**fields, **_annotations(part), **_metadata(part)})


def _annotations(part: Document) -> Document:
    found = part.get("annotations") or {}
    return {"aws.xray.annotations": list(found), **found} if found else {}


def _metadata(part: Document) -> Document:
    return {
        f"aws.xray.metadata.{name}": json.dumps(value, separators=(",", ":"))
        for name, value in (part.get("metadata") or {}).items()
    }


def _events(part: Document) -> Iterator[Document]:
    """The exceptions of a cause; one that another segment holds stands there."""
    cause = part.get("cause")
    raised = cause.get("exceptions") or () if isinstance(cause, dict) else ()
    for one in raised:
        fields = {
            "exception.type": one.get("type"),
            "exception.message": one.get("message"),
            "exception.stacktrace": "\n".join(map(_frame, reversed(one.get("stack") or ()))),
        }
        yield {
            "timeUnixNano": _nanoseconds(part.get("end_time") or part["start_time"]),
            "name": "exception",
            "attributes": _present(fields),
        }


def _frame(frame: Document) -> str:
    return f'  File "{frame.get("path")}", line {frame.get("line")}, in {frame.get("label")}'


def _links(part: Document) -> Iterator[Document]:
    for one in part.get("links") or ():
        trace = str(one.get("trace_id") or "")
        yield _present({"traceId": _bare(trace), "spanId": one.get("id"),
                        "attributes": one.get("attributes")})  # fmt: skip


def _listed(name: str, items: list[Document]) -> Document:
    return {name: items} if items else {}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _present(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if value not in (None, "")}

"""Spans of OpenTelemetry, as they come over the wire, as X-Ray's segment documents.

The rules are those of OpenTelemetry's own exporter for X-Ray (opentelemetry-collector-contrib,
``exporter/awsxrayexporter/internal/translator``); what X-Ray itself makes of a span is published
nowhere. A span of a server, or one without a parent, becomes a segment; every other a subsegment.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

from dragonctl.local.xray.span_causes import cause, outcome
from dragonctl.local.xray.span_records import of_span

Document = dict[str, Any]
Attributes = dict[str, Any]
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
"""``SpanKind``; 1 is a span within a service."""
_REMOTE_KINDS = (CLIENT, PRODUCER, CONSUMER)
_NOT_IN_A_NAME = re.compile(r"[^ \w.:/%&#=+\-@]")
_LONGEST_NAME = 200
_METADATA = "aws.xray.metadata."
_ANNOTATIONS = "aws.xray.annotations"
# fmt: off
_SQL = (
    "db2", "derby", "hive", "mariadb", "mssql", "mysql", "oracle", "postgresql", "sqlite",
    "teradata", "other_sql",
)
# fmt: on
_HTTP = {
    "http.method": ("request", "method"),
    "http.request.method": ("request", "method"),
    "http.url": ("request", "url"),
    "url.full": ("request", "url"),
    "http.user_agent": ("request", "user_agent"),
    "user_agent.original": ("request", "user_agent"),
    "http.client_ip": ("request", "client_ip"),
    "http.status_code": ("response", "status"),
    "http.response.status_code": ("response", "status"),
}
_AWS = {
    "rpc.method": "operation",
    "aws.operation": "operation",
    "aws.region": "region",
    "aws.request_id": "request_id",
    "aws.requestId": "request_id",
    "aws.queue_url": "queue_url",
    "aws.queue.url": "queue_url",
    "aws.table_name": "table_name",
    "aws.table.name": "table_name",
}
_TABLES = "aws.dynamodb.table_names"


def decoded(request: bytes) -> Any:
    """An ``ExportTraceServiceRequest`` of its bytes in protobuf.

    Raises ``google.protobuf.message.DecodeError`` for bytes that are none.
    """
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return ExportTraceServiceRequest.FromString(request)


def documents_of(request: Any) -> Iterator[Document]:
    """The segment documents of a decoded request."""
    for span, resource in _spans(request):
        yield from _documents(span, resource)


def records_of(request: Any) -> Iterator[Document]:
    """The records that Transaction Search keeps of a decoded request: its spans as they came."""
    for span, resource in _spans(request):
        yield of_span(span, resource, _attributes)


def _spans(request: Any) -> Iterator[tuple[Any, Attributes]]:
    """Every span, with the attributes of its resource."""
    for about in request.resource_spans:
        resource = _attributes(about.resource.attributes)
        for scope in about.scope_spans:
            for span in scope.spans:
                yield span, resource


def _documents(span: Any, resource: Attributes) -> Iterator[Document]:
    """One document; two for a call that nothing of its own service stands above."""
    attributes = _attributes(span.attributes)
    document = _document(span, attributes, resource)
    if attributes.get("aws.span.kind") != "LOCAL_ROOT":
        yield document
        return
    if span.kind not in _REMOTE_KINDS:
        yield {key: value for key, value in document.items() if key not in ("type", "namespace")}
        return
    service = os.urandom(8).hex()
    kept = ("trace_id", "start_time", "end_time", "error", "fault", "throttle", "parent_id")
    name = attributes.get("aws.local.service") or resource.get("service.name")
    yield {**{key: document.get(key) for key in kept}, "id": service, "name": str(name)}
    yield {"namespace": "remote", **document, "type": "subsegment", "parent_id": service}


def _document(span: Any, attributes: Attributes, resource: Attributes) -> Document:
    is_segment = span.kind == SERVER or not span.parent_span_id
    digits = span.trace_id.hex()
    left = dict(attributes)
    found = {
        "trace_id": f"1-{digits[:8]}-{digits[8:]}",
        "id": span.span_id.hex(),
        "parent_id": span.parent_span_id.hex() or None,
        "type": None if is_segment else "subsegment",
        "name": _name(span, attributes, resource),
        "namespace": _namespace(span, attributes),
        "start_time": span.start_time_unix_nano / 1e9,
        "end_time": span.end_time_unix_nano / 1e9,
        "http": _http(left),
        "cause": cause(span, resource, _attributes),
        "aws": _aws(left, resource),
        "sql": _sql(span, left),
        **outcome(span, attributes),
        "links": [_link(link) for link in span.links] or None,
        "user": left.pop("enduser.id", None),
    }
    shown = {f"otel.resource.{key}": value for key, value in resource.items()}
    found["annotations"], found["metadata"] = _annotations_and_metadata(
        left, shown if is_segment else {}
    )
    return {key: value for key, value in found.items() if value is not None}


def _name(span: Any, attributes: Attributes, resource: Attributes) -> str:
    """The service that a span is about: X-Ray names segments by that, not by what they did."""
    ours, theirs = attributes.get("aws.local.service"), attributes.get("aws.remote.service")
    is_server = span.kind == SERVER
    candidates = (
        ours if is_server or attributes.get("aws.span.kind") == "LOCAL_ROOT" else None,
        _without_prefix(theirs, attributes) if span.kind in _REMOTE_KINDS else None,
        attributes.get("peer.service"),
        attributes.get("aws.service"),
        attributes.get("db.name"),
        resource.get("service.name") if is_server else None,
        attributes.get("rpc.service"),
        attributes.get("http.host"),
        attributes.get("net.peer.name"),
        span.name,
    )
    found = next((str(one) for one in candidates if one), "span")
    return _NOT_IN_A_NAME.sub("", found)[:_LONGEST_NAME] or "span"


def _without_prefix(name: Any, attributes: Attributes) -> Any:
    if attributes.get("rpc.system") != "aws-api" or not name:
        return name
    return str(name).removeprefix("AWS.SDK.").removeprefix("AWS::")


def _namespace(span: Any, attributes: Attributes) -> str | None:
    if attributes.get("rpc.system") == "aws-api":
        return "aws"
    named = span.kind in _REMOTE_KINDS and "aws.remote.service" in attributes
    return "remote" if span.kind == CLIENT or named else None


def _http(left: Attributes) -> Document | None:
    """The block ``http``; what goes into it is taken out of ``left``."""
    found: Document = {}
    for name, (part, key) in _HTTP.items():
        if name in left:
            found.setdefault(part, {})[key] = left.pop(name)
    return found or None


def _aws(left: Attributes, resource: Attributes) -> Document:
    """The block ``aws``: which SDK wrote this, and of a call to AWS what was called."""
    sdk = " for ".join(
        str(resource[key])
        for key in ("telemetry.sdk.name", "telemetry.sdk.language")
        if key in resource
    )
    found: Document = {"xray": {"sdk": sdk, "auto_instrumentation": False}}
    found |= {key: left.pop(name) for name, key in _AWS.items() if name in left}
    tables = left.get(_TABLES)
    if isinstance(tables, list) and tables:
        several = len(tables) > 1
        found |= {"table_names": tables} if several else {"table_name": tables[0]}
    return found


def _sql(span: Any, left: Attributes) -> Document | None:
    if left.get("db.system") not in _SQL:
        return None
    instance, where = left.pop("db.name", ""), left.pop("db.connection_string", "localhost")
    found = {
        "url": span.name,
        "connection_string": f"{where}/{instance}",
        "database_type": left.pop("db.system"),
        "user": left.pop("db.user", None),
        "sanitized_query": left.pop("db.statement", None),
    }
    return {key: value for key, value in found.items() if value}


def _annotations_and_metadata(
    left: Attributes, resource: Attributes
) -> tuple[Document | None, Document | None]:
    """What is left: annotations, which are named in a list, and metadata by namespace."""
    names = left.pop(_ANNOTATIONS, None)
    annotations: Document = {}
    metadata: dict[str, Document] = {"default": dict(resource)}
    for key, value in left.items():
        if isinstance(names, list) and key in names and isinstance(value, str | int | float):
            annotations[re.sub(r"[^0-9A-Za-z.]", "_", key)] = value
        elif key.startswith(_METADATA) and (given := _json_object(value)) is not None:
            metadata.setdefault(key.removeprefix(_METADATA), {}).update(given)
        else:
            metadata["default"][key] = value
    shown = {namespace: values for namespace, values in metadata.items() if values}
    return annotations or None, shown or None


def _json_object(value: Any) -> Document | None:
    try:
        given = json.loads(value)
    except (TypeError, ValueError):
        return None
    return given if isinstance(given, dict) else None


def _link(link: Any) -> Document:
    digits = link.trace_id.hex()
    return {
        "trace_id": f"1-{digits[:8]}-{digits[8:]}",
        "id": link.span_id.hex(),
        "attributes": _attributes(link.attributes),
    }


def _attributes(pairs: Any) -> Attributes:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    """An ``AnyValue`` as plain JSON."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value.hex()
    return getattr(value, kind) if kind else None

"""``POST /v1/traces``: spans over HTTP, as OpenTelemetry's exporter with a signature sends them.

Rules: CloudWatch user guide, "OTLP endpoint": protobuf or JSON, plain or gzip, at most 5 MB and
10,000 spans a request; and only where spans go to CloudWatch Logs (Transaction Search).
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

from dragonctl.local.emission import segments
from dragonctl.local.messages import Answer, AwsError, Request
from dragonctl.local.shims import instead
from dragonctl.local.xray import otlp
from dragonctl.local.xray.transaction_search import is_on

MOST_BYTES = 5 << 20
MOST_SPANS = 10_000
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"


@instead("xray", "POST /v1/traces")
def export(request: Request) -> Answer:
    """Store the spans of an ``ExportTraceServiceRequest``."""
    if not is_on(request):
        raise _invalid(
            "The OTLP API is supported with CloudWatch Logs as a Trace Segment Destination"
        )
    kind = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind not in (_PROTOBUF, _JSON):
        raise AwsError("UnsupportedMediaType", f"Content type {kind!r} is not supported", 415)
    request_body = _decoded(_unpacked(request), is_json=kind == _JSON)
    spans = sum(
        len(scope.spans) for one in request_body.resource_spans for scope in one.scope_spans
    )
    if spans > MOST_SPANS:
        raise _invalid(f"A request has at most {MOST_SPANS} spans")
    documents, records = otlp.documents_of(request_body), otlp.records_of(request_body)
    segments.put(request.account, request.region, *documents, spans=records)
    return Answer(200, {"Content-Type": kind}, b"{}" if kind == _JSON else b"")


def _unpacked(request: Request) -> bytes:
    body = request.body
    try:
        if request.environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() == "gzip":
            body = gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise _invalid("The body is not valid gzip") from None
    if len(body) > MOST_BYTES:
        raise AwsError("RequestEntityTooLarge", f"A request has at most {MOST_BYTES} bytes", 413)
    return body


def _decoded(body: bytes, *, is_json: bool) -> Any:
    from google.protobuf.json_format import ParseDict, ParseError
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        if not is_json:
            return ExportTraceServiceRequest.FromString(body)
        given = _with_protobuf_s_ids(json.loads(body))
        return ParseDict(given, ExportTraceServiceRequest(), ignore_unknown_fields=True)
    except (DecodeError, ParseError, ValueError):
        raise _invalid("The body is not a valid ExportTraceServiceRequest") from None


def _with_protobuf_s_ids(request_body: Any) -> Any:
    """OTLP writes ids in hexadecimal; protobuf's JSON reads bytes in base64 (OTLP's rules)."""
    if isinstance(request_body, list):
        return [_with_protobuf_s_ids(one) for one in request_body]
    if not isinstance(request_body, dict):
        return request_body
    return {
        key: base64.b64encode(bytes.fromhex(value)).decode()
        if key in ("traceId", "spanId", "parentSpanId") and isinstance(value, str)
        else _with_protobuf_s_ids(value)
        for key, value in request_body.items()
    }


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidRequestException", words, 400)

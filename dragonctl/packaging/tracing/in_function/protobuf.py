"""Spans as OTLP's protobuf: the few messages that a trace needs, written without its library.

The library costs more at a cold start than all the rest of the tracer. Field numbers are those of
``opentelemetry/proto/trace/v1/trace.proto`` and ``common/v1/common.proto``, which OpenTelemetry
keeps stable; tests read the bytes with the official library.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link

_LONGEST_KEY = 100
"""Characters of an attribute's name in a span that is cut."""
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_MORE, _SEVEN_BITS, _WORD = 0x80, 0x7F, (1 << 64) - 1


def request(resource: Resource, scopes: Mapping[InstrumentationScope | None, list[bytes]]) -> bytes:
    """An ``ExportTraceServiceRequest``: encoded spans by the instrumentation that made them."""
    made = b"".join(_message(2, _scope_spans(scope, spans)) for scope, spans in scopes.items())
    return _message(1, _message(1, _attributes(1, resource.attributes, None)) + made)


def span(source: ReadableSpan, longest: int | None = None) -> bytes:
    """A ``Span``; what has more than ``longest`` characters or elements is cut, long keys too."""
    context, status = source.get_span_context(), source.status
    if context is None:
        raise ValueError("A span without a context belongs to no trace.")
    parts = [
        _bytes(1, context.trace_id.to_bytes(16, "big")),
        _bytes(2, context.span_id.to_bytes(8, "big")),
        _bytes(4, source.parent.span_id.to_bytes(8, "big")) if source.parent else b"",
        _text(5, source.name, longest),
        _number(6, source.kind.value + 1),  # 0 stands for "unspecified"
        _time(7, source.start_time),
        _time(8, source.end_time),
        _attributes(9, source.attributes or {}, longest),
        *(_message(11, _event(event, longest)) for event in source.events),
        *(_message(13, _link(link, longest)) for link in source.links),
        _message(
            15, _text(2, status.description or "", longest) + _number(3, status.status_code.value)
        ),
    ]
    return b"".join(parts)


def _scope_spans(scope: InstrumentationScope | None, spans: Iterable[bytes]) -> bytes:
    named = _text(1, scope.name, None) + _text(2, scope.version or "", None) if scope else b""
    return _message(1, named) + b"".join(_message(2, one) for one in spans)


def _event(event: Event, longest: int | None) -> bytes:
    head = _time(1, event.timestamp) + _text(2, event.name, longest)
    return head + _attributes(3, event.attributes or {}, longest)


def _link(link: Link, longest: int | None) -> bytes:
    trace_id = link.context.trace_id.to_bytes(16, "big")
    head = _bytes(1, trace_id) + _bytes(2, link.context.span_id.to_bytes(8, "big"))
    return head + _attributes(4, link.attributes or {}, longest)


def _attributes(number: int, attributes: Mapping[str, Any], longest: int | None) -> bytes:
    key_length = None if longest is None else _LONGEST_KEY
    return b"".join(
        _message(number, _text(1, key, key_length) + _message(2, _value(value, longest)))
        for key, value in attributes.items()
    )


def _value(value: Any, longest: int | None) -> bytes:
    """An ``AnyValue``. The SDK has taken nothing but these kinds."""
    match value:
        case str():
            return _text(1, value, longest, always=True)
        case bool():
            return _key(2, _VARINT) + _varint(int(value))
        case int():
            return _key(3, _VARINT) + _varint(value & _WORD)
        case float():
            return _key(4, _EIGHT_BYTES) + struct.pack("<d", value)
        case bytes():
            return _bytes(7, value if longest is None else value[:longest])
        case Mapping():
            return _message(6, _attributes(1, value, longest))
        case Sequence():
            kept = value if longest is None else value[:longest]
            return _message(5, b"".join(_message(1, _value(one, longest)) for one in kept))
    return _text(1, str(value), longest, always=True)


def _text(number: int, text: str, longest: int | None, *, always: bool = False) -> bytes:
    encoded = (text if longest is None else text[:longest]).encode(errors="replace")
    return _bytes(number, encoded) if encoded or always else b""


def _bytes(number: int, content: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(content)) + content


_message = _bytes


def _number(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value) if value else b""


def _time(number: int, nanoseconds: int | None) -> bytes:
    return _key(number, _EIGHT_BYTES) + struct.pack("<Q", nanoseconds or 0)


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > _SEVEN_BITS:
        made.append(value & _SEVEN_BITS | _MORE)
        value >>= 7
    made.append(value)
    return bytes(made)

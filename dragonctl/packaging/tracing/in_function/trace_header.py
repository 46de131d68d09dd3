"""Lambda's trace header: where it is read, and how it is written onto the function's own calls.

``Root=<trace>;Parent=<segment>;Sampled=<0|1>``, and further fields that are handed on as they are:
without ``Lineage`` Lambda no longer notices functions that call one another without end (AWS X-Ray
developer guide, "Tracing header"; AWS Lambda developer guide, "Recursive loop detection").
"""

from __future__ import annotations

import os
import re
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace import SpanContext, TraceFlags

NAME = "X-Amzn-Trace-Id"
VARIABLE = "_X_AMZN_TRACE_ID"
"""Lambda sets it anew for each invocation, and not before the first."""
_OTHERS = contexts.create_key("dragonctl-trace-header-others")
_TRACE = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
_SEGMENT = re.compile(r"[0-9a-f]{16}")


def of_invocation() -> tuple[SpanContext, str] | None:
    """The function's own segment, which Lambda writes, and the other fields of the header.

    None where there is no header, or none that names a trace and a segment.
    """
    return parsed(os.environ.get(VARIABLE, ""))


def parsed(header: str) -> tuple[SpanContext, str] | None:
    """A header's span context and its other fields (``Lineage=…``); None for a header without."""
    fields = dict(part.strip().partition("=")[::2] for part in header.split(";"))
    root = _TRACE.fullmatch(fields.pop("Root", ""))
    parent = fields.pop("Parent", "")
    sampled = fields.pop("Sampled", "0") == "1"
    if root is None or not _SEGMENT.fullmatch(parent):
        return None
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    segment = SpanContext(int(root[1] + root[2], 16), int(parent, 16), True, flags)
    return segment, ";".join(f"{name}={value}" for name, value in fields.items() if name)


def with_others(others: str, context: Context | None = None) -> Context:
    """A context whose headers carry ``others`` too."""
    return contexts.set_value(_OTHERS, others, context)


def current(context: Context | None = None) -> str | None:
    """The header that a call made now carries; None outside an invocation."""
    span = trace.get_current_span(context).get_span_context()
    others = contexts.get_value(_OTHERS, context)
    if not span.is_valid or others is None:
        return None
    digits = f"{span.trace_id:032x}"
    sampled = int(span.trace_flags.sampled)
    header = f"Root=1-{digits[:8]}-{digits[8:]};Parent={span.span_id:016x};Sampled={sampled}"
    return f"{header};{others}" if others else header


class TraceHeaderPropagator(TextMapPropagator):
    """Writes X-Ray's header onto the calls of HTTP clients, as the X-Ray SDK does."""

    @property
    def fields(self) -> set[str]:
        """The one header."""
        return {NAME}

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """Set the header of the current span."""
        header = current(context)
        if header:
            setter.set(carrier, NAME, header)

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """Nothing: the trace of an invocation is Lambda's, and no event's."""
        return context if context is not None else contexts.get_current()


def overwrite(headers: Any) -> None:
    """Set the header of a call to AWS, whatever it holds.

    Inside Lambda botocore has set it already, from the environment, to the function's segment; the
    callee would hang there instead of under the call (botocore.handlers,
    ``add_recursion_detection_header``).
    """
    header = current()
    if header:
        del headers[NAME]  # botocore's headers hold a name several times if it is set twice
        headers[NAME] = header

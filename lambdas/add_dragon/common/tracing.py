"""The one seam to the tracer: the X-Ray SDK or OpenTelemetry, whichever is packed.

``dragonctl deploy-function`` packs one of them (``--tracer xray|otel``); the handlers know nothing
of it. Without either, as with ``--tracer none``, nothing is recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

try:
    from aws_xray_sdk.core import patch_all as patch_with_xray_sdk
    from aws_xray_sdk.core import xray_recorder
except ImportError:
    patch_with_xray_sdk = xray_recorder = None
try:
    from opentelemetry import trace
except ImportError:
    trace = None

__all__ = ["patch_all", "subsegment", "trace_id"]

Annotate = Callable[[str, "str | int | float | bool"], None]
ANNOTATIONS = "aws.xray.annotations"


def patch_all() -> None:
    """Let every call of boto3 be recorded; OpenTelemetry sees to that by itself."""
    if patch_with_xray_sdk is not None:
        patch_with_xray_sdk()


@contextmanager
def subsegment(name: str) -> Iterator[Annotate]:
    """A named part of the function's segment; what goes wrong inside is recorded with it.

    Gives a function that adds an annotation (key, value), by which traces can be searched.
    Without a segment round it, as in a test, nothing is recorded.
    """
    if xray_recorder is not None:
        with xray_recorder.in_subsegment(name) as current:
            yield current.put_annotation if current else _ignore
    elif trace is not None:
        with trace.get_tracer(__name__).start_as_current_span(name) as span:
            yield _annotating(span)
    else:
        yield _ignore


def trace_id() -> str | None:
    """The id of the trace that this invocation belongs to, from Lambda's ``_X_AMZN_TRACE_ID``."""
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    return parts.get("Root")


def _annotating(span: trace.Span) -> Annotate:
    """X-Ray makes those attributes annotations whose names stand in one more attribute."""
    names: list[str] = []

    def annotate(key: str, value: str | float | bool) -> None:
        names.append(key)
        span.set_attribute(key, value)
        span.set_attribute(ANNOTATIONS, names)

    return annotate


def _ignore(_key: str, _value: str | float | bool) -> None:
    """Annotations have nowhere to go without a segment."""

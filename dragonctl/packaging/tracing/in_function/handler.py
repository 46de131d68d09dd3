"""The set-up of OpenTelemetry, once a container, and the handler, once an invocation."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import NonRecordingSpan, SpanContext

from . import clients, trace_header
from .daemon import DaemonProcessor
from .function_span import FunctionSpan

Handler = Callable[[Any, Any], Any]
_log = logging.getLogger(__name__)
_sending = DaemonProcessor()


def begin(packages: Iterable[str]) -> None:
    """Set up OpenTelemetry, before the function's own module is imported.

    ``packages`` are the instrumentations that were packed (``clients.Client.package``).
    """
    try:
        provider = TracerProvider(
            # What is done while modules are imported belongs to no trace, as with the X-Ray SDK.
            sampler=ParentBased(root=ALWAYS_OFF),
            resource=_resource(),
            id_generator=_Ids(),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(_sending)
        trace.set_tracer_provider(provider)
        set_global_textmap(trace_header.TraceHeaderPropagator())
        ThreadingInstrumentor().instrument(skip_dep_check=True)
        clients.see(packages)
    except Exception:  # noqa: BLE001 (the function runs, untraced)
        _log.warning("OpenTelemetry was not set up; nothing is traced.", exc_info=True)


def traced(handler: Handler, name: str) -> Handler:
    """``handler``, each of whose calls is a part of its invocation's trace.

    ``name`` is what the subsegment is called that holds what the handler says of itself.
    """

    @functools.wraps(handler, updated=())
    def invoke(event: Any, context: Any) -> Any:
        with _invocation(name):
            return handler(event, context)

    return invoke


@contextmanager
def _invocation(name: str) -> Iterator[None]:
    """The context of one invocation; at its end everything is sent, before the answer is."""
    header = trace_header.of_invocation()
    if header is None:
        yield
        return
    segment, others = header
    span = _span_of(segment, name)
    context = trace_header.with_others(others, trace.set_span_in_context(span))
    token = contexts.attach(context)
    try:
        yield
    except BaseException as error:
        if isinstance(span, FunctionSpan):
            span.failed(error)
        raise
    finally:
        span.end()
        contexts.detach(token)
        _sending.force_flush()


def _span_of(segment: SpanContext, name: str) -> trace.Span:
    """The function's segment as the current span: one that takes nothing where unsampled."""
    remote = NonRecordingSpan(segment)
    if not segment.trace_flags.sampled:
        return remote
    parent = trace.set_span_in_context(remote)
    tracer = trace.get_tracer("dragonctl")
    return FunctionSpan(segment, lambda began: tracer.start_span(name, parent, start_time=began))


def _resource() -> Resource:
    """Who speaks, in OpenTelemetry's words for a function (semantic conventions, "FaaS")."""
    variables = {
        "service.name": "AWS_LAMBDA_FUNCTION_NAME",
        "faas.name": "AWS_LAMBDA_FUNCTION_NAME",
        "faas.version": "AWS_LAMBDA_FUNCTION_VERSION",
        "faas.instance": "AWS_LAMBDA_LOG_STREAM_NAME",
        "cloud.region": "AWS_REGION",
        "aws.log.group.names": "AWS_LAMBDA_LOG_GROUP_NAME",
    }
    known = {name: os.environ[key] for name, key in variables.items() if os.environ.get(key)}
    own = OTELResourceDetector().detect().attributes  # OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME
    fixed = {
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
    }
    return Resource({**fixed, **known, **own})


class _Ids(IdGenerator):
    """Ids from the system's random numbers.

    A generator with a state of its own would go into SnapStart's snapshot, and every environment
    that is restored from it would make the same ids.
    """

    def generate_span_id(self) -> int:
        """64 random bits, never nought."""
        return int.from_bytes(os.urandom(8), "big") or 1

    def generate_trace_id(self) -> int:
        """128 random bits: X-Ray no longer requires that they begin with a time."""
        return int.from_bytes(os.urandom(16), "big") or 1

"""The current span of a handler: Lambda's own segment of the function, as far as one can write it.

Calls hang directly under the function's segment, as with the X-Ray SDK. That segment is written by
Lambda alone, so what a handler says of itself (attributes, events, an exception) becomes a
subsegment beside the calls, which is made when there is something to say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from opentelemetry.trace import Span, SpanContext, Status, StatusCode
from opentelemetry.util.types import Attributes, AttributeValue


class FunctionSpan(Span):
    """Stands for ``segment``; ``start`` makes the subsegment that began at a time (nanoseconds)."""

    def __init__(self, segment: SpanContext, start: Callable[[int], Span]) -> None:
        self._segment = segment
        self._start = start
        self._began = time.time_ns()
        self._own: Span | None = None

    def get_span_context(self) -> SpanContext:
        """The function's segment: the parent of whatever the handler does."""
        return self._segment

    def is_recording(self) -> bool:
        """True: what is said is kept."""
        return True

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """See OpenTelemetry's ``Span``, as for all that follow."""
        self._written().set_attributes(attributes)

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Set one attribute."""
        self._written().set_attribute(key, value)

    def add_event(
        self, name: str, attributes: Attributes = None, timestamp: int | None = None
    ) -> None:
        """Add an event."""
        self._written().add_event(name, attributes, timestamp)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Link another trace."""
        self._written().add_link(context, attributes)

    def update_name(self, name: str) -> None:
        """Name the subsegment."""
        self._written().update_name(name)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Say how it went."""
        self._written().set_status(status, description)

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Keep an exception, with its stack."""
        self._written().record_exception(exception, attributes, timestamp, escaped)

    def failed(self, error: BaseException) -> None:
        """The handler raised ``error``, whose text is the function's own code and may fail too."""
        try:
            self.record_exception(error)
            self.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
        except Exception:  # noqa: BLE001 (the function's exception goes on as it is)
            self.set_status(Status(StatusCode.ERROR, type(error).__name__))

    def end(self, end_time: int | None = None) -> None:
        """Close the subsegment, if there is one."""
        if self._own is not None:
            self._own.end(end_time)

    def _written(self) -> Span:
        if self._own is None:
            self._own = self._start(self._began)
        return self._own

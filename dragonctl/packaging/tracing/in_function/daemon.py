"""Spans on their way to the X-Ray daemon inside Lambda: over UDP, and none is lost for its size.

One datagram is a line of JSON, then ``T1S`` and the base64 of an OTLP request, as AWS's
distribution of OpenTelemetry writes it (aws-otel-python-instrumentation, ``otlp_udp_exporter.py``).
AWS's puts up to a whole invocation into one datagram, which the network refuses above 65,507 bytes;
here datagrams are small, and a span that is larger than one is cut.
"""

from __future__ import annotations

import base64
import logging
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from . import protobuf
from .as_sent import as_sent, bare

_log = logging.getLogger(__name__)
_HEADER = b'{"format":"json","version":1}\nT1S'
_ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"
_DEFAULT_ADDRESS = "127.0.0.1:2000"
_FULL_BYTES = 6_000
"""Several spans in one datagram: as base64 it fits into what every system sends (macOS: 9,216)."""
_LARGEST_SPAN_BYTES = 44_000
"""One span: with its resource and as base64 it stays below UDP's 65,507 bytes."""
_CUTS = (None, 8_000, 1_000, 100, 0)
"""Characters, or elements of a list, to which a span's values are cut until it fits."""
_OLD_SECONDS = 0.005


class DaemonProcessor(SpanProcessor):
    """Sends spans as they end.

    A few are put into one datagram, but none waits while something else is begun that takes time:
    what was done before a time-out or a crash has been sent by then. Calls from several threads
    are in order.
    """

    def __init__(self) -> None:
        self._begin()
        if hasattr(os, "register_at_fork"):  # what the parent has yet to send, the parent sends
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[ReadableSpan, bytes]] = []
        self._size = 0
        self._since = 0.0
        self._socket: socket.socket | None = None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Send what has waited: this span may never end."""
        with _failures_logged():
            if self._waiting and time.monotonic() - self._since > _OLD_SECONDS:
                self.force_flush()

    def on_end(self, span: ReadableSpan) -> None:
        """Keep the span for the next datagram, and send that if it is full."""
        context = span.get_span_context()
        if context is None or not context.trace_flags.sampled:
            return
        with _failures_logged(), self._lock:
            encoded = _fitting(span)
            if self._size + len(encoded) > _FULL_BYTES:
                self._send_waiting()
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting.append((span, encoded))
            self._size += len(encoded)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits. UDP to this very machine takes no time to speak of."""
        with _failures_logged(), self._lock:
            self._send_waiting()
        return True

    def shutdown(self) -> None:
        """Send what waits, and close the socket."""
        self.force_flush()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send_waiting(self) -> None:
        if not self._waiting:
            return
        scopes: dict[InstrumentationScope | None, list[bytes]] = defaultdict(list)
        for span, encoded in self._waiting:
            scopes[span.instrumentation_scope].append(encoded)
        request = protobuf.request(self._waiting[0][0].resource, scopes)
        self._waiting, self._size = [], 0
        self._send(_HEADER + base64.b64encode(request))

    def _send(self, datagram: bytes) -> None:
        """Send one; on a socket that a snapshot or a freeze has made useless, once more anew."""
        # Also "tcp:host:port udp:host:port", as the X-Ray SDK takes it.
        named = os.environ.get(_ADDRESS, "").strip() or _DEFAULT_ADDRESS
        address = named.rpartition("udp:")[2].partition(" ")[0]
        host, _, port = address.rpartition(":")
        for _attempt in range(2):
            try:
                if self._socket is None:
                    self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self._socket.sendto(datagram, (host, int(port)))
            except (OSError, ValueError):
                self._socket = None
            else:
                return


@contextmanager
def _failures_logged() -> Iterator[None]:
    """The function's own code stands above a span: nothing that fails here may reach it."""
    try:
        yield
    except Exception:  # noqa: BLE001 (the function goes on, without this span)
        _log.warning("A span was not sent.", exc_info=True)


def _fitting(span: ReadableSpan) -> bytes:
    """The span, with what is longest in it cut if it is larger than a datagram."""
    sent = as_sent(span)
    for longest in _CUTS:
        encoded = protobuf.span(sent, longest)
        if len(encoded) <= _LARGEST_SPAN_BYTES:
            return encoded
    return protobuf.span(bare(span), _CUTS[1])

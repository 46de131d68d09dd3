"""The X-Ray daemon: takes segments and spans over UDP and stores them.

Segments come from ``aws_xray_sdk``, spans from distributions of OpenTelemetry for Lambda.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import queue
import re
import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from dragonctl.local.emission import segments
from dragonctl.local.emission.segments import Document
from dragonctl.local.xray import otlp

# What one UDP datagram can hold; the SDK splits before that.
DATAGRAM_BYTES = 65_535
_ROOM_BYTES = 4 << 20
_SAMPLED, _UNSAMPLED, _METRICS = b"T1S", b"T1U", b"M1"
_log = logging.getLogger("dragonctl.local")


class Daemon:
    """Listens on a free UDP port of 127.0.0.1 until :meth:`stop`, for one account and region.

    ``code`` is the folder under which functions lie unpacked: in a segment's stack frames it is
    replaced by the path that they have on AWS.
    """

    def __init__(self, account: str, region: str, code: Path) -> None:
        self._account = account
        self._region = region
        self._task = re.compile(re.escape(str(code)) + r"/[^/\"]+")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM_BYTES)
        self._socket.bind(("127.0.0.1", 0))
        host, port = self._socket.getsockname()
        self.address = f"{host}:{port}"
        self._taken: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        for work in (self._listen, self._store):
            threading.Thread(target=work, daemon=True, name="x-ray daemon").start()

    def stop(self) -> None:
        """Close the port; the thread ends with it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        """Only take: what a burst brings must not find the port's buffer full."""
        while True:
            try:
                datagram, _ = self._socket.recvfrom(DATAGRAM_BYTES)
            except OSError:
                datagram = b""
            self._taken.put(datagram)
            if not datagram:  # the port was shut down
                return

    def _store(self) -> None:
        while datagram := self._taken.get():
            try:
                found = arrived(datagram)
                segments.put(
                    self._account, self._region, *found.documents,
                    rewritten=self._seen_from_task, spans=found.spans,
                )  # fmt: skip
            except Exception as error:  # noqa: BLE001 (one bad datagram must not end the listener)
                _log.warning("a trace segment was dropped: %s", error)

    def _seen_from_task(self, text: str) -> str:
        return self._task.sub("/var/task", text)


class Arrived(NamedTuple):
    """The segment documents in a datagram; ``spans`` are their records where they came as such.

    These are made where they are kept: without Transaction Search nobody asks for them.
    """

    documents: list[Document]
    spans: Iterable[Document] | None = None


def arrived(datagram: bytes) -> Arrived:
    """What is in a datagram; nothing in one that is not for X-Ray, or is unsampled.

    ``{"format": "json", "version": 1}``, a line break, and a segment document, or ``T1S`` and spans
    in base64 (``T1U``: of a request that is not sampled, ``M1``: metrics).
    """
    header, _, content = datagram.partition(b"\n")
    if json.loads(header).get("format") != "json":
        return Arrived([])
    if content.startswith((_UNSAMPLED, _METRICS)):
        return Arrived([])
    if content.startswith(_SAMPLED):
        decoded = otlp.decoded(base64.b64decode(content.removeprefix(_SAMPLED)))
        return Arrived(list(otlp.documents_of(decoded)), otlp.records_of(decoded))
    return Arrived([json.loads(content)])

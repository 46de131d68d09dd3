"""The X-Ray daemon: takes segments over UDP from ``aws_xray_sdk`` and stores them."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import threading
from pathlib import Path

from dragonctl.local.emission import segments

# What one UDP datagram can hold; the SDK splits before that.
DATAGRAM_BYTES = 65_535
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
        self._socket.bind(("127.0.0.1", 0))
        host, port = self._socket.getsockname()
        self.address = f"{host}:{port}"
        threading.Thread(target=self._listen, daemon=True, name="x-ray daemon").start()

    def stop(self) -> None:
        """Close the port; the thread ends with it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                datagram, _ = self._socket.recvfrom(DATAGRAM_BYTES)
            except OSError:
                return
            if not datagram:  # the port was shut down
                return
            self._take(datagram)

    def _seen_from_task(self, document: str) -> str:
        return self._task.sub("/var/task", document)

    def _take(self, datagram: bytes) -> None:
        """``{"format": "json", "version": 1}``, a line break, one segment document."""
        header, _, document = datagram.partition(b"\n")
        try:
            if json.loads(header).get("format") == "json":
                told = json.loads(self._seen_from_task(document.decode()))
                segments.put(self._account, self._region, told)
        except Exception as error:  # noqa: BLE001 (one bad datagram must not end the listener)
            _log.warning("a trace segment was dropped: %s", error)

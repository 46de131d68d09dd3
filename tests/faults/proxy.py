"""A proxy on 127.0.0.1 in front of any AWS endpoint: it counts calls, slows them and breaks them.

Use::

    with Proxy(target="http://127.0.0.1:5000", latency=0.06) as proxy:
        proxy.rules.append(Rule(FAULTS["cut-after"], "apigateway", "UpdateStage"))
        run("--endpoint-url", proxy.url)
        assert [call.operation for call in proxy.writes] == [...]

As a command: :mod:`tests.faults.__main__`.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tests.faults.protocols import Answer, Operation, Request, empty_answer, error_answer, recognise
from tests.faults.rules import (
    FAULTS,
    THROTTLING,
    Bucket,
    Fault,
    Rule,
    answer_for,
)
from tests.local.serving import until

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
KILLING = {"kill-before", "kill-after"}
MALFORMED = Answer(200, b'<html><body>{"truncated": ', {"Content-Type": "text/html"})


@dataclass
class CallRecord:
    """One call as the proxy saw it: ``started`` in seconds since the proxy's start.

    ``status`` is what the client got (0: nothing), ``upstream`` what AWS answered (0: never
    asked), ``fault`` the name of what was inflicted.
    """

    index: int
    started: float
    service: str
    operation: str
    method: str
    path: str
    body: str
    is_write: bool
    status: int = 0
    upstream: int = 0
    seconds: float = 0.0
    fault: str = ""

    @property
    def name(self) -> str:
        """``apigateway.UpdateStage``."""
        return f"{self.service}.{self.operation}"


class Proxy:
    """The proxy as a context manager; safe to change ``rules``, ``latency``, ``victim`` meanwhile.

    ``target`` is the endpoint behind it; ``latency`` seconds are added to every call; ``limits``
    (operation -> bucket, ``*`` the total) throttle API Gateway's calls, with a bare 429 when
    ``bare_throttling``; ``victim`` is the process that the kill faults kill. Into a ``memory`` that
    is a dict go the answers, and what was asked before is answered from there: for reads alone.
    ``code_link`` is what GetFunction is made to give as the link to the code.
    """

    def __init__(
        self,
        target: str,
        *,
        latency: float = 0.0,
        rules: Sequence[Rule] = (),
        limits: dict[str, Bucket] | None = None,
        bare_throttling: bool = False,
        port: int = 0,
    ) -> None:
        self.target = urlsplit(target)
        self.latency = latency
        self.rules = list(rules)
        self.limits = limits or {}
        self.bare_throttling = bare_throttling
        self._victim: int | None = None
        self.signal = signal.SIGKILL
        self.memory: dict[tuple[str, ...], Answer] | None = None
        self.code_link: str | None = None
        self.calls: list[CallRecord] = []
        self._lock = threading.Lock()
        self._death: threading.Event | None = None
        self.killed = 0
        self._epoch = time.monotonic()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """What to give as ``--endpoint-url``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def victim(self) -> int | None:
        """The process that the kill faults kill; once one is named anew, calls arrive again."""
        return self._victim

    @victim.setter
    def victim(self, process: int | None) -> None:
        with self._lock:
            self._victim, self._death = process, None

    @property
    def writes(self) -> list[CallRecord]:
        """The calls that change something, in the order of their arrival."""
        return [call for call in self.calls if call.is_write]

    def now(self) -> float:
        """The seconds since the proxy's start, by which calls are dated."""
        return time.monotonic() - self._epoch

    def clear(self) -> None:
        """Forget calls, rules and that a victim was killed."""
        with self._lock:
            self.calls, self.rules, self._death = [], [], None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def record(self, operation: Operation, request: Request) -> CallRecord:
        """Write the call down as it arrives."""
        with self._lock:
            call = CallRecord(
                len(self.calls),
                self.now(),
                operation.service,
                operation.name,
                request.method,
                request.path,
                request.body.decode("utf-8", "replace")[:100_000],
                operation.is_write,
            )
            self.calls.append(call)
            return call

    def fault_for(self, operation: Operation, killed: int) -> Fault | None:
        """The first rule that strikes; every rule counts the call.

        ``killed`` is how many victims there were when its connection was made.

        What comes while the victim's last call is under way, or after it, never arrives: else how
        much is done before it dies would be a matter of how busy this machine is.
        """
        now = time.monotonic()
        with self._lock:
            if killed < self.killed:
                return FAULTS["cut-before"]
            if (death := self._death) is None:
                struck = [rule.fault for rule in self.rules if rule.strikes(operation, now)]
                if struck and struck[0].kind in KILLING and self.signal == signal.SIGKILL:
                    self._death = threading.Event()
                return struck[0] if struck else None
        death.wait()
        return FAULTS["cut-before"]

    def throttled(self, operation: Operation) -> Answer | None:
        """The 429 of a quota that is used up, else None."""
        if operation.service != "apigateway" or not self.limits:
            return None
        own = self.limits.get(operation.name)
        if all(bucket.take() for bucket in (own, self.limits.get("*")) if bucket is not None):
            return None
        status, code, message = THROTTLING["apigateway"]
        return error_answer(operation, status, "" if self.bare_throttling else code, message)

    def kill(self) -> None:
        """End the victim at once, as a lost machine would; or ask it to end (``signal``)."""
        try:
            if self.victim is None:
                raise ValueError("a kill rule needs a victim")
            os.kill(self.victim, self.signal)
        finally:
            if self._death is not None:
                self.killed += 1
                self._death.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that dies in the middle is what this server is for."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.upstream: http.client.HTTPConnection | None = None
        self.killed_before = self.server.proxy.killed

    def finish(self) -> None:
        if self.upstream is not None:
            self.upstream.close()
        super().finish()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the records say it."""

    def handle_any(self) -> None:
        """One request from arrival to answer."""
        proxy = self.server.proxy
        request = Request(
            self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self._body()
        )
        operation = recognise(request)
        call = proxy.record(operation, request)
        started = time.monotonic()
        time.sleep(proxy.latency)
        answer = self._answer(call, operation, request)
        call.seconds = time.monotonic() - started
        if answer is None:
            self._cut()
        else:
            call.status = answer.status
            self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def _answer(self, call: CallRecord, operation: Operation, request: Request) -> Answer | None:
        proxy = self.server.proxy
        fault = proxy.fault_for(operation, self.killed_before)
        if fault is None:
            limited = proxy.throttled(operation)
            call.fault = "throttled" if limited else ""
            return limited or self._remembered(call, request)
        call.fault = fault.kind
        match fault.kind:
            case "kill-before":
                return proxy.kill()
            case "cut-before" | "no-effect":
                return None if fault.kind == "cut-before" else empty_answer(operation)
            case "silence" | "until-a-write":
                if fault.kind == "silence":
                    time.sleep(fault.seconds)
                else:
                    until(lambda: proxy.writes, bool, fault.seconds)
                return self._forward(call, request)
            case "kill-after" | "cut-after" | "malformed":
                self._forward(call, request)
                if fault.kind == "kill-after":
                    proxy.kill()
                return MALFORMED if fault.kind == "malformed" else None
        return answer_for(fault, operation, request)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(iter(self._chunk, b""))
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the client has died before it had said all")
        return body

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _remembered(self, call: CallRecord, request: Request) -> Answer:
        memory = self.server.proxy.memory
        if memory is None:
            return self._forward(call, request)
        target = request.headers.get("x-amz-target", "")
        asked = (request.method, request.path, target, request.body.decode("latin-1"))
        if asked not in memory:
            memory[asked] = self._forward(call, request)
        return memory[asked]

    def _forward(self, call: CallRecord, request: Request) -> Answer:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        headers["Content-Length"] = str(len(request.body))
        try:
            answer = self._exchange(request, headers)
        except http.client.RemoteDisconnected:
            # The endpoint had closed the idle connection before it saw this request.
            self.upstream = None
            answer = self._exchange(request, headers)
        except (OSError, http.client.HTTPException) as error:
            self.upstream = None
            return Answer(502, f"{type(error).__name__}: {error}".encode())
        call.upstream = answer.status
        link = self.server.proxy.code_link
        if link and call.operation == "GetFunction" and answer.status == HTTPStatus.OK:
            told = json.loads(answer.body)
            told["Code"]["Location"] = link
            answer = Answer(answer.status, json.dumps(told).encode(), answer.headers)
        return answer

    def _exchange(self, request: Request, headers: dict[str, str]) -> Answer:
        if self.upstream is None:
            target = self.server.proxy.target
            self.upstream = http.client.HTTPConnection(target.hostname or "", target.port or 80)
            self.upstream.connect()
            self.upstream.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.upstream.request(request.method, request.path, request.body, headers)
        response = self.upstream.getresponse()
        return Answer(response.status, response.read(), dict(response.getheaders()))

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        length = answer.headers.get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(answer.body)))
        # One packet for head and body: two would wait for the client's delayed acknowledgement.
        self._headers_buffer.append(b"\r\n" + (b"" if self.command == "HEAD" else answer.body))
        self.flush_headers()

    def _cut(self) -> None:
        """Drop the connection as a failing network does: a reset, no polite end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

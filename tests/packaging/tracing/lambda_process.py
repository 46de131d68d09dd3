"""A packed function, run as Lambda runs it: its zip unpacked, in a process of its own.

Beside it stand an X-Ray daemon, which keeps the datagrams that it gets, and an AWS, which answers
every call alike and keeps the trace headers and bodies.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PROGRAM = """
import importlib, json, os, sys
from types import SimpleNamespace
name, orders = sys.argv[1], json.loads(sys.argv[2])
module, _, function = name.rpartition(".")
handler = getattr(importlib.import_module(module.replace("/", ".")), function)
for header, event in orders:
    os.environ["_X_AMZN_TRACE_ID"] = header
    try:
        answer = handler(event, SimpleNamespace(aws_request_id="r"))
    except Exception as error:
        answer = {"raised": type(error).__name__, "message": error.args and str(error)}
    print(json.dumps(answer, default=repr), flush=True)
    sys.stdin.readline()
"""
XML = b"<PublishResponse><PublishResult/></PublishResponse>"
SEGMENT = "00f067aa0ba902b7"
TRACE = "6880250e4fc5b1c42f7b40fc4801f9fd"
ROOT = f"1-{TRACE[:8]}-{TRACE[8:]}"
SAMPLED = f"Root={ROOT};Parent={SEGMENT};Sampled=1;Lineage=1:a87bd80c:0"
UNSAMPLED = SAMPLED.replace("Sampled=1", "Sampled=0")


@dataclass
class Invocation:
    """What one invocation answered, sent to the daemon, and asked of AWS."""

    answer: object
    datagrams: list[bytes]
    calls: list[dict] = field(default_factory=list)

    @property
    def spans(self):
        """Every span, as the official library reads it."""
        return [
            span
            for one in self.datagrams
            for about in read(one).resource_spans
            for scope in about.scope_spans
            for span in scope.spans
        ]

    def named(self, name):
        """The spans of that name."""
        return [span for span in self.spans if span.name == name]


def read(datagram):
    """The request in a datagram of spans."""
    header, _, content = datagram.partition(b"\n")
    assert json.loads(header) == {"format": "json", "version": 1}
    assert content.startswith(b"T1S")
    return ExportTraceServiceRequest.FromString(base64.b64decode(content[3:], validate=True))


def attributes(span):
    """A span's attributes that are text or numbers."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


class Daemon:
    """A UDP port; a datagram from this very process marks the end of an invocation."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self.got = queue.SimpleQueue()
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while datagram := self.socket.recv(65_535):
            self.got.put(datagram)

    def so_far(self):
        """Everything since the last time."""
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"end", self.address)
        return list(iter(lambda: self.got.get(timeout=240), b"end"))


@contextmanager
def any_aws():
    """An endpoint that answers everything with next to nothing; gives its URL and the calls."""
    calls = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = self.headers.get_all("X-Amzn-Trace-Id") or []
            calls.append({"path": self.path, "headers": headers, "body": body.decode()})
            speaks_json = "X-Amz-Target" in self.headers or "functions" in self.path
            answer = b"{}" if speaks_json else XML
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815 (names that the server calls)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()


def invoked(package, folder, orders, **variables):
    """Unpack a package and call its handler with each (trace header, event); the invocations."""
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(folder)
    daemon = Daemon()
    with any_aws() as (url, calls):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
            "PYTHONPATH": str(folder),
            "AWS_ENDPOINT_URL": url,
            "AWS_XRAY_DAEMON_ADDRESS": "{}:{}".format(*daemon.address),
            "AWS_LAMBDA_FUNCTION_NAME": "the-function",
            "LAMBDA_TASK_ROOT": str(folder),
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            **variables,
        }
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, package.handler, json.dumps(orders)],
            env=environment, cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        found = []
        for _ in orders:
            answer = json.loads(process.stdout.readline())
            found.append(Invocation(answer, daemon.so_far(), list(calls)))
            calls.clear()
            process.stdin.write("\n")
            process.stdin.flush()
        assert process.wait(timeout=240) == 0
    return found

"""A small threaded HTTP/1.1 server for one WSGI application, with connections kept open.

werkzeug's own closes every connection after one answer, which costs boto3 a new connection per
call. This one reads each body whole before the application runs, so the connection is always at
the start of the next request.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import socket
import sys
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)

Wsgi = Callable[..., Iterable[bytes]]
IDLE_SECONDS = 60


class Handler(BaseHTTPRequestHandler):
    """One connection: requests in turn until the client closes it or falls silent."""

    protocol_version = "HTTP/1.1"
    server_version = "dragonctl-local"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: Server

    def handle_one_request(self) -> None:
        """Serve one request whatever its method; a client that went away is no event."""
        with contextlib.suppress(ConnectionError):
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline:
                self.close_connection = True
            elif self.parse_request():
                self._serve()
            return
        self.close_connection = True

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come: botocore waits a second for it before it sends."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def log_message(self, *_: Any) -> None:
        """Requests are not logged: they may hold secrets."""

    def _serve(self) -> None:
        heard: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            heard[:] = [status, headers]

        pieces = self.server.application(self._environ(), start_response)
        try:
            self._answer(heard, pieces)
        finally:
            getattr(pieces, "close", lambda: None)()

    def _answer(self, heard: list[Any], pieces: Iterable[bytes]) -> None:
        if isinstance(pieces, list | tuple):
            body = b"".join(pieces)
            pieces = [body]
        waiting = iter(pieces)
        first = next(waiting, b"")
        status, headers = heard
        code, _, reason = status.partition(" ")
        names = {name.lower() for name, _ in headers}
        bodiless = self.command == "HEAD" or code in ("204", "304")
        if isinstance(pieces, list) and not names & {"content-length"} and not bodiless:
            headers = [*headers, ("Content-Length", str(len(first)))]
            names.add("content-length")
        chunked = not bodiless and "content-length" not in names
        self._head(int(code), reason, headers, chunked=chunked)
        if not bodiless:
            self._body(first, waiting, chunked=chunked)
        self.wfile.flush()

    def _head(
        self, code: int, reason: str, headers: list[tuple[str, str]], *, chunked: bool
    ) -> None:
        self.send_response_only(code, reason)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _body(self, first: bytes, rest: Iterable[bytes], *, chunked: bool) -> None:
        for piece in itertools.chain([first], rest):
            if chunked and piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.flush()
            elif piece:
                self.wfile.write(piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _request_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> Iterable[bytes]:
        while size := int(self.rfile.readline(1024).split(b";")[0] or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline(8)
        while self.rfile.readline(65537) not in (b"\r\n", b"\n", b""):
            pass

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        body = self._request_body()
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "RAW_URI": self.path,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        self._add_headers(environ)
        environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def _add_headers(self, environ: dict[str, Any]) -> None:
        """As WSGI names them; a name with ``_`` counts only where moto keeps it (S3 metadata)."""
        kept: dict[str, str] = {}
        for name, value in self.headers.items():
            preserved = should_preserve_original_header_name(name)
            if "_" in name and not preserved:
                continue
            key = environ_key_for_header(name)
            if preserved:
                kept[key] = name
            if key != "HTTP_TRANSFER_ENCODING":
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = kept


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1; port 0 takes a free one. Each connection has its own thread."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    address_family = socket.AF_INET

    def __init__(self, application: Wsgi, port: int = 0) -> None:
        self.application = application
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke concerns its client alone; anything else is reported."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    @property
    def endpoint(self) -> str:
        """The address that clients use."""
        return f"http://127.0.0.1:{self.server_address[1]}"

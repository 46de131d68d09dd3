"""The HTTP/1.1 server of the local AWS: waitress, with what a door that anybody may knock at needs.

waitress receives in one thread, keeps large bodies in files, and hands a request to a thread of its
own only when it is whole, so that a slow client holds none. What is added here: every request gets
an answer, the broken, the half and the oversized one too; threads are started as they are needed,
because a function that runs may call back; and headers of S3's metadata keep their underscores.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import BadRequest, Error

from dragonctl.local.request_parser import MOST_HEADER_BYTES, Parser, RequestTimeout

Wsgi = Callable[..., Iterable[bytes]]

PRESERVED_NAMES = "moto.preserved_header_names"
"""moto's key of an environment for headers whose underscores count; importing moto takes long."""
TOO_LARGE = "dragonctl.body_too_large"
"""Key of an environment whose body was not taken: the application says so in its own words."""

# The largest that has a use here is the zip of a function, 250 MB when it comes by S3.
MOST_BODY_BYTES = 268_435_456
MOST_IN_MEMORY = 524_288
MOST_CONNECTIONS = 800
MOST_THREADS = 400
FIRST_THREADS = 4
# How long a request may pause before it is whole, a connection may be idle, and a client may go
# on sending what nobody reads any more.
PAUSE_SECONDS = 10
IDLE_SECONDS = 60
LINGER_SECONDS = 5
# However steadily it drips: after this long a request that is not whole is given up.
RECEIVE_SECONDS = 300
_HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
    *("trailers", "trailer", "transfer-encoding", "upgrade"),
}
_LENGTH = "content-length"


class _Head:
    """How the head of an answer is written: names keep their case, as keys of metadata must."""

    def build_response_header(self: Any) -> bytes:
        """The status line and the headers, and whether the connection lives on."""
        headers = [
            one for one in self.response_headers if self.has_body or one[0].lower() != _LENGTH
        ]
        named = {name.lower() for name, _ in headers}
        if self.has_body and _LENGTH not in named:
            headers.append(self._framing())
        asked = self.request.headers.get("CONNECTION", "").lower()
        if asked == "close" or (self.version == "1.0" and asked != "keep-alive"):
            self.close_on_finish = True
        if "connection" not in named and (self.close_on_finish or self.version == "1.0"):
            headers.append(("Connection", "close" if self.close_on_finish else "keep-alive"))
        if "date" not in named:
            headers.append(("Date", formatdate(usegmt=True)))
        lines = [f"HTTP/{self.version} {self.status}", *(f"{k}: {v}" for k, v in headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _framing(self: Any) -> tuple[str, str]:
        """How the client tells where the body ends."""
        if self.content_length is not None:
            return ("Content-Length", str(self.content_length))
        if self.version == "1.1":
            self.chunked_response = True
            return ("Transfer-Encoding", "chunked")
        self.close_on_finish = True
        return ("Connection", "close")


class Task(_Head, WSGITask):  # type: ignore[misc]
    """A whole request on its way to the application."""

    def get_environment(self) -> dict[str, Any]:
        """WSGI's environment, with the target as it came (``RAW_URI``) and moto's own key."""
        fresh = self.environ is None
        environ: dict[str, Any] = super().get_environment()
        if fresh:
            if self.request.proxy_netloc:  # a whole URL as the target: its host is what counts
                environ["HTTP_HOST"] = self.request.proxy_netloc
                environ["REQUEST_URI"] = _without_place(self.request)
            environ["RAW_URI"] = environ["REQUEST_URI"]
            environ["CONTENT_LENGTH"] = environ.get("CONTENT_LENGTH") or "0"
            environ[PRESERVED_NAMES] = self.request.preserved
            environ[TOO_LARGE] = self.request.too_large
        return environ


def _without_place(request: Any) -> str:
    rest: str = request.request_uri.partition("://")[2]
    return "/" + rest.partition("/")[2]


class Refusal(_Head, ErrorTask):  # type: ignore[misc]
    """The answer to what is no request."""

    def execute(self) -> None:
        """Say it as text that no browser takes for anything else."""
        self.response_headers.append(("X-Content-Type-Options", "nosniff"))
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    task_class = Task
    error_task_class = Refusal
    parser_class = Parser
    request: Parser | None
    will_close: bool
    close_when_flushed: bool

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._heard_all = False  # the client has said that it will send no more
        self._lingers = False  # answered before all was read: what follows is thrown away
        self._lingers_since = 0.0

    def readable(self) -> bool:
        """Whether to read on."""
        if self._lingers_since:
            return not self.will_close
        return not self._heard_all and bool(super().readable())

    def handle_read(self) -> None:
        """Take what came; the client's last word does not end the connection before ours."""
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if self._lingers_since:
            self.will_close = self.will_close or not data
        elif data:
            self.last_activity = time.time()
            self.received(data)
        else:
            self._heard_all = True
            if not self._give_up(BadRequest("The request ended too early")):
                self._close_when_done()

    def service(self) -> None:
        """Answer one request."""
        request = self.requests[0]
        self._lingers = request.error is not None or request.too_large
        super().service()
        if self._heard_all:
            self._close_when_done()
            self.server.pull_trigger()

    def handle_write(self) -> None:
        """Send what is ready. A close with unread input would take the answer back: wait a bit."""
        super_closes = self.close_when_flushed and self._lingers and not self._heard_all
        if super_closes and not self._lingers_since:
            self._flush_exception(self._flush_some)
            if not self.total_outbufs_len and not self.will_close:
                self.close_when_flushed = False
                self._linger()
            if not self.will_close:
                return
        super().handle_write()

    def tend(self, now: float) -> None:
        """Judge how long the client has been silent: half a request is answered, then all ends."""
        if self._lingers_since:
            self.will_close = self.will_close or now - self._lingers_since > LINGER_SECONDS
        elif not self.requests:
            silent = now - self.last_activity
            receiving = now - self.request.started if self.request is not None else 0.0
            if silent > PAUSE_SECONDS or receiving > RECEIVE_SECONDS:
                given_up = self._give_up(RequestTimeout("The request did not come to its end"))
                if not given_up and silent > IDLE_SECONDS:
                    self.will_close = True

    def _linger(self) -> None:
        self._lingers_since = time.time()
        try:
            self.socket.shutdown(1)
        except OSError:
            self.will_close = True

    def _give_up(self, error: Error) -> bool:
        """Answer a request of which only a part came; False when there is none."""
        with self.requests_lock:
            half = self.request
            if half is None or not half.end_early(error):
                return False
            self.request = None
            self.requests.append(half)
            if len(self.requests) == 1:
                self.server.add_task(self)
            return True

    def _close_when_done(self) -> None:
        with self.requests_lock:
            if not self.requests:
                self.close_when_flushed = True


class Threads(ThreadedTaskDispatcher):  # type: ignore[misc]
    """As many threads as requests are being answered at once, up to a bound; then they wait."""

    def add_task(self, task: Any) -> None:
        """Have it done by an idle thread, or a new one."""
        with self.lock:
            running = len(self.threads) - self.stop_count
            all_busy = len(self.queue) >= running - self.active_count
        if all_busy and 0 < running < MOST_THREADS:
            self.set_thread_count(running + 1)
        super().add_task(task)


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Listens on 127.0.0.1; port 0 takes a free one. ``handler`` is the WSGI application."""

    channel_class = Channel

    def __init__(self, handler: Wsgi, port: int = 0) -> None:
        self.handler = handler
        self._ended = threading.Event()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        threads = Threads()
        threads.set_thread_count(FIRST_THREADS)
        settings = Adjustments(
            listen=f"127.0.0.1:{port}",
            ident="dragonctl-local",
            server_name="127.0.0.1",
            backlog=256,
            recv_bytes=65_536,
            connection_limit=MOST_CONNECTIONS,
            cleanup_interval=1,
            max_request_header_size=MOST_HEADER_BYTES,
            max_request_body_size=MOST_BODY_BYTES,
            inbuf_overflow=MOST_IN_MEMORY,
            # An answer that nobody fetches lies in a file and holds no thread.
            outbuf_high_watermark=2**40,
            clear_untrusted_proxy_headers=False,
        )
        super().__init__(self._serve, dispatcher=threads, adj=settings)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.effective_port)

    @property
    def endpoint(self) -> str:
        """The address that clients use."""
        return f"http://127.0.0.1:{self.port}"

    def serve_forever(self) -> None:
        """Serve until :meth:`shutdown`."""
        while not self._ended.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=self._map, count=1)

    def shutdown(self) -> None:
        """End :meth:`serve_forever`, from any thread."""
        self._ended.set()
        with contextlib.suppress(OSError):  # it has ended meanwhile
            self.pull_trigger()

    def server_close(self) -> None:
        """Close the port and every connection."""
        wasyncore.close_all(self._map)

    def maintenance(self, now: float) -> None:
        """Once a second: look after the connections."""
        for channel in list(self.active_channels.values()):
            channel.tend(now)

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Leave to the connection what is the connection's, and no body where there can be none."""
        bodiless = environ["REQUEST_METHOD"] == "HEAD"

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal bodiless
            empty = status[:3] in ("204", "304")
            bodiless = bodiless or empty
            # A length that no body follows: waitress would end the connection without a word.
            dropped = _HOP_BY_HOP | {_LENGTH} if empty else _HOP_BY_HOP
            kept = [one for one in headers if one[0].lower() not in dropped]
            return start_response(status, kept, *more)

        pieces = self.handler(environ, start)
        if not bodiless:
            return pieces
        getattr(pieces, "close", lambda: None)()
        return []

"""AWS's protocols on HTTP, from botocore's service models: requests read, answers written.

A stand-in of its own: it shares no code with moto or with dragonctl's local AWS, so that a mistake
made there is not made here again.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.aws.models import service_model

Json = Any
Handle = Callable[[str, str, dict[str, Json]], Json]
_NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch"}
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")


class Refused(Exception):  # noqa: N818 (an answer of AWS)
    """An error of AWS; ``code`` "" leaves the code out, as a bare 429 does."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@contextmanager
def serve(handle: Handle) -> Iterator[str]:
    """The address of a server on 127.0.0.1 that asks ``handle(service, operation, params)``."""

    class Handler(_Handler):
        answer = staticmethod(handle)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for head and body: two would wait for the client's delayed acknowledgement.
    disable_nagle_algorithm, wbufsize = True, -1
    answer: Handle

    def _do(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # whoever asked has ended meanwhile
            self.close_connection = True
            return
        found = _SCOPE.search(self.headers.get("Authorization", ""))
        signed = found.group(1) if found else "?"
        service = _NAMES.get(signed, signed)
        if service == "apigateway" and self.path.startswith("/v2/"):
            service = "apigatewayv2"  # signed for the same name
        operation, params = _question(service, self, body)
        try:
            status, text = (
                200,
                _written(service, operation, self.answer(service, operation, params)),
            )
        except Refused as refused:
            status, text = refused.status, _refusal(service, refused)
        self._send(service, status, text.encode())

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _do  # noqa: N815

    def _send(self, service: str, status: int, body: bytes) -> None:
        kind = "text/xml" if _model(service).resolved_protocol == "query" else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("x-amzn-RequestId", "01234567-89ab-cdef-0123-456789abcdef")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Nothing: the world keeps its own list of calls."""


def _question(service: str, request: Any, body: bytes) -> tuple[str, dict[str, Json]]:
    protocol = _model(service).resolved_protocol
    if protocol == "query":
        form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        return form.pop("Action"), form
    if protocol == "json":
        return request.headers["X-Amz-Target"].rpartition(".")[2], json.loads(body or b"{}")
    return _rest(service, request.command, request.path, body)


def _rest(service: str, method: str, target: str, body: bytes) -> tuple[str, dict[str, Json]]:
    split = urlsplit(target)
    for name, verb, pattern, fields in _routes(service):
        found = pattern.fullmatch(split.path) if verb == method else None
        if found:
            query = parse_qs(split.query)
            uri = {fields[index]: unquote(part) for index, part in enumerate(found.groups())}
            flat = {key: value if key == "embed" else value[0] for key, value in query.items()}
            return name, {**flat, **uri, **(json.loads(body) if body else {})}
    return f"{method} {split.path}", {}


@cache
def _model(service: str) -> Any:
    return service_model(service)


@cache
def _routes(service: str) -> list[tuple[str, str, re.Pattern[str], list[str]]]:
    routes = []
    for name in _model(service).operation_names:
        http = _model(service).operation_model(name).http
        path = http["requestUri"].partition("?")[0]
        parts = re.split(r"\{([^}]+)\}", path)
        pattern = "".join("([^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(parts))
        routes.append((name, http["method"], re.compile(pattern + "/?"), parts[1::2]))
    return sorted(routes, key=lambda route: -len(route[2].pattern))


def _written(service: str, operation: str, answer: Json) -> str:
    if _model(service).resolved_protocol != "query":
        return json.dumps(answer)
    inner = _xml(answer)
    return (
        f"<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>"
    )


def _xml(value: Json) -> str:
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(one)}</{key}>" for key, one in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(one)}</member>" for one in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _refusal(service: str, refused: Refused) -> str:
    if _model(service).resolved_protocol == "query":
        inner = f"<Code>{refused.code}</Code><Message>{escape(refused.message)}</Message>"
        return f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error></ErrorResponse>"
    code = {"__type": refused.code} if refused.code else {}
    return json.dumps({**code, "message": refused.message})

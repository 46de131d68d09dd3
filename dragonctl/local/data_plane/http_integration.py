"""An HTTP server behind a method: one on this machine alone.

(AWS: "HTTP integrations for REST APIs in API Gateway", "important notes" on headers.) Whatever an
API's definition says, the local AWS sends nothing beyond the loopback interface: another address
is refused by name.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from dragonctl.local.data_plane import faults, header_lines, transform
from dragonctl.local.data_plane.cache import Answer
from dragonctl.local.data_plane.exchange import Call, Exchange, Handled, Reply
from dragonctl.local.data_plane.waiting import WaitedTooLongError, within
from dragonctl.local.emission import execution_log, trace_header

_PLACEHOLDER = re.compile(r"\{([\w.-]+)\+?\}")
_THE_CLIENTS = {"host", "content-length", "x-amzn-trace-id"}
"""Headers of the client that the server gets anew."""
_CONNECTIONS = {"keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"}
_REMAPPED = {"authorization", "connection", "date", "server", "www-authenticate"}
"""Headers of the server that reach the client as ``x-amzn-Remapped-<name>``."""


@dataclass(frozen=True)
class _Request:
    """What goes to the server."""

    method: str
    url: SplitResult
    headers: Mapping[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Path and query, as they stand in the first line."""
        return (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")


@dataclass(frozen=True)
class _Received:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def serve(exchange: Exchange, uri: str) -> Handled:
    """Ask the server; as a proxy its answer goes to the client as it is.

    Raises:
        GatewayError: 504 where it does not answer, or not in time; 501 for an address that is not
            this machine's, and for VPC links.

    """
    if exchange.integration.get("connectionType") == "VPC_LINK":
        raise faults.not_here("integrations through VPC links")
    proxy = str(exchange.integration["type"]).upper() == "HTTP_PROXY"
    asked = _proxied(exchange, uri) if proxy else _mapped(exchange, uri)
    _check_own(asked.url)
    received = _recorded(exchange, asked)
    if proxy:
        return _passed_on(received)
    headers = dict(reversed(received.headers))
    text = received.body.decode("utf-8", "replace")
    return Reply(received.status, headers, text, str(received.status))


def _proxied(exchange: Exchange, uri: str) -> _Request:
    """All that the client sent, under what the mappings add."""
    request = exchange.request
    query = {**request.query, **_listed(transform.request_parameters(exchange, "querystring"))}
    kept = {k: v for k, v in request.headers.items() if k.lower() not in _THE_CLIENTS}
    return _Request(
        _verb(exchange),
        _url(exchange, uri, query),
        {**kept, **_own_headers(exchange), **transform.request_headers(exchange)},
        request.body,
    )


def _mapped(exchange: Exchange, uri: str) -> _Request:
    """What templates and mappings make, and nothing else of the client's."""
    body = transform.request_body(exchange)
    query = _listed(transform.request_parameters(exchange, "querystring"))
    headers = {
        "Accept": "application/json",
        "Content-Type": exchange.request.content_type,
        "User-Agent": f"AmazonAPIGateway_{exchange.stage.api_id}",
    }
    return _Request(
        _verb(exchange),
        _url(exchange, uri, query),
        {**headers, **_own_headers(exchange), **transform.request_headers(exchange)},
        body.encode(),
    )


def _verb(exchange: Exchange) -> str:
    verb = str(exchange.integration.get("httpMethod") or "ANY").upper()
    return exchange.request.method if verb == "ANY" else verb


def _own_headers(exchange: Exchange) -> dict[str, str]:
    return {"x-amzn-apigateway-api-id": exchange.stage.api_id}


def _listed(values: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items()}


def _url(exchange: Exchange, uri: str, query: Mapping[str, list[str]]) -> SplitResult:
    """The address with its path parameters and the query; what is not mapped is an error."""
    mapped = transform.request_parameters(exchange, "path")

    def value(found: re.Match[str]) -> str:
        if found[1] not in mapped:
            raise faults.configuration(f"Illegal character in path: {uri}")
        return quote(mapped[found[1]], safe="/")

    split = urlsplit(_PLACEHOLDER.sub(value, uri))
    pairs = {name: [one] for name, one in parse_qsl(split.query, keep_blank_values=True)}
    return split._replace(query=urlencode({**pairs, **query}, doseq=True), fragment="")


def _check_own(url: SplitResult) -> None:
    """Refuse every address but this machine's own."""
    host = url.hostname or ""
    try:
        port = url.port
        mine = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        mine, port = False, None
    if not mine:
        place = host if port is None else f"{host}:{port}"
        raise faults.not_here(f"HTTP integrations with {place}: only loopback addresses are served")


def _recorded(exchange: Exchange, asked: _Request) -> _Received:
    """The server's answer, told of in the log and the trace."""
    log, url = exchange.log, asked.url.geturl()
    segment, started = exchange.begin()
    trace = {trace_header.NAME: str(exchange.handed_on(segment))}
    asked = replace(asked, headers={**trace, **asked.headers})
    log.data(f"Endpoint request URI: {url}")
    log.data(f"Endpoint request headers: {execution_log.as_map(asked.headers)}")
    log.data(f"Endpoint request body after transformations: {asked.body.decode(errors='replace')}")
    log.note(f"Sending request to {url}")
    status = 504
    try:
        received = within(exchange.timeout / 1000, lambda: _ask(exchange, asked))
        status = received.status
    except WaitedTooLongError:
        raise faults.timed_out(exchange.timeout) from None
    except (OSError, http.client.HTTPException) as error:
        raise faults.unreachable(str(error) or type(error).__name__) from error
    finally:
        host, ended = asked.url.hostname or "", time.time()
        exchange.call = Call(
            host, url, segment, started, ended, status, aws=None, method=asked.method
        )
    spent = exchange.call.milliseconds
    log.note(f"Received response. Status: {status}, Integration latency: {spent} ms")
    log.data(f"Endpoint response headers: {execution_log.as_map(dict(received.headers))}")
    log.data(
        f"Endpoint response body before transformations: {received.body.decode('utf-8', 'replace')}"
    )
    return received


def _ask(exchange: Exchange, asked: _Request) -> _Received:
    connection = _connection(exchange, asked.url)
    try:
        connection.request(asked.method, asked.target, asked.body or None, dict(asked.headers))
        answer = connection.getresponse()
        return _Received(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def _connection(exchange: Exchange, url: SplitResult) -> http.client.HTTPConnection:
    host, seconds = url.hostname or "", exchange.timeout / 1000
    if url.scheme == "https":
        context = ssl.create_default_context()
        if (exchange.integration.get("tlsConfig") or {}).get("insecureSkipVerification"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return _SecureOwnMachine(host, url.port or 443, timeout=seconds, context=context)
    return _OwnMachine(host, url.port or 80, timeout=seconds)


class _OwnMachine(http.client.HTTPConnection):
    """A connection that ends here, whatever the names of this machine are made to mean."""

    def connect(self) -> None:
        """Connect, or OSError where the other end is not on the loopback interface."""
        super().connect()
        _check_peer(self.sock)


class _SecureOwnMachine(http.client.HTTPSConnection):
    """The same under TLS."""

    def connect(self) -> None:
        """Connect, or OSError where the other end is not on the loopback interface."""
        super().connect()
        _check_peer(self.sock)


def _check_peer(connected: socket.socket) -> None:
    address = str(connected.getpeername()[0]).partition("%")[0]
    if not ipaddress.ip_address(address).is_loopback:
        connected.close()
        raise OSError(f"{address} is not this machine")


def _passed_on(received: _Received) -> Answer:
    lines = [
        (f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name, value)
        for name, value in received.headers
        if name.lower() not in _CONNECTIONS
    ]
    headers, repeated = header_lines.parted(lines)
    return Answer(received.status, headers, received.body, repeated)

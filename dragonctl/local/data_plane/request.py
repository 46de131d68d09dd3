"""One request to a stage: what came in, and the ids that API Gateway gives it."""

from __future__ import annotations

import base64
import os
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from dragonctl.local.data_plane import compression
from dragonctl.local.data_plane.definition import DeployedMethod, ServedStage

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What API Gateway hands to no integration (recorded on AWS; "Amazon API Gateway important notes").
_KEPT_BACK = {
    f"HTTP_{name}"
    for name in (
        *("CONNECTION", "TE", "UPGRADE", "MAX_FORWARDS", "TRAILER", "TRANSFER_ENCODING", "EXPECT"),
        *("WWW_AUTHENTICATE", "SERVER", "PROXY_AUTHENTICATE", "PROXY_CONNECTION", "CONTENT_MD5"),
    )
}
INVALID_REQUEST_ID = "UUID_REPLACED_INVALID_REQUEST_ID"


@dataclass(frozen=True)
class GatewayRequest:
    """``path`` is what follows the stage, percent signs and all; ``headers`` are named in full."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    source_ip: str
    protocol: str
    host: str
    request_id: str
    extended_id: str
    is_readable: bool = True
    """Whether the body could be unpacked (its ``Content-Encoding``)."""
    received: float = field(default_factory=time.time)

    def header(self, name: str) -> str | None:
        """A header's value, whatever the case of its name."""
        return self._by_lower_name.get(name.lower())

    @cached_property
    def _by_lower_name(self) -> dict[str, str]:
        # Where a name stands twice, in two spellings, the first counts.
        return {name.lower(): value for name, value in reversed([*self.headers.items()])}

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        """The media type without its parameters; JSON where the client names none."""
        return (self.header("Content-Type") or "application/json").split(";")[0].strip().lower()


def read(environ: Mapping[str, Any], path: str) -> GatewayRequest:
    """The request that a WSGI server received; ``path`` is what follows the stage."""
    headers = _headers(environ)
    given = next((v for k, v in headers.items() if k.lower() == "x-amzn-requestid"), None)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    coding = environ.get("HTTP_CONTENT_ENCODING")
    plain = compression.unpacked(coding, body) if coding else body
    if coding and plain is not None:
        headers.pop("Content-Encoding", None)
    return GatewayRequest(
        method=environ["REQUEST_METHOD"],
        path=path or "/",
        query=query,
        headers=headers,
        body=body if plain is None else plain,
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
        protocol=environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
        host=environ.get("HTTP_HOST", "127.0.0.1"),
        request_id=_request_id(given),
        extended_id=new_ids()[1],
        is_readable=plain is not None,
    )


def new_ids() -> tuple[str, str]:
    """A request's id, and its extended id."""
    extended = base64.urlsafe_b64encode(os.urandom(11)).decode().rstrip("=")[:14] + "="
    return str(uuid.uuid4()), extended


def _request_id(given: str | None) -> str:
    """A client may bring its own, if it is a UUID."""
    if given is None:
        return str(uuid.uuid4())
    return given if _UUID.fullmatch(given) else INVALID_REQUEST_ID


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and name not in _KEPT_BACK
    }
    client = environ.get("REMOTE_ADDR", "127.0.0.1")
    before = headers.get("X-Forwarded-For")
    headers["X-Forwarded-For"] = f"{before}, {client}" if before else client
    headers["X-Forwarded-Port"] = str(environ.get("SERVER_PORT", "80"))
    headers["X-Forwarded-Proto"] = str(environ.get("wsgi.url_scheme", "http"))
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return headers


def context(
    request: GatewayRequest, stage: ServedStage, method: DeployedMethod | None, trace: str
) -> dict[str, Any]:
    """``$context`` for templates, access logs and the proxy event (AWS: "$context variables")."""
    clock = time.gmtime(request.received)
    return {
        "accountId": stage.account,
        "apiId": stage.api_id,
        "deploymentId": stage.raw.get("deploymentId"),
        "domainName": request.host,
        "domainPrefix": request.host.split(".")[0],
        "extendedRequestId": request.extended_id,
        "httpMethod": request.method,
        "identity": {
            "accessKey": None,
            "accountId": None,
            "apiKey": request.header("x-api-key"),
            "caller": None,
            "sourceIp": request.source_ip,
            "user": None,
            "userAgent": request.header("User-Agent"),
            "userArn": None,
        },
        "path": f"/{stage.name}{request.path}",
        "protocol": request.protocol,
        "requestId": request.request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", clock),
        "requestTimeEpoch": int(request.received * 1000),
        "resourceId": method.resource_id if method else None,
        "resourcePath": method.resource_path if method else None,
        "stage": stage.name,
        "xrayTraceId": trace,
    }

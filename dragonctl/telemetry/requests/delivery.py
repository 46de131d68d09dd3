"""How ``send`` reaches a stage: its address, the signature, the wire."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dragonctl.application.log_groups import LogGroup
from dragonctl.application.nouns import Api, App
from dragonctl.aws.client import Aws
from dragonctl.aws.transport import failure, proxies
from dragonctl.engine.model import Fetch
from dragonctl.engine.reads import Reads
from dragonctl.errors import DragonError, UsageError
from dragonctl.resources.apigateway_method import read_resources
from dragonctl.telemetry.logs.events import Unreadable
from dragonctl.telemetry.requests.destinations import domain_url, mapped, path_of, stage_url
from dragonctl.telemetry.requests.following import (
    ArrivingLines,
    WaitLimits,
    expected_lines,
    trace_of,
)
from dragonctl.telemetry.requests.sending import HttpResponse, Sent, request_of, wants_signature
from dragonctl.telemetry.traces.reading import Trace

LONGEST_ANSWER = 60.0
"""Seconds to wait for an answer: API Gateway gives up after 29 unless its quota was raised."""


@dataclass(frozen=True)
class PreparedRequest:
    """A request that can be sent: to which stage, what, and whether it must be signed."""

    stage: str
    sent: Sent
    signed: bool


@dataclass(frozen=True)
class GivenRequest:
    """What was typed: ``data`` as ``--data`` has it, ``domain`` and ``api_key`` where given."""

    method: str
    path: str
    headers: Sequence[str] = ()
    data: str | None = None
    api_key: str = ""
    domain: str | None = None


def checked_body(given: GivenRequest) -> bytes | None:
    """The request's body. Raises UsageError for what cannot be sent to any address.

    The address is not known yet, but a slip of the pen is better told before AWS is asked.
    """
    path_of(given.path)
    body = _body(given.data)
    request_of(given.method, "", given.headers, body, 0.0, given.api_key)
    return body


def one_api(app: App) -> Api:
    """The API that a request goes to. Raises UsageError where none, or several, are meant."""
    if app.api is None:
        raise UsageError("No REST API is meant.", "Name it with --api.")
    if len(app.apis) > 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in app.apis)
        raise UsageError("A request goes to one API.", f"--api matches: {names}.", option="--api")
    return app.api


def prepared(
    reads: Reads, api: Api, stage: str, given: GivenRequest, body: bytes | None
) -> PreparedRequest:
    """The request that is meant, to a stage of an API. Everything is checked, nothing sent."""
    path = path_of(given.path)
    url = f"{_address(reads, api, stage, given.domain)}{path}"
    sent = request_of(given.method, url, given.headers, body, time.time(), given.api_key)
    resources = read_resources(reads, api.id)
    return PreparedRequest(stage, sent, wants_signature(resources, sent.method, path))


def _address(reads: Reads, api: Api, stage: str, domain: str | None) -> str:
    endpoint = reads.aws.endpoint
    closed = api.is_closed and endpoint == "aws"
    if not domain and not closed:
        return stage_url(endpoint, api, stage, reads.region, reads.partition)
    if endpoint != "aws":
        raise UsageError(
            "Only AWS itself serves custom domains.", "Leave --domain out.", option="--domain"
        )
    return domain_url(mapped(_mappings(reads, domain), api.id, stage), api, stage, domain)


def _mappings(reads: Reads, domain: str | None) -> dict[str, Any]:
    """The base path mappings of one custom domain, or of all."""
    names = [domain] if domain else [one["domainName"] for one in _domains(reads)]
    asks = [
        partial(
            reads.pages, "apigateway", "GetBasePathMappings", "items",
            absent=("NotFoundException",), domainName=name,
        )
        for name in names
    ]  # fmt: skip
    return {name: found or [] for name, found in zip(names, reads.concurrently(*asks), strict=True)}


def _domains(reads: Reads) -> list[dict[str, Any]]:
    """The public ones: private domains answer inside their network."""
    found = reads.pages("apigateway", "GetDomainNames", "items", limit=500) or []
    return [
        one
        for one in found
        if "PRIVATE" not in (one.get("endpointConfiguration") or {}).get("types", ())
    ]


def _body(data: str | None) -> bytes | None:
    """The body as ``--data`` names it, byte for byte: it need not be text."""
    try:
        if data == "-":
            return sys.stdin.buffer.read()
        if data and data.startswith("@"):
            return Path(data[1:]).read_bytes()
    except OSError as error:
        raise UsageError(
            f"--data {data} cannot be read: {error.strerror or error}.",
            "@FILE names a file; without @ the text itself is the body.",
        ) from error
    return None if data is None else os.fsencode(data)


def deliver(aws: Aws, ready: PreparedRequest) -> HttpResponse:
    """Send it once (it may not be repeatable) and return whatever came back.

    A redirection is an answer like any other: following it could carry keys elsewhere.
    """
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    sent = ready.sent
    request = AWSRequest(
        method=sent.method, url=sent.url, headers=dict(sent.headers), data=sent.body or b""
    )
    if ready.signed:
        _sign(aws, request)
    wire = URLLib3Session(
        verify=os.environ.get("AWS_CA_BUNDLE") or True,
        proxies=proxies(sent.url),
        timeout=LONGEST_ANSWER,
    )
    began = time.perf_counter()
    try:
        answer = wire.send(request.prepare())
        body = answer.content
    except Exception as error:
        if (broken := failure(error, sent.url)) is None:
            raise
        raise DragonError(
            f"{sent.method} {sent.url} got no answer: {broken.sentence}",
            "`dragonctl status` shows the stage; `dragonctl logs` whether the request arrived.",
            code="NoAnswer",
        ) from error
    seconds = time.perf_counter() - began
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return HttpResponse(answer.status_code, headers, body, seconds)


def _sign(aws: Aws, request: object) -> None:
    """Sign with the credentials of this command, which know of profile, SSO and role."""
    try:
        aws.sign("execute-api", request)
    except DragonError as error:
        raise DragonError(
            f"The method wants a signed request (IAM), and this cannot be signed: {error}",
            "Log in (`aws sso login`, `aws configure`), or name a --profile.",
            code="NoCredentials",
        ) from error


def arriving_lines(
    fetch: Fetch,
    app: App,
    groups: Sequence[LogGroup],
    ready: PreparedRequest,
    answered: HttpResponse,
    began: float,
    *,
    endpoint: str,
    report: Callable[[Unreadable], None],
) -> ArrivingLines:
    """The request's log lines as they arrive. ``began``: seconds since 1970."""
    return ArrivingLines(
        fetch,
        groups,
        answered.request_id or answered.trace_id or ready.sent.trace_id,
        int(began * 1000) - 60_000,  # clocks differ
        clock=time.time,
        sleep=time.sleep,
        report=report,
        waiting=_waiting(endpoint),
        expected=expected_lines(app, ready.stage, answered),
    )


def trace(
    fetch: Fetch, endpoint: str, ready: PreparedRequest, answered: HttpResponse
) -> Trace | None:
    """The request's trace once it is whole.

    A stage that does not trace names none; functions that do trace go by what was sent.
    """
    ident = answered.trace_id or ready.sent.trace_id
    if not ident:
        return None
    waiting = _waiting(endpoint)
    return trace_of(fetch, ident, clock=time.time, sleep=time.sleep, waiting=waiting)


def _waiting(endpoint: str) -> WaitLimits:
    """The local AWS shows things at once."""
    is_local = endpoint != "aws"
    return WaitLimits(interval=0.3, quiet=1.5, longest=30.0) if is_local else WaitLimits()

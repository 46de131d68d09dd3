"""How ``send`` reaches a stage: the stage that is meant, the signature, the wire."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dragonctl.application.nouns import Api
from dragonctl.aws.transport import failure, proxies
from dragonctl.cli.view import View
from dragonctl.errors import DragonError, UsageError
from dragonctl.resources.apigateway_method import read_resources
from dragonctl.telemetry.requests.destinations import domain_url, mapped, path_of, stage_url
from dragonctl.telemetry.requests.following import Arrivals, Waiting, expected_lines, trace_of
from dragonctl.telemetry.requests.sending import Answered, Sent, request_of, wants_signature
from dragonctl.telemetry.traces.reading import Trace

LONGEST_ANSWER = 60.0
"""Seconds to wait for an answer: API Gateway gives up after 29 unless its quota was raised."""


@dataclass(frozen=True)
class Prepared:
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


def prepared(view: View, said: GivenRequest) -> Prepared:
    """The request that is meant. Everything is checked before anything is sent."""
    path, body = path_of(said.path), _body(said.data)
    # The address is not known yet, but a slip of the pen is better told before AWS is asked.
    request_of(said.method, "", said.headers, body, 0.0, said.api_key)
    app = view.app
    if app.api is None:
        raise UsageError("No REST API is meant.", "Name it with --api.")
    if len(app.apis) > 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in app.apis)
        raise UsageError("A request goes to one API.", f"--api matches: {names}.")
    stage = _stage(view, app.api)
    url = f"{_address(view, app.api, stage, said.domain)}{path}"
    sent = request_of(said.method, url, said.headers, body, time.time(), said.api_key)
    resources = read_resources(view.session.reads, app.api.id)
    return Prepared(stage, sent, wants_signature(resources, sent.method, path))


def _stage(view: View, api: Api) -> str:
    """The one stage; at a terminal a doubt becomes a question."""
    stages = list(api.stages)
    if len(stages) == 1:
        return stages[0]
    doubt = f"A request goes to one stage; {api.name} has: {', '.join(stages) or 'none'}."
    if not stages or view.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(doubt, "Name it: --stage, or stage in dragonctl.toml.")
    from dragonctl.terminal.questions import chosen

    return chosen(doubt, "Which one", stages)


def _address(view: View, api: Api, stage: str, domain: str | None) -> str:
    app, endpoint = view.app, view.session.aws.endpoint
    closed = bool(api.raw.get("disableExecuteApiEndpoint")) and endpoint == "aws"
    if not domain and not closed:
        return stage_url(endpoint, api, stage, app.region, app.partition)
    if endpoint != "aws":
        raise UsageError("Only AWS itself serves custom domains.", "Leave --domain out.")
    return domain_url(mapped(_mappings(view, domain), api.id, stage), api, stage, domain)


def _mappings(view: View, domain: str | None) -> dict[str, Any]:
    """The base path mappings of one custom domain, or of all."""
    reads = view.session.reads
    names = [domain] if domain else [one["domainName"] for one in _domains(view)]
    asks = [
        partial(
            reads.pages, "apigateway", "GetBasePathMappings", "items",
            absent=("NotFoundException",), domainName=name,
        )
        for name in names
    ]  # fmt: skip
    return {name: found or [] for name, found in zip(names, reads.concurrently(*asks), strict=True)}


def _domains(view: View) -> list[dict[str, Any]]:
    """The public ones: private domains answer inside their network."""
    found = view.session.reads.pages("apigateway", "GetDomainNames", "items", limit=500) or []
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
        raise UsageError(f"--data {data} cannot be read: {error.strerror or error}.") from error
    return None if data is None else os.fsencode(data)


def deliver(view: View, ready: Prepared) -> Answered:
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
        _sign(view, request)
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
            "dragonctl status shows the stage; dragonctl logs shows whether the request arrived.",
            code="NoAnswer",
        ) from error
    seconds = time.perf_counter() - began
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answered(answer.status_code, headers, body, seconds)


def _sign(view: View, request: object) -> None:
    """Sign with the credentials of this command: its own client knows profile, SSO and role."""
    from botocore.exceptions import BotoCoreError

    signer = view.session.aws.client("apigateway")._request_signer  # noqa: SLF001
    try:
        signer.sign("Invoke", request, signing_name="execute-api")
    except BotoCoreError as error:
        raise DragonError(
            f"The method wants a signed request (IAM), and this cannot be signed: {error}",
            "Log in (`aws sso login`, `aws configure`), or name a --profile.",
            code="NoCredentials",
        ) from error


def arrivals(view: View, ready: Prepared, answered: Answered, began: float) -> Arrivals:
    """The request's log lines as they arrive."""
    return Arrivals(
        view.fetch,
        view.groups(),
        answered.request_id or answered.trace_id or ready.sent.trace_id,
        int(began * 1000) - 60_000,  # clocks differ
        clock=time.time,
        sleep=time.sleep,
        report=view.report,
        waiting=_waiting(view),
        expected=expected_lines(view.app, ready.stage, answered),
    )


def trace(view: View, ready: Prepared, answered: Answered) -> Trace | None:
    """The request's trace once it is whole.

    A stage that does not trace names none; functions that do trace go by what was sent.
    """
    ident = answered.trace_id or ready.sent.trace_id
    if not ident:
        return None
    return trace_of(view.fetch, ident, clock=time.time, sleep=time.sleep, waiting=_waiting(view))


def _waiting(view: View) -> Waiting:
    """The local AWS shows things at once."""
    local = view.session.aws.endpoint != "aws"
    return Waiting(interval=0.3, quiet=1.5, longest=30.0) if local else Waiting()

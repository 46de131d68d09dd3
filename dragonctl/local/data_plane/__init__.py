"""Requests to the stages of an API, answered from what is deployed there.

The agreement of :mod:`dragonctl.local.hooks`: ``application``, ``install``, ``reset``.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dragonctl.local.data_plane.cache import Answer
    from dragonctl.local.data_plane.exchange import Exchange
    from dragonctl.local.data_plane.serving import Gateway
    from dragonctl.local.gateway.deployed import Deployed

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
PREFIX = "/_run/"


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Serve ``/_run/<api id>/<stage>/<path>``; 403 where there is no such API or stage.

    Nor is there one whose default address is switched off.
    """
    from dragonctl.local.data_plane import records, request
    from dragonctl.local.data_plane.definition import ServedStage
    from dragonctl.local.gateway.deployed import deployed

    # Undecoded: an encoded slash belongs to a path parameter and parts nothing.
    raw: str = environ.get("RAW_URI") or environ["PATH_INFO"]
    api, _, rest = raw.partition("?")[0].removeprefix(PREFIX).partition("/")
    stage, _, path = rest.partition("/")
    found = deployed(api, stage)
    if found is None or found.api.get("disableExecuteApiEndpoint"):
        return _forbidden(start_response)
    asked = request.read(environ, "/" + path)
    exchange, answer = _gateway().serve(ServedStage(found), asked)
    records.keep(exchange, answer)
    headers = {
        **answer.headers,
        **exchange.answer_headers,
        "x-amzn-RequestId": asked.request_id,
        "x-amz-apigw-id": asked.extended_id,
    }
    body = _sent(found, exchange, answer, headers)
    headers["Content-Length"] = str(len(body))
    trace = exchange.trace_in_answer
    if trace is not None:
        headers["X-Amzn-Trace-Id"] = trace
    lines = [*headers.items(), *answer.repeated]
    start_response(f"{answer.status} {_reason(answer.status)}", lines)
    return [body]


def _sent(found: Deployed, exchange: Exchange, answer: Answer, headers: dict[str, str]) -> bytes:
    """The body as the client gets it; its coding is added to the headers."""
    from dragonctl.local.data_plane import compression

    is_coded = any(name.lower() == "content-encoding" for name in headers)
    if is_coded or "error" in exchange.context:
        return answer.body
    accepted = exchange.request.header("Accept-Encoding")
    packed = compression.packed(answer.body, accepted, found.api.get("minimumCompressionSize"))
    if packed is None:
        return answer.body
    headers["Content-Encoding"] = packed[0]
    return packed[1]


def install(endpoint: str) -> None:  # noqa: ARG001 (the agreement of hooks)
    """Register the operations that only a data plane can do."""
    from dragonctl.local.data_plane import test_invoke  # noqa: F401 (it registers itself)


def reset() -> None:
    """Forget every cache and bucket."""
    _gateway.cache_clear()


@functools.cache
def _gateway() -> Gateway:
    from dragonctl.local.data_plane.cache import StageCaches
    from dragonctl.local.data_plane.serving import Gateway
    from dragonctl.local.data_plane.throttle import Buckets

    return Gateway(StageCaches(), Buckets())


def _forbidden(start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"message": "Forbidden"}).encode()
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", "ForbiddenException")]
    start_response("403 Forbidden", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _reason(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"

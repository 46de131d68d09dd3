"""The front door of the local AWS: one WSGI application that every request comes through.

A request goes to the tool's own controls (``/_dragonctl``, behind the token), to the data plane
(``/_run``), or to an AWS service: checked, answered or mended by the shims, and for the rest by
moto. What neither does is refused in the service's own words, by the operation's name.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from dragonctl.local import (
    admission,
    callers,
    code_links,
    constraints,
    controls,
    hooks,
    object_access,
    shims,
    state,
    wire,
)
from dragonctl.local.callers import Caller
from dragonctl.local.http_server import TOO_LARGE
from dragonctl.local.wire import Answer, AwsError, RefusedError, Request

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

TOKEN_HEADER = "HTTP_X_DRAGONCTL_TOKEN"  # noqa: S105 (its name, not its value)
# A code that botocore does not repeat: asking again would not help.
NOT_HERE = 501
MOST_STAGE_BYTES = 10_485_760
"""What API Gateway takes of a request's body."""

GUARD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer but a stage's: a browser neither runs nor frames nor embeds what lies here."""

_OWN_HEADERS = {"content-length", *(one.lower() for one in GUARD)}
_FOR_PAGES = "the local AWS serves no web page"
_REFUSALS = {
    Caller.STRANGER: "the local AWS answers on 127.0.0.1 alone",
    Caller.PAGE: f"{_FOR_PAGES}; local up --allow-origin URL opens the stages to one",
    Caller.ALLOWED_PAGE: f"{_FOR_PAGES}; --allow-origin opens the stages alone",
    Caller.ADDRESS_BAR: "the local AWS runs nothing for a browser; use curl, or dragonctl send",
}
_log = logging.getLogger("dragonctl.local")


class FrontDoor:
    """Routes each request; ``moto`` is moto's own WSGI application."""

    def __init__(self, moto: Wsgi, token: str) -> None:
        self._moto = moto
        self._token = token

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request (WSGI): every one gets an answer, whatever breaks."""
        try:
            return self._routed(environ, start_response)
        except Exception as error:  # noqa: BLE001 (the caller gets one sentence)
            _log.exception("a request broke the local AWS")
            words = f"The local AWS broke on this request: {type(error).__name__}"
            return _send(_plain(NOT_HERE, words), start_response)

    def _routed(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        who = callers.caller(environ, state.ALLOWED_ORIGINS)
        if path.startswith("/_run/") and who in (Caller.PROGRAM, Caller.ALLOWED_PAGE):
            return self._run(environ, start_response)
        if who not in (Caller.PROGRAM, Caller.ADDRESS_BAR) or path.startswith("/_run/"):
            return _send(_plain(403, _REFUSALS[who]), start_response)
        if path.startswith(code_links.PREFIX):
            return _send(code_links.serve(path), start_response)
        if path.startswith(("/_dragonctl/", "/moto-api")):
            if who is not Caller.PROGRAM:
                return _send(_plain(403, _REFUSALS[who]), start_response)
            return self._control(path, environ, start_response)
        return _send(self._aws(environ, who), start_response)

    def _aws(self, environ: dict[str, Any], who: Caller) -> Answer:
        try:
            request = admission.admit(environ)
        except RefusedError as refused:
            return wire.write_error(refused.request, refused.error)
        if who is Caller.ADDRESS_BAR and request.operation not in object_access.READS:
            return _plain(403, _REFUSALS[who])
        return self._serve(request)

    def _run(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get(TOO_LARGE) or int(environ.get("CONTENT_LENGTH") or 0) > MOST_STAGE_BYTES:
            return _send(_plain(413, "Request Too Long"), start_response)
        application = hooks.data_plane()
        if application is None:
            return _send(_plain(NOT_HERE, "this local AWS does not serve stages"), start_response)
        served: Iterable[bytes] = application(environ, start_response)
        return served

    def _control(
        self, path: str, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        if not hmac.compare_digest(environ.get(TOKEN_HEADER, ""), self._token):
            return _send(_plain(403, "the local AWS's controls need its token"), start_response)
        if path.startswith("/moto-api"):
            return self._moto(environ, start_response)
        return _send(controls.handle(path, environ), start_response)

    def _serve(self, request: Request) -> Answer:
        try:
            return self._answer(request)
        except AwsError as error:
            return wire.write_error(request, error)
        except NotImplementedError:
            return wire.write_error(request, refusal(request))
        except Exception as error:  # noqa: BLE001 (whatever broke, the caller gets one sentence)
            _log.exception("%s %s failed", request.service, request.operation)
            words = f"The local AWS broke on {request.operation}: {type(error).__name__}: {error}"
            return wire.write_error(request, AwsError("InternalFailure", words, NOT_HERE))

    def _answer(self, request: Request) -> Answer:
        """One request after the other: moto's stores are plain dicts, and it walks over them."""
        constraints.check(request)
        key = (request.service, request.operation)
        with contextlib.nullcontext() if key in shims.without_lock else state.LOCK:
            with state.LOCK:
                for check in shims.checks.get(key, ()):
                    check(request)
            replacement = shims.replacements.get(key)
            if replacement is None:
                return self._mended(request, self._ask_moto(request))
            result = replacement(request)
        return result if isinstance(result, Answer) else wire.write(request, result)

    def _ask_moto(self, request: Request) -> Answer:
        heard: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            heard.update(status=int(status[:3]), headers=dict(headers))

        pieces = self._moto(request.environ, start)
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        answer = Answer(heard["status"], heard["headers"], body)
        if _is_html(answer):
            raise refusal(request)
        return answer

    def _mended(self, request: Request, answer: Answer) -> Answer:
        mendings = shims.mendings.get((request.service, request.operation), ())
        if answer.status >= 300 or not mendings:  # noqa: PLR2004 (what moto refused stays refused)
            return answer
        result = _decoded(answer)
        for mending in mendings:
            with state.LOCK:
                result = mending(request, result) or result
        if not _speaks_json(answer):
            return answer
        headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
        return Answer(answer.status, headers, json.dumps(result).encode())


def refusal(request: Request) -> AwsError:
    """What the local AWS says of an operation that it does not do."""
    words = f"The local AWS does not do {request.service} {request.operation}."
    return AwsError("NotImplemented", words, NOT_HERE)


def _is_html(answer: Answer) -> bool:
    """Whether it is one of moto's pages for missing routes and crashes: no AWS API answers so."""
    kind = answer.headers.get("Content-Type", "")
    return (
        answer.status in (404, 405, 500)
        and bool(answer.body)  # HEAD of what is not there: an answer, and no page
        and kind.startswith("text/html")
        and (not answer.body.lstrip().startswith((b"{", b"<?xml", b"<Error")))
    )


def _speaks_json(answer: Answer) -> bool:
    return answer.body.lstrip().startswith(b"{")


def _decoded(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer.body) if _speaks_json(answer) else {}
    return result


def _plain(status: int, message: str) -> Answer:
    body = json.dumps({"message": message}).encode()
    return Answer(status, {"Content-Type": "application/json"}, body)


def _length(answer: Answer) -> str:
    """Of the body; where there is none, what HEAD was told of it."""
    told = {k.lower(): v for k, v in answer.headers.items()}.get("content-length", "0")
    return str(len(answer.body)) if answer.body else told


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    headers = {k: v for k, v in answer.headers.items() if k.lower() not in _OWN_HEADERS}
    headers |= GUARD | {"Content-Length": _length(answer)}
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
    return [answer.body]

"""The front door of the local AWS: one WSGI application that every request comes through.

A request goes to the tool's own controls (``/_dragonctl``, behind the token), to the data plane
(``/_run``), or to an AWS service (:mod:`dragonctl.local.services`). The door opens before these
are imported: what needs them waits, and whether the server runs is told at once.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dragonctl.local import callers, code_links, controls, hooks, state
from dragonctl.local.callers import Caller
from dragonctl.local.http_server import TOO_LARGE
from dragonctl.local.messages import NOT_HERE, Answer

if TYPE_CHECKING:
    from dragonctl.local.services import Services

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

TOKEN_HEADER = "HTTP_X_DRAGONCTL_TOKEN"  # noqa: S105 (its name, not its value)
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
    """Routes each request; ``services`` waits until the services are there, and returns them."""

    def __init__(self, services: Callable[[], Services], token: str) -> None:
        self._services = services
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
        services = self._services()
        admitted = services.admit(environ)
        if isinstance(admitted, Answer):
            return admitted
        if who is Caller.ADDRESS_BAR and not services.is_look(admitted):
            return _plain(403, _REFUSALS[who])
        return services.serve(admitted)

    def _run(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get(TOO_LARGE) or int(environ.get("CONTENT_LENGTH") or 0) > MOST_STAGE_BYTES:
            return _send(_plain(413, "Request Too Long"), start_response)
        self._services()
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
        if path != controls.STATUS:
            self._services()
        return _send(controls.handle(path, environ), start_response)


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

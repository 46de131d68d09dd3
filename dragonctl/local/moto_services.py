"""moto's answer to a request: its handlers of one service, found by the request's path.

moto's own server is made of Flask, which takes as long to import as moto's core, and puts layers of
context around each request. For the services that an application of ours meets, werkzeug's routing
is enough; a request for any other goes to moto's own server, imported when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError
from moto.backends import get_backend
from moto.core.request import Request as MotoRequest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map
from werkzeug.wrappers import Response as WerkzeugResponse

from dragonctl.local.messages import DEFAULT_ACCOUNT, Answer, Request
from dragonctl.local.routing import BUILDING, MatchedRule

Wsgi = Callable[..., Iterable[bytes]]

_DIRECT = frozenset(
    {"apigateway", "cloudfront", "cloudwatch", "dynamodb", "events", "iam", "kms", "lambda"}
    | {"logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts", "xray"}
)
"""boto3's names of services that bear the same name in moto, and one kind of address."""
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
_CONTROL = "/v20180820/"
"""Where S3's paths are those of S3 Control, which is signed for the same name."""


class Moto:
    """Everything that moto answers; each service is taken up when it is first asked for."""

    def __init__(self) -> None:
        self._services: dict[str, Wsgi] = {}

    def answer(self, request: Request) -> Answer:
        """What moto answers; anything that its code raises passes through."""
        heard: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            heard.update(status=int(status[:3]), headers=dict(headers))

        pieces = self._service(request)(request.environ, start)
        try:
            body = b"".join(pieces)
        finally:
            getattr(pieces, "close", lambda: None)()
        return Answer(heard["status"], heard["headers"], body)

    def _service(self, request: Request) -> Wsgi:
        is_direct = request.service in _DIRECT and request.model is not None
        if request.environ["PATH_INFO"].startswith(_CONTROL):
            is_direct = False
        name = request.service if is_direct else ""
        with BUILDING:  # routes are compiled
            if name not in self._services:
                self._services[name] = Handlers(name) if name else _own_server()
            return self._services[name]


class _Regex(BaseConverter):
    """A part of a path, as moto's addresses write it: ``<regex("…"):name>``."""

    part_isolating = False

    def __init__(self, url_map: Map, pattern: str) -> None:
        super().__init__(url_map)
        self.regex = pattern


class _Incoming(MotoRequest):
    from_wsgi_server = True


class _Outgoing(WerkzeugResponse):
    """moto leaves it to its server which type a body without one has."""

    default_mimetype = "text/html"
    autocorrect_location_header = False


class Handlers:
    """WSGI application of one of moto's services, by boto3's name."""

    def __init__(self, service: str) -> None:
        # Which region's it is, plays no part in its addresses.
        kinds = get_backend(service)[DEFAULT_ACCOUNT]  # type: ignore[call-overload]
        paths = kinds["us-east-1" if "us-east-1" in kinds else "aws"].flask_paths
        rules = (
            MatchedRule(path, endpoint=handler, methods=_METHODS, strict_slashes=False)
            for path, handler in paths.items()
            if path
        )
        self._map = Map(rules, converters={"regex": _Regex})

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        try:
            handler, _ = self._map.bind_to_environ(environ).match()
            answer: Wsgi = _handled(handler, _Incoming(environ))
        except HTTPException as error:
            answer = error
        return answer(environ, start_response)


def _handled(handler: Callable[..., Any], request: MotoRequest) -> WerkzeugResponse:
    """What a handler of moto's answers: status, headers and body, or a body alone."""
    try:
        result = handler(request, request.raw_url, dict(request.headers))
    except ClientError as error:
        result = 400, {}, error.response["Error"]["Message"]
    status, headers, body = result if isinstance(result, tuple) else (200, {}, result)
    response = _Outgoing(body, status, headers)
    if request.method == "HEAD" and "content-length" in headers:
        response.headers["Content-Length"] = headers["content-length"]
    return response


def _own_server() -> Wsgi:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    made = DomainDispatcherApplication(create_backend_app)
    made.lock = BUILDING  # it imports and builds a service's application when first asked for it
    application: Wsgi = made
    return application

"""AWS's protocols on the wire: a request becomes an operation with parameters, and back.

Everything is read from botocore's service models, with moto's own parsers and serializers, so
every shim sees what a boto3 caller passed and answers what a boto3 caller gets.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as MotoRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

SIGNING_NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch", "events": "events"}
"""Where a service signs with another name than boto3's for it."""

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"


class AwsError(Exception):
    """An AWS service's refusal: its error code, its own words, its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Request:
    """One call of an AWS operation.

    ``service`` and ``operation`` are boto3's and the model's names (``stepfunctions``,
    ``CreateStateMachine``), ``parameters`` what a boto3 caller passes. ``model`` is None for an
    operation that the service's model does not have.
    """

    service: str
    operation: str
    account: str
    region: str
    environ: dict[str, Any]
    model: OperationModel | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def body(self) -> bytes:
        """The request's body."""
        stream = self.environ["wsgi.input"]
        stream.seek(0)
        content: bytes = stream.read()
        stream.seek(0)
        return content

    def replace_json(self, parameters: dict[str, Any]) -> None:
        """Say something else to moto than what came, for a service that speaks JSON."""
        content = json.dumps(parameters).encode()
        self.parameters = parameters
        self.environ["wsgi.input"] = io.BytesIO(content)
        self.environ["CONTENT_LENGTH"] = str(len(content))


def signature_scope(environ: Mapping[str, Any]) -> tuple[str, str] | None:
    """Service and region of a SigV4 signature; None when the request is not signed."""
    for part in environ.get("HTTP_AUTHORIZATION", "").split("Credential=")[1:]:
        scope = part.split(",")[0].split("/")
        if len(scope) >= 5:  # noqa: PLR2004 (key, date, region, service, aws4_request)
            return SIGNING_NAMES.get(scope[-2].lower(), scope[-2].lower()), scope[-3]
    return None


def read(environ: dict[str, Any]) -> Request | None:
    """The operation that a signed request names; None when no model tells.

    The body is replaced by a stream that can be read again.
    """
    scope = signature_scope(environ)
    if scope is None:
        return None
    service, region = scope
    _make_rereadable(environ)
    request = Request(service, "", _account(environ), region, environ)
    try:
        model = get_service_model(service)
    except Exception:  # noqa: BLE001 (botocore has no such service: moto will say so)
        return None
    _find_operation(request, model)
    return request


def _find_operation(request: Request, service_model: Any) -> None:
    incoming = MotoRequest(request.environ)
    try:
        model, in_path = get_service_router(request.service).match(incoming)
    except (NotFound, NotImplementedError, KeyError):
        request.operation = _named_operation(incoming)
        return
    request.operation = model.name
    request.model = model
    protocol = determine_request_protocol(service_model, incoming.content_type)
    request.parameters = PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": incoming.method,
            "values": incoming.values,
            "headers": incoming.headers,
            "body": request.body,
            "url_path": incoming.path,
            "url_params": in_path,
        }
    )
    request.environ["wsgi.input"].seek(0)


def _named_operation(incoming: MotoRequest) -> str:
    target = incoming.headers.get("X-Amz-Target", "")
    return target.rpartition(".")[2] or f"{incoming.method} {incoming.path}"


def _make_rereadable(environ: dict[str, Any]) -> None:
    stream = environ["wsgi.input"]
    if not isinstance(stream, io.BytesIO):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = io.BytesIO(stream.read(length))


def _account(environ: Mapping[str, Any]) -> str:
    """The account of the caller's access key, as moto knows it."""
    from moto.iam.models import get_account_id_from

    named: str | None = environ.get("HTTP_X_MOTO_ACCOUNT_ID")
    if named:
        return named
    for part in environ.get("HTTP_AUTHORIZATION", "").split("Credential=")[1:]:
        return str(get_account_id_from(part.split("/")[0]))
    return DEFAULT_ACCOUNT


def _protocol(request: Request) -> str:
    model = get_service_model(request.service)
    return determine_request_protocol(model, request.environ.get("CONTENT_TYPE", ""))


def write(request: Request, result: Mapping[str, Any] | None) -> Answer:
    """A result, in the shape that boto3 returns, as the service would send it."""
    assert request.model is not None
    serializer = get_serializer_class(request.service, _protocol(request))(request.model)
    said = serializer.serialize(dict(result or {}))
    body = said["body"]
    return Answer(
        said["status_code"],
        {**said["headers"], "x-amzn-RequestId": request.request_id},
        body.encode() if isinstance(body, str) else body,
    )


def write_error(request: Request, error: AwsError) -> Answer:
    """A refusal in the service's own protocol."""
    headers = {"x-amzn-RequestId": request.request_id}
    try:
        protocol = _protocol(request)
    except Exception:  # noqa: BLE001 (an unknown service: JSON says it as well as anything)
        protocol = "rest-json"
    if protocol in ("json", "rest-json"):
        said = {"__type": error.code, "message": error.message, **error.fields}
        headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        return Answer(error.status, headers, json.dumps(said).encode())
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{request.request_id}</RequestId></ErrorResponse>"
    )
    return Answer(error.status, {**headers, "Content-Type": "text/xml"}, body.encode())

"""AWS's protocols on the wire: a request becomes an operation with parameters, and back.

Everything is read from botocore's service models, with moto's own parsers and serializers, so
every shim sees what a boto3 caller passed and answers what a boto3 caller gets.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as MotoRequest
from moto.core.request import determine_request_protocol
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from dragonctl.local import routing
from dragonctl.local.messages import DEFAULT_ACCOUNT, Answer, AwsError, RefusedError, Request

SIGNING_NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch", "events": "events"}
"""Where a service signs with another name than boto3's for it."""

_NO_ACTION = "The request is missing an action or a required parameter."
_UNREADABLE = {
    "s3": (
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    "lambda": ("InvalidRequestContentException", "Could not parse request body into json"),
    "apigateway": ("BadRequestException", "Invalid request body"),
}

"""What a service says of a body that it cannot read, where it is not ``SerializationException``."""


def read(environ: dict[str, Any], service: str, region: str) -> Request:
    """The operation that a request names, of a service by its signing name.

    ``model`` stays None where botocore has no such service or operation: moto will say so.

    Raises:
        RefusedError: the operation is known, and its parameters cannot be read.

    """
    service = SIGNING_NAMES.get(service, service)
    if service == "apigateway" and environ["PATH_INFO"].startswith("/v2/"):
        service = "apigatewayv2"  # HTTP APIs, which are signed for the same name
    _make_rereadable(environ)
    request = Request(service, "", _account(environ), region, environ)
    try:
        model = get_service_model(service)
    except Exception:  # noqa: BLE001 (botocore has no such service)
        request.operation = _named_operation(MotoRequest(environ))
        return request
    _forget_foreign_type(environ, model)
    _find_operation(request, model)
    return request


def _forget_foreign_type(environ: dict[str, Any], model: Any) -> None:
    """A content type of a protocol that the service does not speak counts as none.

    moto would find no operation, and then do it all the same, with nothing checked.
    """
    try:
        determine_request_protocol(model, environ.get("CONTENT_TYPE", ""))
    except NotImplementedError:
        environ.pop("CONTENT_TYPE", None)


def _find_operation(request: Request, service_model: Any) -> None:
    incoming = MotoRequest(request.environ)
    try:
        model, in_path = routing.match(request.service, incoming)
    except (NotFound, NotImplementedError, KeyError):
        request.operation = _named_operation(incoming)
        if protocol_of(request) == "query" and not incoming.values.get("Action"):
            raise RefusedError(request, AwsError("MissingAction", _NO_ACTION, 400)) from None
        return
    request.operation = model.name
    request.model = model
    try:
        request.parameters = _parameters(incoming, model, service_model, in_path, request.body)
    except Exception as error:
        code, words = _UNREADABLE.get(
            request.service, ("SerializationException", "The request cannot be read")
        )
        raise RefusedError(request, AwsError(code, words, 400)) from error
    request.environ["wsgi.input"].seek(0)


def _parameters(
    incoming: MotoRequest, model: Any, service_model: Any, in_path: Any, body: bytes
) -> dict[str, Any]:
    protocol = determine_request_protocol(service_model, incoming.content_type)
    is_text = model.input_shape is None or "payload" not in model.input_shape.serialization
    if is_text and protocol in ("json", "rest-json", "query"):
        body.decode()  # JSON's own reader guesses at other encodings
    found: dict[str, Any] = PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": incoming.method,
            "values": incoming.values,
            "headers": incoming.headers,
            "body": body,
            "url_path": incoming.path,
            "url_params": in_path,
        }
    )
    # moto reads a list that the query does not name as an empty one.
    for name in [name for name, one in found.items() if one == []]:
        if model.input_shape.members[name].serialization.get("location") == "querystring":
            del found[name]
    return found


def _named_operation(incoming: MotoRequest) -> str:
    target = incoming.headers.get("X-Amz-Target", "")
    return target.rpartition(".")[2] or f"{incoming.method} {incoming.path}"


def _make_rereadable(environ: dict[str, Any]) -> None:
    """The server's streams are: large bodies lie in files and stay there."""
    stream = environ["wsgi.input"]
    if not stream.seekable():
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


def protocol_of(request: Request) -> str:
    """``json``, ``rest-json``, ``query``, ``rest-xml``…; that of REST where nobody knows."""
    try:
        return _protocol(request)
    except Exception:  # noqa: BLE001 (an unknown service: JSON says it as well as anything)
        return "rest-json"


def write(request: Request, result: Mapping[str, Any] | None) -> Answer:
    """A result, in the shape that boto3 returns, as the service would send it."""
    assert request.model is not None
    serializer = get_serializer_class(request.service, _protocol(request))(request.model)
    written = serializer.serialize(dict(result or {}))
    body = written["body"]
    return Answer(
        written["status_code"],
        {**written["headers"], "x-amzn-RequestId": request.request_id},
        body.encode() if isinstance(body, str) else body,
    )


def read_answer(request: Request, answer: Answer) -> dict[str, Any]:
    """The result of an answer, in the shape that boto3 returns, whatever its protocol."""
    from botocore.parsers import create_parser

    assert request.model is not None
    parsed: dict[str, Any] = create_parser(_protocol(request)).parse(
        {
            "headers": {name.lower(): one for name, one in answer.headers.items()},
            "body": answer.body,
            "status_code": answer.status,
        },
        request.model.output_shape,
    )
    parsed.pop("ResponseMetadata", None)
    return parsed


def write_error(request: Request, error: AwsError) -> Answer:
    """A refusal in the service's own protocol."""
    headers = {"x-amzn-RequestId": request.request_id}
    if protocol_of(request) in ("json", "rest-json"):
        written = {"__type": error.code, "message": error.message, **error.fields}
        headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
        return Answer(error.status, headers, json.dumps(written).encode())
    if request.service == "s3":
        inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        text = f"<Error>{inner}<RequestId>{request.request_id}</RequestId></Error>"
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        kind = {"Content-Type": "application/xml", "x-amz-request-id": request.request_id}
        return Answer(error.status, headers | kind, (head + text).encode())
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{request.request_id}</RequestId></ErrorResponse>"
    )
    return Answer(error.status, {**headers, "Content-Type": "text/xml"}, body.encode())

"""Which operation a request asks for, if AWS would hear it at all: who is signed, who needs not be.

What is not signed and needs to be is refused here, in the words of the service that it was meant
for, before anything else runs. moto tells services apart by guesses where a signature is missing;
here every request that goes on bears one of the scope that was judged.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from moto.core.request import Request as MotoRequest
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from dragonctl.local import object_access, routing, signatures, wire
from dragonctl.local.http_server import TOO_LARGE
from dragonctl.local.messages import (
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    AwsError,
    RefusedError,
    Request,
)
from dragonctl.local.signatures import BrokenSignatureError, Signature

MOST_BODY_BYTES = 70_167_211
"""Of any service but S3: what Lambda takes for a function's code, the largest of them."""

_TOO_LARGE = {
    "s3": ("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 413),
}
_REST_SERVICES = ("lambda", "apigateway", "xray", "cloudfront")
_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "AWSStepFunctions": "states",
    "Logs_20140328": "logs",
    "GraniteServiceVersion20100801": "monitoring",
}
# A page can send these without asking first.
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
_UNSIGNED_ACTIONS = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
_MOST_ACTION_BYTES = 65_536


def admit(environ: dict[str, Any]) -> Request:
    """The operation, from whoever may ask for it.

    Raises:
        RefusedError: AWS would not hear it.

    """
    try:
        signed = signatures.signature(environ)
    except BrokenSignatureError as error:
        raise _broken(environ, error) from error
    if signed is None or _is_signed_form(environ):
        return _unsigned(environ)
    return _within_bounds(_read(environ, signed))


def _read(environ: dict[str, Any], signed: Signature) -> Request:
    environ["HTTP_AUTHORIZATION"] = signed.header
    return wire.read(environ, signed.service, signed.region)


def _within_bounds(request: Request) -> Request:
    """S3 alone takes large bodies, and the server bounds those."""
    size = int(request.environ.get("CONTENT_LENGTH") or 0)
    if request.environ.get(TOO_LARGE) or (request.service != "s3" and size > MOST_BODY_BYTES):
        words = f"Request must be smaller than {MOST_BODY_BYTES} bytes"
        told = _TOO_LARGE.get(request.service, ("RequestEntityTooLargeException", words, 413))
        raise RefusedError(request, AwsError(*told))
    return request


def _is_signed_form(environ: dict[str, Any]) -> bool:
    """A link's signature on a POST that a form could send counts for nothing."""
    return (
        "HTTP_AUTHORIZATION" not in environ
        and environ["REQUEST_METHOD"] == "POST"
        and _media_type(environ) in _FORM_TYPES
    )


def _unsigned(environ: dict[str, Any]) -> Request:
    service = _meant(environ)
    open_to_all = _open_operation(environ, service)
    if open_to_all:
        return _read(environ, Signature("unsigned", DEFAULT_REGION, open_to_all))
    if service != "s3":
        raise _missing(environ, service)
    _address_by_path(environ)
    if environ["REQUEST_METHOD"] == "POST" and _media_type(environ) == "multipart/form-data":
        return _form(environ)
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        raise RefusedError(_about(environ, "s3"), object_access.denied())
    request = _read(environ, Signature("unsigned", DEFAULT_REGION, "s3"))
    try:
        object_access.check_read(request)
    except AwsError as error:
        raise RefusedError(request, error) from error
    return request


def _form(environ: dict[str, Any]) -> Request:
    request = _within_bounds(_about(environ, "s3", "PostObject"))
    try:
        signed = object_access.check_form(environ)
    except AwsError as error:
        raise RefusedError(request, error) from error
    environ["HTTP_AUTHORIZATION"] = signed.header
    return request


def _meant(environ: dict[str, Any]) -> str:
    """The service that an unsigned request was meant for, by its signing name; S3 where unclear."""
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")[0]
    if target:
        return _TARGETS.get(target, target.partition("_")[0].lower() or "unknown")
    if _action(environ):
        return "sts"
    first = environ["PATH_INFO"].strip("/").partition("/")[0]
    if object_access.has_bucket(first):
        return "s3"
    incoming = MotoRequest({**environ, "CONTENT_TYPE": ""})
    for service in _REST_SERVICES:
        try:
            routing.match(service, incoming)
        except (HTTPException, NotImplementedError, KeyError, ValueError):
            continue
        return service
    return "s3"


def _action(environ: dict[str, Any]) -> str:
    """``Action`` of a service that is asked by forms, in the query or a small body; else empty."""
    texts = [environ.get("QUERY_STRING", "")]
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if _media_type(environ) == _FORM_TYPES[0] and size <= _MOST_ACTION_BYTES:
        stream = environ["wsgi.input"]
        texts.append(stream.read(size).decode("latin-1"))
        stream.seek(0)
    for text in texts:
        try:
            found: list[str] = parse_qs(text).get("Action", [])
        except ValueError:
            continue
        if found:
            return found[0]
    return ""


def _open_operation(environ: dict[str, Any], service: str) -> str | None:
    """The service, if AWS asks nobody to sign this operation of it."""
    if service == "sts" and _action(environ) in _UNSIGNED_ACTIONS:
        return service
    if not service.startswith("cognito-"):
        return None
    name = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    model = get_service_model(service)
    known = name in model.operation_names
    return service if known and model.operation_model(name).auth_type == "none" else None


def _address_by_path(environ: dict[str, Any]) -> None:
    """A bucket that is named by the host is named by the path from here on: as it is judged."""
    name, _, port = environ.get("HTTP_HOST", "").lower().partition(":")
    bucket = name.removesuffix(".localhost") if name.endswith(".localhost") else ""
    environ["HTTP_HOST"] = f"127.0.0.1:{port}" if port else "127.0.0.1"
    for key in ("PATH_INFO", "RAW_URI", "REQUEST_URI") if bucket else ():
        environ[key] = f"/{bucket}{environ.get(key, '/')}"


def _media_type(environ: dict[str, Any]) -> str:
    kind: str = environ.get("CONTENT_TYPE", "")
    return kind.partition(";")[0].strip().lower()


def _about(environ: dict[str, Any], service: str, operation: str = "") -> Request:
    """As much of a request as a refusal needs."""
    named = wire.SIGNING_NAMES.get(service, service)
    return Request(named, operation, DEFAULT_ACCOUNT, DEFAULT_REGION, environ)


def _missing(environ: dict[str, Any], service: str) -> RefusedError:
    """AWS's words for a request without a signature, by the service's protocol."""
    about = _about(environ, service)
    if wire.protocol_of(about) == "query":
        words = "Request is missing Authentication Token"
        return RefusedError(about, AwsError("MissingAuthenticationToken", words, 403))
    status = 400 if wire.protocol_of(about) == "json" else 403
    words = "Missing Authentication Token"
    return RefusedError(about, AwsError("MissingAuthenticationTokenException", words, status))


def _broken(environ: dict[str, Any], error: BrokenSignatureError) -> RefusedError:
    """AWS's words for a signature that does not hold, by the service's protocol."""
    about = _about(environ, _claimed(environ) or _meant(environ))
    if about.service == "s3":
        if error.expired:
            return RefusedError(about, object_access.denied(error.message))
        if error.message.startswith("Unsupported"):
            return RefusedError(about, AwsError("InvalidArgument", error.message, 400))
        words = f"The authorization header is malformed; {error.message}"
        return RefusedError(about, AwsError("AuthorizationHeaderMalformed", words, 400))
    lacks_part = error.message.startswith(("Authorization header", "Unsupported"))
    if wire.protocol_of(about) == "query":
        code, status = (
            ("IncompleteSignature", 400) if lacks_part else ("SignatureDoesNotMatch", 403)
        )
    elif lacks_part:
        code, status = "IncompleteSignatureException", 400
    else:
        code, status = "InvalidSignatureException", 403
    return RefusedError(about, AwsError(code, error.message, status))


def _claimed(environ: dict[str, Any]) -> str:
    """The service that a signature names, whether it holds or not; empty where it names none."""
    told = environ.get("HTTP_AUTHORIZATION", "") + "&" + environ.get("QUERY_STRING", "")
    found = re.search(r"/([a-z0-9.-]{1,64})/aws4_request", told.replace("%2F", "/"))
    if found:
        return found[1]
    return "s3" if re.match(r"AWS |.*AWSAccessKeyId=", told) else ""

"""One request to a stage, as one would send it with Postman, and the ids that come back.

Sources: "Invoke REST APIs" and the gateway's response headers (``x-amzn-RequestId``,
``x-amz-apigw-id``) in the API Gateway developer guide; the tracing header in X-Ray's.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dragonctl.application.routing import closeness
from dragonctl.errors import UsageError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Sent:
    """A request to be made: ``body`` None means none."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def trace_id(self) -> str:
        """The X-Ray trace id that it asks for; "" when its header names none."""
        return _trace_id(self.headers)


@dataclass(frozen=True)
class HttpResponse:
    """An answer: its status, headers (names in lower case), body, and seconds it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def request_id(self) -> str:
        """API Gateway's id of the request; "" when something else answered."""
        return self.headers.get("x-amzn-requestid", "")

    @property
    def extended_id(self) -> str:
        """API Gateway's extended id, which callers cannot forge."""
        return self.headers.get("x-amz-apigw-id", "")

    @property
    def trace_id(self) -> str:
        """The X-Ray trace id; "" when there is none."""
        return _trace_id(self.headers)

    @property
    def execution(self) -> str:
        """The ARN of the execution that the request started; "" for others."""
        document = self.document_body()
        found = document.get("executionArn") if isinstance(document, dict) else None
        return found if isinstance(found, str) else ""

    @property
    def is_unrouted(self) -> bool:
        """Whether API Gateway found no method for it: it says so in an odd way."""
        return self.headers.get("x-amzn-errortype") == "MissingAuthenticationTokenException"

    def text(self) -> str | None:
        """The body as text; None when it is none (an image, say)."""
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            return None

    def document_body(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return None

    def document(self) -> dict[str, Any]:
        """The answer as plain JSON; a body that is JSON stands as JSON."""
        parsed, text = self.document_body(), self.text()
        body = {"body": text if parsed is None else parsed}
        if text is None:
            body = {"body_base64": base64.b64encode(self.body).decode()}
        return {
            "status": self.status,
            "seconds": self.seconds,
            "request_id": self.request_id,
            "extended_request_id": self.extended_id,
            "trace_id": self.trace_id,
            "execution_arn": self.execution,
            "headers": dict(self.headers),
            **body,
        }


def request_of(
    method: str, url: str, headers: Iterable[str], data: bytes | None, now: float, api_key: str = ""
) -> Sent:
    """The request: JSON unless a header says otherwise, traced so that sampling keeps it.

    ``headers`` are ``Name: value`` texts; ``api_key`` goes into ``x-api-key``. Raises
    :class:`UsageError` for what is none, and for a body that should be JSON and is not.
    """
    if method.upper() not in METHODS:
        raise UsageError(f"'{method}' is not a method.", f"There are {', '.join(METHODS)}.")
    named = dict(_header(text) for text in headers)
    known = {name.lower(): value for name, value in named.items()}
    own = {
        "User-Agent": "dragonctl",
        "X-Amzn-Trace-Id": f"Root=1-{int(now):08x}-{secrets.token_hex(12)};Sampled=1",
        **({"X-Api-Key": api_key} if api_key else {}),
        **({"Content-Type": "application/json"} if data is not None else {}),
    }
    whole = {**{name: own[name] for name in own if name.lower() not in known}, **named}
    kind = known.get("content-type", "application/json").lower()
    if data is not None and re.search(r"[/+]json(?![\w-])", kind):  # x-ndjson is none
        _check_json(data)
    return Sent(method.upper(), url, whole, data)


def _trace_id(headers: Mapping[str, str]) -> str:
    """``Root`` of the tracing header."""
    header = {name.lower(): value for name, value in headers.items()}.get("x-amzn-trace-id", "")
    parts = dict(part.split("=", 1) for part in header.split(";") if "=" in part)
    return parts.get("Root", "").strip()


def _check_json(data: bytes) -> None:
    """Tell a slip of the pen here: API Gateway would only say that the body is invalid."""
    try:
        json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "it is not text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise UsageError(
            f"The body is not JSON: {reason}.",
            "Fix it, or name what it is: --header 'Content-Type: text/plain'.",
        ) from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    named = re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip())
    if not (colon and named) or not re.fullmatch(r"[\t\x20-\x7e\xa0-\xff]*", value):
        raise UsageError(f"--header '{text}' is not NAME: VALUE.", "Write 'Accept: text/plain'.")
    if name.strip().lower() in ("content-length", "transfer-encoding"):
        raise UsageError(f"--header '{text}': it follows from the body.", "Leave it out.")
    return name.strip(), value.strip()


def wants_signature(resources: Iterable[Mapping[str, Any]], method: str, path: str) -> bool:
    """Whether the method that serves a path is authorized by IAM.

    ``resources`` are ``GetResources``' items with their methods embedded. Literal segments win
    over ``{parameters}``, those over a greedy ``{proxy+}``, as API Gateway routes.
    """
    segments = path.partition("?")[0].strip("/").split("/")
    matching = [
        (rank, resource)
        for resource in resources
        if (rank := closeness(str(resource.get("path", "")).strip("/").split("/"), segments))
    ]
    if not matching:
        return False
    _, resource = max(matching, key=lambda item: item[0])
    methods = resource.get("resourceMethods") or {}
    served = methods.get(method.upper()) or methods.get("ANY") or {}
    return served.get("authorizationType") == "AWS_IAM"

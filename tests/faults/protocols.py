"""What an AWS request asks for, and how each AWS protocol says no.

The models that botocore ships are the source for names, methods and paths; the error shapes are
those of the AWS API references (rest-json, json 1.0/1.1, query and rest-xml).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError

from tests.aws.models import service_model

SERVICES = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}
"""Signing name -> botocore's name, where the two differ."""

TARGETS = {
    "AWSStepFunctions": "stepfunctions",
    "Logs_20140328": "logs",
    "AmazonSSM": "ssm",
    "GraniteServiceVersion20100801": "cloudwatch",
    "AWSEvents": "events",
}
"""Prefix of ``X-Amz-Target`` -> botocore's name, for requests without a signature."""

READS = re.compile(
    "Get|List|Describe|BatchGet|Head|Filter|Lookup|Search|Simulate|Select|StartQuery|Validate|Test"
)
"""Operations that change nothing, by the verb that AWS gives them."""

SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Request:
    """One HTTP request as it arrived: ``path`` with its query, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Operation:
    """What a request asks for: ``apigateway`` ``UpdateStage``. Unknown parts are ``"?"``."""

    service: str
    name: str
    protocol: str
    region: str = "us-east-1"
    is_write: bool = True


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def recognise(request: Request) -> Operation:
    """The service and operation of a request, from its signature, target, form or path."""
    region, service = _scope(request)
    if service == "apigateway" and request.path.startswith("/v2/"):
        service = "apigatewayv2"  # it signs by the name of the other
    target = request.headers.get("x-amz-target", "")
    if target:
        prefix, _, name = target.partition(".")
        return _operation(service or TARGETS.get(prefix, "?"), name, "json", region)
    action = _form_action(request)
    if action:
        return _operation(service or "?", action, "query", region)
    if service is None:
        return Operation(
            "?", "?", "rest-json", region, is_write=request.method not in {"GET", "HEAD"}
        )
    return _operation(service, _rest_operation(service, request), _model(service).protocol, region)


def error_answer(operation: Operation, status: int, code: str, message: str) -> Answer:
    """An error as this operation's protocol writes it; ``code`` "" leaves the code out."""
    request_id = "11111111-2222-3333-4444-555555555555"
    if operation.protocol in {"query", "rest-xml"}:
        inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        body = (
            f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
            if operation.service == "s3"
            else f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return Answer(
            status, body.encode(), {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}
        )
    document: dict[str, str] = {"message": message}
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id}
    if operation.protocol == "json":
        headers["Content-Type"] = "application/x-amz-json-1.1"
        document = {"__type": code, **document} if code else document
    elif code:
        headers["x-amzn-ErrorType"] = code
    return Answer(status, json.dumps(document).encode(), headers)


def empty_answer(operation: Operation) -> Answer:
    """A success that tells nothing, in this operation's protocol."""
    if operation.protocol in {"query", "rest-xml"}:
        name = operation.name
        body = f"<{name}Response><{name}Result/></{name}Response>"
        return Answer(200, body.encode(), {"Content-Type": "text/xml"})
    return Answer(200, b"{}", {"Content-Type": "application/json"})


def action_name(operation: Operation, method: str) -> str:
    """The IAM action that allows the operation: API Gateway's are HTTP methods."""
    if operation.service == "apigateway":
        return f"apigateway:{method}"
    prefix = next(
        (s for s, name in SERVICES.items() if name == operation.service), operation.service
    )
    return f"{prefix}:{operation.name}"


@dataclass(frozen=True)
class _Route:
    name: str
    method: str
    pattern: re.Pattern[str]
    query: frozenset[tuple[str, str]]
    headers: frozenset[str]
    literals: int

    @property
    def precision(self) -> tuple[int, int, int]:
        """The most specific route wins: a required query or header, then the longer path."""
        return len(self.query), len(self.headers), self.literals


@dataclass(frozen=True)
class _Model:
    protocol: str
    routes: tuple[_Route, ...]


@cache
def _model(service: str) -> _Model:
    try:
        model = service_model(service)
    except UnknownServiceError:
        return _Model("rest-json", ())
    routes = [_route(model.operation_model(name)) for name in model.operation_names]
    routes.sort(key=lambda route: route.precision, reverse=True)
    return _Model(model.resolved_protocol, tuple(routes))


def _route(model: Any) -> _Route:
    path, _, query = model.http.get("requestUri", "/").partition("?")
    parts = re.split(r"(\{[^}]+\})", path.rstrip("/"))
    pattern = "".join(
        (".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part)
        for part in parts
    )
    return _Route(
        model.name,
        model.http.get("method", "POST"),
        re.compile(f"{pattern}/?"),
        frozenset((key, values[0]) for key, values in _query(query).items())
        | frozenset((key, "") for key in _required(model, "querystring")),
        frozenset(key.lower() for key in _required(model, "header")),
        sum(len(part) for part in parts if not part.startswith("{")),
    )


def _required(model: Any, location: str) -> list[str]:
    """The names that the operation requires in its ``querystring`` or its ``header`` s."""
    if model.input_shape is None:
        return []
    members = [model.input_shape.members[name] for name in model.input_shape.required_members]
    return [
        member.serialization["name"]
        for member in members
        if member.serialization.get("location") == location
    ]


def _rest_operation(service: str, request: Request) -> str:
    split = urlsplit(request.path)
    given = _query(split.query)
    for route in _model(service).routes:
        matches = route.method == request.method and route.pattern.fullmatch(split.path)
        asked = all(_has(given, key, value) for key, value in route.query)
        if matches and asked and route.headers <= set(request.headers):
            return route.name
    return "?"


def _query(text: str) -> dict[str, list[str]]:
    return parse_qs(text, keep_blank_values=True)


def _has(given: Mapping[str, list[str]], key: str, value: str) -> bool:
    return key in given and (not value or value in given[key])


def _operation(service: str, name: str, protocol: str, region: str) -> Operation:
    return Operation(service, name, protocol, region, is_write=READS.match(name) is None)


def _scope(request: Request) -> tuple[str, str | None]:
    found = SCOPE.search(request.headers.get("authorization", ""))
    if found is None:
        return "us-east-1", None
    return found.group(1), SERVICES.get(found.group(2), found.group(2))


def _form_action(request: Request) -> str | None:
    if "x-www-form-urlencoded" not in request.headers.get("content-type", ""):
        return None
    return parse_qs(request.body.decode("utf-8", "replace")).get("Action", [None])[0]

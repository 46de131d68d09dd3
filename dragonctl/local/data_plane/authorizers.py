"""Authorizers: a function says by a policy who may call, or a token of a user pool does.

(AWS: "Use API Gateway Lambda authorizers"; user pools are :mod:`.user_pools`.)
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from dragonctl.local import backends
from dragonctl.local.data_plane import faults, user_pools
from dragonctl.local.data_plane.exchange import Exchange
from dragonctl.local.data_plane.lambda_integration import proxy_event
from dragonctl.local.hooks import Invocation, ThrottledError
from dragonctl.local.runtime import calls

DEFAULT_SECONDS = 300
_FUNCTION = re.compile(
    r".*:lambda:path/[\d-]+/functions/(arn:[\w-]+:lambda:[\w-]*:\d*:function:.+)/invocations"
)
Said = Mapping[str, Any]


class Policies:
    """What authorizers said, by the caller's identity, for as long as they let it be kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[Any, ...], tuple[float, Said]] = {}

    def get(self, key: tuple[Any, ...]) -> Said | None:
        """What is held and not over."""
        with self._lock:
            until, said = self._held.get(key, (0.0, {}))
        return said if until > time.monotonic() else None

    def put(self, key: tuple[Any, ...], said: Said, seconds: int) -> None:
        """Keep it for so many seconds."""
        with self._lock:
            self._held[key] = (time.monotonic() + seconds, said)


def authorize(exchange: Exchange, policies: Policies) -> None:
    """Ask the method's authorizer, or what it said before; its context goes into ``$context``.

    Raises:
        GatewayError: 401 without an identity, 403 where its policy does not allow the call, 500
            where it fails or answers no policy; 501 for what is not done here.

    """
    raw = exchange.method.raw
    if raw.get("authorizationType") not in ("CUSTOM", user_pools.KIND):
        return
    authorizer = exchange.stage.deployed.definition["authorizers"].get(raw.get("authorizerId"))
    if authorizer is None:
        raise faults.authorizer("the method's authorizer is not there")
    if authorizer.get("type") == user_pools.KIND:
        user_pools.authorize(exchange, authorizer)
        return
    seconds = authorizer.get("authorizerResultTtlInSeconds")
    seconds = DEFAULT_SECONDS if seconds is None else int(seconds)
    identity = _identity(exchange, authorizer, seconds)
    deployment = exchange.stage.raw.get("deploymentId")
    key = (*exchange.stage.key, deployment, authorizer["id"], *identity)
    said = policies.get(key) if seconds else None
    if said is None:
        said = _asked(exchange, authorizer, identity)
        policies.put(key, said, seconds)
    exchange.usage_key = said.get("usageIdentifierKey")
    exchange.context["authorizer"] = {
        "principalId": said["principalId"],
        **{name: _shown(value) for name, value in (said.get("context") or {}).items()},
    }
    _judge(said["policyDocument"], _method_arn(exchange))


def _identity(exchange: Exchange, authorizer: Said, seconds: int) -> list[str]:
    """The values of the identity's sources; all must be there, unless nothing is kept of them."""
    sources = [one.strip() for one in (authorizer.get("identitySource") or "").split(",") if one]
    values = [exchange.parameters.value(source) or "" for source in sources]
    token = authorizer["type"] == "TOKEN"
    if not all(values) and (token or seconds):
        raise faults.unauthorized()
    expression = authorizer.get("identityValidationExpression")
    if token and expression and not re.fullmatch(expression, values[0]):
        raise faults.unauthorized()
    return values


def _asked(exchange: Exchange, authorizer: Said, identity: list[str]) -> Said:
    uri = str(authorizer.get("authorizerUri"))
    named = _FUNCTION.fullmatch(uri)
    if named is None and ":lambda:path/" in uri:
        raise faults.authorizer(f"{uri} names no Lambda function")
    if named is None:
        raise faults.not_here(f"authorizers with {uri}")
    event: dict[str, Any] = {"type": authorizer["type"], "methodArn": _method_arn(exchange)}
    if authorizer["type"] == "TOKEN":
        event["authorizationToken"] = identity[0]
    else:
        request = proxy_event(exchange)
        event |= {k: v for k, v in request.items() if k not in ("body", "isBase64Encoded")}
    outcome = _called(exchange, authorizer, named[1], event)
    if outcome.refused:
        raise faults.not_here(outcome.refused)
    if outcome.error:
        if _loaded(outcome.payload).get("errorMessage") == "Unauthorized":
            raise faults.unauthorized()
        raise faults.authorizer("the authorizer's function failed")
    said = _loaded(outcome.payload)
    if not said.get("principalId") or not isinstance(said.get("policyDocument"), dict):
        raise faults.authorizer("the authorizer's answer has no principalId or no policyDocument")
    return said


def _called(exchange: Exchange, authorizer: Said, arn: str, event: Said) -> Any:
    stage = exchange.stage
    place = f"{stage.api_id}/authorizers/{authorizer['id']}"
    source = backends.arn("execute-api", stage.region, stage.account, place)
    try:
        function = calls.find(arn)
        credentials = authorizer.get("authorizerCredentials")
        calls.check_permission(arn, source, "apigateway.amazonaws.com", credentials)
    except (calls.UnknownFunctionError, PermissionError):
        raise faults.authorizer("Invalid permissions on Lambda function") from None
    payload = json.dumps(event, ensure_ascii=False).encode()
    invocation = Invocation(payload, calls.new_request_id(), trace_header=str(exchange.trace))
    try:
        return calls.call(function, invocation)
    except ThrottledError as error:
        raise faults.authorizer(f"Lambda invocation failed with status: 429. {error}") from None


def _loaded(payload: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(payload)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _method_arn(exchange: Exchange) -> str:
    stage, request = exchange.stage, exchange.request
    called = f"{stage.api_id}/{stage.name}/{request.method}/{request.path.lstrip('/')}"
    return backends.arn("execute-api", stage.region, stage.account, called)


def _judge(document: Said, arn: str) -> None:
    """A denial beats a permission; without either nobody may."""
    statements = _listed(document.get("Statement"))
    effects = {one.get("Effect") for one in statements if _covers(one, arn)}
    words = "User is not authorized to access this resource"
    if "Deny" in effects:
        raise faults.denied(f"{words} with an explicit deny in an identity-based policy")
    if "Allow" not in effects:
        raise faults.denied(words)


def _covers(statement: Said, arn: str) -> bool:
    if statement.get("Condition"):
        raise faults.not_here("conditions in the policies of authorizers")
    actions = [str(one).lower() for one in _listed(statement.get("Action"))]
    resources = [str(one).replace("[", "[[]") for one in _listed(statement.get("Resource"))]
    return any(fnmatchcase("execute-api:invoke", one) for one in actions) and any(
        fnmatchcase(arn, one) for one in resources
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _shown(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else str(value)

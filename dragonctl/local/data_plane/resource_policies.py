"""An API's own policy: who may call which of its methods, from where.

It holds as it was deployed. Without an authorizer somebody must be allowed by it; where a function
or IAM decides, it can only deny
(docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html). Callers
are anonymous, and come from this machine, through no VPC.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from dragonctl.aws.iam_documents import decoded, listed, matches, statements
from dragonctl.local import backends
from dragonctl.local.data_plane import faults
from dragonctl.local.data_plane.exchange import Exchange

Said = Mapping[str, Any]

ACTION = "execute-api:Invoke"
_SHORT = "execute-api:/"
_DECIDED_ELSEWHERE = ("CUSTOM", "AWS_IAM")
_UNREAD = ("NotPrincipal", "NotAction", "NotResource")
_OF_VPC = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")


def judge(exchange: Exchange) -> None:
    """Refuse a request that the API's policy does not let in.

    Raises:
        GatewayError: 403; 501 with the name of what is not done here.

    """
    text = exchange.stage.deployed.definition.get("policy")
    if not text:
        return
    arn = _called(exchange)
    covering = {
        one.get("Effect") for one in statements(decoded(text)) if _covers(one, arn, exchange)
    }
    stage = exchange.stage
    shown = arn.replace(stage.account, f"{'*' * 8}{stage.account[-4:]}")
    words = f"User: anonymous is not authorized to perform: {ACTION} on resource: {shown}"
    if "Deny" in covering:
        raise faults.denied(f"{words} with an explicit deny")
    if "Allow" not in covering and _kind(exchange) not in _DECIDED_ELSEWHERE:
        raise faults.denied(words)


def _kind(exchange: Exchange) -> str:
    return str(exchange.method.raw.get("authorizationType") or "NONE")


def _called(exchange: Exchange) -> str:
    stage, request = exchange.stage, exchange.request
    called = f"{stage.api_id}/{stage.name}/{request.method}/{request.path.lstrip('/')}"
    return backends.arn("execute-api", stage.region, stage.account, called)


def _covers(statement: Said, arn: str, exchange: Exchange) -> bool:
    for name in _UNREAD:
        if name in statement:
            raise faults.not_here(f"{name} in the policies of APIs")
    own = arn.partition("/")[0] + "/"
    resources = [
        str(one).replace(_SHORT, own, 1) if str(one).startswith(_SHORT) else str(one)
        for one in listed(statement.get("Resource"))
    ]
    return (
        _is_anybody(statement.get("Principal"), exchange)
        and any(
            matches(str(one), ACTION, exact_case=False) for one in listed(statement.get("Action"))
        )
        and any(matches(one, arn) for one in resources)
        and _holds(statement.get("Condition") or {}, exchange)
    )


def _is_anybody(principal: Any, exchange: Exchange) -> bool:
    names = listed(principal.get("AWS")) if isinstance(principal, Mapping) else listed(principal)
    if "*" in names:
        return True
    if _kind(exchange) == "AWS_IAM":
        raise faults.not_here("principals in the policies of APIs")
    return False


def _holds(conditions: Said, exchange: Exchange) -> bool:
    return all(
        _holds_one(operator, key.lower(), [str(one) for one in listed(wanted)], exchange)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds_one(operator: str, key: str, wanted: list[str], exchange: Exchange) -> bool:
    source = str(exchange.context["identity"]["sourceIp"])
    if operator in _ADDRESSES and key == "aws:sourceip":
        return _ADDRESSES[operator](source, wanted)
    # A request that comes through no VPC has no such key: what must differ from it does.
    if key in _OF_VPC and operator in (*_ADDRESSES, "StringEquals", "StringLike"):
        return operator == "NotIpAddress"
    if key in _OF_VPC and operator in ("StringNotEquals", "StringNotLike"):
        return True
    raise faults.not_here(f"the condition {operator} of {key} in the policies of APIs")


def _is_within(address: str, networks: list[str]) -> bool:
    source = ipaddress.ip_address(address)
    return any(source in ipaddress.ip_network(one, strict=False) for one in networks)


_ADDRESSES: dict[str, Callable[[str, list[str]], bool]] = {
    "IpAddress": _is_within,
    "NotIpAddress": lambda address, networks: not _is_within(address, networks),
}

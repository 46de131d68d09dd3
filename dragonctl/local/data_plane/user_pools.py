"""Authorizers of the kind COGNITO_USER_POOLS: a token that a user pool has signed.

(AWS: "Control access to REST APIs using Amazon Cognito user pools as an authorizer".) Pools are
those that the local AWS itself holds, made by ``cognito-idp``; a token is judged by their key,
issuer and expiry. A pool that is not held here cannot be asked: it is refused by name.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.data_plane import faults
from dragonctl.local.data_plane.exchange import Exchange

KIND = "COGNITO_USER_POOLS"
_HEADER = "method.request.header.Authorization"
_ARN_PARTS = 6
Claims = Mapping[str, Any]


def authorize(exchange: Exchange, authorizer: Mapping[str, Any]) -> None:
    """Let in who bears a token of one of the pools; its claims go into ``$context``.

    Raises:
        GatewayError: 401 without a token that holds; 501 where no pool is held here.

    """
    source = authorizer.get("identitySource") or _HEADER
    token = (exchange.parameters.value(source) or "").removeprefix("Bearer ").strip()
    if not token:
        raise faults.unauthorized()
    scopes = set(exchange.method.raw.get("authorizationScopes") or ())
    pools = _pools(authorizer)
    claims = _verified(token)
    issuer = str(claims.get("iss") or "").rpartition("/")[2]
    if issuer not in pools or not _is_right_kind(claims, scopes):
        raise faults.unauthorized()
    if float(claims.get("exp") or 0) <= time.time():
        raise faults.unauthorized("The incoming token has expired")
    exchange.context["authorizer"] = {"claims": {k: _shown(v) for k, v in claims.items()}}


def _pools(authorizer: Mapping[str, Any]) -> set[str]:
    """The ids of those of the authorizer's pools that are held here."""
    named = [str(one) for one in authorizer.get("providerARNs") or ()]
    held = {arn.rpartition("/")[2] for arn in named if _is_held(arn)}
    if not held:
        pools = ", ".join(named) or "none"
        raise faults.not_here(f"authorizers of user pools that it does not hold ({pools})")
    return held


def _is_held(arn: str) -> bool:
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS or not parts[5].startswith("userpool/"):
        return False
    with state.LOCK:
        backend = backends.backend("cognito-idp", parts[4], parts[3])
        return parts[5].removeprefix("userpool/") in backend.user_pools


def _verified(token: str) -> Claims:
    """The claims of a token that was signed with the pools' key; 401 for another one."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        return jwt.decode(token, signing_key(), algorithms=["RS256"]).claims
    except (JoseError, ValueError):
        raise faults.unauthorized() from None


@cache
def signing_key() -> Any:
    """The one key with which moto signs for every pool."""
    from joserfc.jwk import RSAKey
    from moto.utilities.utils import load_resource

    return RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


def _is_right_kind(claims: Claims, scopes: set[str]) -> bool:
    """An id token where the method asks for no scopes, else an access token with one of them."""
    if not scopes:
        return claims.get("token_use") == "id"
    granted = set(str(claims.get("scope") or "").split())
    return claims.get("token_use") == "access" and bool(scopes & granted)


def _shown(value: Any) -> str:
    """As API Gateway writes claims: all text, lists with commas."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)

"""API keys, and what their usage plans allow: rate, burst and quota.

(AWS: "Usage plans and API keys for REST APIs in API Gateway".) Requests of a period are counted in
the memory of API Gateway, so that a restart gives nobody a new quota.
"""

from __future__ import annotations

import time
from typing import Any

from dragonctl.local import backends, state
from dragonctl.local.data_plane import faults
from dragonctl.local.data_plane.exchange import Exchange
from dragonctl.local.data_plane.throttle import Buckets

_PERIODS = {"DAY": "%Y-%m-%d", "WEEK": "%Y week %U", "MONTH": "%Y-%m"}
_UNSET = -1.0


def source(exchange: Exchange) -> str:
    """Where this API's keys come from: ``HEADER`` or ``AUTHORIZER``."""
    return str(exchange.stage.deployed.api.get("apiKeySource") or "HEADER")


def admit(exchange: Exchange, buckets: Buckets) -> None:
    """Let a request in by its key: one that is enabled and in a usage plan of this stage.

    Raises:
        GatewayError: 403 without such a key, 429 beyond its plan's rate or quota.

    """
    if not exchange.method.raw.get("apiKeyRequired"):
        exchange.log.note(
            f"API Key  authorized because method '{exchange.method.http_method} "
            f"{exchange.method.resource_path}' does not require API Key. Request will not "
            "contribute to throttle or quota limits"
        )
        return
    stage = exchange.stage
    from_header = source(exchange) == "HEADER"
    value = exchange.request.header("x-api-key") if from_header else exchange.usage_key
    backend = backends.backend("apigateway", stage.account, stage.region)
    with state.LOCK:
        key = next((one for one in backend.keys.values() if value and one.value == value), None)
        found = _plan(backend, exchange, key.id) if key is not None and key.enabled else None
        if key is None or found is None:
            raise faults.forbidden("INVALID_API_KEY", f"API Key {value or ''} not authorized")
        plan, served = found
        _throttle(exchange, buckets, plan, served, key.id)
        _spend(exchange, plan, key.id)
    exchange.context["identity"]["apiKey"] = value
    exchange.context["identity"]["apiKeyId"] = key.id


def _plan(backend: Any, exchange: Exchange, key: str) -> tuple[Any, dict[str, Any]] | None:
    """The plan that has the key and this stage, with what it says of the stage."""
    for plan in backend.usage_plans.values():
        for served in plan.api_stages:
            covers = (served.get("apiId"), served.get("stage")) == exchange.stage.key[2:]
            if covers and key in backend.usage_plan_keys.get(plan.id, {}):
                return plan, served
    return None


def _throttle(
    exchange: Exchange, buckets: Buckets, plan: Any, served: dict[str, Any], key: str
) -> None:
    """The plan's rate and burst for each key; its limits for this method count for themselves."""
    method = f"{exchange.method.resource_path}/{exchange.method.http_method}"
    own = (served.get("throttle") or {}).get(method)
    limits = own or plan.throttle or {}
    bucket = ("plan", plan.id, key, *(exchange.stage.key if own else ()), method if own else "")
    rate, burst = (float(limits.get(name, _UNSET)) for name in ("rateLimit", "burstLimit"))
    if not buckets.allow(bucket, rate, burst):
        raise faults.throttled()


def _spend(exchange: Exchange, plan: Any, key: str) -> None:
    """One request of the key's quota."""
    limit = int((plan.quota or {}).get("limit") or 0)
    if not limit:
        return
    if int(plan.quota.get("offset") or 0):
        raise faults.not_here("offsets in the quotas of usage plans")
    period = time.strftime(_PERIODS[plan.quota["period"]], time.gmtime(exchange.request.received))
    memory = state.memory("apigateway", exchange.stage.account, exchange.stage.region)
    counts = memory.setdefault("usage", {}).setdefault(f"{plan.id}/{key}", {})
    used = counts.get(period, 0)
    if used >= limit:
        raise faults.quota_exceeded()
    # What was used in earlier periods is nobody's concern any more.
    memory["usage"][f"{plan.id}/{key}"] = {period: used + 1}

"""Aliases: revisions that guard, routes that act, and what cannot be routed."""

from __future__ import annotations

import random
import uuid
from typing import Any

from dragonctl.local.messages import AwsError, Request
from dragonctl.local.shims import before, instead
from dragonctl.local.shims.functions import STALE, find, invalid, named, not_found, store

LATEST = "$LATEST"


@instead("lambda", "CreateAlias")
def create(request: Request) -> dict[str, Any]:
    """A new name for a version, or for two by their weights."""
    from moto.awslambda.models import LambdaAlias

    parameters, function = request.parameters, named(request, check=True)
    weights = _weights(parameters)
    _check_routes(request, parameters["FunctionVersion"], weights)
    aliases, name = _aliases(request), parameters["Name"]
    if name in aliases:
        words = f"Alias already exists: {function.arn}:{name}"
        raise AwsError("ResourceConflictException", words, 409, Type="User")
    aliases[name] = LambdaAlias(
        account_id=request.account,
        region=request.region,
        name=name,
        function_name=function.name,
        function_version=parameters["FunctionVersion"],
        description=parameters.get("Description") or "",
        routing_config=_kept(weights),
    )
    return _shown(aliases[name])


@instead("lambda", "UpdateAlias")
def update(request: Request) -> dict[str, Any]:
    """Change an alias of the revision that was seen; each change makes another revision."""
    parameters, alias = request.parameters, _alias(request)
    seen = parameters.get("RevisionId")
    if seen and seen != alias.revision_id:
        raise AwsError("PreconditionFailedException", STALE, 412, Type="User")
    version = parameters.get("FunctionVersion") or alias.function_version
    given = parameters.get("RoutingConfig") is not None
    weights = _weights(parameters) if given else _weights({"RoutingConfig": alias.routing_config})
    _check_routes(request, version, weights)
    alias.update(parameters.get("Description"), version, _kept(weights))
    alias.revision_id = str(uuid.uuid4())
    return _shown(alias)


@instead("lambda", "GetAlias")
def get(request: Request) -> dict[str, Any]:
    """One alias."""
    return _shown(_alias(request))


@instead("lambda", "ListAliases")
def list_all(request: Request) -> dict[str, Any]:
    """A page of them, of one version where that is asked."""
    from dragonctl.local.shims.function_pages import page

    named(request, check=True)
    version = request.parameters.get("FunctionVersion")
    kept = sorted(_aliases(request).items())
    listed = [_shown(one) for _, one in kept if version in (None, one.function_version)]
    return page(request, "Aliases", listed)


@before("lambda", "DeleteFunction")
def check_unrouted(request: Request) -> None:
    """A version that an alias names stays."""
    version = request.parameters.get("Qualifier")
    if not version or not named(request).exists:
        return
    holding = [
        name
        for name, one in _aliases(request).items()
        if version in (one.function_version, *_weights({"RoutingConfig": one.routing_config}))
    ]
    if holding:
        words = f"Cannot delete function version {version} because it's referenced by alias: {', '.join(holding)}"  # noqa: E501
        raise AwsError("ResourceConflictException", words, 409, Type="User")


def routed(aliases: dict[str, Any], qualifier: str | None) -> str | None:
    """The version that a call by this qualifier meets: an alias's own, or the other by weight."""
    alias = aliases.get(qualifier or "")
    if alias is None:
        return qualifier
    chance = random.random()  # noqa: S311 (routing by weight)
    for version, weight in _weights({"RoutingConfig": alias.routing_config}).items():
        if chance < weight:
            return version
    return str(alias.function_version)


def _weights(parameters: dict[str, Any]) -> dict[str, float]:
    weights: dict[str, float] = (parameters.get("RoutingConfig") or {}).get(
        "AdditionalVersionWeights"
    ) or {}
    return weights


def _kept(weights: dict[str, float]) -> Any:
    return {"AdditionalVersionWeights": weights} if weights else {}


def _check_routes(request: Request, version: str, weights: dict[str, float]) -> None:
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if weights and version == LATEST:
        raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    for one in (version, *weights):
        find(request, one)
    if version in weights:
        raise invalid(
            f"Invalid function version {version}. Function version {version} is already included "
            "in routing configuration."
        )


def _aliases(request: Request) -> dict[str, Any]:
    aliases: dict[str, Any] = store(request)._aliases[named(request).arn]  # noqa: SLF001
    return aliases


def _alias(request: Request) -> Any:
    function, name = named(request, check=True), request.parameters["Name"]
    found = _aliases(request).get(name)
    if found is None:
        raise not_found(f"Cannot find alias arn: {function.arn}:{name}")
    return found


def _shown(alias: Any) -> dict[str, Any]:
    return {key: value for key, value in alias.to_json().items() if value is not None}

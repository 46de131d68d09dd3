"""A strict API Gateway: the errors, defaults and limits that AWS has been recorded to have."""

from __future__ import annotations

import re
from typing import Any

from tests.strict import deployments
from tests.strict.wire import Refused
from tests.strict.world import ACCOUNT, World, allows, page

Json = Any
BAD = "BadRequestException"
ROLE = (
    "The role ARN does not have required permissions configured. Please grant trust permission"
    " for API Gateway and add the required role policy."
)
LEAVES: dict[str, tuple[str, Any, Json]] = {
    "metrics/enabled": ("metricsEnabled", "bool", False),
    "logging/dataTrace": ("dataTraceEnabled", "bool", False),
    "logging/loglevel": ("loggingLevel", {"OFF", "ERROR", "INFO"}, None),
    "throttling/burstLimit": ("throttlingBurstLimit", int, 5000),
    "throttling/rateLimit": ("throttlingRateLimit", float, 10000.0),
    "caching/enabled": ("cachingEnabled", "bool", False),
    "caching/ttlInSeconds": ("cacheTtlInSeconds", int, 300),
    "caching/dataEncrypted": ("cacheDataEncrypted", "bool", False),
    "caching/requireAuthorizationForCacheControl": (
        "requireAuthorizationForCacheControl", "bool", True,
    ),
    "caching/unauthorizedCacheControlHeaderStrategy": (
        "unauthorizedCacheControlHeaderStrategy",
        {"FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"},
        "SUCCEED_WITH_RESPONSE_HEADER",
    ),
}  # fmt: skip
SETTING = re.compile(r"/(?P<key>(\*/\*)|([^/*]*/[A-Z]+))(/(?P<leaf>\w+/\w+))?")
LOG_ARN = re.compile(r"arn:aws:logs:[\w-]+:\d{12}:log-group:[A-Za-z0-9_./-]+")
FIREHOSE = re.compile(r"arn:aws:firehose:[\w-]+:\d{12}:deliverystream/(?P<name>.+)")


def operations() -> dict[str, Any]:
    """The operations by name."""
    built = {
        "GetRestApis": get_rest_apis, "GetResources": get_resources, "GetStages": get_stages,
        "GetAccount": get_account, "UpdateAccount": update_account, "UpdateStage": update_stage,
        "TagResource": tag, "UntagResource": untag,
    }  # fmt: skip
    built |= deployments.operations()
    return {f"apigateway.{name}": _limited(one) for name, one in built.items()}


def _limited(operation: Any) -> Any:
    def limited(world: World, params: dict[str, Json]) -> Json:
        if not world.take("apigateway", world.delays.gateway_rate, world.delays.gateway_burst):
            bare = len(world.failures) % 2  # AWS sends both
            code = "" if bare else "TooManyRequestsException"
            raise Refused(code, "Too Many Requests", 429)
        return operation(world, params)

    return limited


def get_rest_apis(world: World, params: dict[str, Json]) -> Json:
    """One API a page."""
    apis = [api["about"] for api in world.state["apigateway"]["apis"].values()]
    items, position = page(apis, params.get("position"), world.delays.most_in_a_page)
    return {"item": items, **({"position": position} if position else {})}


def get_resources(world: World, params: dict[str, Json]) -> Json:
    """Two resources a page; five calls in two seconds, as :class:`Delays` counts them."""
    if not world.take("GetResources", world.delays.gateway_rate / 4, 5):
        raise Refused("TooManyRequestsException", "Too Many Requests", 429)
    found = [dict(one) for one in deployments.api_of(world, params)["resources"]]
    if "methods" not in params.get("embed", []):
        for one in found:
            one.pop("resourceMethods", None)
    items, position = page(found, params.get("position"), 4)
    return {"item": items, **({"position": position} if position else {})}


def get_stages(world: World, params: dict[str, Json]) -> Json:
    """Every stage: this list has no pages."""
    stages = deployments.api_of(world, params)["stages"].values()
    return {"item": [deployments.shown(world, params["restapi_id"], one) for one in stages]}


def get_account(world: World, params: dict[str, Json]) -> Json:
    """The role is absent, not empty, where none is set."""
    role = world.state["apigateway"]["role"]
    return {
        **({"cloudwatchRoleArn": role} if role else {}),
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": ["UsagePlans"], "apiKeyVersion": "4",
    }  # fmt: skip


def update_account(world: World, params: dict[str, Json]) -> Json:
    """Once in 20 seconds (scaled); the role must be known, trusting and able."""
    if not world.take("UpdateAccount", 1 / world.delays.account_every, 1):
        raise Refused("", "Too Many Requests", 429)
    for patch in params["patchOperations"]:
        if patch["op"] != "replace" or patch["path"] != "/cloudwatchRoleArn":
            raise Refused(BAD, f"Invalid patch path {patch['path']}")
        role = patch["value"]
        rights = world.rights(role)
        able = all(allows(rights, f"logs:{one}") for one in ("CreateLogGroup", "PutLogEvents"))
        path = (world.state["iam"]["roles"].get(role.rpartition("/")[2]) or {}).get("path")
        if role and role != f"arn:aws:iam::{ACCOUNT}:role{path}{role.rpartition('/')[2]}":
            raise Refused(BAD, ROLE)
        if role and not (world.trusts(role, "apigateway.amazonaws.com") and able):
            raise Refused(BAD, ROLE)
        world.state["apigateway"]["role"] = role
    return get_account(world, params)


def update_stage(world: World, params: dict[str, Json]) -> Json:
    """Every operation in order, all or none; a stage that is being changed refuses."""
    name = params["stage_name"]
    stages = deployments.api_of(world, params)["stages"]
    if name not in stages:
        raise Refused("NotFoundException", "Invalid stage identifier specified", 404)
    busy = f"stage {params['restapi_id']}/{name}"
    if world.is_busy(busy) or deployments.changes_cluster(world, params):
        raise Refused("ConflictException", "A previous change is still in progress", 409)
    if len(params["patchOperations"]) > 80:
        raise Refused(
            BAD, "Update size too large. Try updating stage in multiple UpdateStage operations"
        )
    new = {**stages[name], "methodSettings": dict(stages[name].get("methodSettings") or {})}
    for patch in params["patchOperations"]:
        patch_stage(world, deployments.api_of(world, params), new, patch)
    stages[name] = new
    world.occupy(busy, world.delays.stage_change)
    return deployments.shown(world, params["restapi_id"], new)


def patch_stage(world: World, api: Json, stage: Json, patch: Json) -> None:
    """One operation of UpdateStage, on a copy of the stage."""
    path, value = patch["path"], patch.get("value")
    if value is not None and not isinstance(value, str):
        raise Refused("SerializationException", "class java.lang.Boolean can not be converted")
    if path == "/tracingEnabled" and patch["op"] == "replace":
        stage["tracingEnabled"] = _typed("bool", value, path)
    elif path == "/deploymentId" or path.startswith("/cacheCluster"):
        deployments.patch_stage(world, api, stage, patch)
    elif path.startswith("/accessLogSettings"):
        _access_log(stage, patch)
    elif found := SETTING.fullmatch(path):
        _setting(world, stage, found["key"], found["leaf"], patch)
    else:
        raise Refused(BAD, f"Invalid method setting path: {path}. Must be one of: [")


def _access_log(stage: Json, patch: Json) -> None:
    leaf = patch["path"].removeprefix("/accessLogSettings").removeprefix("/")
    if patch["op"] == "remove" and not leaf:
        stage.pop("accessLogSettings", None)
        return
    value = patch.get("value") or ""
    if leaf not in ("destinationArn", "format") or patch["op"] == "remove":
        raise Refused(
            BAD,
            "Invalid accessLogSettings path. Must be one of :"
            " [/accessLogSettings/destinationArn, /accessLogSettings/format]",
        )
    if not value:
        raise Refused(BAD, "Access Log value must not be empty")
    if leaf == "destinationArn":
        _destination(value)
    elif not re.search(r"\$context\.(extendedR|r)equestId", value):
        raise Refused(
            BAD,
            "Access Log format must include either $context.requestId or"
            " $context.extendedRequestId",
        )
    elif "\n" in value.rstrip("\n"):
        raise Refused(BAD, "Access Log format must be single line")
    stage["accessLogSettings"] = {**(stage.get("accessLogSettings") or {}), leaf: value}


def _destination(value: str) -> None:
    hose = FIREHOSE.fullmatch(value)
    if hose and not hose["name"].startswith("amazon-apigateway-"):
        raise Refused(BAD, "Kinesis Firehose delivery stream name must begin with the characters")
    if value.startswith("arn:aws:logs:") and not LOG_ARN.fullmatch(value):
        raise Refused(BAD, "Access log destination must only contain characters a-z, A-Z, 0-9")
    if not hose and not LOG_ARN.fullmatch(value):
        raise Refused(
            BAD,
            "The ARN must be a valid CloudWatch Logs log group or Kinesis Data Firehose delivery"
            " stream",
        )


def _setting(world: World, stage: Json, key: str, leaf: str | None, patch: Json) -> None:
    """The key is shown as it is addressed: without the slash in front of a plain first segment."""
    settings = stage["methodSettings"]
    if patch["op"] == "remove":
        if leaf or key not in settings:
            what = leaf or key
            raise Refused(
                BAD,
                f"Cannot remove method setting {what} because there is no method setting for this"
                " method ",
            )
        del settings[key]
        return
    if leaf not in LEAVES or patch["op"] != "replace" or key.endswith("/ANY"):
        raise Refused(
            BAD, f"Invalid method setting path: {patch['path']}. Must be one of: [/deploymentId,"
        )
    name, kind, _ = LEAVES[leaf]
    value = _typed(kind, patch.get("value"), patch["path"])
    if name == "loggingLevel" and value != "OFF" and not world.state["apigateway"]["role"]:
        raise Refused(
            BAD, "CloudWatch Logs role ARN must be set in account settings to enable logging"
        )
    entry = {field: default for field, _, default in LEAVES.values() if default is not None}
    settings[key] = {**settings.get(key, entry), name: value}


def _typed(kind: Any, value: str | None, path: str) -> Json:
    if kind == "bool" and value in ("true", "false"):
        return value == "true"
    if isinstance(kind, set) and value in kind:
        return value
    try:
        if kind in (int, float):
            return kind(value)
    except (TypeError, ValueError):
        pass
    raise Refused(BAD, f"Invalid value {value!r} for {path}")


def _tagged(world: World, arn: str) -> Json:
    _, _, path = arn.partition("::/restapis/")
    api, _, stage = path.partition("/stages/")
    owner = world.state["apigateway"]["apis"][api]
    return (owner["stages"][stage] if stage else owner["about"]).setdefault("tags", {})


def tag(world: World, params: dict[str, Json]) -> Json:
    """Tags of an API or of a stage, by an ARN without an account."""
    _tagged(world, params["resource_arn"]).update(params["tags"])
    return {}


def untag(world: World, params: dict[str, Json]) -> Json:
    """The same, taken away."""
    for key in params["tagKeys"].split(","):
        _tagged(world, params["resource_arn"]).pop(key, None)
    return {}

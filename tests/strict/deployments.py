"""Strict API Gateway: definitions, what stages serve of them, and the caches of stages.

A deployment is a copy of the whole definition. It is shown only by the export of a stage that
serves it, and (authorization alone) by its summary (``docs/aws-notes.md``).
"""

from __future__ import annotations

import copy
from typing import Any

from tests.strict.wire import Refused
from tests.strict.world import World, page

Json = Any
BAD = "BadRequestException"
SIZES = {"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}
PLACES = {"querystring": "query", "header": "header", "path": "path"}
LOWER = ("type", "passthroughBehavior")
NOT_EXPORTED = ("cacheNamespace", "integrationResponses")


def operations() -> dict[str, Any]:
    """The operations by name."""
    return {
        "GetDeployments": get_deployments, "GetDeployment": get_deployment,
        "CreateDeployment": create_deployment, "GetExport": get_export,
        "UpdateMethod": update_method, "UpdateIntegration": update_integration,
        "FlushStageCache": flush, "GetAuthorizers": get_authorizers,
    }  # fmt: skip


def api_of(world: World, params: dict[str, Json]) -> Json:
    """The API that a call names."""
    api = world.state["apigateway"]["apis"].get(params["restapi_id"])
    if api is None:
        raise Refused(
            "NotFoundException", "Invalid API identifier specified 123456789012:none", 404
        )
    return api


def deploy(api: Json, description: str | None = None) -> str:
    """Keep a copy of the definition as it is; the deployment's id."""
    held = api.setdefault("deployments", {})
    number = f"dep{len(held) + 1}"
    held[number] = {
        "id": number, "createdDate": 1764000000 + len(held),
        **({"description": description} if description else {}),
        "resources": copy.deepcopy(api["resources"]),
    }  # fmt: skip
    return number


def get_authorizers(world: World, params: dict[str, Json]) -> Json:
    """One a page."""
    items, position = page(api_of(world, params).get("authorizers", []), params.get("position"))
    return {"item": items, **({"position": position} if position else {})}


def get_deployments(world: World, params: dict[str, Json]) -> Json:
    """Two a page; they do not show what they hold."""
    held = list(api_of(world, params).get("deployments", {}).values())
    items, position = page([_told(one) for one in held], params.get("position"), 2)
    return {"item": items, **({"position": position} if position else {})}


def get_deployment(world: World, params: dict[str, Json]) -> Json:
    """With its summary, where that is asked for."""
    held = api_of(world, params).get("deployments", {}).get(params["deployment_id"])
    if held is None:
        raise Refused("NotFoundException", "Invalid Deployment identifier specified", 404)
    summary = {
        one["path"]: {verb: _summary(method) for verb, method in _methods(one).items()}
        for one in held["resources"]
        if _methods(one)
    }
    is_asked = "apisummary" in params.get("embed", [])
    return {**_told(held), **({"apiSummary": summary} if is_asked else {})}


def create_deployment(world: World, params: dict[str, Json]) -> Json:
    """Once in five seconds (scaled); refused where a method has no integration."""
    if not world.take("CreateDeployment", world.delays.gateway_rate / 50, 1):
        raise Refused("TooManyRequestsException", "Too Many Requests", 429)
    api = api_of(world, params)
    methods = [one for resource in api["resources"] for one in _methods(resource).values()]
    if not methods:
        raise Refused(BAD, "The REST API doesn't contain any methods")
    if any(not one.get("methodIntegration") for one in methods):
        raise Refused(BAD, "No integration defined for method")
    number = deploy(api, params.get("description"))
    if params.get("stageName"):
        api["stages"][params["stageName"]]["deploymentId"] = number
    return _told(api["deployments"][number])


def _told(deployment: Json) -> Json:
    return {key: value for key, value in deployment.items() if key != "resources"}


def _methods(resource: Json) -> Json:
    return resource.get("resourceMethods") or {}


def _summary(method: Json) -> Json:
    return {
        "authorizationType": method["authorizationType"],
        "apiKeyRequired": method.get("apiKeyRequired", False),
    }


def get_export(world: World, params: dict[str, Json]) -> Json:
    """OpenAPI of what a stage serves, with its integrations."""
    api = api_of(world, params)
    stage = api["stages"].get(params["stage_name"])
    if stage is None:
        raise Refused("NotFoundException", "Invalid stage identifier specified", 404)
    held = api["deployments"][stage["deploymentId"]]
    return {
        "openapi": "3.0.1",
        "info": {"title": api["about"]["name"], "version": "2026-11-27T00:00:00Z"},
        "paths": {
            one["path"]: {_word(verb): _exported(method) for verb, method in _methods(one).items()}
            for one in held["resources"]
            if _methods(one)
        },
    }


def _word(verb: str) -> str:
    return "x-amazon-apigateway-any-method" if verb == "ANY" else verb.lower()


def _exported(method: Json) -> Json:
    parameters = [_parameter(*one) for one in (method.get("requestParameters") or {}).items()]
    models = method.get("requestModels") or {}
    content = {
        kind: {"schema": {"$ref": f"#/components/schemas/{name}"}} for kind, name in models.items()
    }
    return {
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": {"content": content, "required": True}} if content else {}),
        "responses": {
            code: {"description": f"{code} response", "content": {}}
            for code in method.get("methodResponses") or {}
        },
        "x-amazon-apigateway-integration": _integration(method["methodIntegration"]),
    }


def _parameter(name: str, required: bool) -> Json:
    _, _, place, bare = name.split(".", 3)
    is_path = place == "path"  # OpenAPI knows no optional path parameter
    about = {"name": bare, "in": PLACES[place], "schema": {"type": "string"}}
    return {**about, **({"required": True} if required or is_path else {})}


def _integration(held: Json) -> Json:
    plain = {key: value for key, value in held.items() if key not in NOT_EXPORTED and value}
    lowered = {key: plain[key].lower() for key in LOWER if key in plain}
    answers = {
        one.get("selectionPattern") or "default": {
            key: value for key, value in one.items() if key != "selectionPattern" and value
        }
        for one in (held.get("integrationResponses") or {}).values()
    }
    return {**plain, **lowered, **({"responses": answers} if answers else {})}


def _method(world: World, params: dict[str, Json]) -> Json:
    resources = {one["id"]: one for one in api_of(world, params)["resources"]}
    found = _methods(resources.get(params["resource_id"], {})).get(params["http_method"])
    if found is None:
        raise Refused("NotFoundException", "Invalid Method identifier specified", 404)
    return found


def update_method(world: World, params: dict[str, Json]) -> Json:
    """Declared request parameters alone."""
    method = _method(world, params)
    declared = dict(method.get("requestParameters") or {})
    for patch in params["patchOperations"]:
        name = _named(patch, "/requestParameters/")
        if patch["op"] == "remove":
            if declared.pop(name, None) is None:
                raise Refused("NotFoundException", f"Invalid parameter name: {name}", 404)
        elif patch.get("value") not in ("true", "false"):
            raise Refused(BAD, f"Invalid patch value {patch.get('value')}")
        else:
            declared[name] = patch["value"] == "true"
    method["requestParameters"] = declared
    return method


def update_integration(world: World, params: dict[str, Json]) -> Json:
    """The cache key alone; it takes only what the method declares."""
    method = _method(world, params)
    integration = method["methodIntegration"]
    key = list(integration.get("cacheKeyParameters") or [])
    for patch in params["patchOperations"]:
        name = _named(patch, "/cacheKeyParameters/")
        if patch["op"] == "remove":
            if name not in key:
                raise Refused("NotFoundException", f"Invalid parameter name: {name}", 404)
            key.remove(name)
        elif name not in (method.get("requestParameters") or {}):
            raise Refused(BAD, "Invalid cache key parameter specified")
        elif name not in key:
            key.append(name)
    integration["cacheKeyParameters"] = key
    return integration


def _named(patch: Json, prefix: str) -> str:
    if not patch["path"].startswith(prefix) or patch["op"] not in ("add", "remove"):
        raise Refused(BAD, f"Invalid patch path {patch['path']}")
    return patch["path"].removeprefix(prefix).replace("~1", "/").replace("~0", "~")


def patch_stage(world: World, api: Json, stage: Json, patch: Json) -> None:
    """Of UpdateStage: the deployment that a stage serves, and its cluster, which takes a while."""
    path, value = patch["path"], patch.get("value")
    if patch["op"] != "replace" or value is None:
        raise Refused(BAD, f"Invalid patch operation {patch['op']} {path}")
    if path == "/deploymentId":
        if value not in api.get("deployments", {}):
            raise Refused(BAD, "Deployment id does not exist")
        stage["deploymentId"] = value
    elif path == "/cacheClusterSize":
        if value not in SIZES:
            raise Refused(BAD, "Invalid cache cluster size")
        stage["cacheClusterSize"] = value
    elif path == "/cacheClusterEnabled" and value in ("true", "false"):
        if stage.get("cacheClusterEnabled", False) == (value == "true"):
            return
        stage["cacheClusterEnabled"] = value == "true"
        stage.setdefault("cacheClusterSize", "0.5")
        world.occupy(_cluster(api["about"]["id"], stage["stageName"]), world.delays.cluster)
    else:
        raise Refused(BAD, f"Invalid patch path {path}")


def changes_cluster(world: World, params: dict[str, Json]) -> bool:
    """Whether the cluster of the stage that a call names is coming or going."""
    return world.is_busy(_cluster(params["restapi_id"], params["stage_name"]))


def _cluster(api: str, stage: str) -> str:
    return f"cluster {api}/{stage}"


def shown(world: World, api: str, stage: Json) -> Json:
    """A stage with the state of its cluster; the size of one that is gone stays."""
    enabled = stage.get("cacheClusterEnabled", False)
    if world.is_busy(_cluster(api, stage["stageName"])):
        status = "CREATE_IN_PROGRESS" if enabled else "DELETE_IN_PROGRESS"
    else:
        status = "AVAILABLE" if enabled else "NOT_AVAILABLE"
    return {**stage, "cacheClusterStatus": status}


def flush(world: World, params: dict[str, Json]) -> Json:
    """Taken at once; without a cluster there is nothing to empty."""
    stage = api_of(world, params)["stages"][params["stage_name"]]
    if not stage.get("cacheClusterEnabled"):
        raise Refused(BAD, "Cache cluster is not enabled for this stage")
    return {}

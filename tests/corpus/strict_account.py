"""A shape as the strict AWS holds it: its state, written down without a call."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.corpus.shape import Shape, alias_of, function_arn, machine_arn, versions_of
from tests.strict import applications as accounts
from tests.strict import deployments, gateway
from tests.strict.wire import Refused
from tests.strict.world import Delays, World

Json = Any
AWS_POLICY = "arn:aws:iam::aws:policy/"
LOGGING_OFF = {"level": "OFF", "includeExecutionData": False}
OF_INTEGRATION = {"integrationHttpMethod": "httpMethod"}
OF_API = {
    "policy": "policy", "binary": "binaryMediaTypes", "minComp": "minimumCompressionSize",
    "apiKeySource": "apiKeySource", "disableExecuteApiEndpoint": "disableExecuteApiEndpoint",
}  # fmt: skip


def build(shape: Shape, delays: Delays) -> tuple[World, str, list[str]]:
    """The account with the application in it, the id of its API, and what could not be made."""
    world = accounts.empty(delays)
    world.state["apigateway"] |= {"usage plans": {}, "domains": {}}
    for name, role in shape.part("roles").items():
        _role(world, name, role)
    for name, days in shape.part("log_groups").items():
        world.state["logs"]["groups"][name] = {"days": days} if days else {}
    for name, function in shape.part("functions").items():
        _function(world, shape, name, function)
    for name, machine in shape.part("machines").items():
        _machine(world, shape, name, machine)
    if shape.about.get("account_role"):
        world.state["apigateway"]["role"] = shape.role_arn(shape.about["account_role"])
    world.begin()
    refused: list[str] = []
    for number, api in enumerate(shape.apis):
        _api(world, f"corpusapi{number}", api, refused)
    world.begin()
    return world, "corpusapi0", refused


def _role(world: World, name: str, role: Json) -> None:
    arns = [AWS_POLICY + one for one in role.get("managed", [])]
    for arn in arns:
        held = {"default": "v1", "documents": {"v1": _managed(arn)}}
        world.state["iam"]["policies"].setdefault(arn, held)
    accounts.role(
        world, name, role["service"][0], role.get("path", "/"), attached=arns,
        inline=dict(role.get("inline") or {}),
    )  # fmt: skip


@cache
def _managed(arn: str) -> Json:
    """The text of one of AWS's policies, as moto has collected them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    nothing = {"Version": "2012-10-17", "Statement": []}
    texts = json.loads(aws_managed_policies_data)
    return texts.get(arn.rpartition("/")[2], {}).get("Document", nothing)


def _function(world: World, shape: Shape, name: str, asked: Json) -> None:
    given = {
        "Runtime": asked["runtime"], "Handler": asked.get("handler", "app.handler"),
        "Timeout": asked.get("timeout", 3), "Tags": asked.get("tags", {}),
        "TracingConfig": {"Mode": asked.get("tracing", "PassThrough")},
        "Architectures": asked.get("arch", ["x86_64"]),
        "LoggingConfig": asked.get("logging") or _own_group(name),
        **({"Environment": {"Variables": asked["env"]}} if asked.get("env") else {}),
        **({"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}}
           if asked.get("snapStart") else {}),
    }  # fmt: skip
    accounts.function(world, name, shape.role_arn(asked["role"]), **given)
    made = world.state["lambda"]["functions"][name]
    apart = ("qualifiers", "aliases", "Tags", "RevisionId")
    plain = {key: value for key, value in made.items() if key not in apart}
    differing = versions_of(asked)
    for number, differs in enumerate(differing, 1):
        mode = {"Mode": differs.get("tracing", plain["TracingConfig"]["Mode"])}
        code = plain["CodeSha256"] if number == len(differing) else f"b2xk{number}"
        made["qualifiers"][str(number)] = {
            **plain, "Version": str(number), "CodeSha256": code, "TracingConfig": mode,
            "FunctionArn": f"{function_arn(name)}:{number}", "RevisionId": f"r-{name}-{number}",
        }  # fmt: skip
    made["aliases"] = {
        alias: _alias(name, alias, *alias_of(one))
        for alias, one in (asked.get("aliases") or {}).items()
    }
    made["policy"] = {"Statement": [{"Sid": "gateway", "Action": "lambda:InvokeFunction"}]}


def _own_group(name: str) -> Json:
    return {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}


def _alias(name: str, alias: str, version: str, weights: dict[str, float]) -> Json:
    routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
    return {"AliasArn": f"{function_arn(name)}:{alias}", "FunctionVersion": version, **routing}


def _machine(world: World, shape: Shape, name: str, asked: Json) -> None:
    accounts.machine(
        world, name, shape.role_arn(asked["role"]), {"Replaced": {"Type": "Succeed"}},
        definition=json.dumps(asked["definition"]), type=asked.get("type", "STANDARD"),
        loggingConfiguration=asked.get("log") or LOGGING_OFF,
        tracingConfiguration={"enabled": asked.get("tracing", False)},
    )  # fmt: skip
    arn = machine_arn(name)
    made = world.state["stepfunctions"]["machines"][arn]
    made["versions"] = {
        str(number): {**made, "tracingConfiguration": {
            "enabled": differs.get("tracing", asked.get("tracing", False)),
        }}
        for number, differs in enumerate(versions_of(asked), 1)
    }  # fmt: skip
    made["aliases"] = {
        alias: [
            {"stateMachineVersionArn": f"{arn}:{number}", "weight": weight}
            for number, weight in routes
        ]
        for alias, routes in (asked.get("aliases") or {}).items()
    }


def _api(world: World, identifier: str, asked: Json, refused: list[str]) -> None:
    accounts.api(world, identifier, asked["name"], {}, {})
    made = world.state["apigateway"]["apis"][identifier]
    made["about"] |= {ours: asked[theirs] for theirs, ours in OF_API.items() if theirs in asked}
    made["about"]["endpointConfiguration"] = {"types": asked.get("types", ["EDGE"])}
    made["authorizers"] = [{"id": one["name"], **one} for one in asked.get("authorizers", [])]
    for part in ("validators", "models", "gateway_responses"):
        made[part] = asked.get(part, [])
    made["resources"] = _resources(asked["methods"])
    first = deployments.deploy(made)
    for stage in asked["stages"]:
        _stage(world, made, first, stage, refused)
    plans = world.state["apigateway"]["usage plans"]
    plans |= {f"{identifier} {one['name']}": one for one in asked.get("plans", [])}
    world.state["apigateway"]["domains"] |= {one["name"]: one for one in asked.get("domains", [])}


def _resources(methods: list[Json]) -> list[Json]:
    """Every resource, parents too, as GetResources shows them."""
    paths = {"/": {}} | {one["path"]: {} for one in methods}
    for path in list(paths):
        parts = path.split("/")
        for end in range(2, len(parts)):
            paths.setdefault("/".join(parts[:end]), {})
    numbers = {path: f"r{number}" for number, path in enumerate(sorted(paths))}
    for one in methods:
        paths[one["path"]][one["verb"]] = _method(one, numbers[one["path"]])
    return [
        {"id": numbers[path], "path": path, **({"resourceMethods": found} if found else {})}
        for path, found in sorted(paths.items())
    ]


def _method(asked: Json, resource: str) -> Json:
    given = {"requestParameters": asked.get("params"), "authorizerId": asked.get("authorizer"),
             "authorizationScopes": asked.get("scopes"), "apiKeyRequired": asked.get("apiKey"),
             "requestValidatorId": asked.get("validator")}  # fmt: skip
    answers = {
        code: {"statusCode": code, "responseParameters": params}
        for code, params in (asked.get("answers") or {}).items()
    }
    return {
        "httpMethod": asked["verb"], "authorizationType": asked.get("auth", "NONE"),
        **{key: value for key, value in given.items() if value},
        **({"methodResponses": answers} if answers else {}),
        "methodIntegration": _integration(asked["integration"], resource),
    }  # fmt: skip


def _integration(asked: Json, resource: str) -> Json:
    given = {OF_INTEGRATION.get(key, key): value for key, value in asked.items()}
    answers = {one["statusCode"]: one for one in given.pop("responses", [])}
    return {
        "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000,
        "cacheNamespace": resource, "cacheKeyParameters": [], **given,
        **({"integrationResponses": answers} if answers else {}),
    }  # fmt: skip


def _stage(world: World, api: Json, deployment: str, asked: Json, refused: list[str]) -> None:
    made: Json = {
        "stageName": asked["name"], "deploymentId": deployment, "cacheClusterEnabled": False,
        "methodSettings": {}, "tracingEnabled": asked.get("tracing", False),
        "createdDate": 1764000000, "lastUpdatedDate": 1764000000,
        **{key: asked[key] for key in ("variables", "tags") if key in asked},
    }  # fmt: skip
    if "cache" in asked:
        made |= {"cacheClusterEnabled": True, "cacheClusterSize": asked["cache"]}
    if "canary" in asked:
        made["canarySettings"] = {**asked["canary"], "deploymentId": deployments.deploy(api)}
    for path, value in asked.get("patch", []):
        try:
            gateway.patch_stage(world, api, made, {"op": "replace", "path": path, "value": value})
        except Refused as error:
            refused.append(f"UpdateStage {asked['name']} {path}: {error}")
    api["stages"][asked["name"]] = made

"""API Gateway."""

from __future__ import annotations

import json

from tests.local.members.cases import Written
from tests.local.members.world import World

SERVICE = "apigateway"
BODY = json.dumps(
    {"openapi": "3.0.1", "info": {"title": "told", "version": "3"}, "paths": {"/y": {}}}
)


def rest_api(world: World, name: str):
    """The REST API of a name, as GetRestApis shows it."""
    shown = world.call(SERVICE, "GetRestApis")["items"]
    return next(one for one in shown if one["name"] == name)


def stage(world: World, name: str):
    """A stage of the API."""
    return world.call(SERVICE, "GetStage", restApiId=world.api, stageName=name)


def deployed_stage(world: World):
    """The stage that CreateDeployment made, under the names of its members."""
    shown = stage(world, "s")
    made = world.call(
        SERVICE, "GetDeployment", restApiId=world.api, deploymentId=shown["deploymentId"]
    )
    return {**shown, "stageDescription": shown["description"], "description": made["description"]}


def imported(world: World):
    """What is left of the API when a document was put in its place."""
    resources = world.call(SERVICE, "GetResources", restApiId=world.api)["items"]
    overwritten = sorted(one["path"] for one in resources) == ["/", "/y"]
    return {
        "mode": "overwrite" if overwritten else "merge",
        "body": BODY if rest_api(world, "told")["version"] == "3" else "",
    }


WRITTEN = {
    "CreateRestApi": Written(
        about=lambda _: {"name": "n"},
        told=lambda _: {
            "description": "d", "version": "7", "binaryMediaTypes": ["a/b"],
            "minimumCompressionSize": 9, "apiKeySource": "AUTHORIZER", "policy": "{}",
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "dualstack"},
            "tags": {"a": "b"}, "disableExecuteApiEndpoint": True,
        },
        read=lambda world: rest_api(world, "n"),
    ),
    "CreateStage": Written(
        about=lambda world: {
            "restApiId": world.api, "stageName": "s", "deploymentId": world.deployment,
        },
        told=lambda world: {
            "description": "d", "cacheClusterEnabled": True, "cacheClusterSize": "1.6",
            "variables": {"v": "1"}, "documentationVersion": "2", "tracingEnabled": True,
            "tags": {"a": "b"},
            "canarySettings": {
                "percentTraffic": 5.0, "useStageCache": True, "deploymentId": world.deployment,
            },
        },
        read=lambda world: stage(world, "s"),
    ),
    "CreateDeployment": Written(
        about=lambda world: {"restApiId": world.api, "stageName": "s"},
        told=lambda _: {
            "stageDescription": "of the stage", "description": "of the deployment",
            "cacheClusterEnabled": True, "cacheClusterSize": "1.6", "variables": {"v": "1"},
            "tracingEnabled": True,
        },
        read=deployed_stage,
        elsewhere={"canarySettings": "recorded/test_apigateway.py"},
    ),
    "PutRestApi": Written(
        # Nothing is only warned of here: what cannot be read is refused.
        about=lambda world: {"restApiId": world.api, "failOnWarnings": True},
        told=lambda _: {"mode": "overwrite", "body": BODY},
        read=imported,
        elsewhere={"parameters": "gateway/test_openapi.py"},
    ),
    "TagResource": Written(
        about=lambda world: {"resourceArn": f"arn:aws:apigateway:us-east-1::/restapis/{world.api}"},
        told=lambda _: {"tags": {"a": "b"}},
        read=lambda world: world.call(SERVICE, "GetRestApi", restApiId=world.api),
    ),
}  # fmt: skip

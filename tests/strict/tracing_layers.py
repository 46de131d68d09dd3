"""Strict Lambda's layers and variables, which it takes only whole, and Application Signals."""

from __future__ import annotations

import json
from typing import Any

from tests.strict.wire import Refused
from tests.strict.world import REGION, World

Json = Any
AWS_ACCOUNT = "615299751070"
SIZE = 15_000_000
MOST = 262_144_000
ROLE = "AWSServiceRoleForCloudWatchApplicationSignals"
RUNTIMES = {
    "Python": ["python3.12", "python3.13"],
    "Js": ["nodejs20.x", "nodejs22.x"],
    "Java": ["java17", "java21"],
    "DotNet": ["dotnet8"],
}


def operations() -> dict[str, Any]:
    """The operations by name."""
    return {
        "lambda.GetLayerVersionByArn": get_layer,
        "lambda.GetFunction": get_function_code,
        "application-signals.StartDiscovery": start_discovery,
    }


def distribution(language: str, version: int) -> str:
    """The ARN of AWS's layer."""
    name = f"AWSOpenTelemetryDistro{language}"
    return f"arn:aws:lambda:{REGION}:{AWS_ACCOUNT}:layer:{name}:{version}"


def get_layer(world: World, params: dict[str, Json]) -> Json:
    """A layer that is public, or the account's own."""
    arn = params["Arn"]
    if arn in world.state["lambda"].get("denied_layers", ()):
        words = f"User: tester is not authorized to perform: lambda:GetLayerVersion on: {arn}"
        raise Refused("AccessDeniedException", words, 403)
    if (found := _layer(world, arn)) is None:
        words = "The resource you requested does not exist."
        raise Refused("ResourceNotFoundException", words, 404)
    return found


def _layer(world: World, arn: str) -> Json | None:
    for language, runtimes in RUNTIMES.items():
        if arn.startswith(distribution(language, 0)[:-1]):
            return _shown(arn, SIZE, runtimes)
    return world.state["lambda"].get("layers", {}).get(arn)


def _shown(arn: str, size: int, runtimes: list[str]) -> Json:
    path, _, version = arn.rpartition(":")
    return {
        "Content": {"CodeSize": size, "CodeSha256": "bGF5ZXI="}, "LayerArn": path,
        "LayerVersionArn": arn, "Version": int(version), "CompatibleRuntimes": runtimes,
        "CreatedDate": "2026-07-22T00:00:00.000+0000",
    }  # fmt: skip


def get_function_code(world: World, params: dict[str, Json]) -> Json:
    """Where the code can be fetched: what a test has put under ``links``."""
    name = params["FunctionName"]
    link = world.state["lambda"].get("links", {}).get(name)
    if link is None:
        words = f"User: tester is not authorized to perform: lambda:GetFunction on: {name}"
        raise Refused("AccessDeniedException", words, 403)
    shown = world.state["lambda"]["functions"][name]
    return {"Configuration": {"FunctionName": name, "CodeSha256": shown["CodeSha256"]},
            "Code": {"RepositoryType": "S3", "Location": link}}  # fmt: skip


def own_layer(world: World, name: str, size: int = 1000, runtimes: Json = None) -> str:
    """A layer of the account's own; its ARN."""
    arn = f"arn:aws:lambda:{REGION}:123456789012:layer:{name}:1"
    world.state["lambda"].setdefault("layers", {})[arn] = _shown(arn, size, runtimes or [])
    return arn


def set_layers(world: World, function: Json, arns: list[str]) -> None:
    """Replace the whole list, in this order."""
    if len(arns) > 5:
        words = "Cannot reference more than 5 layers."
        raise Refused("InvalidParameterValueException", words)
    layers = []
    for arn in arns:
        if (found := _layer(world, arn)) is None:
            words = f"Layer version {arn} does not exist."
            raise Refused("InvalidParameterValueException", words)
        layers.append({"Arn": arn, "CodeSize": found["Content"]["CodeSize"]})
    unzipped = function.get("unzipped", 0) + 4 * sum(one["CodeSize"] for one in layers)
    if unzipped > MOST:
        raise Refused(
            "InvalidParameterValueException",
            f"Function code combined with layers exceeds the maximum allowed size of {MOST}"
            f" bytes. The actual size is {unzipped} bytes.",
        )
    function["Layers"] = layers
    if not layers:
        del function["Layers"]


def set_variables(function: Json, variables: dict[str, str]) -> None:
    """Replace all variables."""
    text = json.dumps(variables, separators=(",", ":"))
    if len(text) > 4096:
        raise Refused(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment"
            f" variables you have provided exceeded the 4KB limit. String measured: {text}",
        )
    function["Environment"] = {"Variables": variables}
    if not variables:
        del function["Environment"]


def start_discovery(world: World, params: dict[str, Json]) -> Json:
    """Make the service-linked role, unless it is there."""
    service = "application-signals.cloudwatch.amazonaws.com"
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": [service]},
                            "Action": ["sts:AssumeRole"]}]}  # fmt: skip
    world.state["iam"]["roles"].setdefault(
        ROLE,
        {"path": f"/aws-service-role/{service}/", "trust": trust, "attached": [], "inline": {}},
    )
    world.remember("iam")  # the role is IAM's
    return {}

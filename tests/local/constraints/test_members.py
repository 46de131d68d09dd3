"""Every member of the operations that make things: done and read back, or refused by name."""

from __future__ import annotations

import json

import pytest
from botocore.session import get_session

from dragonctl.local.constraints.undone import UNDONE
from tests.local.conftest import DEFINITION
from tests.local.refusals import refused

NAMED = object()
"""A member that names what is made, or is needed to make it: its answer is that it is there."""

DONE = {
    ("apigateway", "CreateRestApi"): {
        "name": NAMED, "description": "d", "version": "7", "binaryMediaTypes": ["a/b"],
        "minimumCompressionSize": 9, "apiKeySource": "AUTHORIZER", "policy": "{}",
        "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "dualstack"},
        "tags": {"a": "b"}, "disableExecuteApiEndpoint": True,
    },
    ("apigateway", "CreateStage"): {
        "restApiId": NAMED, "stageName": NAMED, "deploymentId": NAMED, "description": "d",
        "cacheClusterEnabled": True, "cacheClusterSize": "1.6", "variables": {"v": "1"},
        "documentationVersion": "2", "tracingEnabled": True, "tags": {"a": "b"},
        "canarySettings": {"percentTraffic": 5.0, "useStageCache": True},
    },
    ("lambda", "CreateFunction"): {
        "FunctionName": NAMED, "Role": NAMED, "Code": NAMED, "Publish": NAMED, "Tags": NAMED,
        "Runtime": "python3.12", "Handler": "app.other", "Description": "d", "Timeout": 7,
        "MemorySize": 512, "PackageType": "Zip", "Environment": {"Variables": {"AA": "b"}},
        "TracingConfig": {"Mode": "PassThrough"}, "Architectures": ["arm64"],
        "EphemeralStorage": {"Size": 1024},
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "WARN",
                          "SystemLogLevel": "WARN", "LogGroup": "/mine"},
    },
    ("stepfunctions", "CreateStateMachine"): {
        "name": NAMED, "roleArn": NAMED, "publish": NAMED, "versionDescription": NAMED,
        "tags": NAMED, "definition": json.dumps({**json.loads(DEFINITION), "Comment": "c"}),
        "type": "EXPRESS", "tracingConfiguration": {"enabled": True},
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": True},
    },
    ("logs", "CreateLogGroup"): {
        "logGroupName": NAMED, "logGroupClass": "INFREQUENT_ACCESS", "kmsKeyId": NAMED,
        "tags": NAMED,
    },
}  # fmt: skip
ELSEWHERE = {
    ("lambda", "CreateFunction"): {
        "VpcConfig", "DeadLetterConfig", "KMSKeyArn", "Layers", "CodeSigningConfigArn",
        "ImageConfig", "SnapStart",
    },
}  # fmt: skip
"""Members that need things of other services: tested where those are."""


@pytest.mark.parametrize(("service", "operation"), DONE)
def test_every_member_of_the_model_is_done_or_refused(service, operation):
    """A member that a newer botocore brings fails here, until somebody says what becomes of it."""
    shape = get_session().get_service_model(service).operation_model(operation).input_shape
    spoken_of = {*DONE[service, operation], *UNDONE.get((service, operation), ())}
    assert set(shape.members) - spoken_of - ELSEWHERE.get((service, operation), set()) == set()


def made(local_aws, make, service, operation):
    """The thing with every member set, as it is read back."""
    told = {k: one for k, one in DONE[service, operation].items() if one is not NAMED}
    client = local_aws.client(service)
    if operation == "CreateRestApi":
        return client.get_rest_api(restApiId=client.create_rest_api(name="n", **told)["id"])
    if operation == "CreateStage":
        api, _ = make.api("/x")
        deployment = client.create_deployment(restApiId=api)["id"]
        canary = {**told["canarySettings"], "deploymentId": deployment}
        client.create_stage(restApiId=api, stageName="s", deploymentId=deployment,
                            **{**told, "canarySettings": canary})  # fmt: skip
        shown = client.get_stage(restApiId=api, stageName="s")
        assert shown["canarySettings"].pop("deploymentId") == deployment
        return shown
    if operation == "CreateFunction":
        make.function("f", **told)
        return client.get_function_configuration(FunctionName="f")
    if operation == "CreateStateMachine":
        machine = make.machine("m", **told)
        return client.describe_state_machine(stateMachineArn=machine)
    client.create_log_group(logGroupName="g", **told)
    return client.describe_log_groups(logGroupNamePrefix="g")["logGroups"][0]


@pytest.mark.parametrize(("service", "operation"), DONE)
def test_what_is_set_is_read_back(local_aws, make, service, operation):
    shown = made(local_aws, make, service, operation)
    told = {k: one for k, one in DONE[service, operation].items() if one is not NAMED}
    assert {name: shown.get(name) for name in told} == told


@pytest.mark.parametrize(
    ("service", "operation", "member"),
    [(service, one, name) for (service, one), names in UNDONE.items() for name in names],
)
def test_what_is_not_done_is_refused_by_name(local_aws, service, operation, member):
    client = local_aws.client(service)
    model = client.meta.service_model.operation_model(operation).input_shape
    filled = {name: sample(one) for name, one in model.members.items()}
    wanted = {name: filled[name] for name in {*model.required_members, member}}
    methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}
    assert refused(getattr(client, methods[operation]), **wanted) == (
        "NotImplemented",
        f"The local AWS does not do {member} of {service} {operation}.",
    )


def sample(shape):
    """The least value of a shape: what is refused by name is refused before its patterns."""
    if shape.type_name == "structure":
        return {name: sample(one) for name, one in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if shape.type_name == "map":
        return {"k": sample(shape.value)}
    least = shape.metadata.get("min") or 1
    if shape.type_name == "string":
        return (shape.enum or ["x" * int(least)])[0]
    return {"boolean": True, "blob": b"x"}.get(shape.type_name, least)

"""Lambda."""

from __future__ import annotations

import json

from tests.local.members.cases import Written
from tests.local.members.world import World

SERVICE = "lambda"
LOGGING = {
    "LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "WARN",
    "LogGroup": "/mine",
}  # fmt: skip


def configuration(world: World, name: str = "f", **more):
    """A function's configuration."""
    return world.call(SERVICE, "GetFunctionConfiguration", FunctionName=name, **more)


def tagged(world: World, name: str):
    """A function's configuration, with its tags and how many versions it has."""
    return {
        **configuration(world, name),
        "Tags": world.call(SERVICE, "GetFunction", FunctionName=name)["Tags"],
    }


def statement(world: World, **more):
    """The one statement of the function's policy, by the names of AddPermission's members."""
    text = world.call(SERVICE, "GetPolicy", FunctionName="f", **more)["Policy"]
    (said,) = json.loads(text)["Statement"]
    condition = said.get("Condition", {})
    return {
        **{key: value for one in condition.values() for key, value in one.items()},
        "StatementId": said["Sid"], "Action": said["Action"],
        "Principal": said["Principal"],
    }  # fmt: skip


def permitted(world: World):
    """What AddPermission was told."""
    said = statement(world, Qualifier="alias")
    return {
        "SourceArn": said.get("AWS:SourceArn"), "SourceAccount": said.get("AWS:SourceAccount"),
        "PrincipalOrgID": said.get("aws:PrincipalOrgID"), "Action": said["Action"],
        "Principal": said["Principal"].get("Service"), "Qualifier": "alias",
        "EventSourceToken": said.get("lambda:EventSourceToken"),
    }  # fmt: skip


def changed(world: World):
    """The function's name, when it is no more what its version 1 is."""
    world.call(SERVICE, "UpdateFunctionConfiguration", FunctionName=world.function, Timeout=9)
    return world.function


SETTINGS = {
    "Runtime": "python3.12", "Handler": "app.other", "Description": "d", "Timeout": 7,
    "MemorySize": 512, "Environment": {"Variables": {"AA": "b"}},
    "TracingConfig": {"Mode": "PassThrough"}, "EphemeralStorage": {"Size": 1024},
    "LoggingConfig": LOGGING,
}  # fmt: skip
THINGS_OF_OTHERS = dict.fromkeys(
    ("VpcConfig", "DeadLetterConfig", "KMSKeyArn", "Layers", "CodeSigningConfigArn", "ImageConfig",
     "SnapStart"),
    "shims/test_functions.py",
)  # fmt: skip
WRITTEN = {
    "CreateFunction": Written(
        about=lambda world: {
            "FunctionName": "n", "Role": world.role_arn, "Code": {"ZipFile": world.make.archive()},
        },
        told=lambda _: {
            **SETTINGS, "PackageType": "Zip", "Architectures": ["arm64"], "Tags": {"a": "b"},
            "Publish": True,
        },
        read=lambda world: {
            **tagged(world, "n"),
            "Publish": configuration(world, "n", Qualifier="1")["Version"] == "1",
        },
        elsewhere=THINGS_OF_OTHERS,
    ),
    "UpdateFunctionConfiguration": Written(
        about=lambda world: {"FunctionName": world.function},
        told=lambda world: {**SETTINGS, "Role": world.role_arn},
        read=configuration,
        elsewhere={
            **{k: v for k, v in THINGS_OF_OTHERS.items() if k != "CodeSigningConfigArn"},
            "RevisionId": "recorded/test_lambda.py",
        },
    ),
    "CreateAlias": Written(
        about=lambda world: {"FunctionName": world.function, "Name": "n"},
        told=lambda world: {
            "FunctionVersion": "1", "Description": "d",
            "RoutingConfig": {"AdditionalVersionWeights": {world.second_version: 0.25}},
        },
        read=lambda world: world.call(SERVICE, "GetAlias", FunctionName="f", Name="n"),
    ),
    "UpdateAlias": Written(
        about=lambda world: {"FunctionName": world.function, "Name": world.alias},
        told=lambda world: {
            "FunctionVersion": world.second_version, "Description": "d",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.25}},
        },
        read=lambda world: world.call(SERVICE, "GetAlias", FunctionName="f", Name=world.alias),
        elsewhere={"RevisionId": "recorded/test_lambda.py"},
    ),
    "PublishVersion": Written(
        about=lambda world: {"FunctionName": world.function},
        told=lambda world: {
            "Description": "d",
            "CodeSha256": configuration(world, changed(world))["CodeSha256"],
        },
        read=lambda world: configuration(world, Qualifier="2"),
        elsewhere={"RevisionId": "recorded/test_lambda.py"},
    ),
    "AddPermission": Written(
        about=lambda world: {"FunctionName": world.function, "StatementId": "s"},
        told=lambda world: {
            "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
            "SourceArn": "arn:aws:s3:::b", "SourceAccount": "123456789012",
            "PrincipalOrgID": "o-a1b2c3d4e5", "EventSourceToken": "token.one",
            "Qualifier": world.alias,
        },
        read=permitted,
        elsewhere={"RevisionId": "recorded/test_lambda.py"},
    ),
}  # fmt: skip

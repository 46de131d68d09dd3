"""Accounts as the strict AWS holds them: applications that nobody wrote for dragonctl."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.strict import compute, gateway, iam
from tests.strict.tracing_layers import distribution, own_layer
from tests.strict.world import ACCOUNT, REGION, Delays, World

Json = Any
AWS_POLICY = "arn:aws:iam::aws:policy/"
LAMBDA_URI = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/%s/invocations"
DELIVERY = f"arn:aws:iam::{ACCOUNT}:policy/StepFunctionsCWDelivery"
PUSH = [
    "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups",
    "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:GetLogEvents", "logs:FilterLogEvents",
]  # fmt: skip
XRAY = [f"xray:{one}" for one in (
    "PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets",
)]  # fmt: skip
BASIC = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
MANAGED = {
    "service-role/AmazonAPIGatewayPushToCloudWatchLogs": PUSH,
    "service-role/AWSLambdaBasicExecutionRole": BASIC,
    "AWSXRayDaemonWriteAccess": XRAY,
    "CloudWatchLambdaApplicationSignalsExecutionRolePolicy": ["xray:PutTraceSegments", *BASIC],
}


def function_arn(name: str, account: str = ACCOUNT) -> str:
    """The ARN of a function."""
    return f"arn:aws:lambda:{REGION}:{account}:function:{name}"


def machine_arn(name: str) -> str:
    """The ARN of a state machine."""
    return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"


def role_arn(name: str, path: str = "/") -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{ACCOUNT}:role{path}{name}"


def empty(delays: Delays | None = None) -> World:
    """An account with AWS's own policies in it."""
    policies = {
        AWS_POLICY + name: {"default": "v1", "documents": {"v1": document(actions)}}
        for name, actions in MANAGED.items()
    }
    state = {
        "apigateway": {"role": "", "apis": {}},
        "iam": {"roles": {}, "policies": policies},
        "lambda": {"functions": {}},
        "stepfunctions": {"machines": {}},
        "logs": {"groups": {}, "policies": []},
        "sts": {},
    }
    built = {**gateway.operations(), **iam.operations(), **compute.operations()}
    return World(delays or Delays(), state, operations=built)


def document(actions: list[str], resource: str = "*") -> Json:
    """A policy that allows these actions."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(world: World, name: str, service: str, path: str = "/", **rights: Json) -> str:
    """A role with ``attached`` policies (ARNs) and ``inline`` ones; its ARN."""
    statement = {
        "Effect": "Allow", "Principal": {"Service": [service]}, "Action": ["sts:AssumeRole"],
    }  # fmt: skip
    world.state["iam"]["roles"][name] = {
        "path": path, "trust": {"Version": "2012-10-17", "Statement": [statement]},
        "attached": [], "inline": {}, **rights,
    }  # fmt: skip
    return role_arn(name, path)


def function(world: World, name: str, role: str, **more: Json) -> str:
    """A function; its ARN."""
    world.state["lambda"]["functions"][name] = {
        "FunctionName": name, "FunctionArn": function_arn(name), "Role": role,
        "Runtime": "nodejs22.x", "Handler": "index.handler", "CodeSha256": "c2hh",
        "Version": "$LATEST", "State": "Active", "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": f"r-{name}", "qualifiers": {}, **more,
    }  # fmt: skip
    return function_arn(name)


def machine(world: World, name: str, role: str, states: Json, **more: Json) -> str:
    """A state machine; its ARN."""
    arn = machine_arn(name)
    world.state["stepfunctions"]["machines"][arn] = {
        "stateMachineArn": arn, "name": name, "status": "ACTIVE", "type": "STANDARD",
        "definition": json.dumps({"StartAt": next(iter(states)), "States": states}),
        "roleArn": role, "creationDate": 1764000000.0,
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False}, **more,
    }  # fmt: skip
    return arn


def api(world: World, identifier: str, name: str, methods: Json, stages: Json) -> None:
    """An API; ``methods`` maps ``GET /path`` to an integration, ``stages`` a name to what it has
    beyond a fresh one."""
    paths: dict[str, Json] = {"/": {}}
    for key, integration in methods.items():
        method, _, path = key.partition(" ")
        about = {
            "httpMethod": method,
            "authorizationType": "NONE",
            "methodIntegration": integration,
        }
        paths.setdefault(path, {})[method] = about
    resources = [
        {"id": f"r{index}", "path": path, **({"resourceMethods": found} if found else {})}
        for index, (path, found) in enumerate(paths.items())
    ]
    fresh = {
        "deploymentId": "dep1", "cacheClusterEnabled": False, "methodSettings": {},
        "cacheClusterStatus": "NOT_AVAILABLE", "tracingEnabled": False,
        "createdDate": 1764000000, "lastUpdatedDate": 1764000000,
    }  # fmt: skip
    about = {
        "id": identifier, "name": name, "createdDate": 1764000000, "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["EDGE"]}, "disableExecuteApiEndpoint": False,
    }  # fmt: skip
    world.state["apigateway"]["apis"][identifier] = {
        "about": about, "resources": resources,
        "stages": {one: {"stageName": one, **fresh, **more} for one, more in stages.items()},
    }  # fmt: skip


def entry(**more: Json) -> Json:
    """A method setting with AWS's defaults and what was set of it."""
    defaults = {name: value for name, _, value in gateway.LEAVES.values() if value is not None}
    return {**defaults, **more}


def lambda_proxy(arn: str) -> Json:
    """The integration of a function."""
    return {"type": "AWS_PROXY", "httpMethod": "POST", "uri": LAMBDA_URI % arn}


def shop(delays: Delays | None = None) -> World:
    """An application that grew for years, next to another API of the account."""
    world = empty(delays)
    lambdas = role(
        world, "shop-role", "lambda.amazonaws.com", "/service-role/",
        inline={"logs": document(["logs:*"])}, attached=[],
    )  # fmt: skip
    bare = role(world, "bare-role", "lambda.amazonaws.com")
    alias = {"TracingConfig": {"Mode": "PassThrough"}, "Version": "4", "CodeSha256": "old"}
    function(world, "orders", lambdas)
    frozen = {**world.state["lambda"]["functions"]["orders"], **alias}
    qualified = {"qualifiers": {"4": frozen}, "aliases": {"live": {"FunctionVersion": "4"}}}
    world.state["lambda"]["functions"]["orders"] |= qualified
    function(world, "audit", bare, LoggingConfig={"LogFormat": "JSON", "LogGroup": "/shop/audit"})
    seen = role(world, "seen-role", "lambda.amazonaws.com",
                inline={"all": document([*BASIC, *XRAY])})  # fmt: skip
    function(world, "deep_one", seen, TracingConfig={"Mode": "Active"})
    flow = role(world, "flow-role", "states.amazonaws.com", "/workflows/")
    other = role(world, "nested-role", "states.amazonaws.com", attached=[
        AWS_POLICY + "AWSXRayDaemonWriteAccess",
    ], inline={"delivery": document(["logs:*", "lambda:InvokeFunction"])})  # fmt: skip
    item = {"StartAt": "Deep", "States": {
        "Deep": {"Type": "Task", "Resource": function_arn("deep_one"), "End": True},
    }}  # fmt: skip
    machine(world, "nested", other, {"Each": {"Type": "Map", "ItemProcessor": item, "End": True}},
            type="EXPRESS", loggingConfiguration={
                "level": "ERROR", "includeExecutionData": True,
                "destinations": [{"cloudWatchLogsLogGroup": {
                    "logGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/old/nested:*"}}],
            })  # fmt: skip
    nested = {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": machine_arn("nested")}, "End": True,
    }  # fmt: skip
    machine(world, "flow", flow, {"Nested": nested})
    template = '#set($b = $input.body){"input": "$b", "stateMachineArn": "%s"}'
    starts = {
        "type": "AWS", "uri": f"arn:aws:apigateway:{REGION}:states:action/StartExecution",
        "requestTemplates": {"application/json": template % machine_arn("flow")},
    }  # fmt: skip
    methods = {
        "ANY /{proxy+}": lambda_proxy(function_arn("orders") + ":${stageVariables.alias}"),
        "GET /orders/{id}": lambda_proxy(function_arn("audit")),
        "POST /orders": starts,
        "GET /a~b": {"type": "HTTP_PROXY", "uri": "https://example.com"},
        "GET /foreign": lambda_proxy(function_arn("theirs", "999988887777")),
        "GET /mock": {"type": "MOCK"},
    }
    world.state["logs"]["groups"] = {"/old/nested": {}, "/shop/audit": {"days": 3653},
                                     "/aws/lambda/deep_one-more": {"days": 1}}  # fmt: skip
    api(world, "shopapi001", "shop", methods, {"dev": {}, "live": _live(), "v1_0": _logged()})
    api(world, "otherapi01", "other", {"GET /": {"type": "MOCK"}}, {"prod": {}})
    world.begin()
    return world


def gallery(delays: Delays | None = None) -> World:
    """Functions with all that may stand in the way of a layer, each behind a path of its name."""
    world = empty(delays)
    own = role(world, "own-role", "lambda.amazonaws.com", inline={"all": document([*BASIC, *XRAY])})
    tools = [{"Arn": own_layer(world, f"tools{n}"), "CodeSize": 1000} for n in range(5)]
    secret = {"Variables": {"DB_PASSWORD": "hunter2-hunter2", "STAGE": "live"}}
    datadog = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/datadog_wrapper", "DD_SITE": "eu"}}
    traced = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument"}}
    old = [{"Arn": distribution("Python", 7), "CodeSize": 9}, tools[0]]
    kinds: dict[str, Json] = {
        "plain": {"Runtime": "python3.13"},
        "layered": {
            "Runtime": "nodejs22.x", "Layers": tools[:3], "Environment": secret,
            "KMSKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k", "MemorySize": 512,
            "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
            "FileSystemConfigs": [{"Arn": "arn:aws:elasticfilesystem:x", "LocalMountPath": "/mnt"}],
            "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
        },
        "java": {"Runtime": "java21"},
        "already": {"Runtime": "python3.12", "Layers": old, "Environment": traced},
        "five": {"Runtime": "python3.13", "Layers": tools},
        "datadog": {"Runtime": "python3.13", "Environment": datadog},
        "ruby": {"Runtime": "ruby3.4"},
        "go": {"Runtime": "provided.al2023"},
        "image": {"PackageType": "Image", "Runtime": None, "Handler": None},
        "locked": {"Runtime": "python3.13", "Environment": {
            "Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS access was denied"}}},
        "zipped": {"Runtime": "python3.13", "CodeSize": 250_000_000},
        "unzipped": {"Runtime": "python3.13", "CodeSize": 40_000_000, "unzipped": 250_000_000},
        "wordy": {"Runtime": "python3.13", "Environment": {"Variables": {"A": "x" * 4070}}},
        "legacy": {"Runtime": "python3.13", "Layers": [
            {"Arn": own_layer(world, "aws-otel-python-amd64-ver-1-32-0"), "CodeSize": 9}]},
    }  # fmt: skip
    for name, more in kinds.items():
        function(world, name, own, **more)
    methods = {f"GET /{name}": lambda_proxy(function_arn(name)) for name in kinds}
    api(world, "galleryapi", "gallery", methods, {"live": {}})
    world.begin()
    return world


def _live() -> Json:
    """A stage with throttling, a canary and overrides in both spellings."""
    return {
        "variables": {"alias": "live"}, "tags": {"owner": "ann"}, "documentationVersion": "7",
        "canarySettings": {"percentTraffic": 5.0, "deploymentId": "dep0", "useStageCache": False},
        "clientCertificateId": "cert1", "cacheClusterSize": "0.5",
        "methodSettings": {
            "*/*": entry(throttlingRateLimit=55.5, throttlingBurstLimit=7),
            "~1orders~1{id}/GET": entry(throttlingRateLimit=1.0, loggingLevel="OFF"),
            "orders/POST": entry(metricsEnabled=True, loggingLevel="OFF"),
            "~1a~0b/GET": entry(cachingEnabled=True, cacheTtlInSeconds=60),
            "~1/GET": entry(dataTraceEnabled=True),
        },
    }  # fmt: skip


def _logged() -> Json:
    """A stage whose access log goes to Firehose, in a format of its own, and which is traced."""
    hose = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/amazon-apigateway-x"
    return {
        "tracingEnabled": True, "variables": {"alias": "$LATEST"},
        "accessLogSettings": {"destinationArn": hose, "format": "$context.requestId"},
    }  # fmt: skip


def comparable(world: World) -> Json:
    """The whole account, without what changes by itself."""
    state = copy.deepcopy(world.state)
    for one in state["lambda"]["functions"].values():
        one.pop("RevisionId")
    for one in state["stepfunctions"]["machines"].values():
        one.pop("revisionId", None)
        if not one["loggingConfiguration"].get("destinations"):
            one["loggingConfiguration"].pop("destinations", None)
    for about in state["apigateway"]["apis"].values():
        for stage in about["stages"].values():
            if not stage.get("tags"):
                stage.pop("tags", None)
    for role in state["iam"]["roles"].values():
        role["attached"].sort()  # policies are attached at once, and IAM keeps no order of them
    return state

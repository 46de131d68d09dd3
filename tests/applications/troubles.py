"""Accounts as several people leave them: stages, roles and groups with settings of their own.

Each builder adds one trouble to an application of :mod:`tests.applications.five_functions` or
beside it. What an endpoint does not hold (a stock moto server drops canaries) is simply absent.
"""

from __future__ import annotations

import json

from tests.applications.builder import Api, Builder, policy

LOGGING = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"


def busy_stage(builder: Builder, api: Api, name: str = "busy") -> None:
    """Throttling, variables, a canary, a client certificate, a documentation version."""
    builder.stage(
        api,
        name,
        {
            "/*/*/throttling/rateLimit": "55",
            "/*/*/throttling/burstLimit": "66",
            "/*/*/caching/ttlInSeconds": "77",
        },
        description="Somebody's stage",
        variables={"table": "orders", "level": "7"},
        documentationVersion="4",
        canarySettings={"percentTraffic": 12.5, "stageVariableOverrides": {"table": "orders-next"}},
        tags={"team": "orders"},
    )


OVERRIDES = {
    "/~1orders/GET/throttling/rateLimit": "5",
    "/~1orders~1{id}/GET/caching/enabled": "true",
    "/~1orders~1{id}/GET/caching/ttlInSeconds": "60",
    "/~1{proxy+}/POST/metrics/enabled": "true",
    "/~1a~0b/GET/throttling/burstLimit": "9",
    "/orders/POST/logging/loglevel": "ERROR",
    "/~1/GET/logging/dataTrace": "true",
}
"""Method overrides in both spellings: escaped and plain, `~`, braces, a greedy path, the root."""


def overridden_stage(builder: Builder, api: Api, name: str = "overridden") -> None:
    """A stage whose methods have settings of their own."""
    builder.stage(api, name, OVERRIDES)


def observed_stage(builder: Builder, api: Api, name: str = "observed") -> None:
    """Somebody already logs errors, to a group of their own, with full bodies and metrics."""
    group = f"/somebody/{api.name}"
    builder.client("logs").create_log_group(logGroupName=group)
    builder.client("logs").put_retention_policy(logGroupName=group, retentionInDays=731)
    builder.stage(
        api,
        name,
        {
            "/*/*/logging/loglevel": "ERROR",
            "/*/*/logging/dataTrace": "true",
            "/*/*/metrics/enabled": "true",
            "/accessLogSettings/destinationArn": (
                f"arn:aws:logs:{builder.region}:{builder.account}:log-group:{group}"
            ),
            "/accessLogSettings/format": "$context.requestId $context.status",
        },
    )


def roles_of_all_kinds(builder: Builder) -> dict[str, str]:
    """Function roles by how they may, or may not, write logs and traces: name -> ARN."""
    boundary = builder.client("iam").create_policy(
        PolicyName="boundary-without-traces", PolicyDocument=json.dumps(policy("logs:*", "s3:*"))
    )["Policy"]["Arn"]
    everything = policy("logs:*", "xray:Put*")
    return {
        "wildcards": builder.role("wildcards", inline={"all": everything}),
        "managed": builder.role("managed", managed=[LOGGING]),
        "bounded": builder.role("bounded", inline={"all": everything}, boundary=boundary),
        "denied": builder.role(
            "denied", inline={"all": everything, "no": policy("xray:*", effect="Deny")}
        ),
        "bare": builder.role("bare"),
        "pathed": builder.role("pathed", path="/team/orders/", managed=[LOGGING]),
        "elsewhere": builder.role(
            "elsewhere",
            inline={"one": policy("logs:*", resource="arn:aws:logs:eu-west-1:*:log-group:/x:*")},
        ),
    }


def log_groups_of_all_kinds(builder: Builder) -> tuple[str, ...]:
    """Groups with a key, of class INFREQUENT_ACCESS, with and without retention."""
    logs = builder.client("logs")
    key = builder.client("kms").create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="/aws/lambda/with-key", kmsKeyId=key)
    logs.create_log_group(logGroupName="/aws/lambda/infrequent", logGroupClass="INFREQUENT_ACCESS")
    logs.create_log_group(logGroupName="/aws/lambda/for-ever")
    logs.create_log_group(logGroupName="/aws/lambda/a-year")
    logs.put_retention_policy(logGroupName="/aws/lambda/a-year", retentionInDays=365)
    kinds = ("with-key", "infrequent", "for-ever", "a-year")
    return tuple(f"/aws/lambda/{kind}" for kind in kinds)


def machine_that_logs_elsewhere(builder: Builder, name: str = "watched") -> str:
    """A machine that logs its errors, with data, to a group that is not dragonctl's name for it."""
    group = f"/somebody/{name}"
    builder.client("logs").create_log_group(logGroupName=group)
    target = f"arn:aws:logs:{builder.region}:{builder.account}:log-group:{group}:*"
    return builder.machine(
        name,
        {"Done": {"Type": "Succeed"}},
        builder.role(
            f"{name}-role",
            "states.amazonaws.com",
            inline={"delivery": policy("logs:*", "xray:*")},
        ),
        loggingConfiguration={
            "level": "ERROR",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": target}}],
        },
    )


def resource_policies_near_the_limit(builder: Builder, count: int = 9) -> None:
    """Nine of ten policies, one of them of 5,000 of 5,120 characters."""
    logs = builder.client("logs")
    for number in range(count):
        document = policy("logs:PutLogEvents", principal="delivery.logs.amazonaws.com")
        logs.put_resource_policy(policyName=f"policy-{number}", policyDocument=json.dumps(document))
    document = policy(
        "logs:PutLogEvents", resource="x" * 4800, principal="delivery.logs.amazonaws.com"
    )
    logs.put_resource_policy(policyName="policy-0", policyDocument=json.dumps(document))


def shared_delivery_policy(builder: Builder, versions: int = 5) -> str:
    """``StepFunctionsCWDelivery`` that lacks actions, is at IAM's limit, and is used elsewhere."""
    iam = builder.client("iam")
    arn = iam.create_policy(
        PolicyName="StepFunctionsCWDelivery",
        PolicyDocument=json.dumps(policy("logs:CreateLogDelivery")),
    )["Policy"]["Arn"]
    for _ in range(versions - 1):
        document = json.dumps(policy("logs:CreateLogDelivery", "logs:GetLogDelivery"))
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    builder.role("somebody-elses-machine", "states.amazonaws.com", managed=[arn])
    return arn


def account_role(builder: Builder, kind: str) -> str:
    """The account's CloudWatch role: ``healthy``, ``gone``, ``untrusted``, ``unable``; its ARN."""
    push = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    trusted = "apigateway.amazonaws.com"
    made = {
        "healthy": lambda: builder.role("ours", trusted, path="/platform/", managed=[push]),
        "untrusted": lambda: builder.role("ours", "ec2.amazonaws.com", managed=[push]),
        "unable": lambda: builder.role("ours", trusted),
        "gone": lambda: f"arn:aws:iam::{builder.account}:role/deleted-with-its-stack",
    }[kind]()
    patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": made}]
    builder.client("apigateway").update_account(patchOperations=patch)
    return made


def two_apis_of_one_name(builder: Builder, name: str = "twins") -> tuple[Api, Api]:
    """Two APIs that share a name, each with a stage ``prod``."""
    twins = builder.api(name), builder.api(name)
    for api in twins:
        builder.method(api, "GET", "/", type="MOCK", uri="")
        builder.stage(api, "prod")
    return twins

"""What a careful person writes without dragonctl: the same steps, one after the other, with boto3.

It knows the names of everything (dragonctl has to find them) and looks at nothing but the roles
of the functions and machines: whatever is there already is done again. Usage::

    python bench/plain_boto3.py API-ID STAGE,STAGE FUNCTION,FUNCTION MACHINE-ARN,MACHINE-ARN
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import boto3

REGION = "us-east-1"
ACCOUNT = "123456789012"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
PUSH = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
TRACES = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
DELIVERY = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
]
FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "xrayTraceId": "$context.xrayTraceId",
        "ip": "$context.identity.sourceIp",
        "requestTime": "$context.requestTime",
        "httpMethod": "$context.httpMethod",
        "resourcePath": "$context.resourcePath",
        "status": "$context.status",
    }
)

iam = boto3.client("iam")
gateway = boto3.client("apigateway")
logs = boto3.client("logs")
functions = boto3.client("lambda")
machines = boto3.client("stepfunctions")


def main(api: str, stages: list[str], names: list[str], arns: list[str]) -> None:
    """Make one application observable."""
    set_account_role()
    for stage in stages:
        observe_stage(api, stage)
    delivery = create_delivery_policy()
    for arn in arns:
        observe_machine(arn, delivery)
    for name in names:
        observe_function(name)


def set_account_role() -> None:
    """The role by which API Gateway writes logs, put into the account's settings."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="APIGatewayCWLogs", AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName="APIGatewayCWLogs", PolicyArn=PUSH)
    role = f"arn:aws:iam::{ACCOUNT}:role/APIGatewayCWLogs"
    gateway.update_account(patchOperations=[replace("/cloudwatchRoleArn", role)])


def observe_stage(api: str, stage: str) -> None:
    """Log groups, execution and access log, tracing."""
    access = f"/aws/apigateway/{api}/{stage}/access"
    log_group(access)
    log_group(f"API-Gateway-Execution-Logs_{api}/{stage}")
    gateway.update_stage(
        restApiId=api,
        stageName=stage,
        patchOperations=[
            replace("/*/*/logging/loglevel", "INFO"),
            replace("/accessLogSettings/destinationArn", LOGS + access),
            replace("/accessLogSettings/format", FORMAT),
            replace("/tracingEnabled", "true"),
        ],
    )


def create_delivery_policy() -> str:
    """The policy by which Step Functions may deliver logs; its ARN."""
    statement = {"Effect": "Allow", "Action": DELIVERY, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_policy(PolicyName="StepFunctionsCWDelivery", PolicyDocument=document)
    return f"arn:aws:iam::{ACCOUNT}:policy/StepFunctionsCWDelivery"


def observe_machine(arn: str, delivery: str) -> None:
    """The machine's rights, log group, logging and tracing."""
    machine = machines.describe_state_machine(stateMachineArn=arn)
    role = machine["roleArn"].rpartition("/")[2]
    iam.attach_role_policy(RoleName=role, PolicyArn=delivery)
    iam.attach_role_policy(RoleName=role, PolicyArn=TRACES)
    group = f"/aws/vendedlogs/states/{machine['name']}-Logs"
    log_group(group)
    machines.update_state_machine(
        stateMachineArn=arn,
        loggingConfiguration={
            "level": "ALL",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{LOGS}{group}:*"}}],
        },
        tracingConfiguration={"enabled": True},
    )


def observe_function(name: str) -> None:
    """The function's rights, log group and tracing."""
    role = functions.get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    iam.attach_role_policy(RoleName=role, PolicyArn=BASIC)
    iam.attach_role_policy(RoleName=role, PolicyArn=TRACES)
    log_group(f"/aws/lambda/{name}")
    functions.update_function_configuration(FunctionName=name, TracingConfig={"Mode": "Active"})


def log_group(name: str) -> None:
    """A log group that forgets after thirty days."""
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=30)


def replace(path: str, value: str) -> dict[str, Any]:
    """One patch operation."""
    return {"op": "replace", "path": path, "value": value}


if __name__ == "__main__":
    main(sys.argv[1], *(argument.split(",") for argument in sys.argv[2:5]))

"""Plain boto3 for building applications that dragonctl did not make.

Works against any endpoint; knows nothing of dragonctl, so that what it builds is what a console,
SAM or Terraform would have left behind.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
LOGS_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@lru_cache(maxsize=32)
def _client(service: str, endpoint: str, region: str) -> Any:
    """Whatever the environment of the test is that needs it first: it serves the others, too."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"mode": "standard", "total_max_attempts": 6}, proxies={}),
    )


@dataclass(frozen=True)
class Api:
    """One REST API: its id, and its resources by path."""

    id: str
    name: str
    resources: dict[str, str]


@dataclass(frozen=True)
class Builder:
    """Builds on one endpoint. Everything is made with the account's root credentials."""

    endpoint: str
    region: str = "us-east-1"
    account: str = ACCOUNT

    def client(self, service: str) -> Any:
        """One client per service, shared by all builders of this endpoint and region."""
        return _client(service, self.endpoint, self.region)

    def role(
        self,
        name: str,
        service: str = "lambda.amazonaws.com",
        *,
        path: str = "/",
        managed: Iterable[str] = (),
        inline: Mapping[str, Mapping[str, Any]] | None = None,
        boundary: str | None = None,
    ) -> str:
        """A role trusted by ``service``, with managed and inline policies; its ARN."""
        iam = self.client("iam")
        trust = policy("sts:AssumeRole", resource=None, principal=service)
        extra = {"PermissionsBoundary": boundary} if boundary else {}
        made = iam.create_role(
            RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust), **extra
        )
        for arn in managed:
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        for title, document in (inline or {}).items():
            iam.put_role_policy(
                RoleName=name, PolicyName=title, PolicyDocument=json.dumps(document)
            )
        return made["Role"]["Arn"]

    def function(
        self, name: str, role: str | None = None, *, aliases: Iterable[str] = (), **settings: Any
    ) -> str:
        """A small Python function; a version is published for its aliases. Its ARN."""
        made = self.client("lambda").create_function(
            FunctionName=name,
            Role=role or self.role(f"{name}-role", managed=[LOGS_POLICY]),
            **{
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Code": {"ZipFile": code()},
                **settings,
            },
        )
        self._active(name)
        for alias in aliases:
            version = self.client("lambda").publish_version(FunctionName=name)["Version"]
            self.client("lambda").create_alias(
                FunctionName=name, Name=alias, FunctionVersion=version
            )
        return made["FunctionArn"]

    def _active(self, name: str) -> None:
        waiter = self.client("lambda").get_waiter("function_active_v2")
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})

    def machine(
        self, name: str, states: Mapping[str, Any], role: str | None = None, **settings: Any
    ) -> str:
        """A state machine that runs ``states`` from the first; its ARN."""
        trusted = role or self.role(f"{name}-role", "states.amazonaws.com")
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        made = self.client("stepfunctions").create_state_machine(
            name=name, definition=definition, roleArn=trusted, **settings
        )
        return made["stateMachineArn"]

    def machine_arn(self, name: str) -> str:
        """The ARN that a machine of this name has or will have."""
        return f"arn:aws:states:{self.region}:{self.account}:stateMachine:{name}"

    def function_arn(self, name: str, account: str | None = None) -> str:
        """The ARN that a function of this name has or will have."""
        return f"arn:aws:lambda:{self.region}:{account or self.account}:function:{name}"

    def api(self, name: str) -> Api:
        """An API with nothing but its root."""
        gateway = self.client("apigateway")
        made = gateway.create_rest_api(
            name=name, description=name, endpointConfiguration={"types": ["REGIONAL"]}
        )
        root = gateway.get_resources(restApiId=made["id"])["items"][0]["id"]
        return Api(made["id"], name, {"/": root})

    def resource(self, api: Api, path: str) -> str:
        """The id of the resource at ``path``, made with its parents where missing."""
        if path not in api.resources:
            parent, _, part = path.rpartition("/")
            api.resources[path] = self.client("apigateway").create_resource(
                restApiId=api.id, parentId=self.resource(api, parent or "/"), pathPart=part
            )["id"]
        return api.resources[path]

    def method(self, api: Api, method: str, path: str, **integration: Any) -> None:
        """A method with its integration (``type``, ``uri``, … as ``PutIntegration`` takes them)."""
        gateway = self.client("apigateway")
        where = {"restApiId": api.id, "resourceId": self.resource(api, path), "httpMethod": method}
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(**where, integrationHttpMethod="POST", **integration)

    def calls_function(self, api: Api, method: str, path: str, function: str) -> None:
        """A Lambda proxy integration; ``function`` is an ARN, with a qualifier or a variable."""
        self.method(api, method, path, type="AWS_PROXY", uri=self.lambda_uri(function))

    def lambda_uri(self, function: str) -> str:
        """The integration URI that invokes a function."""
        return (
            f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/"
            f"{function}/invocations"
        )

    def starts_machine(self, api: Api, method: str, path: str, template: str) -> None:
        """An AWS integration that starts an execution, its body made by ``template``."""
        self.method(
            api,
            method,
            path,
            type="AWS",
            uri=f"arn:aws:apigateway:{self.region}:states:action/StartExecution",
            credentials=f"arn:aws:iam::{self.account}:role/APIGatewayStepFunctions",
            requestTemplates={"application/json": template},
        )

    def stage(
        self, api: Api, name: str, settings: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        """A deployed stage; ``settings`` are ``UpdateStage`` paths with their values."""
        gateway = self.client("apigateway")
        deployment = gateway.create_deployment(restApiId=api.id)["id"]
        gateway.create_stage(restApiId=api.id, stageName=name, deploymentId=deployment, **more)
        patch = [{"op": "replace", "path": p, "value": v} for p, v in (settings or {}).items()]
        if patch:
            gateway.update_stage(restApiId=api.id, stageName=name, patchOperations=patch)


def policy(
    *actions: str, resource: str | None = "*", effect: str = "Allow", principal: str | None = None
) -> dict[str, Any]:
    """A policy document of one statement; a trust policy when ``principal`` is given."""
    statement: dict[str, Any] = {"Effect": effect, "Action": list(actions)}
    if resource is not None:
        statement["Resource"] = resource
    if principal is not None:
        statement["Principal"] = {"Service": principal}
    return {"Version": "2012-10-17", "Statement": [statement]}


def template(machine_arn: str) -> str:
    """A request template as the console's guide writes it."""
    return json.dumps(
        {"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": machine_arn}
    )


def task(function: str, following: str | None = None) -> dict[str, Any]:
    """A task state that calls a function by its ARN, as old definitions do."""
    return {"Type": "Task", "Resource": function, **_next(following)}


def invoke(function: str, following: str | None = None) -> dict[str, Any]:
    """A task state that calls a function through ``lambda:invoke``, as new definitions do."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        **_next(following),
    }


def start(machine: str, following: str | None = None, how: str = ".sync:2") -> dict[str, Any]:
    """A task state that starts another machine."""
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{how}",
        "Parameters": {"StateMachineArn": machine, "Input.$": "$"},
        **_next(following),
    }


def _next(following: str | None) -> dict[str, Any]:
    return {"Next": following} if following else {"End": True}


@cache
def code() -> bytes:
    """The zip of a function that returns what it is given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("app.py")  # its date is fixed: the same bytes every time
        archive.writestr(entry, "def handler(event, context):\n    return event\n")
    return buffer.getvalue()

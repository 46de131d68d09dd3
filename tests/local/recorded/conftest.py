"""One world for each file of recorded answers: made once, asked by every row of its table."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.conftest import DEFINITION, Maker

ACCOUNT = "123456789012"
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


class World:
    """What the rows speak of, by name (``{fn}``), and a way to ask as any SDK would."""

    def __init__(self, server):
        self.server = server
        self.names = {"account": ACCOUNT}
        self._clients = {}

    def client(self, service):
        """A client that checks nothing itself: what is tested is what the service says."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.server.endpoint,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(
                    parameter_validation=False,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[service]

    def fill(self, value):
        """The value with names in the place of ``<name>``."""
        if isinstance(value, str):
            for name, told in self.names.items():
                value = value.replace(f"<{name}>", told)
            return value
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        if isinstance(value, dict):
            return {self.fill(key): self.fill(one) for key, one in value.items()}
        return value

    def ask(self, call, parameters):
        """The answer; of a refusal its code, message and HTTP status."""
        service, operation = call.split(".")
        try:
            return getattr(self.client(service), operation)(**self.fill(parameters))
        except ClientError as error:
            said, how = error.response["Error"], error.response["ResponseMetadata"]
            return said["Code"], said["Message"], how["HTTPStatusCode"]

    def refuses(self, call, parameters, code, message, status):
        """Assert a refusal, word by word; ``*`` at the end stands for any rest."""
        told = self.ask(call, parameters)
        assert isinstance(told, tuple), f"{call} is taken: {told}"
        wanted = self.fill(message)
        if wanted.endswith("*"):
            assert told[1].startswith(wanted[:-1])
            told = (told[0], wanted, told[2])
        assert told == (code, wanted, status)

    def answers(self, call, parameters, fields):
        """Assert fields of an answer; None: not there. Dots lead inwards, digits into lists."""
        told = self.ask(call, parameters)
        assert not isinstance(told, tuple), told
        for path, wanted in self.fill(fields).items():
            assert _at(told, path.split("/")) == wanted, path


def _at(value, parts):
    for part in parts:
        if isinstance(value, str):
            value = json.loads(value)
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = (value or {}).get(part)
    return value


@pytest.fixture(scope="module")
def world(local_aws_server):
    """Functions, machines, an API and stores, in a local AWS that is otherwise empty."""
    local_aws_server.reset()
    local_aws_server.pace(cache_cluster=0, function_update=0, distribution=0)
    made = World(local_aws_server)
    make = Maker(local_aws_server)
    _functions(made, make)
    _machines(made, make)
    _api(made)
    _stores(made)
    return made


def _functions(world, make):
    functions = world.client("lambda")
    world.names["role"] = make.role("fn", "lambda")
    made = make.function("shop", role=world.names["role"])
    world.names |= {"fn": "shop", "arn": made["FunctionArn"], "sha": made["CodeSha256"]}
    functions.publish_version(FunctionName="shop")
    functions.update_function_configuration(FunctionName="shop", Timeout=9)
    functions.publish_version(FunctionName="shop")
    functions.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    functions.add_permission(
        FunctionName="shop", StatementId="one", Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    )  # fmt: skip
    make.function("idle", role=world.names["role"])
    functions.put_function_concurrency(FunctionName="idle", ReservedConcurrentExecutions=0)


def _machines(world, make):
    states = world.client("stepfunctions")
    role = world.names["states_role"] = make.role("st", "states")
    machine = states.create_state_machine(
        name="sales", definition=DEFINITION, roleArn=role, publish=True
    )["stateMachineArn"]
    second = json.loads(DEFINITION) | {"Comment": "second"}
    update = states.update_state_machine
    revision = update(stateMachineArn=machine, definition=json.dumps(second), publish=True)
    world.names |= {"machine": machine, "revision": revision["revisionId"]}
    first = {"stateMachineVersionArn": f"{machine}:1", "weight": 100}
    states.create_state_machine_alias(name="live", routingConfiguration=[first])
    world.names["express"] = states.create_state_machine(
        name="quick", definition=DEFINITION, roleArn=role, type="EXPRESS"
    )["stateMachineArn"]


def _api(world):
    gateway = world.client("apigateway")
    made = gateway.create_rest_api(name="shop")
    api, root = made["id"], made["rootResourceId"]
    child = lambda parent, part: gateway.create_resource(  # noqa: E731
        restApiId=api, parentId=parent, pathPart=part
    )["id"]
    world.names |= {"api": api, "root": root, "cats": child(root, "cats")}
    world.names |= {"toys": child(world.names["cats"], "toys"), "greedy": child(root, "{rest+}")}
    at = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.create_model(
        restApiId=api, name="Toy", contentType="application/json", schema='{"type": "object"}'
    )
    gateway.put_method(**at, authorizationType="NONE", requestModels={"application/json": "Toy"})
    gateway.put_integration(**at, type="MOCK")
    gateway.put_method_response(**at, statusCode="200")
    world.names["validator"] = gateway.create_request_validator(restApiId=api, name="v")["id"]
    world.names["deployment"] = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="dev", deploymentId=world.names["deployment"])
    gateway.put_gateway_response(restApiId=api, responseType="THROTTLED", statusCode="420")
    world.names["part"] = gateway.create_documentation_part(
        restApiId=api, location={"type": "API"}, properties="{}"
    )["id"]
    world.names["uri"] = URI.format(world.names["arn"])


def _stores(world):
    logs, store, topics = (world.client(one) for one in ("logs", "s3", "sns"))
    logs.create_log_group(logGroupName="till")
    logs.create_log_stream(logGroupName="till", logStreamName="s")
    store.create_bucket(Bucket="shelf")
    store.put_object(Bucket="shelf", Key="k", Body=b"a")
    tags = [{"Key": "a", "Value": "1"}]
    world.names["topic"] = topics.create_topic(Name="news", Tags=tags)["TopicArn"]
    world.names["subscription"] = topics.subscribe(
        TopicArn=world.names["topic"],
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:till",
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    world.client("iam").create_user(UserName="reader")

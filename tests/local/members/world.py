"""What the members of an operation are about: things that are made when a case first names them."""

from __future__ import annotations

import json
from functools import cached_property

from tests.local.conftest import DEFINITION

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
OTHER_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, "Action": "s3:*"}]})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
OTHER_DEFINITION = json.dumps({**json.loads(DEFINITION), "Comment": "other"})


class World:
    """Things of one local AWS; each attribute makes its thing once."""

    def __init__(self, local_aws, make):
        self.aws = local_aws
        self.make = make

    def client(self, service):
        """A client of the service."""
        return self.aws.client(service)

    def call(self, service, operation, **parameters):
        """Call an operation by the model's name."""
        client = self.client(service)
        methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}
        return getattr(client, methods[operation])(**parameters)

    @cached_property
    def api(self):
        """A REST API with a method at /x, deployed to ``prod``."""
        return self.make.stage("/x")

    @cached_property
    def deployment(self):
        """A deployment of the API that no stage has."""
        return self.client("apigateway").create_deployment(restApiId=self.api)["id"]

    @cached_property
    def role(self):
        """The name of a role that Lambda may assume."""
        return self.make.role("role", "lambda").rpartition("/")[2]

    @cached_property
    def role_arn(self):
        """The ARN of that role."""
        return f"arn:aws:iam::{self.aws.account}:role/{self.role}"

    @cached_property
    def function(self):
        """A function's name; version 1 of it is published."""
        self.make.function("f", Publish=True)
        return "f"

    @cached_property
    def second_version(self):
        """Version 2 of the function."""
        client = self.client("lambda")
        client.update_function_configuration(FunctionName=self.function, Description="second")
        return client.publish_version(FunctionName=self.function)["Version"]

    @cached_property
    def alias(self):
        """An alias of the function, of version 1."""
        name = "alias"
        self.client("lambda").create_alias(
            FunctionName=self.function, Name=name, FunctionVersion="1"
        )
        return name

    @cached_property
    def machine(self):
        """A state machine's ARN."""
        return self.make.machine("m")

    @cached_property
    def express_machine(self):
        """The ARN of a state machine of the express kind."""
        return self.make.machine("quick", type="EXPRESS")

    @cached_property
    def machine_version(self):
        """The ARN of a version of it."""
        return self.client("stepfunctions").publish_state_machine_version(
            stateMachineArn=self.machine
        )["stateMachineVersionArn"]

    @cached_property
    def machine_alias(self):
        """The ARN of an alias of it."""
        routes = [{"stateMachineVersionArn": self.machine_version, "weight": 100}]
        return self.client("stepfunctions").create_state_machine_alias(
            name="a", routingConfiguration=routes
        )["stateMachineAliasArn"]

    @cached_property
    def group(self):
        """A log group's name."""
        self.client("logs").create_log_group(logGroupName="g")
        return "g"

    @cached_property
    def policy(self):
        """A managed policy's ARN."""
        return self.client("iam").create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"][
            "Arn"
        ]

    @cached_property
    def topic(self):
        """A topic's ARN."""
        return self.client("sns").create_topic(Name="t")["TopicArn"]

    @cached_property
    def bucket(self):
        """A bucket's name."""
        self.client("s3").create_bucket(Bucket="bucket-of-tests")
        return "bucket-of-tests"

    @cached_property
    def key(self):
        """A KMS key's ARN."""
        return self.client("kms").create_key(Policy=POLICY)["KeyMetadata"]["Arn"]

    @cached_property
    def table(self):
        """A table's name; its items have the key ``k``."""
        self.client("dynamodb").create_table(
            TableName="items",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return "items"

    @cached_property
    def stream(self):
        """The name of a stream of the log group."""
        self.client("logs").create_log_stream(logGroupName=self.group, logStreamName="s")
        return "s"

    def new_queue(self):
        """The address of an empty queue, which :meth:`received` reads from then on."""
        self._queues = getattr(self, "_queues", 0) + 1
        self._queue = self.client("sqs").create_queue(QueueName=f"q{self._queues}")["QueueUrl"]
        return self._queue

    def received(self):
        """The one message of the latest queue, with all that it has; None where there is none."""
        answer = self.client("sqs").receive_message(
            QueueUrl=self._queue, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"]
        )
        (message,) = answer.get("Messages") or [None]
        return message

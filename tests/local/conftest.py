"""What the tests of the local AWS share: roles, functions, APIs and machines in few words."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
LOG_DELIVERY = tuple(
    f"logs:{one}"
    for one in (
        *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery"),
        *("ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies"),
        "DescribeLogGroups",
    )
)
PUSH = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class Maker:
    """Makes the things that a test needs but does not test."""

    def __init__(self, local_aws):
        self.aws = local_aws

    def role(self, name, *services, policies=(), allow=()):
        """A role that the services may assume, with managed policies and inline rights."""
        iam = self.aws.client("iam")
        principal = {"Service": [f"{one}.amazonaws.com" for one in services]}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        for policy in policies:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        if allow:
            said = {"Effect": "Allow", "Action": list(allow), "Resource": "*"}
            inline = json.dumps({"Version": "2012-10-17", "Statement": [said]})
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=inline)
        return arn

    def archive(self, text="def handler(event, context):\n    return event\n"):
        """A function's zip."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(zipfile.ZipInfo("app.py"), text)
        return stream.getvalue()

    def function(self, name="f", role=None, **more):
        """A function; returns what CreateFunction answers."""
        return self.aws.client("lambda").create_function(
            **{
                "FunctionName": name,
                "Role": role or self.role(f"{name}-role", "lambda"),
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Code": {"ZipFile": self.archive()},
                **more,
            }
        )

    def machine(self, name="m", role=None, **more):
        """A state machine's ARN."""
        return self.aws.client("stepfunctions").create_state_machine(
            **{
                "name": name,
                "definition": DEFINITION,
                "roleArn": role or self.role(f"{name}-role", "states"),
                **more,
            }
        )["stateMachineArn"]

    def group(self, name="g"):
        """A log group's ARN, without ``:*``."""
        self.aws.client("logs").create_log_group(logGroupName=name)
        return f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"

    def api(self, *paths, name="api"):
        """An API with a MOCK ``GET`` at each path; returns its id and the resources' ids."""
        gateway = self.aws.client("apigateway")
        made = gateway.create_rest_api(name=name)
        ids = {"/": made["rootResourceId"]}
        for path in paths:
            parent, _, part = path.rpartition("/")
            if path != "/":
                resource = gateway.create_resource(
                    restApiId=made["id"], parentId=ids[parent or "/"], pathPart=part
                )
                ids[path] = resource["id"]
            place = {"restApiId": made["id"], "resourceId": ids[path], "httpMethod": "GET"}
            gateway.put_method(**place, authorizationType="NONE")
            gateway.put_integration(**place, type="MOCK")
        return made["id"], ids

    def stage(self, *paths, stage="prod"):
        """An API that is deployed to one stage; returns its id."""
        api, _ = self.api(*(paths or ("/dragons",)))
        self.aws.client("apigateway").create_deployment(restApiId=api, stageName=stage)
        return api

    def account_role(self):
        """A role that API Gateway may log with, set on the account."""
        arn = self.role("APIGatewayCWLogs", "apigateway", policies=[PUSH])
        self.aws.client("apigateway").update_account(
            patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}]
        )
        return arn


@pytest.fixture
def make(local_aws):
    """Makes roles, functions, APIs and machines in the local AWS."""
    return Maker(local_aws)

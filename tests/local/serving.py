"""Functions, machines and stages that run, in few words."""

import io
import json
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass

import pytest

LAMBDA_URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
STATES_URI = "arn:aws:apigateway:us-east-1:states:action/{}"
FUNCTION_RIGHTS = ("logs:*", "xray:*")


@dataclass
class Response:
    status: int
    headers: dict
    body: str

    @property
    def json(self):
        return json.loads(self.body)


class Application:
    """One API with what stands behind it; everything is deployed by :meth:`deploy`."""

    def __init__(self, aws):
        self.aws = aws
        self.gateway = aws.client("apigateway")
        self._api = None
        self._roles = {}
        self._paths = {}

    def role(self, service, *actions):
        """A role that the service may assume, allowed these actions."""
        key = (service, actions)
        if key not in self._roles:
            self._roles[key] = self._new_role(f"role-{len(self._roles)}", service, actions)
        return self._roles[key]

    def _new_role(self, name, service, actions):
        iam = self.aws.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]
        if actions:
            rights = document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=rights)
        return arn["Arn"]

    def function(self, name, code, rights=FUNCTION_RIGHTS, permit=True, **settings):
        """A function; API Gateway may call it unless ``permit`` says otherwise."""
        client = self.aws.client("lambda")
        arn = client.create_function(
            FunctionName=name,
            Runtime=settings.pop("Runtime", "python3.13"),
            Handler=settings.pop("Handler", "app.handler"),
            Role=self.role("lambda.amazonaws.com", *rights),
            Timeout=settings.pop("Timeout", 60),  # on a busy machine Lambda's 3 s are short
            Code={"ZipFile": archive(code)},
            **settings,
        )["FunctionArn"]
        if permit:
            client.add_permission(
                FunctionName=name,
                StatementId="gateway",
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
            )
        return arn

    def machine(self, states, start, name="machine", rights=("lambda:*", "xray:*"), **settings):
        role = self.role("states.amazonaws.com", *rights, "logs:*")
        return self.aws.client("stepfunctions").create_state_machine(
            name=name,
            definition=json.dumps({"StartAt": start, "States": states}),
            roleArn=role,
            **settings,
        )["stateMachineArn"]

    @property
    def api(self):
        if self._api is None:
            self._api = self.gateway.create_rest_api(name="app")["id"]
            root = self.gateway.get_resources(restApiId=self._api)["items"][0]["id"]
            self._paths["/"] = root
        return self._api

    def resource(self, path):
        api = self.api
        if path not in self._paths:
            parent, _, part = path.rpartition("/")
            self._paths[path] = self.gateway.create_resource(
                restApiId=api, parentId=self.resource(parent or "/"), pathPart=part
            )["id"]
        return self._paths[path]

    def method(self, method, path, responses=None, method_settings=None, **integration):
        """A method with its integration; ``responses`` maps a status to PutIntegrationResponse."""
        at = {"restApiId": self.api, "resourceId": self.resource(path), "httpMethod": method}
        settings = {"authorizationType": "NONE", **(method_settings or {})}
        self.gateway.put_method(**at, **settings)
        if integration["type"] != "MOCK":
            integration.setdefault("integrationHttpMethod", "POST")
        self.gateway.put_integration(**at, **integration)
        for status, response in (responses or {}).items():
            self.gateway.put_method_response(**at, statusCode=status)
            self.gateway.put_integration_response(**at, statusCode=status, **response)

    def proxy(self, method, path, function_arn, **settings):
        self.method(method, path, type="AWS_PROXY", uri=LAMBDA_URI.format(function_arn), **settings)

    def deploy(self, stage="test"):
        self.gateway.create_deployment(restApiId=self.api, stageName=stage)

    def patch(self, stage="test", **changes):
        """Stage settings, ``__`` standing for ``/``: ``logging__loglevel`` is one of ``*/*``."""
        own = ("tracingEnabled", "cacheClusterEnabled", "cacheClusterSize")
        operations = [
            {
                "op": "replace",
                "path": f"/{name}" if name in own else f"/*/*/{name.replace('__', '/')}",
                "value": value,
            }
            for name, value in changes.items()
        ]
        self.operate(*operations, stage=stage)

    def operate(self, *operations, stage="test"):
        self.gateway.update_stage(
            restApiId=self.api, stageName=stage, patchOperations=list(operations)
        )

    def account_role(self):
        """The account's role, which every log of API Gateway needs."""
        role = self.role("apigateway.amazonaws.com", "logs:*")
        operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
        self.gateway.update_account(patchOperations=[operation])

    def send(self, method, path, body=None, stage="test", headers=None):
        """The answer of the stage, whatever its status."""
        request = urllib.request.Request(
            f"{self.aws.endpoint}/_run/{self.api}/{stage}{path}",
            method=method,
            data=body.encode() if isinstance(body, str) else body,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return _response(answer.status, answer)
        except urllib.error.HTTPError as error:
            return _response(error.code, error)

    def lines(self, group):
        """All messages of a log group, by time; none when there is no such group."""
        logs = self.aws.client("logs")
        try:
            events = logs.filter_log_events(logGroupName=group)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]

    def execution_log(self, stage="test"):
        return self.lines(f"API-Gateway-Execution-Logs_{self.api}/{stage}")

    def finished(self, execution_arn):
        """DescribeExecution once the execution has ended."""
        client = self.aws.client("stepfunctions")
        return until(
            lambda: client.describe_execution(executionArn=execution_arn),
            lambda told: told["status"] != "RUNNING",
        )

    def segments(self, trace_id):
        """The documents of a trace."""
        traces = self.aws.client("xray").batch_get_traces(TraceIds=[trace_id])["Traces"]
        return [json.loads(s["Document"]) for trace in traces for s in trace["Segments"]]


def document(*statements):
    """An IAM policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def archive(code, name="app.py"):
    """A zip with one module in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr(name, code)
    return stream.getvalue()


def _response(status, answer):
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(status, headers, answer.read().decode())


def until(ask, holds, seconds=240.0):
    """Ask again until the answer holds; the last answer, for the assertion to show.

    The pauses grow to a tenth of a second: whoever asks takes time from what is awaited.
    """
    end, pause = time.monotonic() + seconds, 0.01
    answer = ask()
    while not holds(answer) and time.monotonic() < end:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
        answer = ask()
    return answer


@pytest.fixture
def application(local_aws):
    """An application that runs."""
    return Application(local_aws)

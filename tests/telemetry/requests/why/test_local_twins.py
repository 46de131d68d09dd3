"""Failures made for real on the local AWS, and the same as AWS logs them: one verdict for both.

What the local AWS cannot make: Lambda and Cognito authorizers, WAF, mutual TLS, HTTP and VPC-link
integrations, other services than Lambda and Step Functions behind a method, concurrency limits.
"""

from __future__ import annotations

import io
import json
import re
import time
import urllib.error
import urllib.request
import zipfile

import pytest

from dragonctl.application.log_groups import LogGroup
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.reads import Reads
from dragonctl.telemetry.requests.why.explain import explain
from tests.applications.builder import Builder, invoke, policy, template
from tests.local.serving import until
from tests.telemetry.requests.why import world
from tests.telemetry.requests.why.test_executions import (
    SUCCEEDED,
    ended,
    entered,
    failed,
    left,
    scheduled,
    standard,
)

HANDLER = """
import json, os, signal, time

tried = []

def handler(event, context):
    kind = event.get("kind") or event["path"].rpartition("/")[2]
    if kind == "raise" or (kind == "retried" and not tried):
        tried.extend(kind for _ in range(kind == "retried"))
        raise KeyError("family")
    if kind == "exit":
        os._exit(3)
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind in ("sleep", "slow"):
        time.sleep(1.5)
    if kind == "malformed":
        return "no proxy answer"
    if kind == "logged":
        print(json.dumps({"level": "ERROR", "message": "no", "errorType": "Refused"}))
        return {"statusCode": 500, "body": "sorry"}
    if kind == "absent":
        return {"statusCode": 404, "body": "no such dragon"}
    return {"statusCode": 200, "body": "fine"}
"""
CALL_FAILED = (world.INVOKE, world.FUNCTION_FAILED, "Method completed with status: 502")
TRACEBACK = "\nTraceback (most recent call last):"
EXIT = f"RequestId: {world.CALL} Error: Runtime exited with error: "
ERROR = "Status: error\tError Type: Runtime.ExitError"


def answer(kind, status, *sentences):
    response = f"Gateway response type: {kind} with status code: {status}"
    return world.shop(
        world.gateway(*sentences, response, f"Method completed with status: {status}")
    )


def function(*lines, status=""):
    return world.shop(
        world.gateway(*CALL_FAILED), world.access(502), world.call(*lines, status=status)
    )


def answered(status, *lines):
    end = f"Method completed with status: {status}"
    return world.shop(
        world.gateway(world.INVOKE, world.ANSWERED, end), world.access(status), world.call(*lines)
    )


WRONG = "Execution failed due to configuration error: "


def configuration(sentence):
    return answer("API_CONFIGURATION_ERROR", 500, f"{WRONG}{sentence}")


CHARGE = [("ExecutionStarted", {}, 0), entered("Work"), scheduled()]
REQUESTS = {
    "/raise": function(f"[ERROR] KeyError: 'family'{TRACEBACK}"),
    "/exit": function(f"{EXIT}exit status 3\nRuntime.ExitError", status=ERROR),
    "/kill": function(f"{EXIT}signal: killed\nRuntime.ExitError", status=ERROR),
    "/sleep": function(
        f"2026-11-27T02:31:01.000Z {world.CALL} Task timed out after 1.00 seconds",
        status="Status: timeout",
    ),
    "/malformed": answer("DEFAULT_5XX", 502, f"{WRONG}Malformed Lambda proxy response"),
    "/logged": answered(
        500, json.dumps({"level": "ERROR", "message": "no", "errorType": "Refused"})
    ),
    "/absent": answered(404),
    "/fine": answered(200),
    "/unpacked": function("[ERROR] Runtime.ImportModuleError: Unable to import module 'nowhere'"),
    "/closed": configuration("Invalid permissions on Lambda function"),
    "/slow": answer("INTEGRATION_TIMEOUT", 504, "Execution failed due to a timeout error"),
    "/keyed": answer("INVALID_API_KEY", 403, "API Key  not authorized because method requires it"),
    "/signed": answer("MISSING_AUTHENTICATION_TOKEN", 403),
    "/wanting": answer(
        "BAD_REQUEST_PARAMETERS", 400, "Missing required request parameters: [family]"
    ),
    "/modelled": answer("BAD_REQUEST_BODY", 400, "Request body does not match model schema"),
    "/narrow": answer("UNSUPPORTED_MEDIA_TYPE", 415),
    "/busy": answer("THROTTLED", 429),
    "/untrusted": configuration("API Gateway does not have permission to assume the provided role"),
}
EXECUTIONS = {
    "raise": standard([*CHARGE, failed("KeyError"), ended("KeyError")], "FAILED"),
    "fail": standard(
        [CHARGE[0], entered("Refuse", kind="Fail"), ended("Refused")], "FAILED"
    ),
    "choice": standard(
        [CHARGE[0], entered("Route", kind="Choice"),
         ended("States.NoChoiceMatched", "An error occurred while executing the state 'Route'"
               " (entered at the event id #2). no")], "FAILED"),
    "caught": standard(
        [*CHARGE, failed("KeyError"), left("Work"), entered("Sorry", kind="Pass"),
         left("Sorry", kind="Pass"), SUCCEEDED], "SUCCEEDED"),
    "retried": standard(
        [*CHARGE, failed("KeyError"), scheduled(), ("TaskSucceeded", {}), left("Work"), SUCCEEDED],
        "SUCCEEDED"),
    "late": standard(
        [CHARGE[0], entered("Wait", kind="Wait"), ("ExecutionTimedOut", {})], "TIMED_OUT"),
}  # fmt: skip


class Real:
    """The same failures on the local AWS, each made by a request or an execution."""

    def __init__(self, aws):
        self.aws, self.builder = aws, Builder(aws.endpoint)
        self.reads = Reads(Aws(Connection(None, "us-east-1", aws.endpoint, "testing", "testing")))

    def build(self):
        builder = self.builder
        self._functions()
        self.api = builder.api("shop")
        for path in ("raise", "exit", "kill", "malformed", "logged", "absent", "fine"):
            self._calls(f"/{path}", "prices")
        self._calls("/sleep", "hasty")
        self._calls("/unpacked", "unpacked")
        self._calls("/closed", "closed")
        self._calls("/slow", "patient", timeoutInMillis=100)
        self._calls("/busy", "prices")
        self._guarded()
        self._machines()
        role = builder.role("logs", "apigateway.amazonaws.com", managed=[LOGS])
        patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}]
        builder.client("apigateway").update_account(patchOperations=patch)
        settings = {
            "/*/*/logging/loglevel": "INFO", "/*/*/logging/dataTrace": "true",
            "/~1busy/GET/throttling/rateLimit": "0", "/~1busy/GET/throttling/burstLimit": "0",
            "/~1busy/GET/logging/loglevel": "INFO", "/~1busy/GET/logging/dataTrace": "true",
        }  # fmt: skip
        builder.stage(self.api, "prod", settings)

    def _functions(self):
        for name, handler, timeout in (
            ("prices", "app.handler", 60), ("unpacked", "nowhere.handler", 3),
            ("closed", "app.handler", 3), ("patient", "app.handler", 5),
            ("hasty", "app.handler", 1),
        ):  # fmt: skip
            code = {"ZipFile": zipped(HANDLER)}
            self.builder.function(name, Code=code, Handler=handler, Timeout=timeout)
            if name != "closed":
                self.builder.client("lambda").add_permission(
                    FunctionName=name, StatementId="api", Action="lambda:InvokeFunction",
                    Principal="apigateway.amazonaws.com",
                )  # fmt: skip

    def _calls(self, path, function, **more):
        uri = self.builder.lambda_uri(self.builder.function_arn(function))
        self.builder.method(self.api, "GET", path, type="AWS_PROXY", uri=uri, **more)

    def _guarded(self):
        """Methods that let nobody in, or not with what is sent."""
        gateway, api = self.builder.client("apigateway"), self.api
        where = {"restApiId": api.id}
        model = gateway.create_model(
            **where, name="Order", contentType="application/json",
            schema=json.dumps({"type": "object", "required": ["sku"]}),
        )["name"]  # fmt: skip
        validator = gateway.create_request_validator(
            **where, name="all", validateRequestBody=True, validateRequestParameters=True
        )["id"]
        methods = {
            "/keyed": {"apiKeyRequired": True},
            "/signed": {"authorizationType": "AWS_IAM"},
            "/wanting": {"requestValidatorId": validator,
                         "requestParameters": {"method.request.querystring.family": True}},
            "/modelled": {"requestValidatorId": validator,
                          "requestModels": {"application/json": model}},
            "/narrow": {},
        }  # fmt: skip
        for path, more in methods.items():
            what = {**where, "resourceId": self.builder.resource(api, path), "httpMethod": "POST"}
            gateway.put_method(**what, **{"authorizationType": "NONE", **more})
            gateway.put_integration(
                **what, type="MOCK", passthroughBehavior="NEVER",
                requestTemplates={"application/json": '{"statusCode": 200}'},
            )  # fmt: skip

    def _machines(self):
        work = invoke(self.builder.function_arn("prices"))
        payload = {"FunctionName": self.builder.function_arn("prices")}
        rights = {"all": policy("lambda:InvokeFunction")}
        role = self.builder.role("flows", "states.amazonaws.com", inline=rights)

        def calling(kind, **more):
            return {**work, "Parameters": {**payload, "Payload": {"kind": kind}}, **more}

        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]
        never = [{"Variable": "$.kind", "StringEquals": "never", "Next": "Sorry"}]
        sorry = {"Type": "Pass", "End": True}
        flows = {
            "raise": {"Work": calling("raise")},
            "fail": {"Refuse": {"Type": "Fail", "Error": "Refused", "Cause": "no"}},
            "choice": {"Route": {"Type": "Choice", "Choices": never}, "Sorry": sorry},
            "caught": {"Work": calling("raise", Catch=catch), "Sorry": sorry},
            "retried": {"Work": calling("retried", Retry=retry)},
        }
        self.flows = {
            name: self.builder.machine(name, states, role) for name, states in flows.items()
        }
        late = {"StartAt": "Wait", "TimeoutSeconds": 1,
                "States": {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}}  # fmt: skip
        made = self.builder.client("stepfunctions").create_state_machine(
            name="late", definition=json.dumps(late), roleArn=role
        )
        self.flows["late"] = made["stateMachineArn"]
        untrusted = template(self.flows["fail"])
        self.builder.starts_machine(self.api, "POST", "/untrusted", untrusted)

    def request(self, path):
        """The id of a request to a path."""
        posts = ("/keyed", "/signed", "/wanting", "/modelled", "/narrow", "/untrusted")
        kind = "text/plain" if path == "/narrow" else "application/json"
        headers = {"Content-Type": kind, "X-Amzn-Trace-Id": "Sampled=1"}
        data = b"{}" if path in posts else None
        url = f"{self.aws.endpoint}/_run/{self.api.id}/prod{path}"
        asked = urllib.request.Request(url, data, headers)
        try:
            with urllib.request.urlopen(asked) as got:
                return got.headers["x-amzn-RequestId"]
        except urllib.error.HTTPError as refused:
            return refused.headers["x-amzn-RequestId"]

    def execution(self, name):
        """The ARN of an execution that has ended."""
        states = self.builder.client("stepfunctions")
        arn = states.start_execution(stateMachineArn=self.flows[name], input='{"kind": "x"}')
        ended = until(
            lambda: states.describe_execution(executionArn=arn["executionArn"])["status"],
            lambda status: status != "RUNNING",
        )
        assert ended != "RUNNING", name
        return arn["executionArn"]

    def groups(self):
        functions = ("prices", "unpacked", "closed", "patient", "hasty")
        stage = LogGroup(f"API-Gateway-Execution-Logs_{self.api.id}/prod", "api", ("shop/prod",))
        return [stage, *(LogGroup(f"/aws/lambda/{n}", "functions", (n,)) for n in functions)]

    def why(self, ident):
        since = int((time.time() - 600) * 1000)
        return explain(self.reads.fetch, self.groups(), ident, since, None, report=lambda _: None)


LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def zipped(source):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), source)
    return file.getvalue()


def words(verdict):
    cause = verdict.cause
    return (verdict.outcome, verdict.handled, *((cause.part, cause.kind) if cause else ()))


@pytest.fixture
def real(local_aws):
    made = Real(local_aws)
    made.build()
    return made


def test_failures_made_for_real_are_judged_as_aws_s_are(real):
    ids = {path: real.request(path) for path in REQUESTS}
    arns = {name: real.execution(name) for name in EXECUTIONS}
    twins = {path: world.why(fake) for path, fake in REQUESTS.items()}
    twins.update((name, world.why(fake, world.STANDARD)) for name, fake in EXECUTIONS.items())
    made = {name: real.why(ident) for name, ident in {**ids, **arns}.items()}
    differing = {
        name: (words(made[name]), words(twin))
        for name, twin in twins.items()
        if words(made[name]) != words(twin)
        and not (words(made[name])[2:3] == ("function",) and words(twin)[2:3] == ("state",))
    }
    assert differing == {}
    assert sum(one.outcome != "ok" for one in made.values()) >= 20
    assert re.match(r"\[ERROR\] KeyError", made["/raise"].cause.evidence)

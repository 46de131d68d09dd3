"""Each way to fail, as its log lines show it -> the part, the evidence and the next command."""

import json
from datetime import UTC, datetime

import pytest

from dragonctl.telemetry.logs.events import LogGroup
from dragonctl.telemetry.why import explain
from tests.telemetry import trace_documents as documents
from tests.telemetry.fake_logs import FakeLogs, Line, refusal

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
FUNCTION = "9f8b6a10-0000-4000-8000-000000000002"
ARN = "arn:aws:states:eu-west-1:123456789012:execution:MyStateMachine:one"
API, ACCESS, STATES, LAMBDA = (
    "API-Gateway-Execution-Logs_a/test", "/aws/apigateway/a/test/access",
    "/aws/vendedlogs/states/MyStateMachine-Logs", "/aws/lambda/validate-dragon",
)  # fmt: skip
GROUPS = [
    LogGroup(API, "api"), LogGroup(ACCESS, "access"), LogGroup(STATES, "state-machines"),
    LogGroup(LAMBDA, "functions"),
]  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Application(FakeLogs):
    """Logs, and what Step Functions and X-Ray say."""

    history = ()
    status = "SUCCEEDED"
    documents = ()

    def DescribeExecution(self, executionArn):  # noqa: N802, N803
        if not self.history:
            raise refusal("ExecutionDoesNotExist")
        return {"status": self.status, "startDate": datetime.fromtimestamp(0, UTC)}

    def GetExecutionHistory(self, **params):  # noqa: N802
        return {"events": list(self.history)}

    def BatchGetTraces(self, TraceIds):  # noqa: N802, N803
        return documents.answer(self.documents) if self.documents else {"Traces": []}


def application(api=(), access=(), states=(), function=()):
    parts = {API: api, ACCESS: access, STATES: states, LAMBDA: function}
    return Application(
        {
            name: [Line(1000 + at, text, stream="s") for at, text in enumerate(lines)]
            for name, lines in parts.items()
        }
    )


def why(fake, ident=REQUEST):
    return explain(fake.fetch, GROUPS, ident, 0, None, report=lambda _: None)


def gateway(text):
    return f"({REQUEST}) {text}"


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Unauthorized request: abc", "authorizer"),
        ("Execution failed due to configuration error: Authorizer error", "authorizer"),
        ("Gateway response type: MISSING_AUTHENTICATION_TOKEN with status code: 403", "request"),
        ("Execution failed due to configuration error: Unable to transform request", "mapping"),
        (
            "Request body does not match model schema for content type application/json",
            "request",
        ),
        (
            "Execution failed due to configuration error: Invalid permissions on Lambda function",
            "integration",
        ),
        (
            "Execution failed due to configuration error: Malformed Lambda proxy response",
            "integration",
        ),
        ("Execution failed due to a timeout error", "time-out"),
        ("Gateway response type: THROTTLED with status code: 429", "throttle"),
        ("Usage Plan check FAILED: Key quota limit exceeded", "throttle"),
        ("Lambda execution failed with status 200 due to customer function error: x", "function"),
        ("Method completed with status: 502", "integration"),
    ],
)
def test_the_execution_log_convicts_a_part_of_the_api(line, part):
    fake = application(api=[gateway("Starting execution"), gateway(line)])
    verdict = why(fake)
    assert verdict.cause.part == part
    assert verdict.cause.evidence == line
    assert verdict.next_command == f"dragonctl logs --request {REQUEST}"


def test_what_callers_sent_convicts_nobody():
    fake = application(
        api=[
            gateway("API Key  authorized because method 'GET /' does not require API Key. Request"
                    " will not contribute to throttle or quota limits"),
            gateway('Method request body before transformations: {"a": "Execution failed"}'),
            gateway("Endpoint request headers: {x=Unauthorized request}"),
            gateway('Endpoint response body before transformations: {"a": "Forbidden"}'),
            gateway("Method completed with status: 200"),
        ]
    )  # fmt: skip
    assert not why(fake).failed


def test_an_answer_s_body_explains_a_failure_that_another_line_tells():
    body = 'Method response body after transformations: {"message": "Missing Authentication Token"}'
    fake = application(api=[gateway("Method completed with status: 403"), gateway(body)])
    verdict = why(fake)
    assert verdict.cause.meaning.startswith("no such path and method is deployed")
    assert verdict.cause.name == "stage test"


def test_the_function_s_own_line_is_the_cause_of_the_api_s_failure():
    access = {
        "requestId": REQUEST, "xrayTraceId": documents.TRACE, "httpMethod": "GET",
        "resourcePath": "/dragons", "status": "502",
    }  # fmt: skip
    fake = application(
        api=[gateway("Lambda execution failed with status 200 due to customer function error: x")],
        access=[json.dumps(access)],
        function=[
            f"START RequestId: {FUNCTION} Version: $LATEST",
            "[ERROR] KeyError: 'family'\nTraceback (most recent call last):",
            f"REPORT RequestId: {FUNCTION}\tDuration: 3.00 ms\tXRAY TraceId: {documents.TRACE}\t",
        ],
    )
    verdict = why(fake)
    assert (verdict.cause.part, verdict.cause.name) == ("function", "validate-dragon")
    assert verdict.cause.evidence.startswith("[ERROR] KeyError: 'family'")
    assert [item.part for item in verdict.consequences] == ["function"]
    assert verdict.next_command == f"dragonctl logs --request {REQUEST} --source functions"


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (f"2026-01-01T00:00:00.000Z {FUNCTION} Task timed out after 3.00 seconds", "time-out"),
        (f"RequestId: {FUNCTION} Error: Runtime exited with error: signal: killed", "function"),
        (
            f"REPORT RequestId: {FUNCTION}\tDuration: 3000.00 ms\tStatus: timeout",
            "time-out",
        ),
    ],
)
def test_a_function_s_end_by_force_is_told_apart(line, part):
    verdict = why(application(function=[f"START RequestId: {FUNCTION}", line]), FUNCTION)
    assert verdict.cause.part == part


def history(*events):
    return [
        {"id": at, "previousEventId": at - 1, "timestamp": NOON, **event}
        for at, event in enumerate(events, start=1)
    ][::-1]


ENTERED = {
    "type": "TaskStateEntered",
    "stateEnteredEventDetails": {"name": "ValidateDragon", "input": "{}"},
}
FAILED = {
    "type": "LambdaFunctionFailed",
    "lambdaFunctionFailedEventDetails": {"error": "DragonValidationException", "cause": "twice"},
}


def test_the_failing_state_is_named_from_the_execution_s_history():
    fake = application()
    fake.status = "FAILED"
    fake.history = history(
        {"type": "ExecutionStarted"},
        ENTERED,
        FAILED,
        {"type": "ExecutionFailed", "executionFailedEventDetails": {"error": "x"}},
    )
    verdict = why(fake, ARN)
    assert (verdict.cause.part, verdict.cause.name) == ("state", "ValidateDragon")
    assert verdict.cause.evidence == "LambdaFunctionFailed DragonValidationException twice"
    assert not verdict.handled
    assert [item.name for item in verdict.consequences] == ["the execution"]


def test_an_express_execution_tells_its_failing_state_in_its_log_alone():
    def line(kind, **details):
        return json.dumps({"type": kind, "execution_arn": ARN, "details": details})

    denied = "User: x is not authorized to perform: lambda:InvokeFunction"
    fake = application(
        states=[
            line("TaskStateEntered", name="ValidateDragon"),
            line("LambdaFunctionFailed", error="Lambda.AWSLambdaException", cause=denied),
            line("ExecutionFailed", error="Lambda.AWSLambdaException", cause=denied),
        ]
    )
    verdict = why(fake, ARN)
    assert (verdict.cause.part, verdict.cause.name) == ("state", "ValidateDragon")
    assert "role may not" in verdict.cause.meaning
    assert [item.name for item in verdict.consequences] == ["the execution"]


def test_a_failure_that_the_machine_caught_is_said_to_be_handled():
    fake = application()
    fake.history = history(ENTERED, FAILED, {"type": "ExecutionSucceeded"})
    assert why(fake, ARN).handled


def test_a_trace_tells_what_no_log_line_told():
    fake = application()
    fake.documents = documents.dragons()
    verdict = why(fake, documents.TRACE)
    assert (verdict.cause.part, verdict.cause.name) == ("function", "validate-dragon")
    assert verdict.cause.evidence.startswith("DragonValidationException: Duplicate")
    assert verdict.next_command == f"dragonctl traces {documents.TRACE}"


def test_a_stage_whose_trace_ends_in_4xx_refused_the_request():
    fake = application()
    stage = documents.segment("a", "dragons/prod", 0, 1, origin="AWS::ApiGateway::Stage")
    for marks, part in (({"error": True}, "request"), ({"fault": True}, "integration")):
        fake.documents = [{**stage, **marks}]
        assert why(fake, documents.TRACE).cause.part == part


def test_an_access_log_alone_still_names_the_part():
    access = {"requestId": REQUEST, "httpMethod": "GET", "path": "/dragons", "status": "403"}
    verdict = why(application(access=[json.dumps(access)]))
    assert verdict.cause.part == "authorizer"
    assert "setup-observability" in verdict.cause.remedy


def test_nothing_failed_is_said_plainly():
    fake = application(api=[gateway("Starting execution"), gateway("Successfully completed")])
    verdict = why(fake)
    assert verdict.found
    assert not verdict.failed
    assert verdict.lines == 2
    json.dumps(verdict.document())


def test_an_unknown_id_is_not_taken_for_success():
    verdict = why(application())
    assert not verdict.found
    assert verdict.next_command == "dragonctl status"

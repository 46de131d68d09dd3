"""One request through stage, machine and functions is one trace, by the settings that hold."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.local.serving import STATES_URI, until

SENDS = """
import json, os, socket, time
def handler(event, context):
    told = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    if told["Sampled"] == "0":
        return event
    now = time.time()
    document = {"id": os.urandom(8).hex(), "name": "s3", "namespace": "aws", "type": "subsegment",
                "trace_id": told["Root"], "parent_id": told["Parent"], "start_time": now,
                "end_time": now + 0.01, "annotations": {"dragon": "Jon", "age": 7, "old": True}}
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    wire = b'{"format": "json", "version": 1}\\n' + json.dumps(document).encode()
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(wire, (host, int(port)))
    return event
"""
SAMPLED = {"X-Amzn-Trace-Id": "Root=1-6922d000-0123456789abcdef01234567;Sampled=1"}
TRACE = "1-6922d000-0123456789abcdef01234567"


@pytest.fixture
def dragons(application):
    """``POST /dragons`` starts a machine of two functions, the second of which fails on ``x``."""
    first = application.function("first", SENDS)
    second = application.function(
        "second", "def handler(e, c):\n    if 'x' in e: raise ValueError('no')\n    return e"
    )
    caught = [{"ErrorEquals": ["ValueError"], "Next": "Sorry"}]
    machine = application.machine(
        {
            "First": {"Type": "Task", "Resource": first, "Next": "Second"},
            "Second": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": second, "Payload.$": "$"},
                "OutputPath": "$.Payload",
                "Catch": caught,
                "End": True,
            },
            "Sorry": {"Type": "Pass", "Result": "sorry", "End": True},
        },
        "First",
    )
    role = application.role("apigateway.amazonaws.com", "states:StartExecution")
    body = (
        '{"stateMachineArn": "' + machine + '", '
        '"input": "$util.escapeJavaScript($input.json(\'$\'))"}'
    )
    application.method(
        "POST",
        "/dragons",
        {"200": {}},
        type="AWS",
        uri=STATES_URI.format("StartExecution"),
        credentials=role,
        requestTemplates={"application/json": body},
    )
    application.deploy()
    return application


def segments(application, count, trace=TRACE):
    return until(lambda: application.segments(trace), lambda found: len(found) >= count)


def by_type(found):
    return {(one["name"], one["origin"]): one for one in found}


def test_one_trace_joins_stage_machine_functions_and_their_calls(dragons):
    answer = dragons.send("POST", "/dragons", '{"a": 1}', headers=SAMPLED)
    ended = dragons.finished(answer.json["executionArn"])
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"a": 1})
    found = by_type(segments(dragons, 7))
    assert set(found) == {
        ("app/test", "AWS::ApiGateway::Stage"),
        ("machine", "AWS::StepFunctions::StateMachine"),
        ("first", "AWS::Lambda"),
        ("first", "AWS::Lambda::Function"),
        ("second", "AWS::Lambda"),
        ("second", "AWS::Lambda::Function"),
        ("S3", "AWS::S3"),
    }
    stage = found["app/test", "AWS::ApiGateway::Stage"]
    machine = found["machine", "AWS::StepFunctions::StateMachine"]
    states = {one["name"]: one for one in machine["subsegments"]}
    assert stage["http"]["response"]["status"] == 200
    assert machine["parent_id"] == stage["subsegments"][0]["id"]
    assert list(states) == ["First", "Second"]
    for name, state in (("first", "First"), ("second", "Second")):
        service = found[name, "AWS::Lambda"]
        assert service["parent_id"] == states[state]["subsegments"][0]["id"]
        assert found[name, "AWS::Lambda::Function"]["parent_id"] == service["id"]
    own = found["first", "AWS::Lambda::Function"]["subsegments"]
    assert [one["name"] for one in own] == ["Initialization", "Invocation", "s3"]


def test_without_tracing_and_without_a_header_there_is_no_trace(dragons):
    answer = dragons.send("POST", "/dragons", "{}")
    dragons.finished(answer.json["executionArn"])
    assert summaries(dragons) == []
    assert "x-amzn-trace-id" not in answer.headers


def test_a_stage_with_tracing_samples_by_the_rules(dragons):
    dragons.patch(tracingEnabled="true")
    xray = dragons.aws.client("xray")
    rule = {"RuleName": "Default", "FixedRate": 0, "ReservoirSize": 0}
    xray.update_sampling_rule(SamplingRuleUpdate=rule)
    dragons.send("GET", "/nowhere")
    assert summaries(dragons) == []
    xray.create_sampling_rule(
        SamplingRule={
            "RuleName": "all", "Priority": 1, "FixedRate": 1, "ReservoirSize": 0, "Version": 1,
            "ServiceName": "app/*", "ServiceType": "AWS::ApiGateway::Stage", "Host": "*",
            "HTTPMethod": "GET", "URLPath": "/test/*", "ResourceARN": "*",
        }
    )  # fmt: skip
    answer = dragons.send("GET", "/nowhere")
    (summary,) = summaries(dragons)
    assert f"Root={summary['Id']}" in answer.headers["x-amzn-trace-id"]
    assert (summary["HasError"], summary["Http"]["HttpStatus"]) == (True, 403)
    unsampled = {"X-Amzn-Trace-Id": "Root=1-6922d000-0123456789abcdef01234567;Sampled=0"}
    dragons.send("GET", "/nowhere", headers=unsampled)
    assert len(summaries(dragons)) == 1


def test_a_role_that_may_not_trace_leaves_no_segment(application):
    application.function("f", "def handler(e, c): return 1", rights=("logs:*",))
    application.proxy("GET", "/f", "arn:aws:lambda:us-east-1:123456789012:function:f")
    application.deploy()
    application.send("GET", "/f", headers=SAMPLED)
    assert [one["origin"] for one in application.segments(TRACE)] == [
        "AWS::ApiGateway::Stage",
        "AWS::Lambda",
    ]


def summaries(application, expression=None):
    now = datetime.now(UTC)
    parameters = {"FilterExpression": expression} if expression else {}
    return application.aws.client("xray").get_trace_summaries(
        StartTime=now - timedelta(hours=1), EndTime=now, **parameters
    )["TraceSummaries"]


def test_summaries_are_found_by_filter_expressions(dragons):
    answer = dragons.send("POST", "/dragons", '{"x": 1}', headers=SAMPLED)
    dragons.finished(answer.json["executionArn"])
    segments(dragons, 7)
    dragons.send("GET", "/nowhere", headers={"X-Amzn-Trace-Id": f"Root={TRACE[:-1]}8;Sampled=1"})
    expected = {
        'http.status = 200 AND http.method = "POST"': [TRACE],
        'http.url CONTAINS "/dragons"': [TRACE],
        "error": [f"{TRACE[:-1]}8"],
        "ok": [TRACE],
        "!error AND !fault": [TRACE],
        "fault": [],
        'service("second") { fault }': [TRACE],
        'service("second") { ok }': [],
        'service("first")': [TRACE],
        'service(id(name: "machine", type: "AWS::StepFunctions::StateMachine"))': [TRACE],
        'edge("app/test", "machine")': [TRACE],
        'edge("machine", "app/test")': [],
        'annotation.dragon = "Jon"': [TRACE],
        'annotation[dragon] BEGINSWITH "J" AND annotation.age >= 7': [TRACE],
        "annotation.old = false": [],
        "responsetime > 60 OR duration > 60": [],
        "NOT (http.status = 403)": [TRACE],
    }
    found = {
        expression: [one["Id"] for one in summaries(dragons, expression)] for expression in expected
    }
    assert found == expected
    (summary,) = summaries(dragons, "ok")
    assert summary["Annotations"]["age"][0]["AnnotationValue"] == {"NumberValue": 7.0}
    assert {one["Name"] for one in summary["ServiceIds"]} >= {"app/test", "machine", "first", "S3"}


@pytest.mark.parametrize(
    "expression", ["http.status >", "nonsense = 1", "(ok", 'service("a"', "ok ok"]
)
def test_what_is_no_filter_expression_is_refused(application, expression):
    xray = application.aws.client("xray")
    with pytest.raises(xray.exceptions.InvalidRequestException):
        summaries(application, expression)


def test_a_window_of_more_than_six_hours_is_refused(application):
    xray, now = application.aws.client("xray"), datetime.now(UTC)
    with pytest.raises(xray.exceptions.InvalidRequestException, match="longer than 6 hours"):
        xray.get_service_graph(StartTime=now - timedelta(hours=7), EndTime=now)


def test_the_service_graph_is_counted_from_the_segments(dragons):
    answer = dragons.send("POST", "/dragons", '{"x": 1}', headers=SAMPLED)
    dragons.finished(answer.json["executionArn"])
    segments(dragons, 7)
    now = datetime.now(UTC)
    services = dragons.aws.client("xray").get_service_graph(
        StartTime=now - timedelta(hours=1), EndTime=now
    )["Services"]
    names = {one["ReferenceId"]: (one["Name"], one["Type"]) for one in services}
    edges = {
        (names[one["ReferenceId"]], names[edge["ReferenceId"]])
        for one in services
        for edge in one["Edges"]
    }
    stage = ("app/test", "AWS::ApiGateway::Stage")
    machine = ("machine", "AWS::StepFunctions::StateMachine")
    assert edges == {
        (("app/test", "client"), stage),
        (stage, machine),
        (machine, ("first", "AWS::Lambda")),
        (("first", "AWS::Lambda"), ("first", "AWS::Lambda::Function")),
        (("first", "AWS::Lambda::Function"), ("S3", "AWS::S3")),
        (machine, ("second", "AWS::Lambda")),
        (("second", "AWS::Lambda"), ("second", "AWS::Lambda::Function")),
    }
    second = next(one for one in services if one["Type"] == "AWS::Lambda::Function"
                  and one["Name"] == "second")  # fmt: skip
    assert second["SummaryStatistics"]["FaultStatistics"]["TotalCount"] == 1
    assert second["SummaryStatistics"]["TotalCount"] == 1
    assert [one["Name"] for one in services if one.get("Root")] == ["app/test"]

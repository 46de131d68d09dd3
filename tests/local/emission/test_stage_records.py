"""What a request leaves behind: exactly what the stage's settings of that moment ask for."""

import json

import pytest

from tests.local.serving import LAMBDA_URI

CODE = "def handler(e, c): return {'statusCode': 200, 'body': 'the answer'}"
FAILING = "def handler(e, c): raise ValueError('no such dragon')"


@pytest.fixture
def stage(application):
    """``GET /ok`` and ``GET /bad`` on a stage that may log."""
    application.account_role()
    application.proxy("ANY", "/ok", application.function("ok", CODE))
    application.proxy("GET", "/bad", application.function("bad", FAILING))
    application.deploy()
    return application


def test_nothing_is_written_before_it_is_asked_for(stage):
    stage.send("GET", "/ok")
    assert stage.execution_log() == []
    assert (
        stage.aws.client("xray").get_trace_summaries(StartTime=0, EndTime=1)["TraceSummaries"] == []
    )


@pytest.mark.parametrize(("percent", "of_canary"), [(100.0, True), (0.0, False)])
def test_a_canary_logs_to_groups_of_its_own_besides(stage, percent, of_canary):
    stage.aws.client("logs").create_log_group(logGroupName="mine")
    arn = f"arn:aws:logs:{stage.aws.region}:123456789012:log-group:mine"
    for leaf, value in (("destinationArn", arn), ("format", "$context.requestId")):
        at = f"/accessLogSettings/{leaf}"
        stage.operate({"op": "replace", "path": at, "value": value})
    stage.patch(logging__loglevel="INFO")
    stage.gateway.create_deployment(
        restApiId=stage.api, stageName="test", canarySettings={"percentTraffic": percent}
    )
    answer = stage.send("GET", "/ok")
    assert stage.execution_log()
    assert stage.execution_log("test/Canary") == (stage.execution_log() if of_canary else [])
    request = answer.headers["x-amzn-requestid"]
    assert stage.lines("mine") == [request]
    assert stage.lines("mine/Canary") == ([request] if of_canary else [])


def test_info_tells_the_course_of_a_request_but_no_data(stage):
    stage.patch(logging__loglevel="INFO")
    answer = stage.send("POST", "/ok?secret=q", "the body")
    lines = stage.execution_log()
    assert all(line.startswith(f"({answer.headers['x-amzn-requestid']}) ") for line in lines)
    text = "\n".join(lines)
    told = [line.partition(") ")[2].split(":")[0] for line in lines]
    assert told[0] == "Extended Request Id"
    assert told.index("Sending request to https") < told.index("Received response. Status")
    assert "HTTP Method: POST, Resource Path: /ok" in text
    assert "Successfully completed execution" in text
    assert "Method completed with status: 200" in text
    for data in ("the body", "secret", "the answer", "headers"):
        assert data not in text


def test_data_trace_tells_the_data_with_credentials_hidden_and_long_lines_cut(stage):
    stage.patch(logging__loglevel="INFO", logging__dataTrace="true")
    headers = {"Authorization": "Bearer abcdefghijklmnop123456", "x-api-key": "0123456789abcdefXYZ"}
    stage.send("POST", "/ok?family=green", "the body " + "é" * 2000, headers=headers)
    lines = stage.execution_log()
    text = "\n".join(lines)
    assert "Method request query string: {family=green}" in text
    assert "the body" in text
    assert "Method response body after transformations: the answer" in text
    assert "abcdefghij" not in text
    assert "0123456789" not in text
    assert "***123456" in text
    longest = max(lines, key=lambda line: len(line.encode()))
    assert len(longest.encode()) <= 1024
    assert longest.endswith("[TRUNCATED]")


def test_error_tells_errors_alone(stage):
    stage.patch(logging__loglevel="ERROR")
    stage.send("GET", "/ok")
    assert stage.execution_log() == []
    assert stage.send("GET", "/bad").status == 502
    text = "\n".join(stage.execution_log())
    assert "Lambda execution failed with status 200 due to customer function error" in text
    assert "no such dragon" in text
    assert "Method completed with status: 502" in text
    assert "HTTP Method" not in text


def test_a_method_override_shadows_the_stage(stage):
    stage.patch(logging__loglevel="INFO")
    stage.operate({"op": "replace", "path": "/~1ok/GET/metrics/enabled", "value": "true"})
    stage.operate({"op": "replace", "path": "/~1bad/GET/logging/loglevel", "value": "OFF"})
    stage.send("GET", "/bad")
    assert stage.execution_log() == []


def test_a_dead_account_role_silences_the_log(stage):
    stage.patch(logging__loglevel="INFO")
    iam = stage.aws.client("iam")
    role = stage.gateway.get_account()["cloudwatchRoleArn"].rpartition("/")[2]
    iam.delete_role_policy(RoleName=role, PolicyName="own")
    stage.send("GET", "/ok")
    assert stage.execution_log() == []


def test_the_access_log_follows_its_format(stage):
    logs = stage.aws.client("logs")
    logs.create_log_group(logGroupName="access")
    layout = (
        '{"id":"$context.requestId","status":$context.status,"path":"$context.resourcePath",'
        '"method":"$context.httpMethod","trace":"$context.xrayTraceId","ip":"$context.identity.sourceIp",'
        '"user":"$context.identity.user","length":$context.responseLength,"e":"$context.error.message"}'
    )
    group = "arn:aws:logs:us-east-1:123456789012:log-group:access"
    stage.operate(
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group},
        {"op": "replace", "path": "/accessLogSettings/format", "value": layout},
    )
    ok, missing = stage.send("GET", "/ok"), stage.send("GET", "/nowhere")
    first, second = (json.loads(line) for line in stage.lines("access"))
    assert first == {
        "id": ok.headers["x-amzn-requestid"],
        "status": 200,
        "path": "/ok",
        "method": "GET",
        "trace": "-",
        "ip": "127.0.0.1",
        "user": "-",
        "length": len("the answer"),
        "e": "-",
    }
    assert second["id"] == missing.headers["x-amzn-requestid"]
    assert (second["status"], second["e"]) == (403, "Missing Authentication Token")


def test_an_access_log_without_its_group_is_lost(stage):
    group = "arn:aws:logs:us-east-1:123456789012:log-group:gone"
    stage.operate(
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
    )
    assert stage.send("GET", "/ok").status == 200
    groups = stage.aws.client("logs").describe_log_groups(logGroupNamePrefix="gone")["logGroups"]
    assert groups == []


def metric(stage, name, **dimensions):
    """The sum of a metric with exactly these dimensions."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    points = stage.aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=10),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_metrics_count_requests_by_stage_and_where_asked_by_method(stage):
    for path in ("/ok", "/ok", "/bad", "/nowhere"):
        stage.send("GET", path)
    told = {"ApiName": "app", "Stage": "test"}
    assert metric(stage, "Count", **told) == 4
    assert metric(stage, "5XXError", **told) == 1
    assert metric(stage, "4XXError", **told) == 1
    detail = {**told, "Method": "GET", "Resource": "/ok"}
    assert metric(stage, "Count", **detail) == 0
    stage.patch(metrics__enabled="true")
    stage.send("GET", "/ok")
    assert metric(stage, "Count", **detail) == 1
    assert metric(stage, "Count", **told) == 5


def test_hits_and_misses_are_counted(application):
    arn = application.function("ok", CODE)
    application.method("GET", "/ok", type="AWS_PROXY", uri=LAMBDA_URI.format(arn))
    application.deploy()
    application.patch(cacheClusterEnabled="true", caching__enabled="true")
    for _ in range(3):
        application.send("GET", "/ok")
    told = {"ApiName": "app", "Stage": "test"}
    assert metric(application, "CacheMissCount", **told) == 1
    assert metric(application, "CacheHitCount", **told) == 2

"""Settings of an API, of its integrations and of usage plans do what they say."""

import base64
import gzip
import json
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

LONG = json.dumps({"text": "x" * 400})
ECHO = """
import json
def handler(event, context):
    coding = event["headers"].get("Content-Encoding", "none")
    return {"statusCode": 200, "body": event["body"], "headers": {"x-own": coding}}
"""
AUTHORIZER = """
def handler(event, context):
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    return {
        "principalId": "somebody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [allow]},
        "usageIdentifierKey": event["authorizationToken"],
    }
"""


def mock(application, verb="GET", body=LONG, response=None, **integration):
    """A method that answers a text by itself."""
    application.method(
        verb,
        "/m",
        {"200": {"responseTemplates": {"application/json": body}, **(response or {})}},
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        **integration,
    )


def settings(application, **wanted):
    """UpdateRestApi: it acts from the next deployment on."""
    operations = [{"op": "replace", "path": f"/{k}", "value": v} for k, v in wanted.items()]
    application.gateway.update_rest_api(restApiId=application.api, patchOperations=operations)


def keyed(application, value="a-key-of-twenty-characters", **plan):
    """A key in a usage plan of the stage."""
    gateway = application.gateway
    key = gateway.create_api_key(name="k", enabled=True, value=value)
    stages = [{"apiId": application.api, "stage": "test", **plan.pop("stage", {})}]
    made = gateway.create_usage_plan(name="plan", apiStages=stages, **plan)
    gateway.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return {"x-api-key": value}


def raw(application, **headers):
    """The body's bytes, and the answer's headers."""
    import urllib.request

    url = f"{application.aws.endpoint}/_run/{application.api}/test/m"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.read(), answer.headers


def test_the_default_address_is_closed_from_the_next_change_of_a_stage_on(application):
    mock(application)
    application.deploy()
    settings(application, disableExecuteApiEndpoint="true")
    assert application.send("GET", "/m").status == 200
    application.patch(tracingEnabled="false")
    closed = application.send("GET", "/m")
    assert (closed.status, closed.json) == (403, {"message": "Forbidden"})
    settings(application, disableExecuteApiEndpoint="false")
    application.deploy()
    assert application.send("GET", "/m").status == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("br, gzip;q=0.4, deflate;q=0.8", "deflate"),
        ("gzip;q=0", None),
        ("br", None),
        ("*", None),
        ("identity", None),
    ],
)
def test_an_answer_is_compressed_as_the_client_asks(application, accepted, coding):
    settings(application, minimumCompressionSize="400")
    mock(application)
    application.deploy()
    body, headers = raw(application, **{"Accept-Encoding": accepted})
    assert headers["Content-Encoding"] == coding
    assert int(headers["Content-Length"]) == len(body)
    unpack = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[coding]
    assert unpack(body).decode() == LONG


@pytest.mark.parametrize("minimum", [None, str(len(LONG) + 1)])
def test_an_answer_below_the_minimum_goes_as_it_is(application, minimum):
    if minimum:
        settings(application, minimumCompressionSize=minimum)
    mock(application)
    application.deploy()
    body, headers = raw(application, **{"Accept-Encoding": "gzip"})
    assert (body.decode(), headers["Content-Encoding"]) == (LONG, None)


def test_a_compressed_request_is_unpacked_whatever_the_api_says(application):
    application.proxy("POST", "/m", application.function("echo", ECHO))
    application.deploy()
    for coding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)):
        headers = {"Content-Encoding": coding}
        answer = application.send("POST", "/m", pack(b'{"a": 1}'), headers=headers)
        assert (answer.json, answer.headers["x-own"]) == ({"a": 1}, "none"), coding


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"{}"),
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-4]),
        ("deflate", b""),
    ],
)
def test_what_cannot_be_unpacked_is_an_unsupported_media_type(application, coding, body):
    mock(application, "POST")
    application.deploy()
    answer = application.send("POST", "/m", body, headers={"Content-Encoding": coding})
    assert (answer.status, answer.json) == (415, {"message": "Unsupported Media Type"})


def test_a_quota_is_each_keys_own(application):
    mock(application, method_settings={"apiKeyRequired": True})
    application.deploy()
    headers = keyed(application, quota={"limit": 2, "period": "MONTH"})
    statuses = [application.send("GET", "/m", headers=headers).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    answer = application.send("GET", "/m", headers=headers)
    assert answer.json == {"message": "Limit Exceeded"}
    assert answer.headers["x-amzn-errortype"] == "LimitExceededException"
    other = application.gateway.create_api_key(name="o", enabled=True, value="b" * 20)
    plan = application.gateway.get_usage_plans()["items"][0]["id"]
    application.gateway.create_usage_plan_key(
        usagePlanId=plan, keyId=other["id"], keyType="API_KEY"
    )
    assert application.send("GET", "/m", headers={"x-api-key": "b" * 20}).status == 200


@pytest.mark.parametrize("own", [True, False])
def test_a_plans_burst_is_all_that_a_key_has(application, own):
    """A rate that gives nothing back within a test; the plan's, or the method's own."""
    mock(application, method_settings={"apiKeyRequired": True})
    application.deploy()
    limits = {"rateLimit": 0.0001, "burstLimit": 1}
    plan = {"stage": {"throttle": {"/m/GET": limits}}} if own else {"throttle": limits}
    headers = keyed(application, **plan)
    assert application.send("GET", "/m", headers=headers).status == 200
    answer = application.send("GET", "/m", headers=headers)
    assert (answer.status, answer.json) == (429, {"message": "Too Many Requests"})


def test_a_key_may_come_from_the_authorizer(application):
    settings(application, apiKeySource="AUTHORIZER")
    function = application.function("authorizer", AUTHORIZER)
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
    authorizer = application.gateway.create_authorizer(
        restApiId=application.api,
        name="a",
        type="TOKEN",
        authorizerUri=uri.format(function),
        identitySource="method.request.header.Authorization",
    )["id"]
    guarded = {"apiKeyRequired": True, "authorizationType": "CUSTOM", "authorizerId": authorizer}
    mock(application, method_settings=guarded)
    application.deploy()
    headers = keyed(application)
    answer = application.send("GET", "/m", headers={"Authorization": headers["x-api-key"]})
    assert answer.status == 200
    refused = application.send("GET", "/m", headers={"Authorization": "nobody", **headers})
    assert (refused.status, refused.json) == (403, {"message": "Forbidden"})


def test_base64_becomes_bytes_where_the_response_says_so(application):
    binary = {"contentHandling": "CONVERT_TO_BINARY"}
    mock(application, body=base64.b64encode(b"\x00dragon\xff").decode(), response=binary)
    application.deploy()
    assert raw(application)[0] == b"\x00dragon\xff"


def test_what_is_no_base64_is_a_failure_that_the_log_names(application):
    application.account_role()
    mock(application, body="no base64!", response={"contentHandling": "CONVERT_TO_BINARY"})
    application.deploy()
    application.patch(logging__loglevel="ERROR")
    assert application.send("GET", "/m").status == 500
    assert "Unable to base64 decode the body." in "".join(application.execution_log())


def test_bytes_become_base64_for_the_template(application):
    operation = {"op": "add", "path": "/binaryMediaTypes/image~1png"}
    application.gateway.update_rest_api(restApiId=application.api, patchOperations=[operation])
    function = application.function("echo", "def handler(event, context): return event")
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
    application.method(
        "POST",
        "/m",
        {"200": {}},
        type="AWS",
        uri=uri.format(function),
        contentHandling="CONVERT_TO_TEXT",
        requestTemplates={"image/png": '{"image": "$input.body"}'},
    )
    application.deploy()
    answer = application.send("POST", "/m", b"\x89PNG\xff", headers={"Content-Type": "image/png"})
    assert base64.b64decode(answer.json["image"]) == b"\x89PNG\xff"


WAITING = """
import os, time
def handler(event, context):
    open(event["began"], "w").close()
    while not os.path.exists(event["until"]):
        time.sleep(0.01)
    return {"statusCode": 200}
"""


def appears(path):
    """Whether a file is there within a minute, however busy the machine is."""
    ends = time.monotonic() + 60
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    return path.exists()


def test_no_more_of_a_function_runs_at_once_than_is_reserved_for_it(application, tmp_path):
    arn = application.function("narrow", WAITING)
    application.proxy("POST", "/m", arn)
    application.deploy()
    machine = application.machine({"A": {"Type": "Task", "Resource": arn, "End": True}}, "A")
    client, states = (application.aws.client(one) for one in ("lambda", "stepfunctions"))
    client.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    began, until = tmp_path / "began", tmp_path / "until"
    event = json.dumps({"began": str(began), "until": str(until)})

    def invoke(kind="RequestResponse"):
        return client.invoke(FunctionName="narrow", Payload=event, InvocationType=kind)

    with ThreadPoolExecutor(1) as pool:
        try:
            first = pool.submit(invoke)
            assert appears(began)
            with pytest.raises(client.exceptions.TooManyRequestsException) as caught:
                invoke()
            stage = application.send("POST", "/m", event)
            execution = states.start_execution(stateMachineArn=machine, input=event)
            ended = application.finished(execution["executionArn"])
            began.unlink()
            later = invoke("Event")  # which waits for its turn
        finally:
            until.touch()
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert stage.status == 500
    assert ended["error"] == "Lambda.TooManyRequestsException"
    assert later["StatusCode"] == 202
    assert json.load(first.result()["Payload"]) == {"statusCode": 200}
    assert appears(began)


def test_a_function_without_concurrency_runs_for_nobody(application):
    application.account_role()
    arn = application.function("shut", ECHO)
    application.proxy("POST", "/m", arn)
    application.deploy()
    application.patch(logging__loglevel="ERROR")
    machine = application.machine({"A": {"Type": "Task", "Resource": arn, "End": True}}, "A")
    application.aws.client("lambda").put_function_concurrency(
        FunctionName="shut", ReservedConcurrentExecutions=0
    )
    assert application.send("POST", "/m", "{}").status == 500
    log = "".join(application.execution_log())
    assert "Lambda invocation failed with status: 429." in log
    assert "Execution failed due to configuration error: Rate Exceeded." in log
    states = application.aws.client("stepfunctions")
    ended = application.finished(states.start_execution(stateMachineArn=machine)["executionArn"])
    assert ended["error"] == "Lambda.TooManyRequestsException"

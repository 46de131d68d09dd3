"""Requests to stages: what is found, what it answers, and how it is refused."""

import json

import pytest

from tests.local.serving import LAMBDA_URI, STATES_URI

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "headers": {"x-own": "1"}, "body": json.dumps(event)}
"""


def test_a_function_behind_a_proxy_sees_the_whole_request(application):
    application.proxy("GET", "/dragons/{name}", application.function("echo", ECHO))
    application.deploy()
    answer = application.send("GET", "/dragons/Jon%20Snow?family=green&family=red&q=")
    assert answer.status == 200
    assert answer.headers["x-own"] == "1"
    assert answer.headers["x-amzn-requestid"]
    assert answer.headers["x-amz-apigw-id"]
    event = answer.json
    assert event["httpMethod"] == "GET"
    assert event["resource"] == "/dragons/{name}"
    assert event["pathParameters"] == {"name": "Jon Snow"}
    assert event["queryStringParameters"] == {"family": "red", "q": ""}
    assert event["multiValueQueryStringParameters"] == {"family": ["green", "red"], "q": [""]}
    assert event["requestContext"]["requestId"] == answer.headers["x-amzn-requestid"]
    assert event["requestContext"]["stage"] == "test"
    assert event["body"] is None
    assert event["isBase64Encoded"] is False


def test_a_path_is_decoded_once(application):
    application.proxy("GET", "/dragons/{name}", application.function("echo", ECHO))
    application.proxy("GET", "/all/{proxy+}", application.function("echo2", ECHO))
    application.deploy()
    event = application.send("GET", "/dragons/J%C3%B6n%2Fx%2520").json
    assert event["pathParameters"] == {"name": "Jön/x%20"}
    assert event["path"] == "/dragons/Jön/x%20"
    assert application.send("GET", "/all/a%20b/c").json["pathParameters"] == {"proxy": "a b/c"}


def test_the_closest_path_wins(application):
    for path in ("/", "/a", "/a/{x}", "/a/{x}/c", "/{proxy+}"):
        application.method(
            "GET" if path != "/a/{x}" else "ANY",
            path,
            {"200": {"responseTemplates": {"application/json": path}}},
            type="MOCK",
            requestTemplates={"application/json": '{"statusCode": 200}'},
        )
    application.deploy()
    found = {
        asked: application.send("GET", asked).body
        for asked in ("/", "/a", "/a/1", "/a/1/c", "/a/1/d", "/b~1/x.y_z-w")
    }
    assert found == {
        "/": "/",
        "/a": "/a",
        "/a/1": "/a/{x}",
        "/a/1/c": "/a/{x}/c",
        "/a/1/d": "/{proxy+}",
        "/b~1/x.y_z-w": "/{proxy+}",
    }


def mock(application, status="200", **more):
    application.method(
        "GET",
        "/m",
        {status: {"responseTemplates": {"application/json": '{"ok": true}'}}},
        type="MOCK",
        requestTemplates={"application/json": json.dumps({"statusCode": int(status)})},
        **more,
    )


def test_what_is_not_deployed_is_a_missing_token(application):
    mock(application)
    application.deploy()
    application.method("POST", "/m", type="MOCK")
    for method, path in (("GET", "/nowhere"), ("POST", "/m")):
        answer = application.send(method, path)
        assert (answer.status, answer.json) == (403, {"message": "Missing Authentication Token"})
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert application.send("GET", "/m", stage="other").json == {"message": "Forbidden"}


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("def handler(e, c): return {'no': 1}", 502, "Internal server error"),
        ("def handler(e, c): return {'statusCode': 200, 'body': {}, 'x': 1}", 502, None),
        ("def handler(e, c): raise ValueError('no')", 502, "Internal server error"),
        ("import nothing_such", 502, "Internal server error"),
    ],
)
def test_a_function_that_answers_badly_is_a_502(application, code, status, message):
    application.proxy("GET", "/f", application.function("f", code))
    application.deploy()
    answer = application.send("GET", "/f")
    assert answer.status == status
    assert answer.json["message"] == (message or "Internal server error")


def test_a_function_that_does_not_let_the_gateway_in_is_a_500(application):
    application.proxy("GET", "/f", application.function("f", ECHO, permit=False))
    application.deploy()
    assert application.send("GET", "/f").status == 500


def test_an_integration_that_is_too_slow_is_a_504(application):
    code = "import time\ndef handler(e, c): time.sleep(2)"
    arn = application.function("slow", code, Timeout=5)
    application.proxy("GET", "/f", arn)
    at = {"restApiId": application.api, "resourceId": application.resource("/f")}
    operation = {"op": "replace", "path": "/timeoutInMillis", "value": "100"}
    application.gateway.update_integration(**at, httpMethod="GET", patchOperations=[operation])
    application.deploy()
    answer = application.send("GET", "/f")
    assert (answer.status, answer.json) == (504, {"message": "Endpoint request timed out"})


def test_an_edit_reaches_the_stage_with_its_deployment_only(application):
    mock(application)
    application.deploy()
    application.method("GET", "/new", type="MOCK", requestTemplates={"application/json": "{}"})
    assert application.send("GET", "/new").json == {"message": "Missing Authentication Token"}
    application.deploy()
    assert application.send("GET", "/new").json != {"message": "Missing Authentication Token"}


def test_throttling_answers_429(application):
    mock(application)
    application.deploy()
    application.patch(throttling__rateLimit="0.1", throttling__burstLimit="2")
    answers = [application.send("GET", "/m") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].json == {"message": "Too Many Requests"}


def test_an_api_key_is_asked_for(application):
    mock(application, method_settings={"apiKeyRequired": True})
    application.deploy()
    gateway = application.gateway
    key = gateway.create_api_key(name="k", enabled=True)
    value = gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]
    headers = {"x-api-key": value}
    assert application.send("GET", "/m", headers=headers).json == {"message": "Forbidden"}
    plan = gateway.create_usage_plan(
        name="p", apiStages=[{"apiId": application.api, "stage": "test"}]
    )
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    assert application.send("GET", "/m", headers=headers).status == 200
    assert application.send("GET", "/m").json == {"message": "Forbidden"}


SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261123/us-east-1/execute-api"}


def test_iam_wants_a_signature(application):
    mock(application, method_settings={"authorizationType": "AWS_IAM"})
    application.deploy()
    assert application.send("GET", "/m").json == {"message": "Missing Authentication Token"}
    assert application.send("GET", "/m", headers=SIGNED).status == 200


def test_a_function_may_be_called_with_the_callers_own_rights(application):
    code = 'def handler(event, context):\n    return {"statusCode": 200}\n'
    arn = application.function("own", code, permit=False)
    callers = {"credentials": "arn:aws:iam::*:user/*"}
    application.proxy("GET", "/f", arn, method_settings={"authorizationType": "AWS_IAM"}, **callers)
    application.proxy("GET", "/open", arn, **callers)
    application.deploy()
    assert application.send("GET", "/f", headers=SIGNED).status == 200
    assert application.send("GET", "/open").status == 500


def test_the_template_starts_the_machine_and_shapes_the_answer(application):
    machine = application.machine({"P": {"Type": "Pass", "End": True}}, "P")
    role = application.role("apigateway.amazonaws.com", "states:StartExecution")
    template = (
        "#set($data = $util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\"))\n"
        f'{{"input": "$data", "stateMachineArn": "{machine}"}}'
    )
    shaped = '#set($r = $input.path("$")){"arn": "$r.executionArn"}'
    application.method(
        "POST",
        "/dragons",
        {
            "200": {"responseTemplates": {"application/json": shaped}},
            "400": {"selectionPattern": "4\\d{2}"},
        },
        type="AWS",
        uri=STATES_URI.format("StartExecution"),
        credentials=role,
        requestTemplates={"application/json": template},
    )
    application.deploy()
    body = {"dragonName": 'Jon "the" O\'Neil', "n": [1, {"a": None}], "ü": "é/\\"}
    answer = application.send("POST", "/dragons", json.dumps(body))
    assert answer.status == 200, answer.body
    ended = application.finished(answer.json["arn"])
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"]) == body


def test_a_role_that_may_not_start_it_is_the_machines_400(application):
    machine = application.machine({"P": {"Type": "Pass", "End": True}}, "P")
    application.method(
        "POST",
        "/dragons",
        {"200": {}, "400": {"selectionPattern": "4\\d{2}"}},
        type="AWS",
        uri=STATES_URI.format("StartExecution"),
        credentials=application.role("apigateway.amazonaws.com", "states:StopExecution"),
        requestTemplates={
            "application/json": json.dumps({"input": "{}", "stateMachineArn": machine})
        },
    )
    application.deploy()
    answer = application.send("POST", "/dragons", "{}")
    assert answer.status == 400
    assert answer.json["__type"] == "AccessDeniedException"


def test_a_validator_judges_parameters_and_body(application):
    api = application.api
    application.gateway.create_model(
        restApiId=api,
        name="Dragon",
        contentType="application/json",
        schema=json.dumps({"type": "object", "required": ["dragonName"]}),
    )
    validator = application.gateway.create_request_validator(
        restApiId=api, name="v", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    application.method(
        "POST",
        "/m",
        {"200": {}},
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        method_settings={
            "requestValidatorId": validator,
            "requestModels": {"application/json": "Dragon"},
            "requestParameters": {"method.request.querystring.family": True},
        },
    )
    application.deploy()
    missing = application.send("POST", "/m", '{"dragonName": "x"}')
    assert missing.json == {"message": "Missing required request parameters: [family]"}
    assert application.send("POST", "/m?family=a", "{}").json == {"message": "Invalid request body"}
    assert application.send("POST", "/m?family=a", '{"dragonName": "x"}').status == 200


def test_a_function_behind_templates_is_selected_by_its_error(application):
    code = """
def handler(event, context):
    if event["n"] == "x":
        raise ValueError("Bad name")
    return {"got": event}
"""
    arn = application.function("f", code)
    application.method(
        "GET",
        "/f",
        {
            "200": {"responseParameters": {}},
            "422": {
                "selectionPattern": "Bad.*",
                "responseTemplates": {"application/json": '{"why": $input.json("$.errorMessage")}'},
            },
        },
        type="AWS",
        uri=LAMBDA_URI.format(arn),
        requestTemplates={"application/json": '{"n": "$input.params(\'n\')"}'},
    )
    application.deploy()
    assert application.send("GET", "/f?n=y").json == {"got": {"n": "y"}}
    failed = application.send("GET", "/f?n=x")
    assert (failed.status, failed.json) == (422, {"why": "Bad name"})


def test_what_is_not_done_here_is_refused_by_name(application):
    uri = "arn:aws:apigateway:us-east-1:sqs:path/123456789012/eggs"
    role = application.role("apigateway.amazonaws.com")
    application.method("GET", "/h", type="AWS", uri=uri, credentials=role)
    application.method("GET", "/n", type="AWS", uri=LAMBDA_URI.format("None"))
    application.deploy()
    answers = [application.send("GET", path) for path in ("/h", "/n")]
    assert [one.status for one in answers] == [501, 501]
    assert uri in answers[0].json["message"]
    assert "functions/None/invocations" in answers[1].json["message"]


@pytest.mark.parametrize("mode", ["RequestResponse", "Event"])
@pytest.mark.parametrize("kind", ["AWS", "AWS_PROXY"])
def test_a_function_that_does_not_run_here_is_refused_by_name(application, kind, mode):
    arn = application.function("f", "exports", Runtime="nodejs22.x", Handler="index.handler")
    later = {"integration.request.header.X-Amz-Invocation-Type": f"'{mode}'"}
    application.method(
        "GET", "/f", {"200": {}}, type=kind, uri=LAMBDA_URI.format(arn), requestParameters=later
    )
    application.deploy()
    answer = application.send("GET", "/f")
    words = "The local AWS does not do functions of the runtime nodejs22.x."
    assert (answer.status, answer.json) == (501, {"message": words})

"""What a client gets of a function's answer, and a function of a client's request."""

import json
import urllib.request

import pytest

ECHO = """
import json
def handler(event, context):
    return json.loads(event["body"])
"""
EVENT = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture
def echo(application):
    """A stage whose function answers what the request's body says."""
    application.proxy("POST", "/echo", application.function("echo", ECHO))
    application.proxy("GET", "/event", application.function("event", EVENT))
    application.deploy()
    return application


def lines(application, document, name):
    """Every header line of that name."""
    request = urllib.request.Request(
        f"{application.aws.endpoint}/_run/{application.api}/test/echo",
        method="POST",
        data=json.dumps(document).encode(),
    )
    with urllib.request.urlopen(request) as answer:
        return answer.headers.get_all(name)


def test_lists_of_headers_are_lines_of_their_own(echo):
    two = {"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2; Path=/"]}}
    assert lines(echo, two, "Set-Cookie") == ["a=1", "b=2; Path=/"]
    both = {"headers": {"x-own": "3"}, "multiValueHeaders": {"X-Own": ["1", "2"]}}
    assert lines(echo, both, "X-Own") == ["1", "2", "3"]
    twice = {"headers": {"X-Own": "1"}, "multiValueHeaders": {"X-Own": ["1"]}}
    assert lines(echo, twice, "X-Own") == ["1"]


@pytest.mark.parametrize(
    ("document", "status", "body"),
    [
        ({"headers": {"X-Own": "1"}}, 200, ""),
        ({"statusCode": "204"}, 204, ""),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "aGk="),
        ({"statusCode": 200, "multiValueHeaders": {"X-Own": "1"}}, 502, None),
        ({"statusCode": 200, "more": 1}, 502, None),
        ({"statusCode": 200, "body": {}}, 502, None),
        ({"statusCode": 99}, 502, None),
        (["a"], 502, None),
        (None, 502, None),
    ],
)
def test_an_answer_is_one_or_is_malformed(echo, document, status, body):
    answer = echo.send("POST", "/echo", json.dumps(document))
    assert answer.status == status
    assert answer.body == (
        body if body is not None else json.dumps({"message": "Internal server error"})
    )


def test_base64_is_decoded_for_binary_media_types(echo):
    binary = {"op": "add", "path": "/binaryMediaTypes/image~1png"}
    echo.gateway.update_rest_api(restApiId=echo.api, patchOperations=[binary])
    echo.deploy()
    document = json.dumps({"body": "aGk=", "isBase64Encoded": True})
    assert echo.send("POST", "/echo", document, headers={"Accept": "image/png"}).body == "hi"
    assert echo.send("POST", "/echo", document, headers={"Accept": "text/html"}).body == "aGk="


def test_the_callers_trace_is_kept(echo):
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    answer = echo.send("GET", "/event", headers={"X-Amzn-Trace-Id": trace})
    assert answer.json["headers"]["X-Amzn-Trace-Id"] == trace
    assert answer.headers["x-amzn-trace-id"] == trace


def test_which_headers_reach_a_function(echo):
    sent = {"Connection": "close", "TE": "x", "Expect": "y", "X-Own": "1", "Content-MD5": "z"}
    held = echo.send("GET", "/event", headers={**sent, "X-Forwarded-For": "192.0.2.7"}).json
    headers = {name.lower(): value for name, value in held["headers"].items()}
    assert headers["x-own"] == "1"
    assert headers["x-forwarded-for"] == "192.0.2.7, 127.0.0.1"
    assert {"x-forwarded-port", "x-forwarded-proto", "host"} <= set(headers)
    assert not {"connection", "te", "expect", "content-md5", "content-length"} & set(headers)


@pytest.mark.parametrize("name", ["Connection", "expect", "Transfer-Encoding"])
def test_the_connections_headers_cannot_be_mapped(application, name):
    from tests.local.serving import LAMBDA_URI

    application.method(
        "GET",
        "/m",
        {"200": {}},
        type="AWS",
        uri=LAMBDA_URI.format(application.function("f", ECHO)),
        requestParameters={f"integration.request.header.{name}": "'x'"},
    )
    application.deploy()
    answer = application.send("GET", "/m")
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


def test_a_function_is_invoked_by_post_alone(application):
    function = application.function("f", EVENT)
    application.proxy("GET", "/f", function, integrationHttpMethod="GET")
    application.deploy()
    assert application.send("GET", "/f").status == 500


def test_a_mock_may_leave_out_quotes(application):
    template = {"application/json": '{statusCode: 201, "a:b": "statusCode: 500"}'}
    application.method("GET", "/m", {"201": {}}, type="MOCK", requestTemplates=template)
    application.method("GET", "/n", {"200": {}}, type="MOCK", requestTemplates={})
    application.deploy()
    integration = application.gateway.get_integration(
        restApiId=application.api, resourceId=application.resource("/m"), httpMethod="GET"
    )
    assert integration["requestTemplates"] == template
    assert application.send("GET", "/n").status == 500


def test_models_may_refer_to_one_another(application):
    address = "https://apigateway.amazonaws.com/restapis/{}/models/{}"
    tree = {
        "type": "object",
        "required": ["size"],
        "properties": {
            "size": {"$ref": address.format(application.api, "Size")},
            "child": {"$ref": address.format(application.api, "Tree")},
        },
    }
    for name, schema in (("Size", {"type": "integer"}), ("Tree", tree)):
        application.gateway.create_model(
            restApiId=application.api,
            name=name,
            contentType="application/json",
            schema=json.dumps(schema),
        )
    validator = application.gateway.create_request_validator(
        restApiId=application.api, name="body", validateRequestBody=True
    )["id"]
    application.method(
        "POST",
        "/m",
        {"200": {}},
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
        method_settings={
            "requestValidatorId": validator,
            "requestModels": {"application/json": "Tree"},
        },
    )
    application.deploy()
    good, bad = {"size": 1, "child": {"size": 2}}, {"size": 1, "child": {"size": "x"}}
    assert application.send("POST", "/m", json.dumps(good)).status == 200
    refused = application.send("POST", "/m", json.dumps(bad))
    assert (refused.status, refused.json) == (400, {"message": "Invalid request body"})

"""Lambda authorizers decide who gets through, and what they said is kept."""

import json

import pytest

from tests.local.serving import LAMBDA_URI

AUTHORIZER = """
asked = 0
def handler(event, context):
    global asked
    asked += 1
    token = event.get("authorizationToken") or event["headers"]["Authorization"]
    if token == "stranger":
        raise Exception("Unauthorized")
    if token == "broken":
        return {}
    effect = {"friend": "Allow", "foe": "Deny"}.get(token)
    statement = [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}]
    return {
        "principalId": token,
        "policyDocument": {"Version": "2012-10-17", "Statement": statement if effect else []},
        "context": {"asked": asked},
    }
"""
ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"])}
"""


def guarded(application, kind="TOKEN", **settings):
    authorizer = application.gateway.create_authorizer(
        restApiId=application.api,
        name="own",
        type=kind,
        authorizerUri=LAMBDA_URI.format(application.function("own", AUTHORIZER)),
        identitySource="method.request.header.Authorization",
        **settings,
    )["id"]
    function = application.function("echo", ECHO)
    method = {"authorizationType": "CUSTOM", "authorizerId": authorizer}
    application.proxy("GET", "/lair", function, method_settings=method)
    application.deploy()
    return lambda token: application.send(
        "GET", "/lair", headers={"Authorization": token} if token else {}
    )


@pytest.mark.parametrize("kind", ["TOKEN", "REQUEST"])
def test_an_authorizer_decides(application, kind):
    send = guarded(application, kind)
    assert send("friend").json == {"principalId": "friend", "asked": "1"}
    assert (send(None).status, send(None).json) == (401, {"message": "Unauthorized"})
    assert send("stranger").status == 401
    assert (send("broken").status, send("broken").json) == (500, {"message": None})
    denied = send("foe")
    assert denied.status == 403
    assert "explicit deny" in denied.json["message"]
    assert send("nobody").json == {"message": "User is not authorized to access this resource"}


def test_what_it_said_is_kept_unless_it_must_not_be(application):
    send = guarded(application)
    assert [json.loads(send("friend").body)["asked"] for _ in range(2)] == ["1", "1"]


def test_nothing_is_kept_without_a_time_to_live(application):
    send = guarded(application, authorizerResultTtlInSeconds=0)
    assert [json.loads(send("friend").body)["asked"] for _ in range(2)] == ["1", "2"]


def test_a_token_must_have_its_form(application):
    send = guarded(application, identityValidationExpression="f[a-z]+")
    assert [send(one).status for one in ("friend", "nobody")] == [200, 401]


def refused_by(application, uri):
    """The answer where the method's authorizer has this address."""
    authorizer = application.gateway.create_authorizer(
        restApiId=application.api,
        name="own",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.Authorization",
    )["id"]
    method = {"authorizationType": "CUSTOM", "authorizerId": authorizer}
    application.method("GET", "/lair", type="MOCK", method_settings=method)
    application.deploy()
    return application.send("GET", "/lair", headers={"Authorization": "friend"})


def test_an_authorizer_that_does_not_run_here_is_refused_by_name(application):
    arn = application.function("node", "exports", Runtime="nodejs22.x", Handler="i.h")
    answer = refused_by(application, LAMBDA_URI.format(arn))
    assert answer.status == 501
    assert "functions of the runtime nodejs22.x" in answer.json["message"]


@pytest.mark.parametrize("function", ["None", "arn:aws", "arn:aws:lambda:us-east-1:1:function:x"])
def test_an_authorizer_without_a_function_is_a_fault_of_the_api(application, function):
    answer = refused_by(application, LAMBDA_URI.format(function))
    assert answer.status == 500
    assert answer.headers["x-amzn-errortype"] == "AuthorizerConfigurationException"

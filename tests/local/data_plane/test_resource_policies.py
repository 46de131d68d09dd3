"""An API's own policy decides who may call it."""

from __future__ import annotations

import json

import pytest

ECHO = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'in'}\n"
ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
           "Resource": "execute-api:/*"}  # fmt: skip
DENIED = {**ANYBODY, "Effect": "Deny"}


def sent(application, *statements, then=(), **method):
    """The answer of ``GET /lair`` of an API that is deployed with these statements."""
    function = application.function("echo", ECHO)
    application.proxy("GET", "/lair", function, method_settings=method)
    put(application, statements)
    application.deploy()
    if then:
        put(application, then)
    return application.send("GET", "/lair")


def put(application, statements):
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    application.gateway.update_rest_api(
        restApiId=application.api,
        patchOperations=[{"op": "replace", "path": "/policy", "value": policy}],
    )


def address(operator, *networks):
    return {"Condition": {operator: {"aws:SourceIp": list(networks)}}}


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        ([ANYBODY], 200),
        ([], 403),
        ([ANYBODY, DENIED], 403),
        ([{**ANYBODY, "Resource": "arn:aws:execute-api:us-east-1:*:*/*/GET/l*"}], 200),
        ([{**ANYBODY, "Resource": "execute-api:/*/POST/*"}], 403),
        ([{**ANYBODY, "Action": "execute-api:ManageConnections"}], 403),
        ([{**ANYBODY, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}], 403),
        ([{**ANYBODY, **address("IpAddress", "10.0.0.0/8", "127.0.0.0/8")}], 200),
        ([ANYBODY, {**DENIED, **address("NotIpAddress", "10.0.0.0/8")}], 403),
        ([ANYBODY, {**DENIED, "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}], 403),
        ([{**ANYBODY, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}], 403),
    ],
)  # fmt: skip
def test_it_lets_in_whom_it_names(application, statements, status):
    assert sent(application, *statements).status == status


def test_a_refusal_names_the_method_and_hides_the_account(application):
    answer = sent(application, ANYBODY, DENIED)
    assert answer.json["message"] == (
        "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
        f"arn:aws:execute-api:us-east-1:********9012:{application.api}/test/GET/lair "
        "with an explicit deny"
    )


def test_it_holds_as_it_was_deployed(application):
    assert sent(application, ANYBODY, then=[DENIED]).status == 200


def test_where_iam_decides_it_can_only_deny(application):
    assert sent(application, authorizationType="AWS_IAM").json["message"] == (
        "Missing Authentication Token"
    )


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"NotResource": "x"}, "NotResource"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "Bool of aws:securetransport"),
    ],
)
def test_what_it_cannot_judge_is_refused_by_name(application, more, named):
    answer = sent(application, {**ANYBODY, **more})
    assert answer.status == 501
    assert named in answer.json["message"]

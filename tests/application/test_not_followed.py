"""What is called or named and not followed: told in one line, and no value of a variable shown."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.application.environment import environment_targets
from dragonctl.application.not_followed import (
    NotFollowed,
    of_integration,
    of_state,
    of_value,
    sentence,
)
from dragonctl.application.targets import Target, Unresolved

GATEWAY = "arn:aws:apigateway:eu-west-1:"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:flow"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:audit"


@pytest.mark.parametrize(
    ("integration", "expected"),
    [
        ({"type": "MOCK"}, []),
        ({"type": "AWS_PROXY", "uri": f"{GATEWAY}lambda:path/2015-03-31/functions/x"}, []),
        ({"type": "AWS", "uri": f"{GATEWAY}states:action/StartExecution"}, []),
        ({"type": "AWS", "uri": f"{GATEWAY}states:action/DescribeExecution"}, []),
        ({"type": "AWS", "uri": f"{GATEWAY}states:action/SendTaskFailure"},
         ["callback SendTaskFailure"]),
        ({"type": "HTTP"}, ["HTTP integration"]),
        ({"type": "http_proxy", "connectionType": "VPC_LINK"}, ["HTTP integration"]),
        ({"type": "AWS", "uri": f"{GATEWAY}dynamodb:action/PutItem"}, ["DynamoDB"]),
        ({"type": "AWS", "uri": f"{GATEWAY}events:action/PutEvents"}, ["EventBridge"]),
        ({"type": "AWS", "uri": f"{GATEWAY}bucket.s3:path/x"}, ["S3"]),
        ({"type": "AWS", "uri": f"{GATEWAY}iotdata:path/x"}, ["iotdata"]),
        ({}, []),
    ],
)  # fmt: skip
def test_integrations(integration, expected):
    assert [one.what for one in of_integration("GET /x", integration)] == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:states:::lambda:invoke", []),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", []),
        ("arn:aws:states:::dynamodb:putItem", []),
        ("arn:aws:states:::sqs:sendMessage", ["SQS"]),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", ["SQS with a callback"]),
        ("arn:aws:states:::aws-sdk:eventbridge:putEvents", ["EventBridge"]),
        ("arn:aws:states:::http:invoke", ["HTTP endpoint"]),
        ("arn:aws:states:eu-west-1:123456789012:activity:approve", ["activity"]),
        (FUNCTION, []),
    ],
)
def test_states(resource, expected):
    assert [one.what for one in of_state("state A of b", {"Resource": resource})] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo", ["SQS jobs.fifo"]),
        ("arn:aws:sns:eu-west-1:123456789012:alerts", ["SNS alerts"]),
        ("arn:aws:events:eu-west-1:123456789012:event-bus/orders", ["EventBridge orders"]),
        ("arn:aws-cn:kinesis:cn-north-1:123456789012:stream/clicks", ["Kinesis clicks"]),
        ("things", []),
        ("https://example.com/123456789012/jobs", []),
    ],
)
def test_values_of_variables(value, expected):
    assert [one.what for one in of_value("environment of f", value)] == expected


def test_machines_in_an_environment_are_followed_and_functions_are_named():
    variables = {"LIST": json.dumps([f"{MACHINE}:live", "x"]), "AUDIT": FUNCTION}
    found = list(environment_targets("work", {"Environment": {"Variables": variables}}))
    account = ("123456789012", "eu-west-1", "aws")
    assert found == [
        Target("machine", "flow", "live", *account),
        NotFollowed("function audit", "environment of work", "--function audit"),
    ]


def test_an_environment_that_cannot_be_decrypted_is_said():
    error = {"ErrorCode": "AccessDeniedException", "Message": "not authorized: kms:Decrypt"}
    [left] = environment_targets("work", {"Environment": {"Error": error}})
    assert isinstance(left, Unresolved)
    assert ("function work" in left.where, "AccessDeniedException" in left.why) == (True, True)


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_other_values_name_nothing(variables):
    assert list(environment_targets("work", {"Environment": {"Variables": variables}})) == []


PLACES = st.lists(
    st.builds(NotFollowed, st.sampled_from(["SQS", "S3"]), st.sampled_from("abcdefgh")), max_size=30
)


@given(PLACES)
def test_one_line_names_each_kind_once_and_an_option(left):
    line = sentence(left)
    assert bool(line) == bool(left)
    assert "\n" not in line
    for what in {one.what for one in left}:
        assert line.count(f"{what} (") == 1
    assert not left or "--function NAME" in line


def test_many_places_are_counted():
    line = sentence(NotFollowed("SQS", f"POST /{n}") for n in range(9))
    assert "SQS (POST /0, POST /1, POST /2 and 6 more)" in line

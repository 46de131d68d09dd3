"""Members that no table holds: most are without effect on AWS, too, where there is one account."""

from __future__ import annotations

import pytest

from tests.local.members.world import World


@pytest.fixture
def world(local_aws, make):
    return World(local_aws, make)


@pytest.mark.parametrize(
    ("service", "operation", "told", "more"),
    [
        # No grant is needed by whom a key's policy allows all.
        ("kms", "DescribeKey", lambda world: {"KeyId": world.key}, {"GrantTokens": ["token"]}),
        # "default" is the one name that there is (the API's reference).
        ("kms", "GetKeyPolicy", lambda world: {"KeyId": world.key}, {"PolicyName": "default"}),
        # No definition is encrypted with a key of one's own: nothing is kept back.
        (
            "stepfunctions",
            "DescribeStateMachine",
            lambda world: {"stateMachineArn": world.machine},
            {"includedData": "METADATA_ONLY"},
        ),
        ("apigatewayv2", "GetApis", lambda _: {}, {"MaxResults": "1"}),
    ],
)
def test_the_answer_is_the_same(world, service, operation, told, more):
    needed = told(world)
    answers = [world.call(service, operation, **needed, **one) for one in ({}, more)]
    for answer in answers:
        answer.pop("ResponseMetadata")
    assert answers[0] == answers[1]


def test_list_subscriptions_by_topic_goes_on_by_its_token(world):
    for number in range(101):
        world.call(
            "sns", "Subscribe", TopicArn=world.topic, Protocol="email", Endpoint=f"{number}@b.c"
        )
    pages = world.client("sns").get_paginator("list_subscriptions_by_topic")
    sizes = [len(one["Subscriptions"]) for one in pages.paginate(TopicArn=world.topic)]
    assert sizes == [100, 1]

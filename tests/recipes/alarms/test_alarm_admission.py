"""Whether alarms get through to a topic, judged by documents as AWS has them."""

import json

import pytest

from dragonctl.recipes.alarms.access import may_decrypt, may_publish
from dragonctl.recipes.alarms.recipients import publishers

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:on-call"
ALARM = f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:dragonctl-x"
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def statement(principal=CLOUDWATCH, action="SNS:Publish", effect="Allow", **more):
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": TOPIC, **more}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def when(operator, key, value):
    return {"Condition": {operator: {key: value}}}


# What SNS gives a topic that is made in the console or without a policy.
DEFAULT = statement(
    {"AWS": "*"},
    ["SNS:GetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
    **when("StringEquals", "AWS:SourceOwner", ACCOUNT),
)
# What security guides put on every topic: CloudWatch's requests are encrypted.
INSECURE = statement("*", effect="Deny", **when("Bool", "aws:SecureTransport", "false"))
OTHERS = f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:other-*"


@pytest.mark.parametrize(
    ("statements", "may"),
    [
        ([], False),
        ([DEFAULT], True),
        ([statement()], True),
        ([statement("*")], True),
        ([statement({"Service": ["events.amazonaws.com", "cloudwatch.amazonaws.com"]})], True),
        ([statement({"Service": "events.amazonaws.com"})], False),
        ([statement({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})], False),
        ([statement(action="sns:*")], True),
        ([statement(action="SNS:Subscribe")], False),
        ([statement(**when("StringEquals", "aws:SourceAccount", ACCOUNT))], True),
        ([statement(**when("StringEquals", "aws:SourceAccount", ["1", ACCOUNT]))], True),
        ([statement(**when("StringEquals", "aws:SourceAccount", "210987654321"))], False),
        ([statement(**when("ArnLike", "aws:SourceArn", f"{ALARM[:-1]}*"))], True),
        ([statement(**when("ArnLike", "aws:SourceArn", OTHERS))], False),
        ([statement(**when("StringEquals", "aws:PrincipalOrgID", "o-1"))], False),
        ([statement(), statement("*", effect="Deny")], False),
        ([statement(), INSECURE], True),
        ([{"Effect": "Allow", "Principal": "*", "NotAction": "sns:Subscribe"}], False),
        ([statement(), statement({"AWS": "arn:x"}, effect="Deny")], True),
        ([{**statement(), "Resource": f"{TOPIC}-other"}], False),
    ],
)
def test_who_may_publish(statements, may):
    assert may_publish(document(*statements), TOPIC, ACCOUNT, ALARM) is may
    assert may_publish(json.dumps(document(*statements)), TOPIC, ACCOUNT, ALARM) is may


def test_dragonctl_s_own_policy_lets_this_account_s_alarms_in_and_nobody_else():
    own = publishers(TOPIC, "aws", "eu-west-1", ACCOUNT)
    assert may_publish(own, TOPIC, ACCOUNT, ALARM)
    assert not may_publish(own, TOPIC, "210987654321", ALARM.replace(ACCOUNT, "210987654321"))
    assert [one["Principal"] for one in own["Statement"]] == [CLOUDWATCH]


@pytest.mark.parametrize(
    ("actions", "may"),
    [
        (["kms:Decrypt", "kms:GenerateDataKey*"], True),
        (["kms:*"], True),
        (["kms:Decrypt"], False),
    ],
)
def test_a_key_must_let_cloudwatch_decrypt_and_make_data_keys(actions, may):
    said = {"Effect": "Allow", "Principal": CLOUDWATCH, "Action": actions, "Resource": "*"}
    root = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*", "Resource": "*",
    }  # fmt: skip
    assert may_decrypt(document(root, said)) is may
    assert may_decrypt(document(root)) is False


@pytest.mark.parametrize(
    ("conditions", "may"), [({}, False), (when("StringEquals", "aws:SourceAccount", "1"), True)]
)
def test_a_key_that_refuses_outright_is_closed_and_one_that_does_at_times_may_not_be(
    conditions, may
):
    allowed = {"Effect": "Allow", "Principal": CLOUDWATCH, "Action": "kms:*", "Resource": "*"}
    refused = {**allowed, "Effect": "Deny", "Principal": "*", **conditions}
    assert may_decrypt(document(allowed, refused)) is may

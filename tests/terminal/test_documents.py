"""A change of a policy document shows the statements that differ, and those alone."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Change
from dragonctl.resources.apigateway_stage import Stage
from dragonctl.resources.sns_topic import Topic
from dragonctl.terminal.fields import field_lines

LOGS = {"Sid": "Logs", "Effect": "Allow", "Action": ["logs:Put", "logs:Get"], "Resource": "*"}
HERE = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::here/*"]}
THERE = {**HERE, "Resource": ["arn:aws:s3:::there/*", "arn:aws:s3:::there"]}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "a.aws.com"}}


def lines(before, after):
    documents = [{"Version": "2012-10-17", "Statement": one} for one in (before, after)]
    change = Change("iam-inline-policy/r/p", "document", *documents)
    return [line.plain for line in field_lines([change])]


def test_what_stays_is_not_told():
    renamed = {**LOGS, "Sid": "Other", "Action": LOGS["Action"][::-1]}
    assert lines([LOGS, HERE], [renamed, THERE]) == [
        "    document  - allows s3:GetObject on arn:aws:s3:::here/*",
        "              + allows s3:GetObject on arn:aws:s3:::there/*, arn:aws:s3:::there",
    ]


def test_one_statement_may_come_without_its_list():
    assert lines(HERE, [HERE, LOGS]) == ["    document  + allows logs:Put, logs:Get on *"]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (TRUST, "trusts a.aws.com"),
        ({**TRUST, "Principal": {"AWS": "1"}}, 'trusts {"AWS": "1"}'),
        ({**TRUST, "Principal": "*", "Effect": "Deny"}, 'distrusts "*"'),
        (
            {**TRUST, "Condition": {"ArnLike": {"aws:SourceArn": ["arn:x", "arn:y"]}}},
            "trusts a.aws.com where aws:SourceArn ArnLike arn:x, arn:y",
        ),
        ({**HERE, "Effect": "Deny"}, "denies s3:GetObject on arn:aws:s3:::here/*"),
        (
            {"Effect": "Allow", "NotAction": ["iam:*"], "NotResource": "b"},
            "allows all but iam:* on all but b",
        ),
        ({"Effect": "Allow", "Condition": "odd"}, "allows all but  on all but "),
        ({**HERE, "Action": "\x1b[2J"}, "allows ␛[2J on arn:aws:s3:::here/*"),
    ],
)
def test_a_statement_in_words(statement, told):
    assert lines([LOGS], [LOGS, statement]) == [f"    document  + {told}"]


def test_a_document_that_grants_the_same_is_shown_in_short():
    assert lines([LOGS], [LOGS, LOGS]) == [
        "    document  allows logs:Put, logs:Get → allows logs:Put, logs:Get, logs:Put, logs:Get"
    ]


STAGE = Stage("a1", "prod").identifier


def test_fields_are_told_in_words_with_what_nothing_means_and_the_unit():
    changes = [
        Change(STAGE, "*/*/logging/loglevel", None, "INFO"),
        Change(STAGE, "~1dragons/GET/caching/enabled", True, False),
        Change(STAGE, "cacheClusterSize", "0.5", "1.6"),
        Change("of-another-version/x", "someField", 1, 2),
    ]
    assert [line.plain.split() for line in field_lines(changes)] == [
        ["log", "level", "OFF", "→", "INFO"],
        ["caching", "of", "GET", "/dragons", "on", "→", "off"],
        ["size", "of", "the", "cache", "0.5", "GB", "→", "1.6", "GB"],
        ["someField", "1", "→", "2"],
    ]


def test_a_name_says_by_itself_what_it_is():
    topic = Topic("arn:aws:sns:eu-west-1:1:alarms")
    made = Change(topic.identifier, "name", None, "alarms")
    assert [line.plain for line in field_lines([made])] == ["    alarms"]

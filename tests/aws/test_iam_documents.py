"""Policies as tables: who may do what; and the properties that hold whatever the policy."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.aws.iam_documents import allows, matches, trusts

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/a:*"


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("documents", "action", "resource", "may"),
    [
        ([], "logs:PutLogEvents", GROUP, False),
        ([policy(allow("logs:PutLogEvents"))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:putlogevents"))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:Put*"))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:PutLogEvent?"))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:Put"))], "logs:PutLogEvents", GROUP, False),
        ([policy(allow(["xray:*", "logs:*"]))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("*"))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:*", GROUP))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:*", GROUP))], "logs:PutLogEvents", "*", False),
        ([policy(allow("logs:*", GROUP.upper()))], "logs:PutLogEvents", GROUP, False),
        ([policy(allow("logs:*", [GROUP, "x"]))], "logs:PutLogEvents", GROUP, True),
        ([policy(allow("logs:*"), deny("logs:Put*"))], "logs:PutLogEvents", GROUP, False),
        ([policy(allow("logs:*")), policy(deny("*"))], "logs:PutLogEvents", GROUP, False),
        ([policy(allow("logs:*"), deny("*", "other"))], "logs:PutLogEvents", GROUP, True),
        (
            [policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})],
            "logs:PutLogEvents",
            GROUP,
            True,
        ),
        (
            [policy({"Effect": "Allow", "NotAction": "logs:*", "Resource": "*"})],
            "logs:PutLogEvents",
            GROUP,
            False,
        ),
        (
            [policy({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:logs:*"})],
            "logs:PutLogEvents",
            GROUP,
            False,
        ),
        (
            [policy(allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}}))],
            "logs:PutLogEvents",
            GROUP,
            False,
        ),
        (
            [policy(allow("*"), deny("*", Condition={"Bool": {"x": "y"}}))],
            "logs:PutLogEvents",
            GROUP,
            True,
        ),
        ([{"Statement": allow("logs:*")}], "logs:PutLogEvents", GROUP, True),
        ([json.dumps(policy(allow("logs:*")))], "logs:PutLogEvents", GROUP, True),
        ([quote(json.dumps(policy(allow("logs:*"))))], "logs:PutLogEvents", GROUP, True),
        (["no policy at all"], "logs:PutLogEvents", GROUP, False),
        (["[1, 2]"], "logs:PutLogEvents", GROUP, False),
    ],
)
def test_what_the_policies_of_a_role_allow(documents, action, resource, may):
    assert allows(documents, action, resource) is may


@pytest.mark.parametrize(
    ("boundary", "may"), [(None, True), (policy(allow("logs:*")), True), (policy(), False)]
)
def test_a_boundary_only_narrows(boundary, may):
    assert allows([policy(allow("*"))], "logs:PutLogEvents", GROUP, boundary) is may


@pytest.mark.parametrize(
    ("statement", "trusted"),
    [
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, True),
        ({"Principal": {"Service": ["x.amazonaws.com", "lambda.amazonaws.com"]}}, True),
        ({"Principal": {"Service": "edgelambda.amazonaws.com"}}, False),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}, False),
        ({"Principal": "*"}, False),
        ({"Principal": {"Service": "lambda.amazonaws.com"}, "Effect": "Deny"}, False),
        ({"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:TagSession"}, False),
    ],
)
def test_who_may_assume_a_role(statement, trusted):
    document = policy({"Effect": "Allow", "Action": "sts:AssumeRole", **statement})
    assert trusts(document, "lambda.amazonaws.com") is trusted


names = st.text(st.characters(codec="ascii", exclude_characters="*?"), max_size=20)


@given(names, names, names)
def test_a_star_stands_for_anything_between(start, between, end):
    assert matches(f"{start}*{end}", f"{start}{between}{end}")


@given(names, names)
def test_without_wildcards_only_the_same_text_matches(pattern, value):
    assert matches(pattern, value) is (pattern == value)


@given(st.lists(st.sampled_from(["logs:*", "logs:Put*", "xray:*", "*", "iam:PassRole"])))
def test_a_deny_of_everything_wins_over_any_allow(actions):
    documents = [policy(*(allow(one) for one in actions)), policy(deny("*"))]
    assert not allows(documents, "logs:PutLogEvents", GROUP)


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_whatever_breaks_the_reading(document, service):
    assert not allows([document], "logs:PutLogEvents", GROUP)
    assert not trusts(document, service or "x")

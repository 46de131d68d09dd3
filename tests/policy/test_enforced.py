"""The policy of `setup-observability` before an AWS that judges by it: it suffices, all is needed.

ministack judges most calls as AWS does, and departs from it in what :func:`as_judged` says.
"""

from __future__ import annotations

import copy

import pytest

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.errors import DragonError
from dragonctl.policy.first_run import first_run_policy
from dragonctl.recipes.observability import Options, observability, survey
from dragonctl.recipes.observability.first_run import application_roles, first_run_steps
from tests.applications import small
from tests.policy.enforcing import carry_out, enforcing

# ministack never asks for these; tests/policy/test_grants.py holds what AWS asks for.
UNJUDGED = {"iam:PassRole", "iam:CreateServiceLinkedRole"}
# Asked by the flow of every command, which says what it cannot tell where they are refused.
TOLD = {"lambda:ListTags", "states:ListTagsForResource"}
# ministack knows no resource for these, and asks for the right on "*".
ANYWHERE = {"iam:CreatePolicy", "logs:DescribeLogGroups"}
READS = (
    "apigateway:GET",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "lambda:GetFunctionConfiguration",
    "logs:DescribeLogGroups",
    "states:DescribeStateMachine",
)
WRITES = (
    "apigateway:PATCH",
    "iam:AttachRolePolicy",
    "iam:CreatePolicy",
    "iam:CreateRole",
    "lambda:UpdateFunctionConfiguration",
    "logs:CreateLogGroup",
    "logs:PutRetentionPolicy",
    "states:UpdateStateMachine",
)


@pytest.fixture(scope="module")
def server():
    with enforcing() as place:
        yield place


def listed(value):
    return value if isinstance(value, list) else [value]


def as_judged(document):
    """The same rights in the terms that ministack judges by.

    It names log groups without AWS's ``:*``, and knows no condition keys of these calls.
    """
    statements = []
    for statement in copy.deepcopy(document["Statement"]):
        statement.pop("Condition", None)
        resources = [
            arn.removesuffix(":*") if ":log-group:/" in arn or ":log-group:API-" in arn else arn
            for arn in listed(statement["Resource"])
        ]
        actions = listed(statement["Action"])
        for action in actions:
            where = "*" if action in ANYWHERE else resources
            statements.append({**statement, "Action": action, "Resource": where})
    return {"Version": document["Version"], "Statement": statements}


def without(document, action):
    kept = [one for one in document["Statement"] if one["Action"] != action]
    assert len(kept) < len(document["Statement"])
    return {**document, "Statement": kept}


def policy(server, api):
    reads = server.reads()
    app = discover(reads, Selection(api=api))
    steps = first_run_steps(reads, app, survey(reads, app))
    return first_run_policy(reads, steps, application_roles(app))


def set_up(server, keys, api, folder):
    """What `setup-observability` does, as the holder of the keys; its changes and errors."""
    reads = server.reads(keys)
    try:
        app = discover(reads, Selection(api=api))
        known = survey(reads, app)
    except DragonError as error:
        return 0, [error]
    steps = observability(app, known, Options()).steps
    changes, errors = carry_out(reads, steps, folder)
    return changes, [*app.errors, *known.errors, *errors, *unreadable(known)]


def unexpected(errors):
    """All but one: ministack does not hold the tracing of a state machine."""
    return [
        str(one)
        for one in errors
        if "State machine" not in str(one) or "does not hold its tracing" not in str(one)
    ]


def unreadable(known):
    return [DragonError(one.unreadable) for one in known.rights.values() if one and one.unreadable]


def test_it_suffices_and_is_the_same_after_the_run(server, tmp_path):
    builder = server.fresh()
    api = small.build(builder).api
    document = policy(server, api)
    keys = server.user(builder, as_judged(document))
    changes, errors = set_up(server, keys, api, tmp_path)
    assert (unexpected(errors), changes > 20) == ([], True)
    changes, errors = set_up(server, keys, api, tmp_path)
    assert (unexpected(errors), changes) == ([], 0)
    assert policy(server, api) == document


def test_every_action_is_one_that_is_tried_here(server):
    builder = server.fresh()
    document = policy(server, small.build(builder).api)
    actions = {action for one in document["Statement"] for action in listed(one["Action"])}
    assert actions == {*READS, *WRITES, *UNJUDGED, *TOLD}


@pytest.mark.parametrize("action", [*READS, *WRITES])
def test_nothing_is_spare(server, tmp_path, action):
    builder = server.fresh()
    api = small.build(builder).api
    document = without(as_judged(policy(server, api)), action)
    keys = server.user(builder, document)
    _, errors = set_up(server, keys, api, tmp_path)
    assert any(action in str(error) for error in errors), [str(error) for error in errors]

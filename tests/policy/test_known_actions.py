"""Every call that the code makes is one whose IAM action was looked up, not guessed."""

from __future__ import annotations

import re

import pytest

from dragonctl.engine.model import Call
from dragonctl.policy.apigateway import SERVICES
from dragonctl.policy.grants import action_of
from dragonctl.policy.names import ACTIONS, ANYWHERE, FREE, PASSES, TAGS
from tests.aws.sent_members import named_in, operations, sources
from tests.policy.reference import KNOWN

HELPERS = {  # names of helpers that stand for a service
    "resources/apigateway_method.py": "apigateway",
    "resources/iam_role_policies.py": "iam",
    "resources/lambda_function.py": "lambda",
    "telemetry/calls.py": "xray",
}


def made():
    for name, source in sources().items():
        if name.partition("/")[0] == "policy":  # the tables themselves
            continue
        beside = named_in(source)
        yield from beside
        if name in HELPERS:
            service, named = HELPERS[name], {operation for _, operation in beside}
            alone = set(re.findall(r"""["'](\w+)["']""", source)) & operations(service)
            yield from ((service, operation) for operation in alone - named)


CALLS = sorted(set(made()))


def test_the_code_is_understood():
    assert len(CALLS) > 90
    for call in (
        ("apigateway", "UpdateIntegration"),
        ("iam", "DetachRolePolicy"),
        ("lambda", "UpdateFunctionCode"),
        ("logs", "FilterLogEvents"),
        ("xray", "GetTraceSummaries"),
        ("stepfunctions", "ListStateMachines"),
    ):
        assert call in CALLS


@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_its_action_was_looked_up(service, operation):
    if service in SERVICES or (service, operation) in FREE:
        return  # authorised by HTTP method, or not at all
    assert action_of(Call(service, operation, {})) in KNOWN


@pytest.mark.parametrize("table", [ACTIONS, ANYWHERE, PASSES, TAGS])
def test_the_tables_speak_of_operations_that_exist(table):
    for service, operation in table:
        assert operation in operations(service)


@pytest.mark.parametrize("action", TAGS.values())
def test_the_actions_for_tags_exist(action):
    assert action in KNOWN


def test_the_reference_is_well_formed():
    assert all(re.fullmatch(r"[a-z0-9-]+:[A-Z]\w+\*?", action) for action in KNOWN)

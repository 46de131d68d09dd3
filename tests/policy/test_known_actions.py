"""Every call that the code makes is one whose IAM action was looked up, not guessed."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import dragonctl
from dragonctl.engine.model import Call
from dragonctl.policy.apigateway import SERVICES
from dragonctl.policy.grants import action_of
from dragonctl.policy.names import ACTIONS, ANYWHERE, FREE, PASSES, TAGS
from tests.aws.sent_members import SERVICES as NAMES_OF_SERVICES
from tests.aws.sent_members import SESSION, SIDE_BY_SIDE
from tests.policy.reference import KNOWN

ROOT = Path(dragonctl.__file__).parent
OTHERS = ("local", "policy")  # the other side, and the tables themselves
HELPERS = {  # names of helpers that stand for a service
    "resources/apigateway_method.py": "apigateway",
    "resources/iam_role_policies.py": "iam",
    "resources/lambda_function.py": "lambda",
    "telemetry/calls.py": "xray",
}


@cache
def operations(service):
    return SESSION.get_service_model(service).operation_names


def literals(tree):
    """Pairs of a service's name and one of its operations that stand side by side."""
    for node in ast.walk(tree):
        side_by_side = getattr(node, "args", None) or getattr(node, "elts", None)
        if not isinstance(side_by_side, list):
            continue
        values = [one.value if isinstance(one, ast.Constant) else None for one in side_by_side]
        for service, operation in pairwise(values):
            if service in NAMES_OF_SERVICES and operation in operations(service):
                yield service, operation


def words(tree, service):
    """Operations of one service that stand alone."""
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    yield from ((service, name) for name in operations(service) if name in said)


def made():
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.partition("/")[0] not in OTHERS:
            source = path.read_text(encoding="utf-8")
            if name not in HELPERS and not SIDE_BY_SIDE.search(source):
                continue
            tree = ast.parse(source)
            beside = set(literals(tree))
            yield from beside
            if name in HELPERS:
                named = {operation for _, operation in beside}
                yield from (one for one in words(tree, HELPERS[name]) if one[1] not in named)


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

"""What moved is seen, wherever it moved, and only what a change names is excused."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.movement import kept, moved, unnamed
from tests.corpus.shape import OWN, load
from tests.corpus.strict_account import build
from tests.strict.world import Delays

SHAPES = {one.name: one for one in load(OWN)}


def account(name):
    """The account of a shape, and the id of its API."""
    world, api, refused = build(SHAPES[name], Delays())
    assert refused == []
    return world.state, api


def places(value, path=()):
    """Where in an account a text stands, by keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, str) and value:
        yield path


@settings(max_examples=30)
@given(st.data())
def test_a_text_that_changes_anywhere_is_seen(data):
    before, _ = account("cdk-contacts-codedeploy")
    steady = [
        path for path in places(before)
        if not {"RevisionId", "CodeSha256", "id", "State"} & {*path} and "methods" not in path
    ]  # fmt: skip
    path = data.draw(st.sampled_from(steady))
    after = copy.deepcopy(before)
    at = after
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] += "x"
    assert moved(before, before) == []
    assert len(moved(before, after)) >= 1


def test_aliases_plans_authorizers_and_policies_are_looked_at():
    before, api = account("cdk-request-authorizer-groups")
    after = copy.deepcopy(before)
    mine = after["apigateway"]["apis"][api]
    mine["authorizers"][0]["authorizerResultTtlInSeconds"] = 0
    mine["gateway_responses"][0]["statusCode"] = "403"
    after["lambda"]["functions"]["AuthFunction"]["policy"]["Statement"] = []
    after["apigateway"]["usage plans"]["new"] = {"name": "new"}
    parts = {path for one in moved(before, after) for path in one.path}
    assert {"authorizers", "gateway_responses", "policy", "usage plans"} <= parts


def test_a_setting_that_appears_with_the_value_in_force_has_not_moved():
    before, api = account("cdk-wildcard-permission")
    after = copy.deepcopy(before)
    stage = after["apigateway"]["apis"][api]["stages"]["prod"]
    every = stage["methodSettings"]["*/*"]
    stage["methodSettings"]["~1resourceN/POST"] = {**every}
    assert moved(before, after) == []
    stage["methodSettings"]["~1resourceN/POST"]["metricsEnabled"] = True
    assert [one.path[-2:] for one in moved(before, after)] == [
        ("/resourceN/POST", "metricsEnabled")
    ]


def test_a_change_excuses_the_field_that_it_names_and_no_other():
    before, api = account("cdk-snapstart-cars")
    after = copy.deepcopy(before)
    stage = after["apigateway"]["apis"][api]["stages"]["prod"]
    stage["tracingEnabled"] = True
    stage["methodSettings"]["*/*"] = {"loggingLevel": "INFO", "metricsEnabled": True}
    after["lambda"]["functions"]["car-store"]["aliases"]["live"]["FunctionVersion"] = "2"
    changes = [
        {"resource": f"apigateway-stage/{api}/prod", "field": "tracingEnabled"},
        {"resource": f"apigateway-stage/{api}/prod", "field": "*/*/logging/loglevel"},
        {"resource": "lambda-alias/car-store/live", "field": "FunctionVersion"},
    ]
    left = unnamed(moved(before, after), changes)
    assert [one.path[-2:] for one in left] == [("*/*", "metricsEnabled")]
    assert len(unnamed(moved(before, after), changes[:2])) == 2


def test_a_cluster_that_is_taken_away_takes_its_size_with_it():
    before, api = account("cdk-widget-ci")
    (name, stage), *_ = before["apigateway"]["apis"][api]["stages"].items()
    stage |= {"cacheClusterEnabled": True, "cacheClusterSize": "0.5"}
    after = copy.deepcopy(before)
    after["apigateway"]["apis"][api]["stages"][name]["cacheClusterEnabled"] = False
    off = {"resource": f"apigateway-stage/{api}/{name}", "field": "cacheClusterEnabled"}
    assert unnamed(moved(before, after), [{**off, "after": False}]) == []
    after["apigateway"]["apis"][api]["stages"][name] = {**stage, "cacheClusterSize": "1.6"}
    assert unnamed(moved(before, after), [{**off, "after": True}]) != []


def test_what_undo_names_as_left_is_told_by_its_place():
    said = [
        "lambda-version/f was left as it is: a published version may be in use",
        "iam-role/r was left as it is: it is API Gateway's CloudWatch role",
        "iam-role-policies/r was left as it is: as above",
        "apigateway-account/1/us-east-1 was left as it is: the role is gone",
        "Role r does not exist",
    ]
    assert kept(said) == [
        ("lambda", "functions", "f", "qualifiers"),
        ("iam", "roles", "r"),
        ("iam", "roles", "r", "attached"),
        ("apigateway", "role"),
    ]

"""Versions that take time or fail, aliases that split their traffic, on the strict AWS."""

from __future__ import annotations

import json

import pytest

from tests.strict import applications as accounts
from tests.strict.test_strict_aws import SETUP, UNDO, known, person
from tests.strict.versions import WHY

PUBLISH = (*SETUP, "--publish")


@pytest.fixture
def shop():
    """Its function ``orders`` is called through an alias whose version holds the present code."""
    world = known(accounts.shop())
    orders = world.state["lambda"]["functions"]["orders"]
    orders["qualifiers"]["4"]["CodeSha256"] = orders["CodeSha256"]
    return world


def alias(world):
    return world.state["lambda"]["functions"]["orders"]["aliases"]["live"]


def begun(world, **more):
    world.state["lambda"]["functions"]["orders"].update(more)
    world.begin()
    return world


def told(ended):
    return {one["code"]: one for one in json.loads(ended.stdout).get("errors", [])}


def test_a_version_that_takes_its_time_is_waited_for_and_then_gets_the_alias(tmp_path, shop):
    begun(shop, SnapStart={"ApplyOn": "PublishedVersions"})
    with person(shop, tmp_path) as ann:
        done = ann.types(*PUBLISH)
        assert (done.returncode, alias(shop)["FunctionVersion"]) == (0, "5")
        assert not [one for one in shop.failures if "UpdateAlias" in one]
        assert ann.types(*UNDO).returncode == 0
    assert alias(shop)["FunctionVersion"] == "4"


def test_the_policy_of_publish_holds_before_and_after_something_lags(tmp_path, shop):
    begun(shop)
    orders = "arn:aws:lambda:us-east-1:123456789012:function:orders"
    with person(shop, tmp_path) as ann:
        assert not {"PublishVersion", "UpdateAlias"} & allowed(ann).keys()
        before = allowed(ann, "--publish")
        assert before["PublishVersion"] == before["UpdateAlias"] == before["GetAlias"] == {orders}
        assert f"{orders}:*" in before["GetFunctionConfiguration"]
        assert ann.types(*PUBLISH).returncode == 0
        assert set(ann.wrote) & {"PublishVersion", "UpdateAlias"}
        assert allowed(ann, "--publish") == before


def allowed(person, *flags):
    """The resources by action, of the policy of `setup-observability`."""
    document = json.loads(person.types("policy", *SETUP[:3], *flags).stdout)
    return {
        action.partition(":")[2]: {*as_list(one["Resource"])}
        for one in document["Statement"]
        for action in as_list(one["Action"])
    }


def as_list(value):
    return value if isinstance(value, list) else [value]


def test_a_version_that_fails_ends_at_once_with_its_reason_and_moves_no_alias(tmp_path, shop):
    begun(shop, SnapStart={"ApplyOn": "PublishedVersions"}, breaks=True)
    with person(shop, tmp_path) as ann:
        for _ in range(2):  # also where an earlier run has met it
            ended = ann.types(*PUBLISH)
            errors = told(ended)
            assert (ended.returncode, alias(shop)) == (1, {"FunctionVersion": "4"})
            assert errors["FailedInAws"]["resource"] == "lambda-version/orders"
            assert f"version 5 could not be made: {WHY}" in errors["FailedInAws"]["message"]
            assert "UpdateAlias" not in ann.wrote
        status = json.loads(ann.types("status", "--api", "shop", "--output", "json").stdout)
        (failed,) = [one for one in status["problems"] if "version 5" in one["problem"]]
        assert WHY in failed["problem"]
        check = ann.types(*PUBLISH, "--check")
        assert check.returncode == 1


def test_without_waiting_no_alias_moves_to_a_version_that_is_not_made_yet(tmp_path, shop):
    begun(shop, SnapStart={"ApplyOn": "PublishedVersions"})
    with person(shop, tmp_path) as ann:
        ended = ann.types(*PUBLISH, "--no-wait")
        assert (ended.returncode, alias(shop)) == (1, {"FunctionVersion": "4"})
        assert set(told(ended)) == {"StillPending"}
        assert ann.types(*PUBLISH).returncode == 0
    assert alias(shop)["FunctionVersion"] == "5"


def test_somebody_s_deployment_is_told_and_left_by_publish_and_by_undo(tmp_path, shop):
    weights = {"AdditionalVersionWeights": {"3": 0.4}}
    orders = shop.state["lambda"]["functions"]["orders"]
    orders["qualifiers"]["3"] = {**orders["qualifiers"]["4"], "Version": "3"}
    orders["qualifiers"]["4"]["TracingConfig"] = {"Mode": "Active"}
    orders["aliases"]["live"]["RoutingConfig"] = weights
    begun(shop)
    with person(shop, tmp_path) as ann:
        ended = ann.types(*PUBLISH)
        assert (ended.returncode, set(told(ended))) == (1, {"SplitTraffic"})
        assert "PublishVersion" not in ann.wrote
        status = json.loads(ann.types("status", "--api", "shop", "--output", "json").stdout)
        problems = [one["problem"] for one in status["problems"] if "version 3" in one["problem"]]
        assert len(problems) == 2
        assert "60 % to version 4 and 40 % to version 3" in problems[0]
        assert "40 % of the traffic through the alias live goes to version 3" in problems[1]
        (used,) = [one["qualifiers"] for one in status["functions"] if one["name"] == "orders"]
        shares = [(one["version"], one["share"], one["tracing"]) for one in used[0]["versions"]]
        assert shares == [("4", 0.6, True), ("3", 0.4, False)]
        assert ann.types(*UNDO).returncode == 0
    assert alias(shop) == {"FunctionVersion": "4", "RoutingConfig": weights}


def test_an_inactive_version_is_named_and_not_called_failed(tmp_path, shop):
    orders = shop.state["lambda"]["functions"]["orders"]
    orders["qualifiers"]["4"] |= {"State": "Inactive", "TracingConfig": {"Mode": "Active"}}
    begun(shop)
    with person(shop, tmp_path) as ann:
        status = json.loads(ann.types("status", "--api", "shop", "--output", "json").stdout)
    assert not [one for one in status["problems"] if "version 4" in one["problem"]]
    assert [one for one in status["warnings"] if "Version 4" in one and "inactive" in one]

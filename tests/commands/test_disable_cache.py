"""A cache taken back, by `disable-cache` and by `undo`: what goes, and what others keep."""

from __future__ import annotations

from tests.applications.library import QUERY
from tests.commands.caching import account, undone


def test_keys_stay_while_another_stage_caches_with_them(dragons, dragonctl):
    dragons.deploy("test")
    dragonctl("enable-cache", "--stage", "prod", "--stage", "test")
    kept = dragonctl("disable-cache", "--stage", "prod", "--output", "json").document
    assert dragons.key("/dragons") == {f"{QUERY}dragonName", f"{QUERY}family"}
    assert any("stage test caches the method" in one for one in kept["warnings"])
    dragonctl("disable-cache", "--stage", "test")
    assert dragons.stages()["test"]["cacheClusterEnabled"] is False


def test_undo_takes_one_of_two_methods_back_and_leaves_the_other(made, dragonctl):
    made.add("/a", f"{QUERY}q")
    made.add("/b", f"{QUERY}q")
    made.deploy()
    before = account(made)
    dragonctl("enable-cache", "--method", "GET /a")
    first = account(made)
    dragonctl("enable-cache", "--method", "GET /b")
    dragonctl("undo", "--yes")
    assert undone(first, account(made)) == {}
    dragonctl("undo", "--yes")
    assert undone(before, account(made)) == {}


def test_disabling_takes_nobodys_deployment_back(made, dragonctl):
    made.add("/a", f"{QUERY}q")
    made.add("/b", f"{QUERY}q")
    made.deploy()
    dragonctl("enable-cache", "--method", "GET /a")
    made.add("/new")
    made.deploy()
    theirs = made.stages()["prod"]["deploymentId"]
    dragonctl("enable-cache", "--method", "GET /b")
    assert made.stages()["prod"]["deploymentId"] != theirs
    dragonctl("disable-cache")
    assert made.stages()["prod"]["deploymentId"] == theirs


def test_what_was_deployed_along_stays_live_without_the_cache(made, dragonctl):
    made.add("/a", f"{QUERY}q")
    made.deploy()
    made.add("/new")
    said = dragonctl("enable-cache", "--deploy-all", "--output", "json")
    assert any("ships other changes: GET /new (new)" in one for one in said.document["warnings"])
    shipped = made.stages()["prod"]["deploymentId"]
    assert dragonctl("disable-cache").code == 0
    assert made.key("/a") == set()
    assert made.stages()["prod"]["deploymentId"] == shipped


def test_a_parameter_declared_by_a_run_that_was_cut_short_is_no_edit(made, dragonctl):
    made.add("/a")
    made.deploy()
    made.gateway.update_method(
        restApiId=made.api.id,
        resourceId=made.api.resources["/a"],
        httpMethod="GET",
        patchOperations=[{"op": "add", "path": f"/requestParameters/{QUERY}q", "value": "false"}],
    )
    assert dragonctl("enable-cache", "--key", "q").code == 0
    assert made.served_key("/a") == {f"{QUERY}q"}


def test_somebody_elses_key_and_override_are_kept(dragons, dragonctl):
    dragons.gateway.update_integration(
        restApiId=dragons.api.id,
        resourceId=dragons.api.resources["/dragons"],
        httpMethod="GET",
        patchOperations=[{"op": "add", "path": f"/cacheKeyParameters/{QUERY}family", "value": ""}],
    )
    dragons.gateway.update_stage(
        restApiId=dragons.api.id,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/~1dragons/GET/caching/ttlInSeconds", "value": "9"}
        ],
    )
    dragons.deploy()
    before = account(dragons)
    dragonctl("enable-cache")
    assert dragons.settings("~1dragons/GET")["cacheTtlInSeconds"] == 9
    dragonctl("disable-cache")
    assert dragons.key("/dragons") == {f"{QUERY}family"}
    assert undone(before, account(dragons)) == {}


def test_disabling_really_disables_what_nobody_remembers(dragons, dragonctl):
    dragons.gateway.update_stage(
        restApiId=dragons.api.id,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/cacheClusterEnabled", "value": "true"},
            {"op": "replace", "path": "/*/*/caching/enabled", "value": "true"},
            {"op": "replace", "path": "/~1dragons/GET/caching/enabled", "value": "true"},
        ],
    )
    said = dragonctl("disable-cache", "--output", "json")
    (warning,) = said.document["warnings"]
    assert "journal knows no enable-cache of stage prod" in warning
    assert said.code == 0
    stage = dragons.stages()["prod"]
    assert stage["cacheClusterEnabled"] is False
    assert not any(one["cachingEnabled"] for one in stage["methodSettings"].values())

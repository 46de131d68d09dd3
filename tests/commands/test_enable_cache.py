"""`enable-cache`: what callers get, what it costs, what moved and what did not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.applications.library import HEADER, PATH, QUERY
from tests.applications.snapshot import moved
from tests.commands.caching import account, undone

PAIRS = [(name, family) for name in ("Jon", "Ada", "Lin") for family in ("green", "red")]


def runs(dragons, asked):
    """How often the function ran for a hundred requests."""
    answers = [
        dragons.get("/dragons", dragonName=name, family=family)
        for name, family in (asked * 100)[:100]
    ]
    return len(set(answers))


def changed(result):
    return {(change["resource"].split("/")[0], change["field"]) for change in result["changes"]}


def fields(plan):
    """The fields that a plan or a run names -> how they change."""
    return {
        line.split("  ")[2].strip(): line.split("  ")[-1].strip()
        for line in plan.splitlines()
        if " → " in line
    }


def writes(result):
    assert result.code == 0, result.stderr
    return result.document["changed"]


def test_each_distinct_pair_runs_the_function_once(dragons, dragonctl):
    assert runs(dragons, PAIRS) == 100
    assert dragonctl("enable-cache", "--stage", "prod").code == 0
    assert runs(dragons, PAIRS) == len(PAIRS)
    dragonctl("flush-cache", "--stage", "prod")
    assert runs(dragons, PAIRS[:2]) == 2
    assert dragonctl("disable-cache", "--stage", "prod").code == 0
    assert runs(dragons, PAIRS) == 100


def test_a_shared_key_serves_one_answer_for_every_family_and_says_so(dragons, dragonctl):
    said = dragonctl("enable-cache", "--key", "dragonName", "--allow-shared", "--output", "json")
    assert (said.code, runs(dragons, PAIRS)) == (0, 3), said.stderr
    warning = "Callers of GET /dragons may get each other's answers: family is not in its key."
    assert warning in said.document["warnings"]


def test_the_price_is_told(dragons, dragonctl):
    said = dragonctl("enable-cache", "--stage", "prod", "--size", "1.6", "--dry-run")
    assert "$0.038 an hour, $27.74 a month" in said.stderr
    cost = dragonctl("enable-cache", "--check", "--output", "json").document["cost"][0]
    assert (cost["size"], cost["per_hour"], cost["per_month"]) == ("0.5", 0.02, 14.6)


def test_what_a_method_has_without_an_entry_of_its_own_is_the_stage_s(dragons, dragonctl):
    told = fields(dragonctl("enable-cache", "--stage", "prod", "--dry-run").stdout)
    assert told["caching of GET /dragons"] == "inherited → on"
    assert told["cache cluster"] == "off → on"
    dragonctl("enable-cache", "--stage", "prod")
    told = fields(dragonctl("undo", "--yes").stdout)
    assert told["caching of GET /dragons"] == "on → inherited"
    assert told["cache cluster"] == "on → off"


def test_status_tells_how_well_the_cache_does_and_what_it_costs(dragons, dragonctl):
    dragonctl("enable-cache")
    (stage,) = dragonctl("status", "--output", "json").document["stages"]
    assert (stage["cache_hit_ratio"], stage["cache_per_month"]) == (None, 14.6)
    runs(dragons, PAIRS[:1])
    (stage,) = dragonctl("status", "--output", "json").document["stages"]
    assert stage["cache_hit_ratio"] == 0.99
    assert "0.5 GB · 99 % hits · $14.60/month" in dragonctl("status").stdout


def test_the_policy_names_the_same_writes_before_and_after_a_first_run(dragons, dragonctl):
    before = written(dragonctl("policy", "enable-cache", "--output", "json").document)
    dragonctl("enable-cache")
    assert written(dragonctl("policy", "enable-cache", "--output", "json").document) == before
    assert "/methods/GET/integration" in str(before)


def written(policy):
    return [one for one in policy["Statement"] if one["Action"] != "apigateway:GET"]


def test_what_a_deployment_ships_unseen_is_told(dragons, dragonctl):
    notes = dragonctl("enable-cache", "--check", "--output", "json").document["notes"]
    (note,) = [note for note in notes if "deployment" in note]
    assert all(
        word in note for word in ("models", "authorizers", "validators", "gateway responses")
    )


def test_a_second_run_writes_nothing_and_deploys_nothing(dragons, dragonctl):
    assert writes(dragonctl("enable-cache", "--output", "json"))
    after = account(dragons)
    assert not writes(dragonctl("enable-cache", "--output", "json"))
    assert dragonctl("enable-cache", "--check").code == 0
    assert moved(after, account(dragons)) == {}


def test_a_check_finds_the_change_and_makes_none(dragons, dragonctl):
    before = account(dragons)
    assert dragonctl("enable-cache", "--check").code == 3
    assert dragonctl("enable-cache", "--dry-run").code == 0
    assert moved(before, account(dragons)) == {}


def test_there_and_back_nothing_else_has_moved(dragons, dragonctl):
    dragons.add("/other", f"{QUERY}q")
    settings = {"/*/*/metrics/enabled": "true", "/*/*/throttling/rateLimit": "55"}
    dragons.deploy()
    dragons.builder.client("apigateway").update_stage(
        restApiId=dragons.api.id,
        stageName="prod",
        patchOperations=[{"op": "replace", "path": k, "value": v} for k, v in settings.items()],
    )
    before = account(dragons)
    dragonctl("enable-cache", "--method", "GET /dragons")
    enabled = account(dragons)
    assert not [path for path in moved(before, enabled) if "other" in path or "*/*" in path]
    dragonctl("disable-cache")
    assert undone(before, account(dragons)) == {}
    dragonctl("undo", "--yes")
    assert moved(enabled, account(dragons)) == {}
    dragonctl("undo", "--yes")
    assert undone(before, account(dragons)) == {}


def test_an_override_goes_on_with_the_settings_that_it_shadows(dragons, dragonctl):
    operations = {
        "metrics/enabled": "true",
        "throttling/rateLimit": "55",
        "throttling/burstLimit": "5",
    }
    dragons.gateway.update_stage(
        restApiId=dragons.api.id,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": f"/*/*/{key}", "value": value}
            for key, value in operations.items()
        ],
    )
    dragonctl("enable-cache", "--ttl", "60", "--encrypt", "--invalidation", "require")
    override = dragons.settings("~1dragons/GET")
    assert override["metricsEnabled"] is True
    assert (override["throttlingRateLimit"], override["throttlingBurstLimit"]) == (55.0, 5)
    assert (override["cacheTtlInSeconds"], override["cacheDataEncrypted"]) == (60, True)
    assert override["unauthorizedCacheControlHeaderStrategy"] == "FAIL_WITH_403"
    dragonctl("enable-cache")
    assert dragons.settings("~1dragons/GET") == override


def test_a_key_is_declared_optional_and_nothing_is_mapped(made, dragonctl):
    made.add(
        "/a/{b}/c",
        f"{QUERY}q",
        type="HTTP_PROXY",
        uri="https://example.com",
        integrationHttpMethod="GET",
    )
    made.deploy()
    dragonctl("enable-cache", "--key", "path:b", "--key", "q", "--key", "header:Accept-Language")
    method = made.method("/a/{b}/c")
    key = {f"{PATH}b", f"{QUERY}q", f"{HEADER}Accept-Language"}
    assert made.key("/a/{b}/c") == made.served_key("/a/{b}/c") == key
    assert method["requestParameters"] == dict.fromkeys(key, False)
    assert not method["methodIntegration"].get("requestParameters")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "~1/GET"),
        ("/a/{b}/c", "~1a~1{b}~1c/GET"),
        ("/{proxy+}", "~1{proxy+}/GET"),
        ("/a~b", "~1a~0b/GET"),
        ("/v1.0/my-name/my_name", "~1v1.0~1my-name~1my_name/GET"),
    ],
)
def test_every_shape_of_a_path(made, dragonctl, path, key):
    made.add(path)
    made.deploy()
    before = account(made)
    result = dragonctl("enable-cache", "--output", "json")
    assert writes(result)
    assert made.settings(key)["cachingEnabled"] is True
    assert made.key(path) == made.served_key(path)
    assert not writes(dragonctl("enable-cache", "--output", "json"))
    dragonctl("disable-cache")
    assert undone(before, account(made)) == {}


def test_another_spelling_of_an_override_says_the_same(made, dragonctl):
    made.add("/things")
    made.deploy(settings={"/things/GET/throttling/rateLimit": "7"})
    before = account(made)
    dragonctl("enable-cache")
    for key in ("things/GET", "~1things/GET"):
        override = made.settings(key)
        assert (override["cachingEnabled"], override["throttlingRateLimit"]) == (True, 7.0)
    dragonctl("disable-cache")
    assert undone(before, account(made)) == {}


def test_any_is_cached_by_name_alone(made, dragonctl):
    made.add("/any/{id}", verb="ANY")
    made.add("/plain")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    assert "GET /any/{id} is not cached: ANY answers it" in said["warnings"][0]
    assert made.settings("~1any~1{id}/GET") is None
    assert dragonctl("enable-cache", "--method", "GET /any/{id}").code == 0
    assert made.settings("~1any~1{id}/GET")["cachingEnabled"] is True
    assert made.served_key("/any/{id}", "x-amazon-apigateway-any-method") == {f"{PATH}id"}


def test_what_is_not_deployed_is_left_out_and_named(made, dragonctl):
    made.add("/old", f"{QUERY}q")
    made.deploy()
    made.add("/new")
    said = dragonctl("enable-cache")
    assert "would also ship other changes: GET /new (new)" in said.stderr
    assert said.code == 1
    assert dragonctl("enable-cache", "--method", "GET /new").code == 1
    assert dragonctl("enable-cache", "--deploy-all").code == 0
    assert made.settings("~1new/GET")["cachingEnabled"] is True


def test_without_a_key_to_deploy_undeployed_changes_do_not_matter(made, dragonctl):
    made.add("/old")
    made.deploy()
    made.add("/new")
    deployment = made.stages()["prod"]["deploymentId"]
    said = dragonctl("enable-cache", "--output", "json")
    assert said.code == 0
    assert not [note for note in said.document["notes"] if "deployment" in note]
    assert "GET /new is not cached: stage prod does not serve it yet." in said.document["warnings"]
    assert made.stages()["prod"]["deploymentId"] == deployment


EDITS = {
    "uri": ("uri", "https://example.com/other"),
    "httpMethod": ("httpMethod", "POST"),
    "timeoutInMillis": ("timeoutInMillis", "5000"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_that_a_deployment_would_ship_is_named(made, dragonctl, edit):
    made.add(
        "/a",
        f"{QUERY}q",
        type="HTTP_PROXY",
        uri="https://example.com/a",
        integrationHttpMethod="GET",
    )
    made.deploy()
    field, value = EDITS[edit]
    made.gateway.update_integration(
        restApiId=made.api.id,
        resourceId=made.api.resources["/a"],
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": f"/{field}", "value": value}],
    )
    before = account(made)
    said = dragonctl("enable-cache")
    assert (said.code, f"GET /a ({edit})" in said.stderr) == (1, True)
    assert moved(before, account(made)) == {}
    assert dragonctl("enable-cache", "--deploy-all").code == 0


def test_a_resize_is_asked_about(dragons, dragonctl):
    dragonctl("enable-cache")
    said = dragonctl("enable-cache", "--size", "1.6")
    assert (said.code, "empties the cache" in said.stderr, "--yes" in said.stderr) == (
        1,
        True,
        True,
    )
    dry = dragonctl("enable-cache", "--size", "1.6", "--dry-run", "--output", "json").document
    assert ["empties the cache of stage prod" in one for one in dry["warnings"]] == [True]
    assert dragonctl("enable-cache", "--size", "1.6", "--yes").code == 0
    assert dragons.stages()["prod"]["cacheClusterSize"] == "1.6"
    dragonctl("enable-cache")  # a default never resizes
    assert dragons.stages()["prod"]["cacheClusterSize"] == "1.6"


@pytest.mark.parametrize("count", [100])
def test_more_methods_than_one_update_of_a_stage_takes(made, dragonctl, count):
    for number in range(count):
        made.add(f"/r{number}")
    made.deploy(settings={"/*/*/metrics/enabled": "true"})
    before = account(made)
    assert dragonctl("enable-cache").code == 0
    settings = made.stages()["prod"]["methodSettings"]
    cached = [one for one in settings.values() if one["cachingEnabled"] and one["metricsEnabled"]]
    assert len(cached) == count
    assert not writes(dragonctl("enable-cache", "--output", "json"))
    assert dragonctl("disable-cache").code == 0
    assert undone(before, account(made)) == {}


def test_two_people_at_once_both_succeed_and_lose_nothing(dragons, local_aws, tmp_path):
    settings = {
        "/*/*/metrics/enabled": "true",
        "/~1dragons/GET/metrics/enabled": "false",
        "/~1dragons/GET/throttling/burstLimit": "5",
    }
    dragons.gateway.update_stage(
        restApiId=dragons.api.id,
        stageName="prod",
        patchOperations=[{"op": "replace", "path": k, "value": v} for k, v in settings.items()],
    )
    people = [started(local_aws, tmp_path / name) for name in ("ada", "jon")]
    for person in people:
        _, stderr = person.communicate(timeout=240)
        assert person.returncode == 0, stderr
    override = dragons.settings("~1dragons/GET")
    assert (override["cachingEnabled"], override["throttlingBurstLimit"]) == (True, 5)
    assert override["metricsEnabled"] is False  # the override said so before
    assert dragons.served_key("/dragons") == {f"{QUERY}dragonName", f"{QUERY}family"}


def started(local_aws, home):
    """`enable-cache` in a process of its own, for a user of its own."""
    home.mkdir(mode=0o700)
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": local_aws.endpoint,
        "AWS_REGION": local_aws.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "DRAGONCTL_STATE_DIR": str(home),
    }
    words = [str(Path(sys.executable).with_name("dragonctl")), "enable-cache", "--stage", "prod"]
    return subprocess.Popen(
        words, env=environment, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_cluster_stays_for_a_method_that_came_to_use_it(dragons, dragonctl):
    dragons.add("/other", f"{QUERY}q")
    dragons.deploy()
    first = dragonctl("enable-cache", "--method", "GET /dragons", "--output", "json").document
    dragonctl("enable-cache", "--method", "GET /other")
    undone = dragonctl("undo", first["run"], "--yes")
    assert undone.code == 0
    assert "left, caching of GET /other was switched on since" in " ".join(undone.stderr.split())
    stage = dragons.gateway.get_stage(restApiId=dragons.api.id, stageName="prod")
    assert stage["cacheClusterEnabled"] is True
    assert dragons.settings("~1other/GET")["cachingEnabled"] is True
    assert dragons.settings("~1dragons/GET") is None

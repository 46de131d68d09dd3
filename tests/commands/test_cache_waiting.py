"""What a cache's commands wait for: clusters that come and go, and flushes."""

from __future__ import annotations


def test_a_change_waits_for_the_one_in_progress(dragons, dragonctl, local_aws):
    local_aws.pace(cache_cluster=2, function_update=0, distribution=0)
    assert dragonctl("enable-cache", "--no-wait").code == 0
    assert dragons.stages()["prod"]["cacheClusterStatus"] == "CREATE_IN_PROGRESS"
    again = dragonctl("enable-cache", "--ttl", "60", "--no-wait", "--output", "json")
    assert again.code == 0
    assert "stage prod is still changing (CREATE_IN_PROGRESS)" in str(again.document["notes"])
    assert dragons.settings("~1dragons/GET")["cacheTtlInSeconds"] == 60


def test_it_waits_until_the_cluster_is_there(dragons, dragonctl, local_aws):
    local_aws.pace(cache_cluster=2, function_update=0, distribution=0)
    assert dragonctl("enable-cache").code == 0
    assert dragons.stages()["prod"]["cacheClusterStatus"] == "AVAILABLE"


def test_a_run_after_one_that_did_not_wait_waits(dragons, dragonctl, local_aws):
    local_aws.pace(cache_cluster=2, function_update=0, distribution=0)
    dragonctl("enable-cache", "--no-wait")
    assert dragons.stages()["prod"]["cacheClusterStatus"] == "CREATE_IN_PROGRESS"
    again = dragonctl("enable-cache", "--output", "json")
    assert (again.code, again.document["changed"]) == (0, False)
    assert dragons.stages()["prod"]["cacheClusterStatus"] == "AVAILABLE"


def test_a_flush_is_waited_for_and_cannot_be_taken_back(dragons, dragonctl, local_aws):
    dragonctl("enable-cache")
    local_aws.pace(cache_cluster=2, function_update=0, distribution=0)
    flushed = dragonctl("flush-cache")
    assert dragons.stages()["prod"]["cacheClusterStatus"] == "AVAILABLE"
    assert "1 setting on 1 resource changed" in flushed.stdout
    assert "undo" not in flushed.stdout
    dragonctl("undo", "--yes")  # the run before the flush
    assert dragons.stages()["prod"]["cacheClusterEnabled"] is False


def test_nothing_to_flush_is_an_error(dragons, dragonctl):
    said = dragonctl("flush-cache")
    assert (said.code, "There is no cache to flush" in said.stderr) == (1, True)
    assert "--stage prod` makes one" in said.stderr

"""A stage's cache cluster: its life, what stands in its way, and the flush."""

from __future__ import annotations

import pytest

from dragonctl.local.gateway import deployed
from tests.local.refusals import refused, status_of_refusal

IN_PROGRESS = ("ConflictException", "A previous change is still in progress")
ON = [{"op": "replace", "path": "/cacheClusterEnabled", "value": "true"}]
OFF = [{"op": "replace", "path": "/cacheClusterEnabled", "value": "false"}]
NEVER = 3600


@pytest.fixture
def stage(local_aws, make):
    """The parameters that name a stage."""
    return {"restApiId": make.stage(), "stageName": "prod"}


def size(value):
    return [{"op": "replace", "path": "/cacheClusterSize", "value": value}]


def test_it_is_made_in_its_own_time(local_aws, stage):
    gateway = local_aws.client("apigateway")
    local_aws.pace(cache_cluster=NEVER)
    made = gateway.update_stage(**stage, patchOperations=ON + size("1.6"))
    assert (made["cacheClusterEnabled"], made["cacheClusterSize"]) == (True, "1.6")
    assert made["cacheClusterStatus"] == "CREATE_IN_PROGRESS"


@pytest.mark.parametrize("operations", [OFF, size("0.5"), [
    {"op": "replace", "path": "/*/*/caching/enabled", "value": "true"}]])  # fmt: skip
def test_a_change_waits_for_the_one_before(local_aws, stage, operations):
    gateway = local_aws.client("apigateway")
    local_aws.pace(cache_cluster=NEVER)
    gateway.update_stage(**stage, patchOperations=ON)
    assert refused(gateway.update_stage, **stage, patchOperations=operations) == IN_PROGRESS
    assert status_of_refusal(gateway.update_stage, **stage, patchOperations=operations) == 409
    assert refused(gateway.flush_stage_cache, **stage) == IN_PROGRESS


@pytest.mark.parametrize(
    ("operations", "status", "shown_size"),
    [
        (ON, "AVAILABLE", "0.5"),
        (ON + size("237"), "AVAILABLE", "237"),
        (ON + OFF, "NOT_AVAILABLE", None),
        (size("6.1"), "NOT_AVAILABLE", "6.1"),
    ],
)
def test_where_it_ends(local_aws, stage, operations, status, shown_size):
    gateway = local_aws.client("apigateway")
    gateway.update_stage(**stage, patchOperations=operations)
    shown = gateway.get_stage(**stage)
    assert (shown["cacheClusterStatus"], shown.get("cacheClusterSize")) == (status, shown_size)


def test_off_it_still_shows_its_size(local_aws, stage):
    gateway = local_aws.client("apigateway")
    gateway.update_stage(**stage, patchOperations=ON + size("1.6"))
    local_aws.pace(cache_cluster=NEVER)
    gone = gateway.update_stage(**stage, patchOperations=OFF)
    assert (gone["cacheClusterStatus"], gone["cacheClusterSize"]) == ("DELETE_IN_PROGRESS", "1.6")


def test_the_same_again_is_no_change(local_aws, stage):
    gateway = local_aws.client("apigateway")
    gateway.update_stage(**stage, patchOperations=ON)
    local_aws.pace(cache_cluster=NEVER)
    again = gateway.update_stage(**stage, patchOperations=ON + size("0.5"))
    assert again["cacheClusterStatus"] == "AVAILABLE"


def test_it_can_be_flushed_when_it_is_there(local_aws, stage):
    gateway = local_aws.client("apigateway")
    assert refused(gateway.flush_stage_cache, **stage)[0] == "BadRequestException"
    gateway.update_stage(**stage, patchOperations=ON)
    answer = gateway.flush_stage_cache(**stage)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    local_aws.pace(cache_cluster=NEVER)
    gateway.flush_stage_cache(**stage)
    assert gateway.get_stage(**stage)["cacheClusterStatus"] == "FLUSH_IN_PROGRESS"


def test_nothing_is_deployed_of_an_api_that_is_not_there():
    assert deployed.deployed("nosuch", "prod") is None

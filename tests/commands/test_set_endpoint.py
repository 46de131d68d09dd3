"""`set-endpoint` and `cache-stats` as a user types them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.applications.builder import Builder
from tests.applications.library import library


@pytest.fixture
def made(local_aws):
    found = library(Builder(local_aws.endpoint))
    found.add("/a")
    found.deploy()
    return found


def kind(made):
    return made.gateway.get_rest_api(restApiId=made.api.id)["endpointConfiguration"]["types"]


def test_there_and_back(made, dragonctl):
    said = dragonctl("set-endpoint", "--type", "edge", "--output", "json")
    assert (said.code, kind(made)) == (0, ["EDGE"])
    assert any("X-Forwarded-For" in one for one in said.document["warnings"])
    assert dragonctl("set-endpoint", "--type", "edge", "--check").code == 0
    dragonctl("undo", "--yes")
    assert kind(made) == ["REGIONAL"]


def test_nothing_to_change_is_nothing_to_warn_of(made, dragonctl):
    said = dragonctl("set-endpoint", "--type", "regional", "--output", "json").document
    assert (said["changed"], said["warnings"]) == (False, [])


def test_a_private_api_never_becomes_edge_optimised(made, dragonctl):
    made.gateway.update_rest_api(
        restApiId=made.api.id,
        patchOperations=[
            {"op": "replace", "path": "/endpointConfiguration/types/REGIONAL", "value": "PRIVATE"}
        ],
    )
    said = dragonctl("set-endpoint", "--type", "edge")
    assert (said.code, "is private" in said.stderr, kind(made)) == (1, True, ["PRIVATE"])
    opened = dragonctl("set-endpoint", "--type", "regional", "--output", "json")
    assert (opened.code, kind(made)) == (0, ["REGIONAL"])
    assert any("open to the internet" in one for one in opened.document["warnings"])


def test_hits_and_misses_of_a_stage(made, dragonctl):
    now = datetime.now(UTC)
    for name, value, minutes in (("CacheHitCount", 30, 5), ("CacheMissCount", 10, 7)):
        made.builder.client("cloudwatch").put_metric_data(
            Namespace="AWS/ApiGateway",
            MetricData=[
                {
                    "MetricName": name,
                    "Value": value,
                    "Timestamp": now - timedelta(minutes=minutes),
                    "Dimensions": [
                        {"Name": "ApiName", "Value": "library"},
                        {"Name": "Stage", "Value": "prod"},
                    ],
                }
            ],
        )
    [stage] = dragonctl("cache-stats", "--output", "json").document["stages"]
    assert (stage["hits"], stage["misses"], stage["ratio"]) == (30, 10, 0.75)
    shown = dragonctl("cache-stats", "--since", "1h").stdout
    assert "75 % from the cache; hits 30, misses 10" in shown
    assert dragonctl("cache-stats", "--since", "2m", "--output", "json").document["stages"][0]["ratio"] is None  # fmt: skip  # noqa: E501

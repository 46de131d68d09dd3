"""Commands that show, told of two APIs, in both orders: all that is meant is seen."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.applications import small
from tests.applications.builder import Builder

BOTH = (
    ("--all",),
    ("--api", "north", "--api", "south"),
    ("--api", "south", "--api", "north"),
    ("--api", "*th"),
)


def request(builder, application):
    """Call the application's function through its API; the request's id."""
    sent = urllib.request.Request(
        f"{builder.endpoint}/_run/{application.api}/prod/things/7",
        headers={"X-Amzn-Trace-Id": "Sampled=1"},
    )
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.headers["x-amzn-RequestId"]
    except urllib.error.HTTPError as failure:
        return failure.headers["x-amzn-RequestId"]


@pytest.fixture
def both(local_aws, dragonctl):
    """Two applications that are observable, with a request to each: id of the request by API."""
    builder = Builder(local_aws.endpoint)
    made = {name: small.build(builder, name) for name in ("north", "south")}
    assert dragonctl("setup-observability", "--all").code == 0
    return {one.api: request(builder, one) for one in made.values()}


def stages(lines):
    """The groups of the execution logs that events come from."""
    events = [json.loads(line) for line in lines.splitlines()]
    return {one["group"] for one in events if one.get("source") == "api"}


def test_all_that_is_meant_is_shown(both, dragonctl):
    groups = {f"API-Gateway-Execution-Logs_{api}/prod" for api in both}
    for chosen in BOTH:
        assert stages(dragonctl("logs", *chosen, "--output", "json").stdout) == groups
        for ident in both.values():
            assert dragonctl("why", ident, *chosen, "--output", "json").document["found"]
            found = dragonctl("logs", "--request", ident, *chosen, "--output", "json")
            assert len(stages(found.stdout)) == 1
        nodes = dragonctl("service-map", *chosen, "--output", "json").document["nodes"]
        assert {"north/prod", "south/prod"} <= {one["name"] for one in nodes}
        traces = dragonctl("traces", *chosen, "--output", "json").document["traces"]
        assert len(traces) == 2
        told = dragonctl("status", *chosen, "--output", "json").document
        assert {one["api"] for one in told["stages"]} == set(both)
        policy = dragonctl("policy", "logs", *chosen).stdout
        assert all(group in policy for group in groups)
    alone = dragonctl("logs", "--api", "south", "--output", "json").stdout
    assert len(stages(alone)) == 1


def test_what_is_sent_goes_to_one_api_and_that_is_said(both, dragonctl):
    for chosen in BOTH:
        refused = dragonctl("send", "GET", "/things/7", *chosen)
        assert (refused.code, "A request goes to one API" in refused.stderr) == (2, True)


def hits(client, api, value):
    at = datetime.now(UTC) - timedelta(minutes=5)
    dimensions = [{"Name": "ApiName", "Value": api}, {"Name": "Stage", "Value": "prod"}]
    datum = {"MetricName": "CacheHitCount", "Value": value, "Timestamp": at}
    client.put_metric_data(
        Namespace="AWS/ApiGateway", MetricData=[{**datum, "Dimensions": dimensions}]
    )


def test_caches_of_several_apis_are_told_apart(local_aws, dragonctl):
    builder = Builder(local_aws.endpoint)
    ids = {small.build(builder, name).api: name for name in ("north", "south")}
    hits(builder.client("cloudwatch"), "north", 3)
    hits(builder.client("cloudwatch"), "south", 5)
    for chosen in BOTH:
        told = dragonctl("cache-stats", *chosen, "--output", "json").document
        assert told["api"] is None
        assert {one["id"]: one["name"] for one in told["apis"]} == ids
        seen = {ids[one["api"]]: one["hits"] for one in told["stages"]}
        assert seen == {"north": 3, "south": 5}
        shown = dragonctl("cache-stats", *chosen).stdout
        assert shown.index("north · prod") != shown.index("south · prod")
        assert "GetMetricData" in dragonctl("policy", "cache-stats", *chosen).stdout
    alone = dragonctl("cache-stats", "--api", "south", "--output", "json").document
    assert (alone["api"], [one["hits"] for one in alone["stages"]]) == (alone["apis"][0]["id"], [5])


def test_apis_of_one_name_share_their_numbers_and_that_is_said(local_aws, dragonctl):
    builder = Builder(local_aws.endpoint)
    function = builder.function("work")
    for _ in range(2):
        api = builder.api("twins")
        builder.calls_function(api, "GET", "/things", function)
        builder.stage(api, "prod")
    assert "2 APIs are called twins" in dragonctl("cache-stats", "--all").stderr


def test_status_calls_apis_by_their_names_and_by_their_ids_where_those_are_equal(
    dragonctl, local_aws
):
    builder = Builder(local_aws.endpoint)
    function = builder.function("work")
    ids = []
    for name in ("alone", "twins", "twins"):
        ids.append(builder.api(name))
        builder.calls_function(ids[-1], "GET", "/things", function)
        builder.stage(ids[-1], "prod")
    told = dragonctl("status", "--all").stdout
    for wanted in ("alone/prod", f"twins ({ids[1].id})/prod", f"twins ({ids[2].id})/prod"):
        assert wanted in told


def test_where_no_stage_has_a_cache_all_are_named_in_a_whole_sentence(dragonctl, local_aws):
    builder = Builder(local_aws.endpoint)
    api = builder.api("shop")
    builder.calls_function(api, "GET", "/things", builder.function("work"))
    for stage in ("prod", "test"):
        builder.stage(api, stage)
    said = dragonctl("flush-cache").stderr
    assert "stages prod and test of shop have none." in said


def test_status_says_of_an_api_without_stages_that_it_has_none(dragonctl, local_aws):
    application = small.build(Builder(local_aws.endpoint))
    bare = local_aws.client("apigateway").create_rest_api(name="bare")["id"]
    sentence = f"API bare ({bare}) has no stage. Deploy it first.\n"
    assert sentence in dragonctl("status", "--all").stdout
    assert sentence in dragonctl("status", "--api", "bare").stdout
    for line in (("--api", application.api), ("--no-discover", "--function", "small-work")):
        assert "has no stage." not in dragonctl("status", *line).stdout
    apis = dragonctl("status", "--all", "--output", "json").document["apis"]
    assert {one["name"]: one["stages"] for one in apis} == {"bare": [], "small": ["prod"]}


@pytest.mark.parametrize(
    "words",
    [
        ("send", "GET", "/"),
        ("logs",),
        ("setup-alarms", "--notify", "you@example.com", "--yes"),
        ("setup-dashboard", "--yes"),
        ("cache-stats",),
        ("enable-cache", "--yes"),
    ],
)
def test_of_an_api_without_stages_one_sentence_says_so(dragonctl, local_aws, made_calls, words):
    local_aws.client("apigateway").create_rest_api(name="bare")
    made_calls()
    said = dragonctl(*words)
    assert (said.code, said.stderr) == (2, "Error: API bare has no stage. Deploy it first.\n")
    assert made_calls() == []
    assert "Nothing is wrong" not in dragonctl("status").stdout

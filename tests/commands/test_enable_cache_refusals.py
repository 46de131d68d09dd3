"""What `enable-cache` refuses or skips: one sentence, and nothing is written."""

from __future__ import annotations

import pytest

from tests.applications.library import HEADER, QUERY
from tests.applications.snapshot import moved
from tests.commands.caching import account, undone

REFUSED = [
    (("--ttl", "3601"), 2, "0 to 3600 seconds"),
    (("--ttl", "-1"), 2, "0 to 3600 seconds"),
    (("--size", "7.7"), 2, "The sizes are: 0.5, 1.6"),
    (("--size", "big"), 2, "The sizes are: 0.5, 1.6"),
    (("--method", "GET /nope"), 2, "It has: GET /dragons"),
    (("--method", "dragons"), 2, "'GET /dragons'"),
    (("--method", "POST /dragons"), 2, "caches GET alone"),
    (("--key", "nosuch"), 2, "They declare: dragonName, family"),
    (("--key", "path:nosuch"), 2, "No chosen method has"),
    (("--key", "body:x"), 2, "header:NAME"),
    (("--key", "dragonName"), 1, "family is not in its key"),
    (("--stage", "nosuch"), 2, "no stage 'nosuch'"),
]


@pytest.mark.parametrize(("words", "code", "sentence"), REFUSED)
def test_what_cannot_be_is_one_sentence_before_any_write(made, dragonctl, words, code, sentence):
    made.add("/dragons", f"{QUERY}dragonName", f"{QUERY}family")
    made.deploy()
    before = account(made)
    said = dragonctl("enable-cache", *words)
    assert said.code == code
    assert said.stderr.count("Error:") == 1
    assert sentence in said.stderr
    assert moved(before, account(made)) == {}


UNSAFE = [
    ({"authorization": "AWS_IAM"}, (), "it uses IAM authorization"),
    ({}, (f"{HEADER}Authorization",), "the header Authorization tells callers apart"),
    ({}, (f"{HEADER}cookie",), "the header cookie tells callers apart"),
]


@pytest.mark.parametrize(("settings", "declared", "why"), UNSAFE)
def test_who_would_share_answers_is_skipped_and_refused_by_name(
    made, dragonctl, settings, declared, why
):
    made.add("/mine", *declared, **settings)
    made.add("/open")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json")
    assert f"GET /mine is not cached: {why}." in said.document["warnings"]
    assert made.settings("~1mine/GET") is None
    assert made.settings("~1open/GET")["cachingEnabled"] is True
    refused = dragonctl("enable-cache", "--method", "GET /mine")
    assert (refused.code, why in refused.stderr) == (1, True)
    assert dragonctl("enable-cache", "--method", "GET /mine", "--allow-shared").code == 0
    assert made.settings("~1mine/GET")["cachingEnabled"] is True


def test_what_all_methods_would_cache_unasked_is_switched_off_with_a_new_cluster(made, dragonctl):
    made.add("/mine", authorization="AWS_IAM")
    made.add("/other")
    made.add("/open")
    made.deploy(settings={"/*/*/caching/enabled": "true", "/*/*/metrics/enabled": "true"})
    before = account(made)
    words = ("enable-cache", "--method", "GET /open")
    said = dragonctl(*words, "--output", "json").document
    for path in ("mine", "other"):
        override = made.settings(f"~1{path}/GET")
        assert (override["cachingEnabled"], override["metricsEnabled"]) == (False, True)
        assert f"GET /{path} is kept out of the cache" in str(said["warnings"])
    assert made.settings("~1open/GET")["cachingEnabled"] is True
    assert dragonctl(*words, "--check").code == 0
    assert dragonctl("disable-cache").code == 0
    left = undone(before, account(made))
    assert [path for path in left if not path.endswith("*/*/cachingEnabled")] == []


def test_what_is_kept_out_of_a_new_cache_is_told_sent_and_undone(made, dragonctl):
    made.add("/mine", authorization="AWS_IAM")
    made.add("/open")
    made.deploy(settings={"/*/*/caching/enabled": "true"})
    before = account(made)
    told = {"field": "~1mine/GET/caching/enabled", "before": None, "after": False}
    words = ("enable-cache", "--method", "GET /open", "--output", "json")
    for mode in (("--dry-run",), ()):
        changes = dragonctl(*words, *mode).document["changes"]
        assert [one for one in changes if told.items() <= one.items()]
    assert made.settings("~1mine/GET")["cachingEnabled"] is False
    back = dragonctl("undo", "--yes", "--output", "json").document["changes"]
    told = {"field": "~1mine/GET/caching/enabled", "before": False, "after": None}
    assert [one for one in back if told.items() <= one.items()]
    assert undone(before, account(made)) == {}


@pytest.mark.parametrize("off", [("caching/enabled", "false"), ("caching/ttlInSeconds", "0")])
def test_what_somebody_took_out_of_what_all_methods_cache_stays_out(made, dragonctl, off):
    made.add("/me")
    made.add("/open")
    field, value = off
    made.deploy(settings={"/*/*/caching/enabled": "true", f"/~1me/GET/{field}": value})
    before = made.settings("~1me/GET")
    said = dragonctl("enable-cache", "--output", "json").document
    (named,) = [one for one in said["warnings"] if "GET /me" in one]
    assert "--method 'GET /me'" in named
    assert made.settings("~1me/GET") == before
    assert made.settings("~1open/GET")["cachingEnabled"] is True
    assert dragonctl("enable-cache", "--method", "GET /me").code == 0
    assert made.settings("~1me/GET")["cachingEnabled"] is True
    assert made.settings("~1me/GET")["cacheTtlInSeconds"] == 300


def test_an_override_that_is_off_says_nothing_where_not_all_methods_are_cached(made, dragonctl):
    made.add("/me")
    made.deploy(settings={"/~1me/GET/caching/enabled": "false"})
    assert dragonctl("enable-cache").code == 0
    assert made.settings("~1me/GET")["cachingEnabled"] is True


def test_what_nobody_asked_for_and_nothing_caches_is_left_alone(made, dragonctl):
    made.add("/a", f"{QUERY}q")
    made.add("/b", f"{QUERY}q")
    made.deploy()
    said = dragonctl("enable-cache", "--method", "GET /a", "--output", "json").document
    assert not [one for one in said["warnings"] if "/b" in one]
    assert set(made.stages()["prod"]["methodSettings"]) == {"~1a/GET"}


def test_what_all_methods_cache_already_is_kept_and_named(made, dragonctl):
    made.add("/mine", authorization="AWS_IAM")
    made.add("/open")
    made.deploy(settings={"/*/*/caching/enabled": "true"})
    made.gateway.update_stage(
        restApiId=made.api.id,
        stageName="prod",
        patchOperations=[{"op": "replace", "path": "/cacheClusterEnabled", "value": "true"}],
    )
    said = dragonctl("enable-cache", "--method", "GET /open", "--output", "json").document
    assert "so GET /mine is cached too, and callers get each other's" in str(said["warnings"])
    assert made.settings("~1mine/GET") is None


def asks_for_an_api_key(made, path):
    made.gateway.update_method(
        restApiId=made.api.id,
        resourceId=made.api.resources[path],
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}],
    )


def test_an_api_key_that_nothing_reads_holds_nothing_back_and_is_told(made, dragonctl):
    made.add("/metered")
    asks_for_an_api_key(made, "/metered")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    assert ["asks for an API key" in one for one in said["warnings"]] == [True]
    assert made.settings("~1metered/GET")["cachingEnabled"] is True


def test_an_api_key_that_a_proxy_gets_must_be_in_the_key(made, dragonctl):
    proxy = {"type": "HTTP_PROXY", "uri": "https://example.com", "integrationHttpMethod": "GET"}
    made.add("/open")
    made.add("/metered", **proxy)
    asks_for_an_api_key(made, "/metered")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    why = "it asks for an API key, which its proxy integration gets"
    assert f"GET /metered is not cached: {why}." in said["warnings"]
    assert made.settings("~1metered/GET") is None
    keyed = ("--method", "GET /metered", "--key", "header:X-API-Key")
    assert dragonctl("enable-cache", *keyed).code == 0
    assert made.served_key("/metered") == {f"{HEADER}X-API-Key"}
    assert made.settings("~1metered/GET")["cachingEnabled"] is True


def answers_with(made, path, **headers):
    """Let the method's answer have these headers, of literals in quotes or of mappings."""
    where = {
        "restApiId": made.api.id,
        "resourceId": made.api.resources[path],
        "httpMethod": "GET",
        "statusCode": "200",
    }
    mapped = {f"method.response.header.{name}": value for name, value in headers.items()}
    made.gateway.put_method_response(**where, responseParameters=dict.fromkeys(mapped, False))
    made.gateway.put_integration_response(**where, responseParameters=mapped)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Set-Cookie": "integration.response.body.cookie"}, "its answers set a cookie"),
        ({"set-cookie": "'theme=dark'"}, "its answers set a cookie"),
        ({"Cache-Control": "'private, max-age=60'"},
         "its answers say Cache-Control: private, max-age=60"),
        ({"Cache-Control": "'No-Store'"}, "its answers say Cache-Control: No-Store"),
        ({"Vary": "'*'"}, "its answers say Vary: *"),
        ({"Vary": "'Origin, Cookie'"}, "its integration reads the header Cookie"),
    ],
)  # fmt: skip
def test_an_answer_that_is_for_one_caller_is_shared_with_none(made, dragonctl, headers, why):
    made.add("/mine")
    answers_with(made, "/mine", **headers)
    made.add("/open")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    assert f"GET /mine is not cached: {why}." in said["warnings"]
    assert made.settings("~1mine/GET") is None
    assert dragonctl("enable-cache", "--method", "GET /mine", "--allow-shared").code == 0


def test_what_an_answer_varies_by_is_in_the_key(made, dragonctl):
    made.add("/open")
    answers_with(
        made, "/open", **{"Vary": "'Origin, Accept-Language'", "Cache-Control": "'public'"}
    )
    made.deploy()
    assert dragonctl("enable-cache").code == 0
    assert made.served_key("/open") == {f"{HEADER}Origin", f"{HEADER}Accept-Language"}


def test_a_read_that_starts_executions_is_told(made, dragonctl):
    uri = "arn:aws:apigateway:us-east-1:states:action/StartExecution"
    made.add("/start", type="AWS", uri=uri, integrationHttpMethod="POST")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    assert ["none is started" in one for one in said["warnings"]] == [True]


def test_a_method_whose_caching_sleeps_is_not_woken_where_callers_would_share(made, dragonctl):
    made.add("/mine", authorization="AWS_IAM")
    made.add("/open")
    made.deploy(settings={"/~1mine/GET/caching/enabled": "true"})
    before = account(made)
    said = dragonctl("enable-cache", "--stage", "prod")
    assert (said.code, "GET /mine would be cached too" in said.stderr) == (1, True)
    assert moved(before, account(made)) == {}
    assert dragonctl("enable-cache", "--stage", "prod", "--allow-shared").code == 0


def test_a_canary_is_refused(made, dragonctl):
    made.add("/dragons")
    made.deploy()
    made.gateway.update_stage(
        restApiId=made.api.id,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "10"}
        ],
    )
    said = dragonctl("enable-cache")
    assert (said.code, "has a canary" in said.stderr) == (1, True)

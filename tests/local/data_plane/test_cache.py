"""The stage cache in force: what is kept, by which key, for how long, and who may refresh it."""

import pytest

from tests.local.serving import LAMBDA_URI, until

COUNTS = """
count = 0
def handler(event, context):
    global count
    count += 1
    if (event["queryStringParameters"] or {}).get("fail"):
        return {"statusCode": 500, "body": str(count)}
    return {"statusCode": 200, "body": str(count)}
"""
KEYS = ("dragonName", "family")


@pytest.fixture
def dragons(application):
    """``GET`` and ``POST /dragons``, keyed by name and family, with the cache on for ``GET``."""
    uri = LAMBDA_URI.format(application.function("counts", COUNTS))
    keys = [f"method.request.querystring.{key}" for key in KEYS]
    declared = {"requestParameters": dict.fromkeys(keys, False)}
    application.method(
        "GET",
        "/dragons",
        type="AWS_PROXY",
        uri=uri,
        cacheKeyParameters=keys,
        method_settings=declared,
    )
    application.method("POST", "/dragons", type="AWS_PROXY", uri=uri)
    application.deploy()
    application.patch(cacheClusterEnabled="true", caching__enabled="true")
    return application


def get(dragons, query="", **headers):
    return dragons.send("GET", f"/dragons{query}", headers=headers).body


def test_the_function_runs_once_for_each_key(dragons):
    queries = ["", "?dragonName=a", "?family=a", "?dragonName=a&family=b", "?dragonName=b&family=b"]
    first = [get(dragons, query) for query in queries]
    assert first == ["1", "2", "3", "4", "5"]
    for _ in range(20):
        assert [get(dragons, query) for query in queries] == first
    assert get(dragons, "?dragonName=a&family=b&page=2") == "4"


def test_other_methods_and_failures_are_not_kept(dragons):
    assert [dragons.send("POST", "/dragons").body for _ in range(2)] == ["1", "2"]
    assert [get(dragons, "?family=x&fail=1") for _ in range(2)] == ["3", "4"]


def test_a_key_has_an_effect_with_its_deployment_only(dragons):
    at = {"restApiId": dragons.api, "resourceId": dragons.resource("/dragons"), "httpMethod": "GET"}
    path = "/cacheKeyParameters/method.request.querystring.family"
    dragons.gateway.update_integration(**at, patchOperations=[{"op": "remove", "path": path}])
    assert [get(dragons, f"?family={name}") for name in "ab"] == ["1", "2"]
    dragons.deploy()
    assert [get(dragons, f"?family={name}") for name in "ab"] == ["3", "3"]


def test_a_flush_a_switch_and_a_new_cluster_forget_everything(dragons):
    assert [get(dragons) for _ in range(2)] == ["1", "1"]
    dragons.gateway.flush_stage_cache(restApiId=dragons.api, stageName="test")
    assert [get(dragons) for _ in range(2)] == ["2", "2"]
    dragons.patch(caching__enabled="false")
    assert [get(dragons) for _ in range(2)] == ["3", "4"]
    dragons.patch(cacheClusterEnabled="false")
    dragons.patch(cacheClusterEnabled="true", caching__enabled="true")
    assert [get(dragons) for _ in range(2)] == ["5", "5"]


def test_the_time_to_live_is_kept(dragons):
    dragons.patch(caching__ttlInSeconds="0")
    assert [get(dragons) for _ in range(2)] == ["1", "2"]
    dragons.patch(caching__ttlInSeconds="1")
    assert get(dragons) == "3"
    assert until(lambda: get(dragons), lambda body: body != "3") == "4"


def test_an_override_decides_for_its_method_alone(dragons):
    dragons.operate({"op": "replace", "path": "/~1dragons/GET/caching/enabled", "value": "false"})
    assert [get(dragons) for _ in range(2)] == ["1", "2"]
    dragons.operate({"op": "replace", "path": "/~1dragons/GET/caching/enabled", "value": "true"})
    assert [get(dragons) for _ in range(2)] == ["3", "3"]


@pytest.mark.parametrize(
    ("strategy", "status", "warning"),
    [
        ("FAIL_WITH_403", 403, False),
        ("SUCCEED_WITH_RESPONSE_HEADER", 200, True),
        ("SUCCEED_WITHOUT_RESPONSE_HEADER", 200, False),
    ],
)
def test_who_may_refresh_it(dragons, strategy, status, warning):
    dragons.patch(caching__unauthorizedCacheControlHeaderStrategy=strategy)
    fresh, signed = {"Cache-Control": "max-age=0"}, "AWS4-HMAC-SHA256 Credential=A/1/us-east-1/x"
    assert get(dragons) == "1"
    refused = dragons.send("GET", "/dragons", headers=fresh)
    assert refused.status == status
    assert ("warning" in refused.headers) == warning
    assert get(dragons) == "1"
    assert get(dragons, Authorization=signed, **fresh) == "2"
    assert get(dragons) == "2"
    dragons.patch(caching__requireAuthorizationForCacheControl="false")
    assert get(dragons, **fresh) == "3"


def test_turning_encryption_on_serves_nothing_that_was_kept_without(dragons):
    assert get(dragons) == "1"
    dragons.patch(caching__dataEncrypted="true")
    assert [get(dragons) for _ in range(2)] == ["2", "2"]


def test_behind_any_an_override_for_the_verb_decides(application):
    uri = LAMBDA_URI.format(application.function("counts", COUNTS))
    application.method("ANY", "/dragons", type="AWS_PROXY", uri=uri)
    application.deploy()
    application.patch(cacheClusterEnabled="true")
    application.operate(
        {"op": "replace", "path": "/~1dragons/GET/caching/enabled", "value": "true"}
    )
    assert [get(application) for _ in range(2)] == ["1", "1"]
    assert [application.send("PUT", "/dragons").body for _ in range(2)] == ["2", "3"]

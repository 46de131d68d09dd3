"""Two callers of a cached stage: who differs in what is read never gets the other's answer."""

from __future__ import annotations

import urllib.request
from urllib.parse import urlencode

import pytest

from tests.applications.library import HEADER, PATH, QUERY
from tests.applications.snapshot import moved
from tests.commands.caching import account

EVERYTHING = (
    '#foreach($type in $input.params().keySet())"$type":{#foreach($name in'
    ' $input.params().get($type).keySet())"$name":"$input.params().get($type).get($name)"#end}#end'
)  # what Step Functions integrations of CDK hand on
ANN, BOB = {"X-Tenant": "ann"}, {"X-Tenant": "bob"}

# path -> what the integration is told, what is declared, the caller's other request, the key
KEPT_APART = {
    "/plain": ("$input.params('customer')", (), {"query": {"customer": "bob"}},
               {f"{QUERY}customer", f"{HEADER}customer"}),
    "/alias": ("#set($p = $input.params())$!p.header.get('X-Tenant')", (), {"headers": BOB},
               {f"{HEADER}X-Tenant"}),
    "/declared": ("{}", (f"{HEADER}X-Tenant",), {"headers": BOB}, {f"{HEADER}X-Tenant"}),
    "/path/{id}": ("$!context.path", (), {"path": "/path/bob"}, {f"{PATH}id"}),
}  # fmt: skip
LEFT_OUT = {
    "/bearer": ("$!input.params().header.get('Authorization')", (), "the header Authorization"),
    "/token": ("{}", (f"{HEADER}X-Session-Token",), "X-Session-Token tells callers apart"),
    "/address": ("$context.identity.sourceIp", (), "$context.identity.sourceIp"),
    "/principal": ("$context.authorizer.principalId", (), "$context.authorizer.principalId"),
    "/body": ("$input.json('$')", (), "the body"),
    "/everything": (EVERYTHING, (), "what cannot be told"),
    "/headers": ("$input.params().header", (), "all headers"),
}  # fmt: skip


def add(made, path, template, *declared, **integration):
    """A method before the function, by a template; its answer is new each time it runs."""
    made.add(
        path,
        *declared,
        **{
            "type": "AWS",
            "uri": made.builder.lambda_uri(
                f"arn:aws:lambda:us-east-1:{made.builder.account}:function:dragons"
            ),
            "integrationHttpMethod": "POST",
            "passthroughBehavior": "NEVER",
            "requestTemplates": {"application/json": f'"{template}"' if template else "{}"},
            **integration,
        },
    )
    where = {
        "restApiId": made.api.id,
        "resourceId": made.api.resources[path],
        "httpMethod": "GET",
        "statusCode": "200",
    }
    made.gateway.put_method_response(**where)
    made.gateway.put_integration_response(**where)


def answer(made, path, query=None, headers=None):
    url = f"{made.builder.endpoint}/_run/{made.api.id}/prod{path}?{urlencode(query or {})}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as said:
        return said.read()


def test_what_is_read_joins_the_key_and_what_must_not_is_left_out_and_named(dragons, dragonctl):
    for path, (template, declared, *_) in {**KEPT_APART, **LEFT_OUT}.items():
        add(dragons, path, template.replace('"', "'"), *declared)
    dragons.deploy()
    said = dragonctl("enable-cache", "--output", "json")
    assert said.code == 0, said.stderr
    for path, (_, _, other, key) in KEPT_APART.items():
        assert dragons.served_key(path) == key
        asked = path.replace("{id}", "ann")
        first = answer(dragons, asked, headers=ANN)
        assert answer(dragons, asked, headers=ANN) == first
        assert answer(dragons, **{"path": asked, "headers": ANN, **other}) != first
    for path, (_, _, why) in LEFT_OUT.items():
        (named,) = [one for one in said.document["warnings"] if f"GET {path} is not" in one]
        assert why in named
        assert answer(dragons, path) != answer(dragons, path)
    refused = dragonctl("enable-cache", "--method", "GET /bearer")
    assert (refused.code, "the header Authorization" in refused.stderr) == (1, True)
    assert dragonctl("enable-cache", "--check").code == 0


def test_a_mapping_of_a_proxy_joins_the_key_and_an_identity_in_it_does_not(dragons, dragonctl):
    uri = dragons.method("/dragons")["methodIntegration"]["uri"]
    proxy = {"type": "AWS_PROXY", "uri": uri, "integrationHttpMethod": "POST"}
    tenant, address = "integration.request.header.tenant", "integration.request.header.ip"
    mapped = {tenant: f"{HEADER}x-tenant"}
    dragons.add("/tenant", f"{HEADER}x-tenant", **proxy, requestParameters=mapped)
    mapped = {address: "context.identity.sourceIp"}
    dragons.add("/address", **proxy, requestParameters=mapped)
    dragons.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    assert dragons.served_key("/tenant") == {f"{HEADER}x-tenant"}
    assert answer(dragons, "/tenant", headers=ANN) != answer(dragons, "/tenant", headers=BOB)
    assert answer(dragons, "/tenant", headers=ANN) == answer(dragons, "/tenant", headers=ANN)
    assert "GET /address is not cached" in str(said["warnings"])
    assert "GET /dragons, GET /tenant gets the whole request" in str(said["notes"])


def test_ids_and_times_are_cached_with_one_warning(dragons, dragonctl):
    add(dragons, "/id", "$context.requestId $context.requestTime")
    dragons.deploy()
    said = dragonctl("enable-cache", "--method", "GET /id", "--output", "json").document
    (warning,) = said["warnings"]
    assert "$context.requestId, $context.requestTime" in warning
    assert said["notes"] == [one for one in said["notes"] if "whole request" not in one]
    assert answer(dragons, "/id") == answer(dragons, "/id")


def test_methods_of_one_namespace_are_judged_as_one(made, dragonctl):
    add_mock(made, "/a", "1", cacheNamespace="ours")
    add_mock(made, "/b", "2", cacheNamespace="ours")
    add_mock(made, "/same1", "1", cacheNamespace="theirs")
    add_mock(made, "/same2", "1", cacheNamespace="theirs")
    made.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    for path, other in (("a", "b"), ("b", "a")):
        assert made.settings(f"~1{path}/GET") is None
        (named,) = [one for one in said["warnings"] if f"GET /{path} is not cached" in one]
        assert f"(cacheNamespace ours) with GET /{other}, of another integration" in named
    assert made.settings("~1same1/GET")["cachingEnabled"] is True
    assert made.settings("~1same2/GET")["cachingEnabled"] is True
    assert dragonctl("enable-cache", "--method", "GET /a").code == 1


def add_mock(made, path, template, **integration):
    templates = {"application/json": f'{{"statusCode": 200, "n": {template}}}'}
    made.add(path, requestTemplates=templates, passthroughBehavior="NEVER", **integration)


@pytest.mark.parametrize("words", [(), ("--check",), ("--dry-run",)])
def test_nothing_is_paid_for_where_nothing_would_be_cached(made, dragonctl, words):
    made.add("/x", verb="POST")
    made.deploy()
    made.add("/x")
    before = account(made)
    said = dragonctl("enable-cache", *words)
    assert (said.code, "stage prod does not serve it yet" in said.stderr) == (1, True)
    assert ("--deploy-all" in said.stderr, "--key" in said.stderr) == (True, False)
    assert moved(before, account(made)) == {}


def test_a_stage_without_anything_to_cache_gets_no_cluster_beside_one_with(made, dragonctl):
    made.add("/x", verb="POST")
    made.deploy("empty")
    made.add("/x")
    made.deploy("full")
    said = dragonctl("enable-cache", "--output", "json")
    assert said.code == 0
    on = {name: one.get("cacheClusterEnabled") for name, one in made.stages().items()}
    assert (bool(on["empty"]), on["full"]) == (False, True)
    assert [one["stage"] for one in said.document["cost"]] == ["full"]
    assert "Stage empty gets no cache, and costs nothing" in str(said.document["warnings"])


def test_a_ttl_of_nothing_buys_no_cluster(made, dragonctl):
    made.add("/x")
    made.deploy()
    said = dragonctl("enable-cache", "--ttl", "0")
    assert (said.code, "a TTL of 0 keeps no answer. Ask for a --ttl" in said.stderr) == (1, True)
    assert not made.stages()["prod"].get("cacheClusterEnabled")


def test_what_streams_is_never_cached(dragons, dragonctl):
    uri = dragons.method("/dragons")["methodIntegration"]["uri"]
    proxy = {"type": "AWS_PROXY", "uri": uri, "integrationHttpMethod": "POST"}
    dragons.add("/live", **proxy, responseTransferMode="STREAM")
    dragons.deploy()
    said = dragonctl("enable-cache", "--output", "json").document
    assert "GET /live is not cached: its integration streams" in str(said["warnings"])
    assert dragons.settings("~1live/GET") is None
    words = ("enable-cache", "--method", "GET /live", "--allow-shared")
    refused = dragonctl(*words)
    assert (refused.code, "streams (STREAM)" in refused.stderr) == (1, True)


def test_a_stage_is_judged_by_what_it_serves(dragons, dragonctl):
    """Its template is mended since, and not deployed: the old one still answers."""
    add(dragons, "/x", "$context.identity.sourceIp")
    dragons.deploy()
    at = {
        "restApiId": dragons.api.id,
        "resourceId": dragons.api.resources["/x"],
        "httpMethod": "GET",
    }
    patch = {"op": "replace", "path": "/requestTemplates/application~1json", "value": "{}"}
    dragons.gateway.update_integration(**at, patchOperations=[patch])
    served = ("enable-cache", "--method", "GET /x")
    refused = dragonctl(*served)
    assert (refused.code, "GET /x (requestTemplates)" in refused.stderr) == (1, True)
    assert dragonctl(*served, "--deploy-all").code == 0
    assert dragons.settings("~1x/GET")["cachingEnabled"] is True


def test_what_is_kept_is_encrypted_unless_it_is_kept_already(made, dragonctl):
    for path in ("/a", "/b", "/c"):
        made.add(path)
    off = {"/~1b/GET/caching/dataEncrypted": "false", "/~1b/GET/metrics/enabled": "true"}
    made.deploy(settings=off)

    def encrypted():
        settings = (made.settings(f"~1{one}/GET") or {} for one in "abc")
        return [one.get("cacheDataEncrypted") for one in settings]

    dragonctl("enable-cache", "--method", "GET /c", "--no-encrypt")
    assert encrypted() == [None, False, False]
    dragonctl("enable-cache")
    assert encrypted() == [True, True, False]
    dragonctl("enable-cache", "--encrypt")
    assert encrypted() == [True, True, True]


def test_what_is_unsafe_as_it_is_served_is_left_out_where_nothing_is_deployed(dragons, dragonctl):
    add(dragons, "/x", "$context.identity.sourceIp")
    add(dragons, "/open", "")
    dragons.deploy()
    dragonctl("enable-cache", "--method", "GET /dragons")
    at = {
        "restApiId": dragons.api.id,
        "resourceId": dragons.api.resources["/x"],
        "httpMethod": "GET",
    }
    patch = {"op": "replace", "path": "/requestTemplates/application~1json", "value": "{}"}
    dragons.gateway.update_integration(**at, patchOperations=[patch])
    said = dragonctl("enable-cache", "--output", "json").document
    assert "GET /x is not cached: as stage prod serves it" in str(said["warnings"])
    assert dragons.settings("~1x/GET") is None
    assert dragons.settings("~1open/GET")["cachingEnabled"] is True


def test_status_and_cache_stats_judge_what_is_served_and_what_is_not_encrypted(dragons, dragonctl):
    add(dragons, "/x", "$input.params('customer')")
    add(dragons, "/y", "$context.identity.sourceIp")
    dragons.deploy()
    dragons.gateway.update_stage(
        restApiId=dragons.api.id,
        stageName="prod",
        patchOperations=[
            {"op": "replace", "path": f"/~1{one}/GET/caching/enabled", "value": "true"}
            for one in "xy"
        ],
    )
    words = ("enable-cache", "--no-encrypt", "--allow-shared", "--method")
    assert dragonctl(*words, "GET /dragons", "--key", "dragonName", "--key", "family").code == 0
    said = dragonctl("status", "--output", "json").document["problems"]
    told = {one["problem"]: one["fix"] for one in said}
    assert [fix for text, fix in told.items() if "GET /x is cached without customer" in text] == [
        "dragonctl enable-cache --stage prod --method 'GET /x'"
    ]
    assert any("GET /y is cached although its integration reads" in text for text in told)
    assert [fix for text, fix in told.items() if "GET /dragons is not encrypted" in text] == [
        "dragonctl enable-cache --stage prod --encrypt --method 'GET /dragons'"
    ]
    stats = dragonctl("cache-stats", "--output", "json")
    assert ["GET /x" in one for one in stats.document["stages"][0]["shared"]] == [True, False]
    assert "GET /y is cached in stage prod although" in stats.stderr

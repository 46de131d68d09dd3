"""Tables of (how it stands, what is wanted) -> calls, for what caching and the edge change."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.resources.apigateway_cache_deployment import CacheDeployment, shipped
from dragonctl.resources.apigateway_endpoint import Endpoint
from dragonctl.resources.apigateway_method import Integration, Method
from dragonctl.resources.apigateway_stage_cache import StageCache
from dragonctl.resources.cloudfront_association import Association, find_behavior

QUERY = "method.request.querystring.q"
WHERE = {"resourceId": "r1"}


def calls(resource, have, want):
    return [(call.operation, call.params.get("patchOperations")) for call in resource.calls(have, want)]  # fmt: skip  # noqa: E501


DECLARED = f"requestParameters/{QUERY}"
METHOD = [
    ({}, {DECLARED: "optional"}, [{"op": "add", "path": f"/{DECLARED}", "value": "false"}]),
    ({}, {DECLARED: "required"}, [{"op": "add", "path": f"/{DECLARED}", "value": "true"}]),
    ({DECLARED: "optional"}, {DECLARED: "optional"}, None),
    ({DECLARED: "required"}, {}, None),
    ({DECLARED: "optional"}, {DECLARED: None}, [{"op": "remove", "path": f"/{DECLARED}"}]),
    ({}, {DECLARED: None}, None),
    (
        {},
        {"requestParameters/method.request.header.a/b~c": "optional"},
        [
            {
                "op": "add",
                "path": "/requestParameters/method.request.header.a~1b~0c",
                "value": "false",
            }
        ],
    ),
]


@pytest.mark.parametrize(("have", "want", "patches"), METHOD)
def test_a_methods_parameters(have, want, patches):
    expected = [("UpdateMethod", patches)] if patches else []
    assert calls(Method("api", "GET", "/a"), Reading(have, WHERE), want) == expected


KEY = f"cacheKeyParameters/{QUERY}"
INTEGRATION = [
    ({}, {KEY: True}, [{"op": "add", "path": f"/{KEY}", "value": ""}]),
    ({KEY: True}, {KEY: True}, None),
    ({KEY: True}, {KEY: None}, [{"op": "remove", "path": f"/{KEY}"}]),
    ({KEY: True, "cacheKeyParameters/other": True}, {KEY: True}, None),
]


@pytest.mark.parametrize(("have", "want", "patches"), INTEGRATION)
def test_a_cache_key(have, want, patches):
    expected = [("UpdateIntegration", patches)] if patches else []
    assert calls(Integration("api", "GET", "/a"), Reading(have, WHERE), want) == expected


def test_a_removal_is_not_repeated_blindly():
    [call] = Integration("api", "GET", "/a").calls(Reading({KEY: True}, WHERE), {KEY: None})
    assert call.repeat == "read-first"


class Deployments:
    """A reader that knows an API's deployments alone."""

    def __init__(self, *made):
        self.made = [
            {"id": name, "createdDate": date, "description": said} for name, date, said in made
        ]

    def pages(self, service, operation, key, **params):
        return self.made


OURS = "dragonctl enable-cache, definition d1"
FOUND = [
    ((), None),
    ((("a", "1", "theirs"),), None),
    ((("a", "1", "theirs"), ("b", "2", OURS)), "b"),
    ((("a", "1", OURS), ("b", "2", "theirs")), None),  # somebody has deployed since
    ((("b", "2", OURS), ("c", "3", OURS), ("a", "1", "theirs")), "b"),  # two people at once
    ((("a", "2", "theirs"), ("b", "2", OURS)), "b"),  # AWS tells the second alone
    ((("a", "1", f"{OURS}2"),), None),
]


@pytest.mark.parametrize(("made", "found"), FOUND)
def test_a_deployment_is_known_by_what_it_deployed(made, found):
    reading = CacheDeployment("api", "d1", "keys").read(Deployments(*made))
    assert (reading and reading.facts["id"]) == found


def test_a_deployment_knows_those_before_it():
    made = (("a", "1", "theirs"), ("b", "2", OURS), ("c", "3", OURS))
    reading = CacheDeployment("api", "d1", "keys").read(Deployments(*made))
    assert reading.facts["older"] == {"a"}


def test_a_deployment_that_ships_edits_is_another_one():
    made = ("a", "1", OURS)
    everything = CacheDeployment("api", "d1", "everything")
    assert everything.read(Deployments(made)) is None
    [call] = everything.calls(None, {"definition": "d1"})
    assert shipped(call.params) == "everything"
    assert [shipped({"description": one}) for one in (OURS, "theirs", None)] == ["keys", None, None]


class Stages:
    """A reader that knows an API's stages alone."""

    def __init__(self, settings, *, cluster=True):
        raw = {"stageName": "prod", "cacheClusterEnabled": cluster, "methodSettings": settings}
        self.answer = {"item": [raw]}

    def get(self, service, operation, **params):
        return self.answer


CACHED, UNCACHED, EMPTY = (
    {"cachingEnabled": True, "cacheTtlInSeconds": 300},
    {"cachingEnabled": False},
    {"cachingEnabled": True, "cacheTtlInSeconds": 0},
)
RELIED_ON = [
    ("GET", "/a", {"~1a/GET": CACHED}, True),
    ("GET", "/a", {"a/GET": CACHED}, True),
    ("ANY", "/a", {"~1a/GET": CACHED}, True),
    ("GET", "/a", {"*/*": CACHED}, True),
    ("GET", "/a", {"*/*": CACHED, "~1a/GET": UNCACHED}, False),
    ("GET", "/a", {"~1b/GET": CACHED}, False),
    ("GET", "/a", {"~1a/GET": EMPTY}, False),
    ("POST", "/a", {"*/*": CACHED}, False),
    ("GET", "/a", {}, False),
]


@pytest.mark.parametrize(("verb", "path", "settings", "stays"), RELIED_ON)
def test_a_key_stays_while_a_stage_caches_that_very_method(verb, path, settings, stays):
    one = Integration("api", verb, path)
    have = Reading({KEY: True}, WHERE)
    assert bool(one.obstacle(Stages(settings), have, None, {})) is stays
    assert one.obstacle(Stages(settings, cluster=False), have, None, {}) is None


@pytest.mark.parametrize(
    ("have", "want", "patch"),
    [
        ("EDGE", "REGIONAL", ("/endpointConfiguration/types/EDGE", "REGIONAL")),
        ("REGIONAL", "EDGE", ("/endpointConfiguration/types/REGIONAL", "EDGE")),
        ("EDGE", "EDGE", None),
    ],
)
def test_an_endpoint_names_the_type_that_it_has(have, want, patch):
    made = calls(Endpoint("api"), Reading({"endpointType": have}), {"endpointType": want})
    said = [(operation, [(one["path"], one["value"]) for one in ops]) for operation, ops in made]
    assert said == ([("UpdateRestApi", [patch])] if patch else [])


def test_a_flush_is_one_call():
    [call] = StageCache("api", "prod").calls(Reading({"entries": "kept"}), {"entries": "flushed"})
    assert (call.operation, call.params) == (
        "FlushStageCache",
        {"restApiId": "api", "stageName": "prod"},
    )


ARN = "arn:aws:lambda:us-east-1:123456789012:function:f:1"
MINE = {"LambdaFunctionARN": ARN, "EventType": "viewer-request", "IncludeBody": False}
THEIRS = {"LambdaFunctionARN": "x", "EventType": "origin-request", "IncludeBody": True}


def listed(*items):
    return {"Quantity": len(items), "Items": list(items)} if items else {"Quantity": 0}


@pytest.mark.parametrize(
    ("there", "want", "then"),
    [
        ((), ARN, (MINE,)),
        ((THEIRS,), ARN, (THEIRS, MINE)),
        ((MINE, THEIRS), None, (THEIRS,)),
        (({**MINE, "LambdaFunctionARN": "old"}, THEIRS), ARN, (MINE, THEIRS)),
        ((MINE,), None, ()),
        ((MINE,), ARN, None),
        (({**MINE, "LambdaFunctionARN": "old", "IncludeBody": True},), ARN,
         ({**MINE, "IncludeBody": True},)),
    ],
)  # fmt: skip
def test_an_association_among_others(there, want, then):
    config = {"Comment": "kept", "DefaultCacheBehavior": {"LambdaFunctionAssociations": listed(*there)}}  # fmt: skip  # noqa: E501
    now = next((one["LambdaFunctionARN"] for one in there if one["EventType"] == "viewer-request"), None)  # fmt: skip  # noqa: E501
    have = Reading(
        {"LambdaFunctionARN": now}, {"etag": "E1", "config": config, "status": "Deployed"}
    )
    made = list(Association("D", "*", "viewer-request").calls(have, {"LambdaFunctionARN": want}))
    if then is None:
        assert made == []
        return
    [call] = made
    sent = call.params["DistributionConfig"]
    assert call.params["IfMatch"] == "E1"
    assert sent["Comment"] == "kept"
    assert sent["DefaultCacheBehavior"]["LambdaFunctionAssociations"] == listed(*then)
    assert config["DefaultCacheBehavior"]["LambdaFunctionAssociations"] == listed(*there)


@pytest.mark.parametrize(
    ("pattern", "typed", "found"),
    [
        ("/api/*", "/api/*", True),
        ("/api/*", "api/*", True),
        ("api/*", "/api/*", True),
        ("api/*", "api", False),
    ],
)
def test_a_path_pattern_with_and_without_its_slash(pattern, typed, found):
    config = {"DefaultCacheBehavior": {}, "CacheBehaviors": {"Items": [{"PathPattern": pattern}]}}
    assert bool(find_behavior(config, typed)) is found

"""Keys, who would share answers, and what a deployment would ship besides: tables."""

from __future__ import annotations

import copy

import pytest

from dragonctl.engine.model import Reading
from dragonctl.engine.pending import NEW_DEPLOYMENT
from dragonctl.errors import UsageError
from dragonctl.recipes.caching import prices
from dragonctl.recipes.caching.definition import (
    definition,
    deployed,
    differences,
    digest,
    with_keys,
)
from dragonctl.recipes.caching.keys import CacheMethod, has, sharing, wanted_key
from dragonctl.recipes.caching.options import CacheOptions, key_parameter, named_method
from dragonctl.recipes.caching.stage import StageWanted

QUERY, PATH, HEADER = (f"method.request.{one}." for one in ("querystring", "path", "header"))


def method(path="/a", *declared, key=(), mapped=None, authorization="NONE"):
    integration = {
        "type": "AWS_PROXY",
        "cacheKeyParameters": list(key),
        "requestParameters": mapped or {},
    }
    raw = {
        "requestParameters": dict.fromkeys(declared, False),
        "authorizationType": authorization,
        "methodIntegration": integration,
    }
    return CacheMethod(path, "GET", raw)


@pytest.mark.parametrize(
    ("one", "named", "added"),
    [
        (method("/a", f"{QUERY}q"), (), (f"{QUERY}q",)),
        (method("/a/{b}/{proxy+}"), (), (f"{PATH}b", f"{PATH}proxy")),
        (method("/a", f"{QUERY}q", f"{QUERY}r"), (f"{QUERY}q",), (f"{QUERY}q",)),
        (method("/a", f"{QUERY}q", key=(f"{QUERY}q",)), (), ()),
        (method("/a", f"{HEADER}Accept"), (), (f"{HEADER}Accept",)),
        (method("/a", f"{HEADER}X-Session-Token"), (), ()),
        (
            method("/a", mapped={"integration.request.header.t": f"{HEADER}X-T"}),
            (),
            (f"{HEADER}X-T",),
        ),
        (method("/a"), (f"{HEADER}Accept",), (f"{HEADER}Accept",)),
        (method("/a"), (f"{PATH}b",), ()),
        # A key that names the mapped parameter tells its source apart as well.
        (
            method(
                "/a",
                f"{QUERY}q",
                key=("integration.request.querystring.x",),
                mapped={"integration.request.querystring.x": f"{QUERY}q"},
            ),
            (),
            (),
        ),
    ],
)
def test_what_a_key_gets(one, named, added):
    assert wanted_key(one, named) == added


@pytest.mark.parametrize(
    ("one", "parameter", "expected"),
    [
        (method("/a", f"{QUERY}q"), f"{QUERY}q", True),
        (method("/a", f"{QUERY}q"), f"{QUERY}r", False),
        (method("/a"), f"{QUERY}r", True),
        (method("/a/{b}"), f"{PATH}b", True),
        (method("/a/{b}"), f"{PATH}c", False),
        (method("/a"), f"{HEADER}Accept", True),
    ],
)
def test_which_parameters_a_method_has(one, parameter, expected):
    assert has(one, parameter) is expected


@pytest.mark.parametrize(
    ("one", "key", "shares"),
    [
        (method("/a"), (), False),
        (method("/a", f"{QUERY}q"), (f"{QUERY}q",), False),
        (method("/a", f"{QUERY}q"), (), True),
        (method("/a/{b}"), (), True),
        (method("/a/{b}"), (f"{PATH}b",), False),
        (method("/a", f"{HEADER}Accept"), (), False),
        (method("/a", f"{HEADER}Authorization"), (), True),
        (method("/a", f"{HEADER}authorization"), (f"{HEADER}authorization",), False),
        (method("/a", authorization="CUSTOM"), (), True),
        (method("/a", authorization="COGNITO_USER_POOLS"), (), True),
        (method("/a", authorization="AWS_IAM"), (), True),
        (method("/a", authorization=None), (), True),  # AWS does not show it
    ],
)
def test_who_would_get_anothers_answer(one, key, shares):
    assert bool(list(sharing(one, key))) is shares


@pytest.mark.parametrize(
    "text", ["", ":x", "body:x", "header:", " q", "a b", "header: x", "header:X y", "header:a:b"]
)
def test_what_is_no_key(text):
    with pytest.raises(UsageError):
        key_parameter(text)


@pytest.mark.parametrize("text", ["", "GET", "/a", "GET a", "POST /a", "DELETE /a"])
def test_what_is_no_method_to_cache(text):
    with pytest.raises(UsageError):
        named_method(text)


def test_methods_are_read_as_people_write_them():
    assert [named_method(one) for one in ("GET /a", " get  /a/{b} ", "ANY /a")] == [
        "/a",
        "/a/{b}",
        "/a",
    ]


def test_every_size_has_a_price():
    assert list(prices.PER_HOUR) == ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]
    assert prices.per_month("0.5") == 14.6
    assert "us-east-1" in prices.in_words("0.5", "us-east-1")
    doubted = {size for size in prices.PER_HOUR if "not verified" in prices.in_words(size, "x")}
    assert doubted == {*prices.PER_HOUR} - {"0.5"}
    assert "eu-west-1 may differ" in prices.in_words("0.5", "eu-west-1")
    assert (prices.per_hour("999"), prices.per_month("999")) == (None, None)
    assert "does not know" in prices.in_words("999", "us-east-1")


NOW = {
    ("GET", "/a/{id}"): {
        "resourceId": "r",
        "authorizationType": "NONE",
        "requestParameters": {f"{QUERY}q": True, f"{PATH}id": False},
        "requestModels": {"application/json": "Thing"},
        "methodResponses": {"200": {"statusCode": "200"}},
        "methodIntegration": {
            "type": "AWS",
            "httpMethod": "POST",
            "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
            "passthroughBehavior": "WHEN_NO_TEMPLATES",
            "timeoutInMillis": 29000,
            "cacheNamespace": "r",
            "cacheKeyParameters": [],
            "requestTemplates": {"application/json": "{}"},
            "integrationResponses": {"200": {"statusCode": "200", "selectionPattern": "2.."}},
        },
    }
}
EXPORT = {
    "paths": {
        "/a/{id}": {
            "get": {
                "parameters": [
                    {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                    }
                },
                "responses": {"200": {"description": "200 response", "content": {}}},
                "x-amazon-apigateway-integration": {
                    "type": "aws",
                    "httpMethod": "POST",
                    "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
                    "passthroughBehavior": "when_no_templates",
                    "requestTemplates": {"application/json": "{}"},
                    "responses": {"2..": {"statusCode": "200"}},
                },
            }
        }
    }
}
SUMMARY = {"/a/{id}": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
NAME = ("GET", "/a/{id}")


def edited(**integration):
    raw = {**NOW[NAME], "methodIntegration": {**NOW[NAME]["methodIntegration"], **integration}}
    return {NAME: raw}


def other(now, summary=SUMMARY):
    return list(differences(definition(now), definition(deployed(EXPORT, summary))))


def test_the_same_definition_seen_from_both_sides_is_the_same():
    assert other(NOW) == []


def test_what_aws_writes_in_two_ways_is_the_same():
    answers = {"200": {"statusCode": "200", "responseTemplates": {"application/json": None}}}
    templates = {"text/plain": None}
    insecure = {"insecureSkipVerification": False}
    now = edited(integrationResponses=answers, requestTemplates=templates, tlsConfig=insecure)
    export = copy.deepcopy(EXPORT)
    integration = export["paths"]["/a/{id}"]["get"]["x-amazon-apigateway-integration"]
    integration |= {
        "requestTemplates": {"text/plain": "__passthrough__"},
        "responses": {
            "default": {
                "statusCode": "200",
                "responseTemplates": {"application/json": "__passthrough__"},
            }
        },
        "responseTransferMode": "BUFFERED",
        "cacheNamespace": "r",
    }
    assert list(differences(definition(now), definition(deployed(export, SUMMARY)))) == []
    insecure["insecureSkipVerification"] = True
    assert list(differences(definition(now), definition(deployed(export, SUMMARY)))) == [
        "GET /a/{id} (tlsConfig)"
    ]


DIFFERENT = [
    (edited(uri="arn:aws:apigateway:us-east-1:states:action/Other"), "uri"),
    (edited(requestTemplates={"application/json": "{ }"}), "requestTemplates"),
    (edited(credentials="arn:aws:iam::1:role/r"), "credentials"),
    (edited(timeoutInMillis=100), "timeoutInMillis"),
    (edited(passthroughBehavior="NEVER"), "passthroughBehavior"),
    (edited(integrationResponses={}), "mapped answers"),
    ({NAME: {**NOW[NAME], "methodResponses": {}}}, "answers"),
    ({NAME: {**NOW[NAME], "requestModels": {}}}, "models"),
    ({NAME: {**NOW[NAME], "authorizationType": "AWS_IAM"}}, "authorization"),
    ({NAME: {**NOW[NAME], "apiKeyRequired": True}}, "authorization"),
    ({NAME: {**NOW[NAME], "requestParameters": {f"{QUERY}q": False}}}, "parameters"),
    ({NAME: {**NOW[NAME], "requestParameters": {}}}, "parameters"),
]


@pytest.mark.parametrize(("now", "aspect"), DIFFERENT)
def test_what_somebody_edited_is_named(now, aspect):
    assert other(now) == [f"GET /a/{{id}} ({aspect})"]


def test_new_and_deleted_methods_are_named():
    assert other({**NOW, ("PUT", "/b"): {}}) == ["PUT /b (new)"]
    assert other({}) == ["GET /a/{id} (deleted)"]


def test_edits_are_named_in_the_order_of_their_paths():
    made = {("DELETE", "/d"): {}, ("PUT", "/b"): {}, ("GET", "/c"): {}}
    assert other({**NOW, **made}) == ["PUT /b (new)", "GET /c (new)", "DELETE /d (new)"]


def test_a_key_that_is_not_served_yet_is_no_edit():
    raw = {**edited(cacheKeyParameters=[f"{QUERY}r"])[NAME]}
    raw["requestParameters"] = {**raw["requestParameters"], f"{QUERY}r": False}
    assert other({NAME: raw}) == []


def test_authorization_is_not_compared_where_it_is_not_shown():
    assert other({NAME: {**NOW[NAME], "authorizationType": "AWS_IAM"}}, summary={}) == []


@pytest.mark.parametrize(
    ("on", "wanted"),
    [
        ("older", "ours"),
        ("ours", None),
        # Somebody deployed after us: our keys are in it, and theirs are not in ours.
        ("newer", None),
    ],
)
def test_a_stage_never_goes_back_behind_a_newer_deployment(on, wanted):
    made = Reading({}, {"id": "ours", "older": frozenset({"older"})})
    stage = StageWanted(CacheOptions(), (), "deployment")
    have = Reading({"deploymentId": on})
    assert stage(have, {"deployment": made}).get("deploymentId") == wanted
    assert stage(have, {"deployment": Reading({})})["deploymentId"] == NEW_DEPLOYMENT


@pytest.mark.parametrize(
    ("there", "options", "wanted"),
    [
        ({"~1a/GET": 0}, CacheOptions(), 300),  # 0 keeps no answer: as good as off, which is filled
        ({"*/*": 0}, CacheOptions(), 300),
        ({"~1a/GET": 60}, CacheOptions(), 60),
        ({"~1a/GET": 60}, CacheOptions(ttl=0), 0),
        ({"~1a/GET": 60}, CacheOptions(ttl=90), 90),
        ({}, CacheOptions(), 300),
    ],
)
def test_how_long_an_answer_is_kept(there, options, wanted):
    have = Reading({f"{key}/caching/ttlInSeconds": ttl for key, ttl in there.items()})
    want = StageWanted(options, ("/a",))(have, {})
    assert want["~1a/GET/caching/ttlInSeconds"] == wanted


def test_a_definition_is_known_by_its_digest():
    before = definition(NOW)
    after = with_keys(before, {NAME: (f"{QUERY}r",)})
    by_hand = {NAME: {**edited(cacheKeyParameters=[f"{QUERY}r"])[NAME]}}
    by_hand[NAME]["requestParameters"] = {**NOW[NAME]["requestParameters"], f"{QUERY}r": False}
    assert digest(after) == digest(definition(by_hand)) != digest(before)

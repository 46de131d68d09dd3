"""Resources, methods and integrations: cache keys, mappings, and what is refused of them."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused

NAME = "method.request.querystring.dragonName"


@pytest.fixture
def place(local_aws, make):
    """The parameters that name ``GET /dragons``."""
    api, ids = make.api("/dragons")
    return {"restApiId": api, "resourceId": ids["/dragons"], "httpMethod": "GET"}


def patch(kind, path, value=""):
    return [{"op": kind, "path": path, "value": value}]


def declare(local_aws, place, name=NAME):
    return local_aws.client("apigateway").update_method(
        **place, patchOperations=patch("add", f"/requestParameters/{name}", "false")
    )


def test_a_new_integration_has_aws_defaults(local_aws, place):
    shown = local_aws.client("apigateway").get_integration(**place)
    del shown["ResponseMetadata"]
    assert shown == {
        "type": "MOCK",
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 29000,
        "cacheNamespace": place["resourceId"],
        "cacheKeyParameters": [],
    }


def test_a_parameter_is_declared_and_taken_back(local_aws, place):
    gateway = local_aws.client("apigateway")
    assert declare(local_aws, place)["requestParameters"] == {NAME: False}
    gateway.update_method(**place, patchOperations=patch("remove", f"/requestParameters/{NAME}"))
    assert "requestParameters" not in gateway.get_method(**place)


def test_a_cache_key_is_added_and_taken_back(local_aws, place):
    gateway, path = local_aws.client("apigateway"), f"/cacheKeyParameters/{NAME}"
    declare(local_aws, place)
    added = gateway.update_integration(**place, patchOperations=patch("add", path))
    assert added["cacheKeyParameters"] == [NAME]
    again = gateway.update_integration(**place, patchOperations=patch("add", path))
    assert again["cacheKeyParameters"] == [NAME]
    gateway.update_integration(**place, patchOperations=patch("remove", path))
    assert gateway.get_integration(**place)["cacheKeyParameters"] == []


@pytest.mark.parametrize("way", ["put", "update"])
def test_a_cache_key_must_be_declared(local_aws, place, way):
    gateway = local_aws.client("apigateway")
    if way == "put":
        call = (gateway.put_integration, {"type": "MOCK", "cacheKeyParameters": [NAME]})
    else:
        said = patch("add", f"/cacheKeyParameters/{NAME}")
        call = (gateway.update_integration, {"patchOperations": said})
    assert refused(call[0], **place, **call[1]) == (
        "BadRequestException",
        "Invalid cache key parameter specified",
    )


def test_a_mapping_must_be_declared(local_aws, place):
    code, message = refused(
        local_aws.client("apigateway").put_integration,
        **place,
        type="MOCK",
        requestParameters={"integration.request.querystring.n": NAME},
    )
    assert code == "BadRequestException"
    assert message.endswith(f"[Invalid mapping expression parameter specified: {NAME}]")


@pytest.mark.parametrize(
    ("operations", "field", "shown"),
    [
        (patch("replace", "/cacheNamespace", "mine"), "cacheNamespace", "mine"),
        (patch("replace", "/timeoutInMillis", "50"), "timeoutInMillis", 50),
        (
            patch("add", "/requestTemplates/application~1json", "{}"),
            "requestTemplates",
            {"application/json": "{}"},
        ),
    ],
)
def test_what_patches_leave_of_an_integration(local_aws, place, operations, field, shown):
    answer = local_aws.client("apigateway").update_integration(**place, patchOperations=operations)
    assert answer[field] == shown


@pytest.mark.parametrize("path", ["/bogus", "/cacheKeyParameters", "/requestParameters"])
def test_a_path_that_is_none_is_refused(local_aws, place, path):
    update = local_aws.client("apigateway").update_integration
    assert refused(update, **place, patchOperations=patch("add", path))[0] == "BadRequestException"


def test_a_resource_and_a_method_stand_once(local_aws, make):
    gateway = local_aws.client("apigateway")
    api, ids = make.api("/dragons")
    again = {"restApiId": api, "parentId": ids["/"], "pathPart": "dragons"}
    assert refused(gateway.create_resource, **again) == (
        "ConflictException",
        "Another resource with the same parent already has this name: dragons",
    )
    method = {"restApiId": api, "resourceId": ids["/dragons"], "httpMethod": "GET"}
    assert refused(gateway.put_method, **method, authorizationType="NONE") == (
        "ConflictException",
        "Method already exists for this resource",
    )


def test_resources_come_in_pages_with_their_methods(local_aws, make):
    gateway = local_aws.client("apigateway")
    api, _ = make.api("/a", "/a/{id}", "/b")
    pages = gateway.get_paginator("get_resources").paginate(
        restApiId=api, embed=["methods"], PaginationConfig={"PageSize": 2}
    )
    found = [[one["path"] for one in page["items"]] for page in pages]
    assert found == [["/", "/a"], ["/a/{id}", "/b"]]
    plain = gateway.get_resources(restApiId=api)["items"]
    whole = gateway.get_resources(restApiId=api, embed=["methods"])["items"]
    assert plain[1]["resourceMethods"] == {"GET": {}}
    assert whole[1]["resourceMethods"]["GET"]["methodIntegration"]["type"] == "MOCK"


def test_deleting_a_resource_takes_all_below(local_aws, make):
    gateway = local_aws.client("apigateway")
    api, ids = make.api("/a", "/a/{id}", "/b")
    gateway.delete_resource(restApiId=api, resourceId=ids["/a"])
    left = gateway.get_resources(restApiId=api)["items"]
    assert [one["path"] for one in left] == ["/", "/b"]

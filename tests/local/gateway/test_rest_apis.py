"""REST APIs: endpoint types, tags, pages."""

from __future__ import annotations

import pytest

from tests.local.refusals import refused


def patch(path, value):
    return [{"op": "replace", "path": path, "value": value}]


@pytest.mark.parametrize("named", ["EDGE", "0"])
def test_an_endpoint_moves_to_regional_and_back(local_aws, make, named):
    gateway, (api, _) = local_aws.client("apigateway"), make.api()
    assert gateway.get_rest_api(restApiId=api)["endpointConfiguration"]["types"] == ["EDGE"]
    path = f"/endpointConfiguration/types/{named}"
    moved = gateway.update_rest_api(restApiId=api, patchOperations=patch(path, "REGIONAL"))
    assert moved["endpointConfiguration"]["types"] == ["REGIONAL"]
    back = patch("/endpointConfiguration/types/REGIONAL", "EDGE")
    gateway.update_rest_api(restApiId=api, patchOperations=back)
    assert gateway.get_rest_api(restApiId=api)["endpointConfiguration"]["types"] == ["EDGE"]


@pytest.mark.parametrize(
    ("types", "path", "value"),
    [
        (["EDGE"], "/endpointConfiguration/types/EDGE", "LOCAL"),
        (["EDGE"], "/endpointConfiguration/types/REGIONAL", "EDGE"),
        (["PRIVATE"], "/endpointConfiguration/types/PRIVATE", "EDGE"),
        (["EDGE"], "/bogus", "x"),
    ],
)
def test_what_is_refused_of_an_api(local_aws, types, path, value):
    gateway = local_aws.client("apigateway")
    api = gateway.create_rest_api(name="a", endpointConfiguration={"types": types})["id"]
    update = gateway.update_rest_api
    code, _ = refused(update, restApiId=api, patchOperations=patch(path, value))
    assert code == "BadRequestException"


def test_tags_of_an_api_and_of_a_stage(local_aws, make):
    gateway, api = local_aws.client("apigateway"), make.stage()
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    for one in (arn, f"{arn}/stages/prod"):
        gateway.tag_resource(resourceArn=one, tags={"a": "b", "c": "d"})
        gateway.untag_resource(resourceArn=one, tagKeys=["a", "never"])
        assert gateway.get_tags(resourceArn=one)["tags"] == {"c": "d"}
    assert gateway.get_rest_api(restApiId=api)["tags"] == {"c": "d"}
    assert gateway.get_stage(restApiId=api, stageName="prod")["tags"] == {"c": "d"}
    missing = f"{arn}/stages/nosuch"
    assert refused(gateway.get_tags, resourceArn=missing)[0] == "NotFoundException"


def test_apis_come_in_pages(local_aws):
    gateway = local_aws.client("apigateway")
    made = [gateway.create_rest_api(name=f"a{one}")["name"] for one in range(30)]
    first = gateway.get_rest_apis()
    assert (len(first["items"]), "position" in first) == (25, True)
    pages = gateway.get_paginator("get_rest_apis").paginate()
    assert [one["name"] for page in pages for one in page["items"]] == made


def test_a_deleted_api_is_gone(local_aws, make):
    gateway, api = local_aws.client("apigateway"), make.stage()
    gateway.delete_rest_api(restApiId=api)
    assert refused(gateway.get_rest_api, restApiId=api)[0] == "NotFoundException"

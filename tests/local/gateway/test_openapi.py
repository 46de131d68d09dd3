"""Importing OpenAPI documents with API Gateway's extensions."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.local.refusals import refused

INTEGRATION = "x-amazon-apigateway-integration"
NAME = "method.request.querystring.dragonName"
LAMBDA = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:f/invocations"
)
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "dragons", "version": "1"},
    "x-amazon-apigateway-request-validators": {"body": {"validateRequestBody": True}},
    "paths": {
        "/dragons": {
            "parameters": [{"name": "dragonName", "in": "query", "schema": {"type": "string"}}],
            "get": {
                "responses": {"200": {"description": "ok"}},
                INTEGRATION: {
                    "type": "aws_proxy",
                    "httpMethod": "POST",
                    "uri": LAMBDA,
                    "cacheKeyParameters": [NAME],
                },
            },
            "post": {
                "x-amazon-apigateway-request-validator": "body",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/D"}}}
                },
                "responses": {"200": {"description": "ok"}, "400": {"description": "bad"}},
                INTEGRATION: {
                    "type": "aws",
                    "httpMethod": "POST",
                    "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
                    "credentials": "arn:aws:iam::123456789012:role/r",
                    "passthroughBehavior": "never",
                    "requestTemplates": {"application/json": "{}"},
                    "responses": {
                        "default": {"statusCode": "200"},
                        "4\\d{2}": {
                            "statusCode": "400",
                            "responseTemplates": {"application/json": "x"},
                        },
                    },
                },
            },
        },
        "/dragons/{id}": {
            "x-amazon-apigateway-any-method": {
                "parameters": [{"name": "id", "in": "path", "required": True}],
                INTEGRATION: {"type": "mock"},
            }
        },
    },
    "components": {"schemas": {"D": {"type": "object"}}},
}


def methods(gateway, api):
    found = gateway.get_resources(restApiId=api, embed=["methods"], limit=500)["items"]
    return {
        (one["path"], verb): method
        for one in found
        for verb, method in one.get("resourceMethods", {}).items()
    }


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_a_document_becomes_an_api(local_aws, write):
    gateway = local_aws.client("apigateway")
    made = gateway.import_rest_api(
        body=write(DOCUMENT), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )
    assert (made["name"], made["version"]) == ("dragons", "1")
    assert made["endpointConfiguration"]["types"] == ["REGIONAL"]
    found = methods(gateway, made["id"])
    assert set(found) == {("/dragons", "GET"), ("/dragons", "POST"), ("/dragons/{id}", "ANY")}
    get = found["/dragons", "GET"]
    assert get["requestParameters"] == {NAME: False}
    assert get["methodIntegration"]["type"] == "AWS_PROXY"
    assert get["methodIntegration"]["cacheKeyParameters"] == [NAME]
    assert found["/dragons/{id}", "ANY"]["requestParameters"] == {"method.request.path.id": True}


def test_a_post_brings_its_templates_models_and_validator(local_aws):
    gateway = local_aws.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(DOCUMENT))["id"]
    post = methods(gateway, api)["/dragons", "POST"]
    validator = gateway.get_request_validators(restApiId=api)["items"][0]
    assert post["requestValidatorId"] == validator["id"]
    assert validator["validateRequestBody"] is True
    assert post["requestModels"] == {"application/json": "D"}
    assert set(post["methodResponses"]) == {"200", "400"}
    integration = post["methodIntegration"]
    assert integration["passthroughBehavior"] == "NEVER"
    assert integration["requestTemplates"] == {"application/json": "{}"}
    assert integration["integrationResponses"]["400"] == {
        "statusCode": "400",
        "selectionPattern": "4\\d{2}",
        "responseTemplates": {"application/json": "x"},
    }
    assert "selectionPattern" not in integration["integrationResponses"]["200"]
    models = {one["name"] for one in gateway.get_models(restApiId=api)["items"]}
    assert models == {"D", "Empty", "Error"}


@pytest.mark.parametrize(("mode", "kept"), [("merge", True), ("overwrite", False)])
def test_putting_a_document_on_an_api(local_aws, make, mode, kept):
    gateway, (api, ids) = local_aws.client("apigateway"), make.api("/old", "/dragons")
    gateway.put_rest_api(restApiId=api, mode=mode, body=json.dumps(DOCUMENT))
    found = methods(gateway, api)
    assert (("/old", "GET") in found) is kept
    assert found["/dragons", "GET"]["methodIntegration"]["type"] == "AWS_PROXY"
    resources = gateway.get_resources(restApiId=api, limit=500)["items"]
    by_path = {one["path"]: one["id"] for one in resources}
    assert (by_path["/"], by_path["/dragons"]) == (ids["/"], ids["/dragons"])
    assert len(by_path) == len(resources)


def test_a_swagger_2_document_is_taken(local_aws):
    document = {
        "swagger": "2.0",
        "info": {"title": "old"},
        "definitions": {"D": {"type": "object"}},
        "paths": {"/a": {"post": {
            "parameters": [{"in": "body", "name": "D", "schema": {"$ref": "#/definitions/D"}}],
            "responses": {"200": {"schema": {"$ref": "#/definitions/D"}}},
            INTEGRATION: {"type": "mock"}}}},
    }  # fmt: skip
    gateway = local_aws.client("apigateway")
    post = methods(gateway, gateway.import_rest_api(body=json.dumps(document))["id"])["/a", "POST"]
    assert post["requestModels"] == {"application/json": "D"}
    assert post["methodResponses"]["200"]["responseModels"] == {"application/json": "D"}


def test_an_authorizer_comes_with_its_scheme(local_aws):
    document = {
        "openapi": "3.0.1",
        "info": {"title": "closed"},
        "paths": {"/a": {"get": {"security": [{"auth": []}], INTEGRATION: {"type": "mock"}}}},
        "components": {"securitySchemes": {"auth": {
            "type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": LAMBDA}}}},
    }  # fmt: skip
    gateway = local_aws.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(document))["id"]
    authorizer = gateway.get_authorizers(restApiId=api)["items"][0]
    assert authorizer["identitySource"] == "method.request.header.Authorization"
    get = methods(gateway, api)["/a", "GET"]
    assert (get["authorizationType"], get["authorizerId"]) == ("CUSTOM", authorizer["id"])


@pytest.mark.parametrize(
    "paths",
    [
        {"/a": None},
        {"/a": 1},
        {"/a": {"get": {INTEGRATION: 7}}},
        {"/a b": {}},
        {"/a": {"get": {"parameters": [7]}}},
    ],
)
def test_a_document_with_odd_parts_is_refused_whole(local_aws, make, paths):
    gateway, (api, _) = local_aws.client("apigateway"), make.api("/old")
    before = methods(gateway, api)
    body = json.dumps({**DOCUMENT, "paths": {**DOCUMENT["paths"], **paths}})
    put = gateway.put_rest_api
    assert refused(put, restApiId=api, mode="merge", body=body)[0] == "BadRequestException"
    assert refused(gateway.import_rest_api, body=body)[0] == "BadRequestException"
    assert methods(gateway, api) == before


@pytest.mark.parametrize("body", ["", "no document", "[]", '{"openapi": "3.1.0", "info": {}}',
                                  '{"openapi": "3.0.0", "info": {}}'])  # fmt: skip
def test_what_is_no_document_is_refused(local_aws, body):
    gateway = local_aws.client("apigateway")
    assert refused(gateway.import_rest_api, body=body)[0] == "BadRequestException"
    assert gateway.get_rest_apis()["items"] == []

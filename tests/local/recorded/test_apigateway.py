"""API Gateway: answers as they were recorded on AWS."""

from __future__ import annotations

import pytest

BAD, MISSING, TAKEN = "BadRequestException", "NotFoundException", "ConflictException"
API = {"restApiId": "<api>"}
ROOT = {**API, "resourceId": "<root>"}
GET = {**ROOT, "httpMethod": "GET"}
POST = {**ROOT, "httpMethod": "POST", "authorizationType": "NONE"}
STAGE = {**API, "stageName": "dev"}
NEW = {"name": "new"}
HTTP = {**GET, "type": "HTTP", "integrationHttpMethod": "GET"}
PROXY = {**GET, "type": "AWS_PROXY", "integrationHttpMethod": "POST"}
NO_SETTING = "Cannot remove method setting {} because there is no method setting for this method "
MAPPING = "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
SUPPORTED = "Invalid patch path  '{}' specified for op '{}'. Please choose supported operations"


def patch(op, path, value=None, **more):
    return {"patchOperations": [{"op": op, "path": path, "value": value, **more}]}


def types(*told):
    return {"endpointConfiguration": {"types": list(told)}}


@pytest.mark.parametrize(("call", "parameters", "code", "message", "status"), [
    ("create_rest_api", {**NEW, "description": ""}, BAD,
     "Description cannot be an empty string", 400),
    ("create_rest_api", {**NEW, "minimumCompressionSize": 10_485_761}, BAD,
     "Invalid minimum compression size, must be between 0 and 10485760", 400),
    ("create_rest_api", {**NEW, **types()}, BAD,
     "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.", 400),
    ("create_rest_api", {**NEW, **types("EDGE", "PRIVATE")}, BAD,
     "Cannot create an api with multiple Endpoint Types.", 400),
    ("update_rest_api", {**API, **patch("add", "/binaryMediaTypes", "a/b")}, BAD,
     "Invalid patch path /binaryMediaTypes", 400),
    ("update_rest_api", {**API, **patch("replace", "/endpointConfiguration/ipAddressType", "six")},
     BAD, "ipAddressType must be either ipv4 or dualstack.", 400),
    ("create_resource", {**API, "parentId": "<root>", "pathPart": "{one}"}, BAD,
     "A sibling ({rest+}) of this resource already has a variable path part -- only one is allowed",
     400),
    ("create_resource", {**API, "parentId": "<greedy>", "pathPart": "on"}, BAD,
     "Cannot create a child of a resource with a greedy path variable: {rest+}", 400),
    ("update_resource", {**API, "resourceId": "<cats>", **patch("replace", "/parentId", "<toys>")},
     BAD, "Resources cannot be cyclical.", 400),
    ("update_resource", {**ROOT, **patch("replace", "/pathPart", "x")}, BAD,
     "Root resource cannot update its pathPart.", 400),
    ("update_resource", {**API, "resourceId": "<cats>", **patch("add", "/pathPart", "x")}, BAD,
     SUPPORTED.format("/pathPart", "add"), 400),
    ("put_method", {**POST, "requestParameters": {
        "method.request.path.id": True, "method.request.querystring.id": False}}, BAD,
     "Parameter names must be unique across querystring, header and path", 400),
    ("put_method", {**POST, "authorizationType": "CUSTOM"}, BAD,
     ("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
     "COGNITO_USER_POOLS requires a valid authorizer."), 400),
    ("update_method", {**GET, **patch("remove", "/authorizationType")}, BAD,
     "Invalid patch operation specified. Must be one of: [replace]", 400),
    ("update_method", {**GET, **patch("replace", "/requestModels/text/css", "Empty")}, BAD,
     "Invalid patch path /requestModels/text/css", 400),
    ("update_method", {**GET, **patch("replace", "/requestValidatorId", "none")}, BAD,
     "Invalid Request Validator identifier specified", 400),
    ("update_method_response", {**GET, "statusCode": "200",
                                **patch("remove", "/responseModels/text~1css")}, MISSING,
     "Content-Type specified was not found", 404),
    ("get_integration_response", {**GET, "statusCode": "500"}, MISSING,
     "Invalid Response status code specified", 404),
    ("put_integration", {**HTTP, "uri": "ftp://shop"}, BAD,
     "Invalid HTTP endpoint specified for URI", 400),
    ("put_integration", {**GET, "type": "HTTP", "uri": "http://shop.example.com"}, BAD,
     "Enumeration value for HttpMethod must be non-empty", 400),
    ("put_integration", {**PROXY, "uri": "<arn>"}, BAD,
     "AWS ARN for integration must contain path or action", 400),
    ("put_integration", {**PROXY, "uri": "<uri>",
                         "requestParameters": {"integration.request.header.a": "text"}}, BAD,
     f"{MAPPING}[Invalid mapping expression specified: text]", 400),
    ("create_model", {**API, "name": "", "contentType": "application/json"}, BAD,
     "Model name must be non-empty", 400),
    ("get_model", {**API, "modelName": "Cat"}, MISSING, "Invalid model name specified: Cat", 404),
    ("delete_model", {**API, "modelName": "Toy"}, TAKEN,
     "Cannot delete model 'Toy', is referenced in method request: //GET", 409),
    ("create_request_validator", {"restApiId": "gone", "name": "v"}, BAD,
     "Invalid REST API identifier specified", 400),
    ("update_request_validator", {**API, "requestValidatorId": "<validator>",
                                  **patch("remove", "/name")}, BAD,
     SUPPORTED.format("/name", "remove"), 400),
    ("create_authorizer", {"restApiId": "gone", "name": "a", "type": "TOKEN"}, TAKEN,
     "Unable to complete operation due to concurrent modification. Please try again later.", 409),
    ("update_gateway_response", {**API, "responseType": "THROTTLED",
                                 **patch("add", "/statusCode", "430")}, BAD,
     "Invalid patch path /statusCode", 400),
    ("delete_gateway_response", {**API, "responseType": "UNAUTHORIZED"}, MISSING,
     "Gateway response type not defined on api", 404),
    ("get_documentation_part", {**API, "documentationPartId": "none"}, MISSING,
     "Invalid Documentation part identifier specified", 404),
    ("update_stage", {**STAGE, **patch("remove", "/accessLogSettings/format")}, BAD,
     NO_SETTING.format("accessLogSettings/format"), 400),
    ("update_stage", {**STAGE, **patch("remove", "/canarySettings/percentTraffic")}, BAD,
     NO_SETTING.format("canarySettings/percentTraffic"), 400),
    ("update_stage", {**STAGE, **patch("add", "/canarySettings/percentTraffic", "9")}, BAD,
     "Invalid add operation with path: /canarySettings/percentTraffic", 400),
    ("update_stage", {**STAGE, **patch("replace", "/canarySettings/deploymentId", "none")}, BAD,
     "Deployment id does not exist", 400),
    ("update_stage", {**STAGE, "patchOperations": [
        {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"}]}, BAD,
     "Promotion not available. Canary does not exist.", 400),
    ("create_deployment", {**API, "canarySettings": {"percentTraffic": 5}}, BAD,
     ("Invalid deployment content specified.Non null and non empty stageName must be provided for "
     "canary deployment. Provided value is null"), 400),
    ("create_deployment", {**API, "stageName": "qa", "canarySettings": {"percentTraffic": 5}}, BAD,
     ("Invalid deployment content specified.Stage qa must already be created before making a "
     "canary release deployment"), 400),
    ("create_api_key", {**NEW, "value": "k" * 19}, BAD,
     "API Key value should be at least 20 characters", 400),
])  # fmt: skip
def test_what_is_refused(world, call, parameters, code, message, status):
    world.refuses(f"apigateway.{call}", parameters, code, message, status)


@pytest.mark.parametrize(("call", "parameters", "fields"), [
    ("create_rest_api", {**NEW, **types("PRIVATE")},
     {"endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "dualstack"}}),
    ("get_gateway_response", {**API, "responseType": "UNAUTHORIZED"},
     {"defaultResponse": True, "statusCode": "401"}),
    ("update_gateway_response", {**API, "responseType": "DEFAULT_4XX",
                                 **patch("replace", "/statusCode", "444")},
     {"defaultResponse": False, "statusCode": "444"}),
    ("update_method", {**GET, **patch("replace", "/apiKeyRequired", "sometimes")},
     {"apiKeyRequired": False}),
    ("create_stage", {**API, "stageName": "half", "deploymentId": "<deployment>",
                      "canarySettings": {"deploymentId": "<deployment>"}},
     {"canarySettings": {"deploymentId": "<deployment>", "percentTraffic": 0.0,
                         "useStageCache": False}}),
    ("put_integration_response", {**GET, "statusCode": "404", "selectionPattern": "4.*"},
     {"statusCode": "404", "selectionPattern": "4.*"}),
])  # fmt: skip
def test_what_is_answered(world, call, parameters, fields):
    world.answers(f"apigateway.{call}", parameters, fields)


def test_a_new_override_takes_what_the_whole_stage_has(world):
    patches = [
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "9"},
        {"op": "replace", "path": "/*/*/caching/enabled", "value": "true"},
        {"op": "replace", "path": "/cats/GET/throttling/burstLimit", "value": "7"},
    ]
    asked = {**STAGE, "patchOperations": patches}
    settings = world.ask("apigateway.update_stage", asked)["methodSettings"]
    assert settings["cats/GET"] == {**settings["*/*"], "throttlingBurstLimit": 7}
    assert settings["cats/GET"]["cachingEnabled"] is True


def test_resources_that_are_moved_take_what_is_below_them_along(world):
    moved = {**API, "resourceId": "<cats>", **patch("replace", "/pathPart", "dogs")}
    world.answers("apigateway.update_resource", moved, {"path": "/dogs"})
    below = {**API, "resourceId": "<toys>"}
    world.answers("apigateway.get_resource", below, {"path": "/dogs/toys"})


@pytest.mark.parametrize(("kind", "reference"), [
    ("oas30", "#/components/schemas/Toy"), ("swagger", "#/definitions/Toy")])  # fmt: skip
def test_an_export_names_its_models_where_they_stand_in_it(world, kind, reference):
    export = world.client("apigateway").get_export
    document = export(restApiId=world.names["api"], stageName="dev", exportType=kind)
    text = document["body"].read().decode()
    assert f'"$ref": "{reference}"' in text
    assert document["contentType"] == "application/octet-stream"
    assert f"{world.names['api']}.execute-api.us-east-1.amazonaws.com" in text

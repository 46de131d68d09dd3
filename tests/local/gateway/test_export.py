"""GetExport: the definition that a stage serves, not the one that is being edited."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.local.gateway.test_openapi import DOCUMENT, INTEGRATION, methods
from tests.local.refusals import refused


@pytest.fixture
def served(local_aws):
    """An imported API, deployed to ``prod``."""
    gateway = local_aws.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(DOCUMENT))["id"]
    gateway.create_deployment(restApiId=api, stageName="prod")
    return {"restApiId": api, "stageName": "prod"}


def exported(gateway, served, extensions="apigateway", **more):
    answer = gateway.get_export(
        **served, exportType="oas30", parameters={"extensions": extensions}, **more
    )
    return answer["body"].read()


def comparable(found):
    """Methods without the ids that every API makes for itself."""
    for method in found.values():
        method["methodIntegration"].pop("cacheNamespace")
        method.pop("requestValidatorId", None)
    return found


def test_what_is_exported_imports_as_the_same(local_aws, served):
    gateway = local_aws.client("apigateway")
    again = gateway.import_rest_api(body=exported(gateway, served))["id"]
    before, after = methods(gateway, served["restApiId"]), methods(gateway, again)
    assert comparable(after) == comparable(before)


def test_it_shows_what_is_deployed_and_not_what_is_edited(local_aws, served):
    gateway = local_aws.client("apigateway")
    before = exported(gateway, served)
    resources = gateway.get_resources(restApiId=served["restApiId"])["items"]
    for one in resources:
        if one["path"] == "/dragons":
            gateway.delete_resource(restApiId=served["restApiId"], resourceId=one["id"])
    assert exported(gateway, served) == before
    gateway.create_resource(
        restApiId=served["restApiId"], parentId=resources[0]["id"], pathPart="new"
    )
    assert "/new" not in json.loads(exported(gateway, served))["paths"]


def test_integrations_are_shown_where_asked_for(local_aws, served):
    gateway = local_aws.client("apigateway")
    plain = json.loads(exported(gateway, served, extensions="postman"))
    whole = yaml.safe_load(
        exported(gateway, served, extensions="integrations", accepts="application/yaml")
    )
    assert INTEGRATION not in plain["paths"]["/dragons"]["get"]
    told = whole["paths"]["/dragons"]["get"][INTEGRATION]
    assert told == DOCUMENT["paths"]["/dragons"]["get"][INTEGRATION] | {
        "passthroughBehavior": "when_no_match"
    }


def test_another_form_is_refused(local_aws, served):
    get = local_aws.client("apigateway").get_export
    assert refused(get, **served, exportType="raml")[0] == "BadRequestException"


def test_a_canary_deployment_leaves_the_stage_on_its_own(local_aws, served):
    gateway = local_aws.client("apigateway")
    before = gateway.get_stage(**served)["deploymentId"]
    canary = gateway.create_deployment(**served, canarySettings={"percentTraffic": 10.0})["id"]
    shown = gateway.get_stage(**served)
    assert shown["deploymentId"] == before
    assert shown["canarySettings"]["deploymentId"] == canary
    promote = [
        {"op": "copy", "path": "/deploymentId", "from": "/canarySettings/deploymentId"},
        {"op": "remove", "path": "/canarySettings"},
    ]
    promoted = gateway.update_stage(**served, patchOperations=promote)
    assert promoted["deploymentId"] == canary
    assert "canarySettings" not in promoted

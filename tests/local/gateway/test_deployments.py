"""Deployments: a copy of the definition, which stages serve and redeploying does not disturb."""

from __future__ import annotations

from tests.local.refusals import refused


def patch(path, value):
    return [{"op": "replace", "path": path, "value": value}]


def test_redeploying_keeps_the_stages_settings(local_aws, make):
    gateway, api = local_aws.client("apigateway"), make.stage()
    stage = {"restApiId": api, "stageName": "prod"}
    gateway.update_stage(**stage, patchOperations=patch("/*/*/metrics/enabled", "true"))
    gateway.update_stage(**stage, patchOperations=patch("/tracingEnabled", "true"))
    before = gateway.get_stage(**stage)
    made = gateway.create_deployment(**stage)
    after = gateway.get_stage(**stage)
    assert after["deploymentId"] == made["id"] != before["deploymentId"]
    for field in ("methodSettings", "tracingEnabled", "cacheClusterEnabled"):
        assert after[field] == before[field]


def test_a_deployment_without_a_stage_is_put_on_one_by_a_patch(local_aws, make):
    gateway, api = local_aws.client("apigateway"), make.stage()
    stage = {"restApiId": api, "stageName": "prod"}
    made = gateway.create_deployment(restApiId=api, description="d")
    assert gateway.get_stage(**stage)["deploymentId"] != made["id"]
    gateway.update_stage(**stage, patchOperations=patch("/deploymentId", made["id"]))
    assert gateway.get_stage(**stage)["deploymentId"] == made["id"]


def test_a_deployment_shows_the_definition_as_it_was(local_aws, make):
    gateway, (api, ids) = local_aws.client("apigateway"), make.api("/dragons")
    made = gateway.create_deployment(restApiId=api)
    gateway.put_method(
        restApiId=api, resourceId=ids["/dragons"], httpMethod="POST", authorizationType="AWS_IAM"
    )
    shown = gateway.get_deployment(restApiId=api, deploymentId=made["id"], embed=["apisummary"])
    assert shown["apiSummary"] == {
        "/dragons": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}
    }


def test_what_cannot_be_deployed(local_aws, make):
    gateway, (api, ids) = local_aws.client("apigateway"), make.api()
    assert refused(gateway.create_deployment, restApiId=api) == (
        "BadRequestException",
        "The REST API doesn't contain any methods",
    )
    place = {"restApiId": api, "resourceId": ids["/"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE")
    assert refused(gateway.create_deployment, restApiId=api) == (
        "BadRequestException",
        "No integration defined for method",
    )


def test_a_served_deployment_stays(local_aws, make):
    gateway, api = local_aws.client("apigateway"), make.stage()
    kept = gateway.get_stage(restApiId=api, stageName="prod")["deploymentId"]
    assert refused(gateway.delete_deployment, restApiId=api, deploymentId=kept) == (
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
    )
    gateway.delete_stage(restApiId=api, stageName="prod")
    gateway.delete_deployment(restApiId=api, deploymentId=kept)
    assert gateway.get_deployments(restApiId=api)["items"] == []


def test_a_stage_needs_a_deployment_and_a_name_of_its_own(local_aws, make):
    gateway, api = local_aws.client("apigateway"), make.stage()
    kept = gateway.get_stage(restApiId=api, stageName="prod")["deploymentId"]
    create = gateway.create_stage
    assert refused(create, restApiId=api, stageName="test", deploymentId="nosuch") == (
        "BadRequestException",
        "Deployment id does not exist",
    )
    assert refused(create, restApiId=api, stageName="prod", deploymentId=kept) == (
        "ConflictException",
        "Stage already exists",
    )
    create(restApiId=api, stageName="test", deploymentId=kept, tracingEnabled=True)
    stages = gateway.get_stages(restApiId=api)["item"]
    assert {one["stageName"]: one["tracingEnabled"] for one in stages} == {
        "prod": False,
        "test": True,
    }

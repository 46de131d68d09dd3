"""Roles belong to no region: what is done in one region takes nothing from another one."""

from __future__ import annotations

import json

import pytest

from tests.applications.builder import Builder

HOME, OTHER = "us-east-1", "eu-west-1"


def roles(local_aws):
    """What every role says, by its name."""
    iam = local_aws.client("iam")
    found = {}
    for role in iam.list_roles()["Roles"]:
        named = {"RoleName": role["RoleName"]}
        inside = iam.list_role_policies(**named)["PolicyNames"]
        documents = [
            iam.get_role_policy(**named, PolicyName=one)["PolicyDocument"] for one in inside
        ]
        found[role["RoleName"]] = json.dumps([role["AssumeRolePolicyDocument"], *documents])
    return found


def answers(dragonctl, region):
    said = dragonctl("send", "GET", "/dragons", "--stage", "prod", "--region", region, "--fail")
    return (said.code, "dragon_name_str" in said.stdout) == (0, True)


@pytest.mark.parametrize("gone", [HOME, OTHER])
def test_two_applications_share_their_roles_and_either_goes_alone(dragonctl, local_aws, gone):
    stays = OTHER if gone == HOME else HOME
    for region in (HOME, OTHER):
        assert dragonctl("create-app", "--region", region).code == 0
    for region in (HOME, OTHER):
        assert dragonctl("create-app", "--region", region, "--check").code == 0
        assert answers(dragonctl, region)

    assert dragonctl("delete-app", "--region", gone, "--yes").code == 0
    assert not any(gone in said for said in roles(local_aws).values())
    assert dragonctl("create-app", "--region", stays, "--check").code == 0
    assert answers(dragonctl, stays)
    assert dragonctl("delete-app", "--region", stays, "--yes").code == 0
    assert roles(local_aws) == {}


def test_a_deletion_in_the_wrong_region_deletes_no_role(dragonctl, local_aws):
    dragonctl("create-app")
    before = roles(local_aws)
    said = dragonctl("delete-app", "--region", OTHER, "--yes", "--output", "json")
    assert (said.code, said.document["changes"]) == (0, [])
    assert (
        "Role MyStateMachineRole stays: the application in another region has it too."
        in (said.document["notes"])
    )
    assert roles(local_aws) == before
    assert answers(dragonctl, HOME)


def test_the_undo_of_a_second_creation_takes_nothing_from_the_first(dragonctl, local_aws):
    dragonctl("create-app")
    before = roles(local_aws)
    assert dragonctl("create-app", "--region", OTHER).code == 0
    assert dragonctl("undo", "--region", OTHER, "--yes").code == 0
    assert roles(local_aws) == before


def test_a_second_function_of_one_role_takes_nothing_from_the_first(dragonctl, write, local_aws):
    for folder in ("a-b", "aB"):
        write("ours", folder=folder)
    assert dragonctl("deploy-function", "a-b", "--create").code == 0
    first = roles(local_aws)
    assert dragonctl("deploy-function", "aB", "--create").code == 0
    assert dragonctl("deploy-function", "a-b", "--create", "--region", OTHER).code == 0
    [said] = roles(local_aws).values()
    for where, name in ((HOME, "a-b"), (HOME, "aB"), (OTHER, "a-b")):
        assert f"{where}:123456789012:log-group:/aws/lambda/{name}:log-stream" in said
    assert said.count("xray:PutTraceSegments") == 1
    assert dragonctl("deploy-function", "aB", "--create", "--check").code == 0
    assert dragonctl("undo", "--region", OTHER, "--yes").code == 0
    assert dragonctl("undo", "--yes").code == 0
    assert roles(local_aws) == first


def test_an_undo_leaves_the_role_through_which_another_region_logs(dragonctl, local_aws):
    for region in (HOME, OTHER):
        builder = Builder(local_aws.endpoint, region)
        api = builder.api("shop")
        builder.method(api, "GET", "/things", type="MOCK", uri="")
        builder.stage(api, "prod")
        assert dragonctl("setup-observability", "--region", region).code == 0
    undone = dragonctl("undo", "--yes")
    assert undone.code == 0
    assert "it is API Gateway's CloudWatch role in eu-west-1" in undone.stderr
    assert "cloudwatchRoleArn" not in local_aws.client("apigateway").get_account()
    assert dragonctl("setup-observability", "--region", OTHER, "--check").code == 0

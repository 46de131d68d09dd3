"""``create-app`` and ``delete-app``: all of it, once; nothing that is not theirs."""

from __future__ import annotations

import json
import shutil

import pytest

from dragonctl.aws.client import Aws, Connection
from dragonctl.cli.local_sample import create_sample
from dragonctl.engine.reads import Reads
from dragonctl.sample import sample_folder

TAG = {"dragonctl:app": "dragons"}
ROLES = {
    "ListDragonsLambdaExecutionRole",
    "ValidateDragonLambdaExecutionRole",
    "AddDragonLambdaExecutionRole",
    "APIGatewayStepFunctions",
    "MyStateMachineRole",
}
FUNCTIONS = {"list-dragons", "validate-dragon", "add-dragon"}
BUCKET = "dragons-123456789012-us-east-1"


def inventory(local_aws):
    """All that there is of an application, as its owner would list it."""
    client = local_aws.client
    apis = client("apigateway").get_rest_apis()["items"]
    machines = client("stepfunctions").list_state_machines()["stateMachines"]
    return {
        "apis": [api["name"] for api in apis],
        "stages": sorted(
            stage["stageName"]
            for api in apis
            for stage in client("apigateway").get_stages(restApiId=api["id"])["item"]
        ),
        "functions": {f["FunctionName"] for f in client("lambda").list_functions()["Functions"]},
        "machines": [
            machine["name"] for machine in machines if machine.get("status") != "DELETING"
        ],
        "roles": {role["RoleName"] for role in client("iam").list_roles()["Roles"]},
        "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
        "parameters": sorted(
            one["Name"] for one in client("ssm").describe_parameters()["Parameters"]
        ),
    }


WHOLE = {
    "apis": ["dragons"],
    "stages": ["prod", "test"],
    "functions": FUNCTIONS,
    "machines": ["MyStateMachine"],
    "roles": ROLES,
    "buckets": [BUCKET],
    "parameters": ["dragon_data_bucket_name", "dragon_data_file_name"],
}
NOTHING = {name: type(value)() for name, value in WHOLE.items()}


def test_it_makes_the_whole_application_and_it_answers(dragonctl, local_aws):
    made = dragonctl("create-app")
    assert (made.code, made.stderr) == (0, "")
    assert "Take it back with: dragonctl delete-app" in made.stdout
    assert inventory(local_aws) == WHOLE
    data = local_aws.client("s3").get_object(Bucket=BUCKET, Key="dragons.json")["Body"].read()
    answer = local_aws.client("lambda").invoke(
        FunctionName="list-dragons", Payload=json.dumps({"queryStringParameters": None})
    )
    listed = json.loads(json.load(answer["Payload"])["body"])
    assert len(listed) == len(json.loads(data)) > 0


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1"])
def test_it_answers_in_another_partition(dragonctl, local_aws, region):
    assert dragonctl("create-app", "--region", region).code == 0
    assert dragonctl("create-app", "--region", region, "--check").code == 0
    said = dragonctl("send", "GET", "/dragons", "--stage", "prod", "--region", region, "--fail")
    assert (said.code, "dragon_name_str" in said.stdout) == (0, True)
    assert dragonctl("delete-app", "--region", region, "--yes").code == 0
    iam = local_aws.client("iam", region)
    assert iam.list_roles()["Roles"] == []


def test_all_that_can_carry_a_tag_carries_it(dragonctl, local_aws):
    dragonctl("create-app")
    client = local_aws.client
    (api,) = client("apigateway").get_rest_apis()["items"]
    tagged = [api["tags"]]
    tagged += [s["tags"] for s in client("apigateway").get_stages(restApiId=api["id"])["item"]]
    tagged += [client("lambda").get_function(FunctionName=name)["Tags"] for name in FUNCTIONS]
    lists = [client("iam").list_role_tags(RoleName=name)["Tags"] for name in ROLES]
    lists.append(client("s3").get_bucket_tagging(Bucket=BUCKET)["TagSet"])
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    arn = machine["stateMachineArn"]
    lists.append(client("stepfunctions").list_tags_for_resource(resourceArn=arn)["tags"])
    for tags in lists:
        tagged.append(
            {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags}
        )
    assert [tags for tags in tagged if not TAG.items() <= tags.items()] == []


def test_made_twice_it_is_made_once(dragonctl, local_aws):
    dragonctl("create-app")
    assert dragonctl("create-app", "--check").code == 0
    again = dragonctl("create-app", "--output", "json")
    assert again.code == 0
    assert again.document["changed"] is False
    assert again.document["changes"] == []
    assert inventory(local_aws) == WHOLE


def test_a_dry_run_makes_nothing_and_a_check_says_so(dragonctl, local_aws):
    shown = dragonctl("create-app", "--dry-run", "--output", "json")
    assert shown.code == 0
    assert shown.document["dry_run"] is True
    resources = {change["resource"] for change in shown.document["changes"]}
    assert {"lambda-new-function/add-dragon", "apigateway-rest-api/dragons/dragons"} <= resources
    assert dragonctl("create-app", "--check").code == 3
    assert inventory(local_aws) == NOTHING


def test_what_others_have_changed_since_stays(dragonctl, local_aws):
    dragonctl("create-app")
    functions = local_aws.client("lambda")
    functions.update_function_configuration(FunctionName="add-dragon", MemorySize=512)
    local_aws.client("s3").put_object(Bucket=BUCKET, Key="dragons.json", Body=b"[]")
    again = dragonctl("create-app", "--output", "json").document
    assert again["changes"] == []
    assert functions.get_function_configuration(FunctionName="add-dragon")["MemorySize"] == 512


def test_what_is_missing_is_made_again(dragonctl, local_aws):
    dragonctl("create-app")
    local_aws.client("lambda").delete_function(FunctionName="list-dragons")
    local_aws.client("ssm").delete_parameter(Name="dragon_data_file_name")
    again = dragonctl("create-app", "--output", "json")
    assert again.code == 0
    assert {change["resource"] for change in again.document["changes"]} == {
        "lambda-new-function/list-dragons",
        "lambda-permission/list-dragons/dragonctl-dragons-GET-dragons",
        "ssm-parameter/dragon_data_file_name",
    }
    assert inventory(local_aws) == WHOLE


def test_a_foreign_api_of_its_name_is_refused_before_anything_is_made(dragonctl, local_aws):
    theirs = local_aws.client("apigateway").create_rest_api(name="dragons")["id"]
    refused = dragonctl("create-app", "--output", "json")
    assert refused.code == 1
    (error,) = refused.document["errors"]
    assert error["code"] == "NotOurs"
    assert f"API dragons ({theirs})" in error["message"]
    assert inventory(local_aws) == {**NOTHING, "apis": ["dragons"]}


def test_a_foreign_role_is_neither_taken_nor_deleted(dragonctl, local_aws):
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    local_aws.client("iam").create_role(
        RoleName="MyStateMachineRole", AssumeRolePolicyDocument=trust
    )
    refused = dragonctl("create-app")
    assert refused.code == 1
    assert "Role MyStateMachineRole" in refused.stderr
    left = dragonctl("delete-app", "--yes")
    assert left.code == 0
    assert "Role MyStateMachineRole stays" in left.stderr
    assert inventory(local_aws)["roles"] == {"MyStateMachineRole"}


def test_delete_app_takes_all_of_it_away(dragonctl, local_aws):
    dragonctl("create-app")
    dragonctl("setup-observability")  # attaches policies to the roles
    gone = dragonctl("delete-app", "--yes")
    assert gone.code == 0
    assert "Take it back with: dragonctl create-app" in gone.stdout
    left = inventory(local_aws)
    assert left == {**NOTHING, "roles": {"APIGatewayCWLogs"}}
    assert dragonctl("delete-app", "--yes", "--output", "json").document["changed"] is False


def test_delete_app_needs_an_answer(dragonctl, local_aws):
    dragonctl("create-app")
    asked = dragonctl("delete-app")
    assert asked.code == 1
    assert "--yes" in asked.stderr
    assert inventory(local_aws) == WHOLE


def test_delete_app_names_the_log_groups_that_stay(dragonctl, local_aws):
    dragonctl("create-app")
    logs = local_aws.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/list-dragons")
    logs.create_log_group(logGroupName="/aws/lambda/list-dragons-of-others")
    said = dragonctl("delete-app", "--yes").stderr
    assert "/aws/lambda/list-dragons" in said
    assert "of-others" not in said
    assert len(logs.describe_log_groups()["logGroups"]) == 2


def test_delete_app_leaves_a_bucket_that_holds_other_objects(dragonctl, local_aws):
    dragonctl("create-app")
    local_aws.client("s3").put_object(Bucket=BUCKET, Key="mine.txt", Body=b"x")
    gone = dragonctl("delete-app", "--yes")
    assert gone.code == 0
    assert "holds other objects (mine.txt)" in gone.stderr
    assert inventory(local_aws) == {**NOTHING, "buckets": [BUCKET]}


def test_undo_takes_a_creation_back(dragonctl, local_aws):
    dragonctl("create-app")
    assert dragonctl("undo", "--yes").code == 0
    assert inventory(local_aws) == NOTHING


@pytest.mark.parametrize("writes", [1, 6, 11, 16, 20, 24])
def test_a_creation_that_was_cut_short_is_completed(dragonctl, local_aws, interrupt, writes):
    interrupt(writes)
    with pytest.raises(KeyboardInterrupt):
        create_sample(Reads(Aws(Connection(region="us-east-1"))))
    completed = dragonctl("create-app")
    assert completed.code == 0, completed.stderr
    assert inventory(local_aws) == WHOLE
    assert dragonctl("create-app", "--check").code == 0


@pytest.fixture
def own_application(dragonctl, tmp_path):
    """The folder's own definitions/: a copy of the sample's."""
    for name in ("definitions", "lambdas"):
        shutil.copytree(sample_folder() / name, tmp_path / "here" / name)
    return tmp_path / "here" / "definitions"


def test_a_changed_definition_is_shipped_to_every_stage(dragonctl, local_aws, own_application):
    dragonctl("create-app")
    document = own_application / "openapi.json"
    document.write_text(document.read_text().replace('"/dragons"', '"/wyverns"'))
    changed = dragonctl("create-app", "--output", "json")
    assert changed.code == 0
    gateway = local_aws.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    served = {stage["deploymentId"] for stage in gateway.get_stages(restApiId=api["id"])["item"]}
    assert len(served) == 1
    summary = gateway.get_deployment(
        restApiId=api["id"], deploymentId=served.pop(), embed=["apisummary"]
    )["apiSummary"]
    assert set(summary) == {"/wyverns"}
    assert dragonctl("create-app", "--check").code == 0


def test_a_stage_on_a_later_deployment_stays_there(dragonctl, local_aws):
    dragonctl("create-app")
    gateway = local_aws.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    later = gateway.create_deployment(restApiId=api["id"], stageName="prod")["id"]
    assert dragonctl("create-app", "--output", "json").document["changes"] == []
    assert gateway.get_stage(restApiId=api["id"], stageName="prod")["deploymentId"] == later


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("application.json", '"stages"', '"stagez"', "'stages' is missing"),
        ("application.json", '"openapi.json"', '"no.json"', "cannot be read"),
        ("application.json", "{", "{{", "is not a JSON document"),
        ("openapi.json", '"title": "dragons"', '"title": "wyverns"', "calls it wyverns"),
        ("state-machine.asl.json", "AddDragonArn", "Nobody", "placeholder ${Nobody}"),
    ],
)
def test_definitions_that_cannot_be_meant_are_one_sentence(
    dragonctl, local_aws, own_application, name, old, new, says
):
    path = own_application / name
    path.write_text(path.read_text().replace(old, new, 1))
    refused = dragonctl("create-app")
    assert refused.code == 1
    assert says in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert inventory(local_aws) == NOTHING

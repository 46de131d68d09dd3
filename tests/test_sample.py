"""The sample's documents: complete, least-privileged, accepted by those who judge such files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from dragonctl.errors import DragonError
from dragonctl.local.data_plane.templates import Input
from dragonctl.local.data_plane.templates import render as velocity
from dragonctl.sample import render, sample_folder

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "DragonDataBucket": "dragons-123456789012-eu-west-1",
    "DragonDataFile": "dragons.json",
    "ListDragonsArn": f"{ARN}list-dragons",
    "ValidateDragonArn": f"{ARN}validate-dragon",
    "AddDragonArn": f"{ARN}add-dragon",
    "MyStateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:MyStateMachine",
    "APIGatewayStepFunctionsArn": "arn:aws:iam::123456789012:role/APIGatewayStepFunctions",
}
DEFINITIONS = sample_folder() / "definitions"
DOCUMENTS = sorted(str(path.relative_to(DEFINITIONS)) for path in DEFINITIONS.rglob("*.json"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_renders_with_the_documented_names(name):
    assert not re.search(r"\$\{", json.dumps(render(name, VALUES)))


def test_a_value_cannot_break_the_document_round_it(tmp_path):
    (tmp_path / "a.json").write_text('{"${X}": ["${X}", "${!X}", 1, null, "$input.json(\'$\')"]}')
    assert render("a.json", {"X": '"}\n'}, tmp_path) == {
        '"}\n': ['"}\n', "${X}", 1, None, "$input.json('$')"]
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('["${AWS::Nothing}"]', "placeholder ${AWS::Nothing}, which has no value"),
        ("{", "is not a JSON document"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_rendered_is_one_sentence(tmp_path, text, says):
    if text is not None:
        (tmp_path / "a.json").write_text(text)
    with pytest.raises(DragonError) as caught:
        render("a.json", VALUES, tmp_path)
    assert says in str(caught.value)


def test_the_state_machine_passes_statelint(tmp_path):
    rendered = tmp_path / "machine.json"
    rendered.write_text(json.dumps(render("state-machine.asl.json", VALUES)))
    linter = Path(sys.executable).with_name("statelint")
    done = subprocess.run([linter, rendered], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_state_machine_takes_the_ways_it_must():
    states = render("state-machine.asl.json", VALUES)["States"]
    ways = {
        name: [
            *(catch["Next"] for catch in state.get("Catch", [])),
            *(choice["Next"] for choice in state.get("Choices", [])),
            state.get("Next") or state.get("Default"),
        ]
        for name, state in states.items()
    }
    assert ways == {
        "ValidateDragon": ["AlertDragonValidationFailure", "CatchAllFailure", "AddDragon"],
        "AddDragon": ["AlertDragonValidationFailure", "CatchAllFailure", "ConfirmationRequired"],
        "ConfirmationRequired": ["AlertAddDragonSuccess", "NoAlertAddDragonSuccess"],
        "AlertAddDragonSuccess": [None],
        "NoAlertAddDragonSuccess": [None],
        "AlertDragonValidationFailure": [None],
        "CatchAllFailure": [None],
    }


def test_the_post_maps_the_body_to_the_machine_s_fields():
    post = render("openapi.json", VALUES)["paths"]["/dragons"]["post"]
    template = post["x-amazon-apigateway-integration"]["requestTemplates"]["application/json"]
    name = 'Jon\'s "big" \\ / ü\n$input #set'
    body = {
        "dragonName": name,
        "description": "Jon dragon",
        "family": "green",
        "city": "Toronto",
        "country": "CA",
        "state": "ON",
        "neighborhood": "Downtown",
        "reportingPhoneNumber": "15555555555",
        "confirmationRequired": False,
    }
    request = json.loads(velocity(template, Input(json.dumps(body), {}), {"requestId": "r"}, {}))
    assert (request["stateMachineArn"], request["name"]) == (VALUES["MyStateMachineArn"], "r")
    assert json.loads(request["input"]) == {
        "dragon_name_str": name,
        "description_str": "Jon dragon",
        "family_str": "green",
        "location_city_str": "Toronto",
        "location_country_str": "CA",
        "location_state_str": "ON",
        "location_neighborhood_str": "Downtown",
        "reportingPhoneNumber": "15555555555",
        "confirmationRequired": False,
    }


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.startswith("policies/")])
def test_no_policy_has_a_wildcard_action_and_none_knows_of_tracing(name):
    for statement in render(name, VALUES)["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert "*" not in action
            assert not action.startswith("xray:")
        assert "*" not in statement.get("Resource", [])


def test_the_manifest_names_what_there_is():
    manifest = render("application.json", VALUES)
    roles = {role["name"]: role for role in manifest["roles"]}
    needed = [manifest["state_machine"]["role"], *(f["role"] for f in manifest["functions"])]
    assert set(needed) <= set(roles)
    files = [manifest["api"]["definition"], manifest["data"]["file"]]
    files += [role[part] for role in roles.values() for part in ("trust", "policy")]
    assert [name for name in files if not (DEFINITIONS / name).is_file()] == []
    for function in manifest["functions"]:
        module = function["handler"].partition(".")[0]
        assert (sample_folder() / "lambdas" / function["folder"] / f"{module}.py").is_file()


def test_the_data_are_dragons_each_known_once():
    dragons = render("dragons.json", VALUES)
    names = [dragon["dragon_name_str"] for dragon in dragons]
    assert len(set(names)) == len(names) >= 20
    assert {frozenset(dragon) for dragon in dragons} == {
        frozenset(
            [
                "dragon_name_str",
                "family_str",
                "description_str",
                "location_city_str",
                "location_country_str",
                "location_state_str",
                "location_neighborhood_str",
            ]
        )
    }


@mock_aws
def test_the_document_can_be_imported():
    client = boto3.client(
        "apigateway", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    api = client.import_rest_api(body=json.dumps(render("openapi.json", VALUES)).encode())
    resources = client.get_resources(restApiId=api["id"], embed=["methods"])["items"]
    methods = {r["path"]: sorted(r.get("resourceMethods", {})) for r in resources}
    assert methods == {"/": [], "/dragons": ["GET", "POST"]}

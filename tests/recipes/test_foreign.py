"""Somebody else's documents: what their placeholders stand for, whoever's tool wrote them."""

import json

import pytest

from dragonctl.errors import DragonError
from dragonctl.recipes.foreign.apis import stage_of
from dragonctl.recipes.foreign.application import load_foreign
from dragonctl.recipes.foreign.documents import read_folder
from dragonctl.recipes.foreign.intrinsics import plain
from dragonctl.recipes.foreign.naming import name_of
from dragonctl.recipes.place import Place

HERE = Place("123456789012", "us-east-1")
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
EGG = "arn:aws:lambda:us-east-1:123456789012:function:egg"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("${EggFunction.Arn}", "EggFunction"),
        ("${EggFunctionArn}", "EggFunction"),
        ("${aws_lambda_function.egg.invoke_arn}", "egg"),
        ("${var.egg_arn}", "egg"),
        ("arn:aws:lambda:eu-west-1:999999999999:function:egg", "egg"),
        ("arn:aws:lambda:eu-west-1:999999999999:function:egg:live", "egg"),
        ("arn:aws:lambda:us-east-1:1:function:${Egg}", "Egg"),
        ("arn:aws:states:us-east-1:1:stateMachine:Hatch", "Hatch"),
        ("arn:aws:iam::1:role/service/deep/Keeper", "Keeper"),
        ("egg", "egg"),
    ],
)
def test_names_in_placeholders_and_arns(written, name):
    assert name_of(written) == name


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ({"Fn::Sub": LAMBDA.format("${Egg.Arn}")}, LAMBDA.format("${Egg.Arn}")),
        ({"Fn::Sub": ["${A}-${B}", {"A": {"Ref": "C"}}]}, "${C}-${B}"),
        ({"Fn::GetAtt": ["Egg", "Arn"]}, "${Egg.Arn}"),
        ({"Fn::GetAtt": "Egg.Arn"}, "${Egg.Arn}"),
        ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Region"}]]}, "arn:us-east-1"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ("${data.aws_caller_identity.current.account_id}", "123456789012"),
        ("${var.region} ${AWS::Partition}", "us-east-1 aws"),
        ("arn:aws:sqs:eu-west-1:<account>:q", "arn:aws:sqs:us-east-1:123456789012:q"),
        ("arn:aws:iam::*:user/*", "arn:aws:iam::*:user/*"),
        ("arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke"),
        ("${stageVariables.region}", "${stageVariables.region}"),
        ("#set($region = 1) $region", "#set($region = 1) $region"),
    ],
)
def test_functions_of_deployment_tools_become_text(written, text):
    assert plain(written, HERE) == text


@pytest.mark.parametrize(
    ("document", "stage"),
    [
        ({}, "prod"),
        ({"servers": [{"url": "https://a.execute-api.eu-west-1.amazonaws.com/{basePath}",
                       "variables": {"basePath": {"default": "/dev"}}}]}, "dev"),
        ({"host": "a.execute-api.eu-west-1.amazonaws.com", "basePath": "/v1"}, "v1"),
        ({"servers": [{"url": "https://eggs.example.com/v1"}]}, "prod"),
        ({"servers": {"url": 7}}, "prod"),
    ],
)  # fmt: skip
def test_the_stage_of_an_exported_document_is_its_stage(document, stage):
    assert stage_of(document) == stage


def written(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def operation(uri, kind="aws_proxy", **more):
    told = {"type": kind, "httpMethod": "POST", "uri": uri, **more}
    return {"x-amazon-apigateway-integration": told}


def test_functions_machines_and_roles_are_found_by_what_the_documents_name(tmp_path):
    start = operation(
        "arn:aws:apigateway:eu-west-1:states:action/StartSyncExecution",
        "aws",
        credentials={"Fn::GetAtt": ["Starter", "Arn"]},
        requestTemplates={
            "application/json": '{"input": "$input", "stateMachineArn": "${HatchStateMachine}"}'
        },
    )
    paths = {"/egg": {"get": operation("${EggFunction.Arn}"), "post": start}, "/x": {"get": {}}}
    task = {"Type": "Task", "Resource": "${WarmArn}", "End": True}
    folder = written(
        tmp_path,
        api__json={"openapi": "3.0.1", "info": {"title": "eggs"}, "paths": paths},
        hatch__asl__json={"StartAt": "W", "States": {"W": task}},
        sleep__asl__json=PASS,
        broken__yaml="a: [",
        package__json={"name": "not ours"},
    )
    foreign = load_foreign(folder, HERE)
    made = foreign.manifest
    assert [one.name for one in made.functions] == ["EggFunction", "Warm"]
    kinds = {one.name: one.type for one in made.machines}
    assert kinds == {"HatchStateMachine": "EXPRESS", "sleep": "STANDARD"}
    assert "Starter" in {one.name for one in made.roles}
    said = json.dumps(made.apis[0].document)
    assert "arn:aws:states:us-east-1:123456789012:stateMachine:HatchStateMachine" in said
    assert any("broken.yaml" in one for one in foreign.notes)
    assert any("GET /x has no integration" in one for one in foreign.notes)
    assert any("EggFunction, Warm" in one for one in foreign.notes)


def test_code_beside_the_definitions_is_taken(tmp_path):
    paths = {"/egg": {"get": operation(LAMBDA.format(EGG))}}
    document = {"swagger": "2.0", "info": {"title": "eggs"}, "paths": paths}
    written(tmp_path, api__json=document)
    (tmp_path / "lambdas" / "egg").mkdir(parents=True)
    (tmp_path / "lambdas" / "egg" / "main.py").write_text("def lambda_handler(event, context): 1")
    (function,) = load_foreign(tmp_path, HERE).manifest.functions
    assert (function.source.name, function.handler) == ("egg", "main.lambda_handler")


def test_yaml_is_read_with_short_tags_and_codes_that_are_numbers(tmp_path):
    text = """
openapi: 3.0.1
info: {title: eggs, version: 2024-01-01}
paths:
  /egg:
    get:
      responses: {200: {description: ok}}
      x-amazon-apigateway-integration:
        type: aws_proxy
        uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Egg.Arn}/invocations"
"""  # noqa: E501
    written(tmp_path, api__yml=text)
    (api,) = load_foreign(tmp_path, HERE).manifest.apis
    told = api.document["paths"]["/egg"]["get"]
    assert told["responses"] == {"200": {"description": "ok"}}
    egg = EGG.replace(":egg", ":Egg")
    assert told["x-amazon-apigateway-integration"]["uri"] == LAMBDA.format(egg)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "holds no OpenAPI document"),
        ({"a__json": "{"}, "a.json was passed over: it is no JSON"),
        ({"t__yaml": "Resources: {}"}, "t.yaml was passed over: it is a template"),
        ({"b__yaml": "a: &a [x]\n" + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n"
            for n in range(9))}, "anchors"),
    ],
)  # fmt: skip
def test_a_folder_that_defines_nothing_is_refused_in_a_sentence(tmp_path, files, words):
    with pytest.raises(DragonError, match=words):
        read_folder(written(tmp_path, **files))


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DragonError, match="There is no folder"):
        read_folder(tmp_path / "none")

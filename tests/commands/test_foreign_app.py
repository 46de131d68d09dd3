"""``create-app --definitions``: somebody else's application, made, answering, taken back."""

import json
import urllib.error
import urllib.request

import pytest

from dragonctl.local import control
from tests.local.test_snapshot import Running

URI = (
    "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${EggFunction.Arn}"
    "/invocations"
)
CODE = 'def handler(event, context):\n    return {"statusCode": 200, "body": "an egg"}\n'


def integrated(uri, kind="aws_proxy"):
    told = {"type": kind, "httpMethod": "POST", "uri": uri}
    return {"x-amazon-apigateway-integration": told}


@pytest.fixture
def theirs(tmp_path):
    """A folder with an API of three methods, one of them with code behind it."""
    paths = {
        "/egg": {"get": integrated({"Fn::Sub": URI})},
        "/nest": {"get": integrated("${nest.invoke_arn}")},
        "/far": {"get": integrated("https://far.example.com", "http_proxy")},
    }
    document = {"openapi": "3.0.1", "info": {"title": "Eggs & more"}, "paths": paths}
    folder = tmp_path / "theirs"
    (folder / "lambdas" / "egg_function").mkdir(parents=True)
    (folder / "lambdas" / "egg_function" / "app.py").write_text(CODE)
    (folder / "whatever.json").write_text(json.dumps(document))
    return str(folder)


@pytest.fixture
def their_aws(dragonctl):
    """Type a command against a local AWS of this test's own; its clients."""
    yield Running()
    control.down()


def answers(their_aws):
    """Path -> status and body of each method of the only API."""
    (api,) = their_aws.client("apigateway").get_rest_apis()["items"]
    found = {}
    for path in ("egg", "nest", "far"):
        url = f"{control.up().endpoint}/_run/{api['id']}/prod/{path}"
        try:
            with urllib.request.urlopen(url) as said:
                found[path] = (said.status, said.read().decode())
        except urllib.error.HTTPError as error:
            found[path] = (error.code, json.load(error)["message"])
    return found


def test_it_is_made_answers_and_is_taken_back(dragonctl, their_aws, theirs):
    refused = dragonctl("create-app", "--definitions", theirs)
    assert (refused.code, "is for the local AWS alone" in refused.stderr) == (2, True)
    made = dragonctl("--local", "create-app", "--definitions", theirs)
    assert made.code == 0
    assert "GET /far asks https://far.example.com: refused by name" in made.stderr
    assert "There is no code here for nest" in made.stderr
    said = answers(their_aws)
    assert said["egg"] == (200, "an egg")
    assert said["nest"] == (501, "There is no code for the function nest.")
    assert said["far"][0] == 501
    assert "far.example.com" in said["far"][1]
    assert dragonctl("--local", "create-app", "--definitions", theirs, "--check").code == 0
    assert dragonctl("--local", "undo", "--yes").code == 0
    assert their_aws.client("apigateway").get_rest_apis()["items"] == []
    assert their_aws.client("lambda").list_functions()["Functions"] == []
    assert their_aws.client("iam").list_roles()["Roles"] == []


def test_a_folder_without_definitions_is_refused_before_anything_is_started(dragonctl, tmp_path):
    refused = dragonctl("--local", "create-app", "--definitions", str(tmp_path / "here"))
    assert (refused.code, "holds no OpenAPI document" in refused.stderr) == (1, True)
    assert control.status() is None

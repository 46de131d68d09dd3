"""``deploy-function``: what is refused uploads nothing; what is only packaged asks AWS nothing."""

from __future__ import annotations

import base64
import hashlib
import zipfile

import pytest

from tests.commands.functions import PLAIN, configuration


def test_package_only_needs_no_aws(dragonctl, write, monkeypatch, tmp_path, made_calls):
    write("ours")
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    done = dragonctl("deploy-function", "--package-only", "dist", "--output", "json")
    assert done.code == 0
    [one] = done.document["functions"]
    content = (tmp_path / "here" / "dist" / "hello-world.zip").read_bytes()
    assert base64.b64encode(hashlib.sha256(content).digest()).decode() == one["code_sha256"]
    names = zipfile.ZipFile(tmp_path / "here" / one["path"]).namelist()
    assert {"app.py", "aws_xray_sdk/__init__.py"} <= set(names)
    assert not any(name.startswith("boto3/") for name in names)
    assert made_calls() == []


def test_a_check_of_what_is_packaged_writes_nothing(dragonctl, write, tmp_path):
    write("ours")
    command = ("deploy-function", "--package-only", "dist")
    assert dragonctl(*command, "--check").code == 3
    assert not (tmp_path / "here" / "dist").exists()
    assert dragonctl(*command).code == 0
    assert dragonctl(*command, "--check").code == 0
    write("changed")
    assert dragonctl(*command, "--check").code == 3


@pytest.mark.parametrize(
    ("folders", "says"),
    [
        (("a_b", "a-b"), "both stand for the function a-b"),
        (("listDragons", "ListDragons"), "both stand for one role's name"),
    ],
)
def test_two_folders_for_one_thing_are_refused(dragonctl, write, made_calls, folders, says):
    for folder in folders:
        write("ours", folder=folder)
    done = dragonctl("deploy-function", "--create")
    assert (done.code, says in done.stderr) == (2, True)
    assert made_calls() == []


@pytest.mark.parametrize(
    ("files", "options", "says"),
    [
        ({"app.py": "def handler(:\n"}, (), "line 1"),
        ({"app.py": "x = 1\n"}, (), "defines no handler"),
        ({"app.py": PLAIN}, ("--handler", "app.nothing"), "defines no nothing"),
        ({"app.py": PLAIN, "requirements.txt": "no-such-thing-at-all==1\n"}, (), "no-such-thing"),
        ({"app.py": PLAIN, "requirements.txt": "a b c\n"}, (), "requirements.txt"),
        ({"app.py": PLAIN}, ("--python", "2.7"), "2.7"),
        ({"app.py": PLAIN}, ("--function-name", "a name"), "a name"),
        ({"app.py": PLAIN}, ("--alias", "1"), "as an alias"),
        ({"app.py": PLAIN}, ("--alias", "a b"), "as an alias"),
        ({"app.py": PLAIN}, ("--source", "nowhere"), "nowhere"),
        ({"app.py": PLAIN}, ("missing",), "missing"),
        ({"notes.txt": "no code"}, (), "no function"),
    ],
)
def test_what_is_refused_is_one_sentence_and_uploads_nothing(
    dragonctl, write, theirs, local_aws, made_calls, files, options, says
):
    theirs()
    before = configuration(local_aws)
    write(files)
    done = dragonctl("deploy-function", *options)
    assert done.code in (1, 2)
    [line] = [line for line in done.stderr.splitlines() if line]
    assert line.startswith("Error: ")
    assert says in line
    assert made_calls() == []
    assert configuration(local_aws) == before


@pytest.mark.parametrize(
    ("option", "value"),
    [("--alias", "a b"), ("--function-name", "a name"), ("--source", "nowhere")],
)
def test_what_is_wrong_with_the_command_line_is_told_before_aws_is_asked(
    dragonctl, write, monkeypatch, option, value
):
    write("ours")
    monkeypatch.delenv("AWS_REGION")  # whoever turns to AWS hears of that first
    done = dragonctl("deploy-function", option, value)
    assert (done.code, value in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "option", ["--package-only", "--handler", "--python", "--s3-bucket", "--source"]
)
def test_an_option_of_nothing_is_not_taken_for_none(dragonctl, write, theirs, made_calls, option):
    theirs()
    write("ours")
    done = dragonctl("deploy-function", option, "")
    assert (done.code, f"'{option}': it is empty" in done.stderr) == (2, True)
    assert made_calls() == []


def test_one_broken_function_holds_back_the_others(dragonctl, write, theirs, made_calls):
    theirs("hello-world")
    theirs("other-one")
    write("ours")
    write({"app.py": "def handler(:\n"}, folder="other_one")
    done = dragonctl("deploy-function", "--output", "json")
    assert done.code == 1
    assert [error["resource"] for error in done.document["errors"]] == ["lambda-function/other-one"]
    assert made_calls() == []


def test_a_container_image_and_another_language_are_refused_by_name(
    dragonctl, write, theirs, made_calls
):
    theirs(Runtime="nodejs22.x")
    write("ours")
    done = dragonctl("deploy-function")
    assert (done.code, "nodejs22.x" in done.stderr) == (2, True)
    assert made_calls() == []


def test_a_retired_runtime_gets_a_sentence_that_names_python(dragonctl, write, theirs):
    theirs(Runtime="python3.10")
    write("ours")
    done = dragonctl("deploy-function", "--dry-run")
    [line] = [line for line in done.stderr.splitlines() if "retired" in line]
    assert "31 October 2026" in line
    assert "--python 3." in line

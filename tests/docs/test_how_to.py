"""The programs that the how-to pages hand out: they work as they stand."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from statelint.linter import Linter

from docs.pages import DOCS
from tests.applications import small
from tests.applications.builder import Builder
from tests.local.serving import until
from tests.strict import applications as accounts
from tests.strict.test_strict_aws import WRITES, known, person

ANNOTATE = DOCS / "how-to" / "annotate.py"
WORKFLOW = DOCS / "how-to" / "drift.yml"
FLEET = DOCS / "how-to" / "fleet"
DEFINITION = (FLEET / "fleet.asl.json").read_text(encoding="utf-8")
# What `pip install --target build .` brings, but for what the Lambda runtime has.
PACKAGED = (
    "dragonctl", "click", "durationpy", "markdown_it", "mdurl", "packaging", "platformdirs",
    "pygments", "rich",
)  # fmt: skip
DRIFT = {
    "command": "setup-observability",
    "changes": [
        {"resource": "apigateway-stage/a1/prod", "field": "tracingEnabled", "before": False,
         "after": True},
        {"resource": "apigateway-stage/a1/prod", "field": "*/*/logging/loglevel", "before": None,
         "after": "100%"},
    ],
    "warnings": ["Stage prod: data trace is overdue."],
}  # fmt: skip


def annotated(document):
    return annotated_text(json.dumps(document))


def annotated_text(printed):
    command = [sys.executable, str(ANNOTATE)]
    ended = subprocess.run(command, input=printed, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout.splitlines()


def test_drift_becomes_an_annotation_for_each_thing():
    code, lines = annotated(DRIFT)
    assert code == 3
    drift, notice = lines
    title, text = drift.removeprefix("::warning title=").split("::")
    assert title == "apigateway-stage/a1/prod"
    assert text.split("%0A") == [
        "tracingEnabled is false and should be true",
        '*/*/logging/loglevel is not set and should be "100%25"',
    ]
    assert notice == "::notice title=setup-observability::Stage prod: data trace is overdue."


def test_a_failure_counts_for_more_than_drift():
    error = {"resource": "", "code": "AccessDenied", "message": "No.", "hint": "Ask."}
    code, lines = annotated({**DRIFT, "errors": [error]})
    assert code == 1
    assert lines[0] == "::error title=::No. Ask."


def test_a_long_value_is_cut_and_stays_in_one_annotation():
    policy = {"field": "document", "resource": "iam-policy/a", "before": None, "after": "x" * 9000}
    _, (line,) = annotated({**DRIFT, "changes": [policy], "warnings": []})
    assert line.endswith("xxx…")
    assert len(line) < 200


@pytest.mark.parametrize("printed", ["", "bash: dragonctl: command not found\n"])
def test_a_command_that_printed_no_document_fails_the_job_in_a_sentence(printed):
    code, (line,) = annotated_text(printed)
    assert (code, line.split("::")[1]) == (1, "error title=dragonctl")


def test_nothing_drifted():
    assert annotated({"command": "x", "changes": [], "warnings": []}) == (0, [])


def test_the_workflow_runs_pinned_actions_with_few_rights_in_anybodys_repository(tmp_path):
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert len(used) == 3
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", one)] == []
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    installs = [n for n, step in enumerate(job["steps"]) if "pip install" in step.get("run", "")]
    (takes_role,) = (n for n, step in enumerate(job["steps"]) if "aws-actions" in str(step))
    assert installs < [takes_role]
    # As in a repository that has but annotate.py; the command fails before it could look.
    (tmp_path / ".github").mkdir()
    shutil.copy(ANNOTATE, tmp_path / ".github")
    environment = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    ended = last_step(tmp_path, environment)
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.startswith("::error title=::No AWS region is set.")


def last_step(folder, environment):
    """The workflow's last step as GitHub's runner carries it out, in a repository's folder."""
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", job["steps"][-1]["run"]]
    places = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**environment, "PATH": places}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_workflow_tells_what_has_drifted_of_all_apis_and_changes_nothing(tmp_path):
    world = known(accounts.shop())
    (tmp_path / ".github").mkdir()
    shutil.copy(ANNOTATE, tmp_path / ".github")
    with person(world, tmp_path) as ann:
        assert ann.types("setup-observability", "--all", "--yes").returncode == 0
        in_order = last_step(tmp_path, ann.environment)
        stage = world.state["apigateway"]["apis"]["shopapi001"]["stages"]["live"]
        stage["tracingEnabled"] = False
        world.begin()
        drifted = last_step(tmp_path, ann.environment)
    assert (in_order.returncode, "::warning" in in_order.stdout) == (0, False)
    assert drifted.returncode == 3
    titles = re.findall("^::warning title=([^:]+)::(.*)", drifted.stdout, re.MULTILINE)
    (drift,) = titles
    assert drift == (
        "apigateway-stage/shopapi001/live", "tracingEnabled is false and should be true"
    )  # fmt: skip
    assert [name for _, name in world.calls if name.startswith(WRITES)] == []
    assert world.unknown == []


def test_the_state_machine_of_the_fleet_is_sound():
    assert Linter.validate(DEFINITION) == []


@pytest.fixture
def fleet_role(local_aws):
    iam = local_aws.client("iam")
    services = ["lambda.amazonaws.com", "states.amazonaws.com"]
    account = f"arn:aws:iam::{local_aws.account}:root"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": services, "AWS": account},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    allowed = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    role = iam.create_role(RoleName="dragonctl-fleet", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(
        RoleName="dragonctl-fleet", PolicyName="all", PolicyDocument=json.dumps(allowed)
    )
    return role["Role"]["Arn"]


@pytest.fixture
def fleet(local_aws, fleet_role):
    """The state machine and its task, made as the page says; runs them and gives the output."""
    local_aws.client("lambda").create_function(
        FunctionName="dragonctl-fleet",
        Runtime="python3.13",
        Handler="fleet_task.handler",
        Role=fleet_role,
        Timeout=900,
        MemorySize=512,
        Environment={"Variables": {"ROLE_NAME": "dragonctl-fleet"}},
        Code={"ZipFile": packaged()},
    )
    states = local_aws.client("stepfunctions")
    machine = states.create_state_machine(name="fleet", definition=DEFINITION, roleArn=fleet_role)[
        "stateMachineArn"
    ]

    def run(*arguments, regions):
        targets = [{"account": local_aws.account, "region": region} for region in regions]
        asked = json.dumps({"arguments": arguments, "targets": targets})
        execution = states.start_execution(stateMachineArn=machine, input=asked)["executionArn"]
        told = until(
            lambda: states.describe_execution(executionArn=execution),
            lambda answer: answer["status"] != "RUNNING",
        )
        assert told["status"] == "SUCCEEDED", told
        return json.loads(told["output"])

    return run


def test_the_fleet_checks_every_account_and_region(local_aws, fleet):
    small.build(Builder(local_aws.endpoint))
    prod, empty = fleet(
        "setup-observability", "--all", "--check", regions=["us-east-1", "eu-west-1"]
    )
    assert (prod["account"], prod["region"]) == (local_aws.account, "us-east-1")
    assert prod.get("exit_code") == 3, prod
    assert any(one.startswith("apigateway-stage/") for one in prod["resources"])
    assert prod["errors"] == []
    assert empty["region"] == "eu-west-1"
    assert empty.get("exit_code") == 2, empty


def test_a_change_is_refused_where_its_journal_would_be_lost(fleet):
    (refused,) = fleet("setup-observability", "--all", regions=["us-east-1"])
    assert "JOURNAL_BUCKET" in refused["failure"]["Cause"]


@pytest.fixture
def fleet_task(local_aws, fleet_role, monkeypatch):
    """The task in this process, with a bucket for its journals in the local AWS."""
    local_aws.client("s3").create_bucket(Bucket="journals")
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    place = {"AWS_ENDPOINT_URL": local_aws.endpoint, "AWS_REGION": "us-east-1"}
    role = {"ROLE_NAME": "dragonctl-fleet", "JOURNAL_BUCKET": "journals"}
    for name, value in {**keys, **place, **role, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(FLEET)
    return importlib.import_module("fleet_task")


class TimeLeft:
    """What Lambda hands to a handler, of a function with so many seconds left."""

    def __init__(self, seconds):
        self.seconds = seconds

    def get_remaining_time_in_millis(self):
        return self.seconds * 1000


def test_the_journal_of_a_command_that_does_not_end_is_kept(local_aws, fleet_task, monkeypatch):
    endless = """
import os, pathlib, signal
runs = pathlib.Path(os.environ["DRAGONCTL_STATE_DIR"], "runs")
runs.mkdir()
(runs / "20261128-1.jsonl").write_text("before")
signal.pause()
"""
    monkeypatch.setattr(fleet_task, "RUN", endless)
    target = {"account": local_aws.account, "region": "us-east-1", "arguments": ["enable-cache"]}
    journals = local_aws.client("s3")
    for seconds in (1, 10, 100):  # a busy machine takes long to begin the command
        with pytest.raises(subprocess.TimeoutExpired):
            fleet_task.handler(target, TimeLeft(fleet_task.RESERVE + seconds))
        if journals.list_objects_v2(Bucket="journals")["KeyCount"]:
            break
    key = f"{local_aws.account}/us-east-1/20261128-1.jsonl"
    assert journals.get_object(Bucket="journals", Key=key)["Body"].read() == b"before"


def packaged():
    """The task and the tool, as one zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(FLEET / "fleet_task.py", "fleet_task.py")
        for name in PACKAGED:
            spec = importlib.util.find_spec(name)
            folder = Path(spec.origin).parent
            for path in folder.rglob("*.py"):
                archive.write(path, f"{name}/{path.relative_to(folder)}")
    return made.getvalue()

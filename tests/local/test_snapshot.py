"""What the local AWS remembers, over ``down``, over a kill, and over a broken file."""

from __future__ import annotations

import json
import os
import pickle
import signal
import time

import boto3
import pytest

from dragonctl.local import control
from tests.local.conftest import Maker


class Running:
    """The local AWS of this test, found anew after each start."""

    def __init__(self):
        self._clients = {}

    def client(self, service):
        server = control.up()
        key = service, server.pid
        if key not in self._clients:
            self._clients[key] = boto3.client(
                service,
                endpoint_url=server.endpoint,
                region_name="us-east-1",
                aws_access_key_id="a",
                aws_secret_access_key="b",
            )
        return self._clients[key]


@pytest.fixture
def running(tmp_path, monkeypatch):
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(tmp_path))
    yield Running()
    control.down()


def test_every_service_is_kept_and_goes_on(running):
    make = Maker(running)
    control.set_pace(control.up(), function_update=0)
    api = make.stage()
    made = make.function()
    running.client("lambda").publish_version(FunctionName="f")
    running.client("lambda").create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    seen = running.client("lambda").get_function_configuration(FunctionName="f")["RevisionId"]
    machine = make.machine()
    states = running.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    make.group("g")
    running.client("ssm").put_parameter(Name="p", Value="v", Type="String")
    running.client("s3").create_bucket(Bucket="bucket")
    running.client("s3").put_object(Bucket="bucket", Key="k", Body=b"body")
    topic = running.client("sns").create_topic(Name="t")["TopicArn"]
    control.down()

    assert running.client("apigateway").get_stage(restApiId=api, stageName="prod")
    functions = running.client("lambda")
    kept = functions.get_function_configuration(FunctionName="f", Qualifier="live")
    assert (kept["Version"], kept["CodeSha256"]) == ("1", made["CodeSha256"])
    latest = functions.get_function_configuration(FunctionName="f")
    assert latest["RevisionId"] == seen
    functions.update_function_configuration(FunctionName="f", Timeout=5)
    states = running.client("stepfunctions")
    assert states.describe_execution(executionArn=execution)["name"] == "one"
    assert states.start_execution(stateMachineArn=machine, name="two")
    groups = running.client("logs").describe_log_groups(logGroupNamePrefix="g")["logGroups"]
    assert [one["logGroupName"] for one in groups] == ["g"]
    assert running.client("ssm").get_parameter(Name="p")["Parameter"]["Value"] == "v"
    assert running.client("s3").get_object(Bucket="bucket", Key="k")["Body"].read() == b"body"
    running.client("sns").publish(TopicArn=topic, Message="still there")


def test_a_function_that_was_never_asked_for_its_aliases_has_none_after_a_restart(running):
    Maker(running).function()
    control.down()
    assert running.client("lambda").list_aliases(FunctionName="f")["Aliases"] == []


def test_a_kill_loses_no_more_than_the_last_moment(running):
    make = Maker(running)
    make.role("kept", "lambda")
    path = control.log_file().with_name("state.pickle")
    until = time.monotonic() + 60
    while not (path.exists() and b"kept" in path.read_bytes()):
        assert time.monotonic() < until
    os.kill(control.up().pid, signal.SIGKILL)
    names = [one["RoleName"] for one in running.client("iam").list_roles()["Roles"]]
    assert names == ["kept"]


@pytest.mark.parametrize(
    "content",
    [b"", b"no pickle", pickle.dumps({"moto": "0", "dragonctl": "0"}), pickle.dumps([])],
)
def test_a_file_that_cannot_be_read_is_an_empty_start(running, content):
    control.log_file().with_name("state.pickle").write_bytes(content)
    assert running.client("iam").list_roles()["Roles"] == []


def test_a_reset_forgets_everything(running):
    make = Maker(running)
    make.stage()
    make.function()
    control.reset()
    control.down()
    assert running.client("apigateway").get_rest_apis()["items"] == []
    assert running.client("lambda").list_functions()["Functions"] == []
    assert json.dumps(running.client("iam").list_roles()["Roles"]) == "[]"

"""What the local AWS remembers, over ``down``, over a kill, and over a broken file."""

from __future__ import annotations

import json
import os
import pickle
import signal
import time
from pathlib import Path

import boto3
import pytest

from dragonctl.cli import root as cli
from dragonctl.local import control
from tests.local.conftest import Maker
from tests.local.serving import until

RULE_PATTERNS = ("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath")
WAITING = json.dumps(
    {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
)


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
    pool = running.client("cognito-idp").create_user_pool(PoolName="p")["UserPool"]["Id"]
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
    assert states.get_execution_history(executionArn=execution)["events"]
    assert states.start_execution(stateMachineArn=machine, name="two")
    groups = running.client("logs").describe_log_groups(logGroupNamePrefix="g")["logGroups"]
    assert [one["logGroupName"] for one in groups] == ["g"]
    assert running.client("ssm").get_parameter(Name="p")["Parameter"]["Value"] == "v"
    assert running.client("s3").get_object(Bucket="bucket", Key="k")["Body"].read() == b"body"
    running.client("sns").publish(TopicArn=topic, Message="still there")
    assert running.client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]
    roles = {one["RoleName"] for one in running.client("iam").list_roles()["Roles"]}
    assert roles >= {"f-role", "m-role"}
    assert control.up().set_aside is None


def test_traces_and_sampling_rules_are_kept_and_go_on(running):
    rule = dict.fromkeys(RULE_PATTERNS, "*")
    rule |= {"RuleName": "r", "Priority": 1, "FixedRate": 0.5, "ReservoirSize": 1, "Version": 1}
    running.client("xray").create_sampling_rule(SamplingRule=rule)
    trace = f"1-{int(time.time()):08x}-{'a' * 24}"
    segment = {"name": "s", "id": "b" * 16, "trace_id": trace, "start_time": time.time()}
    running.client("xray").put_trace_segments(
        TraceSegmentDocuments=[json.dumps({**segment, "end_time": time.time()})]
    )
    control.down()
    xray = running.client("xray")
    rules = xray.get_sampling_rules()["SamplingRuleRecords"]
    assert "r" in {one["SamplingRule"]["RuleName"] for one in rules}
    assert xray.batch_get_traces(TraceIds=[trace])["Traces"][0]["Segments"]
    xray.put_trace_segments(
        TraceSegmentDocuments=[json.dumps({**segment, "trace_id": trace[:-1] + "c"})]
    )


def test_what_executes_when_the_local_aws_ends_is_kept(running):
    make = Maker(running)
    machine = make.machine()
    states = running.client("stepfunctions")
    version = states.publish_state_machine_version(stateMachineArn=machine)
    alias = states.create_state_machine_alias(
        name="live",
        routingConfiguration=[
            {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
        ],
    )["stateMachineAliasArn"]
    slow = make.machine("slow", definition=WAITING)
    states.start_execution(stateMachineArn=slow, name="cut")
    control.down()
    states = running.client("stepfunctions")
    assert states.start_execution(stateMachineArn=alias, name="three")
    assert states.start_execution(stateMachineArn=slow, name="again")
    assert len(states.list_executions(stateMachineArn=slow)["executions"]) == 2
    assert control.up().set_aside is None


def test_a_function_that_was_never_asked_for_its_aliases_has_none_after_a_restart(running):
    Maker(running).function()
    control.down()
    assert running.client("lambda").list_aliases(FunctionName="f")["Aliases"] == []


def test_domains_policies_and_answers_of_queries_are_kept(running):
    api = Maker(running).stage()
    gateway, logs = running.client("apigateway"), running.client("logs")
    gateway.create_domain_name(domainName="a.example.com", certificateArn="arn:aws:acm:c")
    gateway.create_base_path_mapping(domainName="a.example.com", restApiId=api)
    logs.create_log_group(logGroupName="g")
    query = logs.start_query(logGroupName="g", startTime=0, endTime=1, queryString="fields a")
    seen = gateway.get_domain_name(domainName="a.example.com")["certificateUploadDate"]
    control.down()
    gateway, logs = running.client("apigateway"), running.client("logs")
    assert gateway.get_domain_name(domainName="a.example.com")["certificateUploadDate"] == seen
    mappings = gateway.get_base_path_mappings(domainName="a.example.com")["items"]
    assert mappings == [{"basePath": "(none)", "restApiId": api}]
    assert logs.get_query_results(queryId=query["queryId"])["status"] == "Complete"
    assert control.up().set_aside is None


def test_a_kill_loses_no_more_than_the_last_moment(running):
    make = Maker(running)
    make.role("kept", "lambda")
    path = control.log_file().with_name("state.pickle")
    assert until(lambda: path.exists() and b"kept" in path.read_bytes(), bool)
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
    aside = Path(control.up().set_aside)
    assert aside.parent == control.log_file().parent
    assert aside.read_bytes() == content


class Called:
    """Pickled, it is a call of a function."""

    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


@pytest.mark.parametrize("place", ["envelope", "drawers", "service"])
def test_a_file_that_names_a_function_does_not_call_it(running, tmp_path, place):
    Maker(running).role("kept", "lambda")
    control.down()
    path = control.log_file().with_name("state.pickle")
    whole = pickle.loads(path.read_bytes())
    trap = Called(os.mkdir, str(tmp_path / "called"))
    if place == "envelope":
        whole["more"] = trap
    elif place == "drawers":
        whole["drawers"] = pickle.dumps(trap)
    else:
        whole["services"]["moto.sns.models"] = pickle.dumps(trap)
    path.write_bytes(pickle.dumps(whole))
    kept = [one["RoleName"] for one in running.client("iam").list_roles()["Roles"]]
    assert kept == (["kept"] if place == "service" else [])
    assert not (tmp_path / "called").exists()
    assert Path(control.up().set_aside).read_bytes() == pickle.dumps(whole)


def test_a_file_that_others_can_write_is_set_aside(running, capsys, monkeypatch):
    Maker(running).role("kept", "lambda")
    control.down()
    control.log_file().with_name("state.pickle").chmod(0o666)
    assert running.client("iam").list_roles()["Roles"] == []
    monkeypatch.setenv("COLUMNS", "400")
    assert cli.run(["local", "status"]) == 0
    assert f"kept in {control.up().set_aside}" in capsys.readouterr().out


def test_what_a_former_version_wrote_is_set_aside(running):
    Maker(running).role("kept", "lambda")
    control.down()
    path = control.log_file().with_name("state.pickle")
    whole = pickle.loads(path.read_bytes())
    path.write_bytes(pickle.dumps({key: whole[key] for key in whole if key != "form"}))
    assert running.client("iam").list_roles()["Roles"] == []
    assert Path(control.up().set_aside).exists()


def test_a_reset_forgets_everything(running):
    make = Maker(running)
    make.stage()
    make.function()
    control.reset()
    control.down()
    assert running.client("apigateway").get_rest_apis()["items"] == []
    assert running.client("lambda").list_functions()["Functions"] == []
    assert json.dumps(running.client("iam").list_roles()["Roles"]) == "[]"

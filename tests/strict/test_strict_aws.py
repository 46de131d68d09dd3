"""dragonctl on an AWS that is stricter than any emulator: late, paged, limited, particular.

What moved is compared over the whole account, and no refusal may be one that a person would see.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.forked import Forked
from tests.hurry import TIMES
from tests.strict import applications as accounts
from tests.strict.wire import serve
from tests.strict.world import Delays

SETUP = ("setup-observability", "--api", "shop", "--yes", "--output", "json")
UNDO = ("undo", "--yes", "--output", "json")
WRITES = ("Create", "Update", "Put", "Delete", "Attach", "Detach", "Tag", "Untag")


class Person:
    """Somebody who types dragonctl at an account; ``ran`` holds the calls of the last command."""

    def __init__(self, world, url, home):
        self.world, self.home, self.ran = world, home, []
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "DRAGONCTL_"))}
        self.environment = {
            **kept, "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true", "DRAGONCTL_STATE_DIR": str(home),
        }  # fmt: skip

    def interrupts(self, operation, nth=1):
        """Presses Ctrl-C as soon as an operation is called for the nth time, and each time then."""
        answer, calls = self.world.operations[operation], itertools.count(1)

        def pressed(world, params):
            if next(calls) >= nth:
                self.child.send_signal(signal.SIGINT)
            return answer(world, params)

        self.world.operations[operation] = pressed

    def types(self, *arguments):
        first = len(self.world.calls)
        self.child = Forked(arguments, self.environment, self.home)
        ended = self.child.end()
        self.ran = self.world.calls[first:]
        assert self.world.unknown == []
        assert "Traceback" not in ended.stderr
        return ended

    @property
    def wrote(self):
        return [name for _, name in self.ran if name.startswith(WRITES)]


@contextmanager
def person(world, home: Path):
    with serve(world.handle) as url:
        yield Person(world, url, home)


def moved(before, after, path=""):
    """The leaves that differ, by path."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = {}
        for key in sorted(before.keys() | after.keys()):
            found |= moved(before.get(key), after.get(key), f"{path}/{key}")
        return found
    return {} if before == after else {path: (before, after)}


def test_there_again_and_back_over_a_slow_strict_account(tmp_path):
    """The role is not yet known to API Gateway when it is named: one wait of twenty seconds."""
    world = accounts.shop()
    before = accounts.comparable(world)
    with person(world, tmp_path) as ann:
        ann.types(*SETUP, "--dry-run")
        assert moved(before, accounts.comparable(world)) == {}
        first = ann.types(*SETUP)
        assert (first.returncode, json.loads(first.stdout).get("errors", [])) == (0, [])
        after = accounts.comparable(world)
        assert ann.wrote.count("UpdateStage") == 3
        check = ann.types(*SETUP, "--check")
        assert (check.returncode, json.loads(check.stdout)["changes"], ann.wrote) == (0, [], [])
        status = ann.types("status", "--api", "shop")
        assert (status.returncode, ann.wrote) == (0, [])
        undo = ann.types("undo", "--yes", "--output", "json")
        assert (undo.returncode, moved(before, accounts.comparable(world))) == (0, {})
    live = after["apigateway"]["apis"]["shopapi001"]["stages"]["live"]
    was = before["apigateway"]["apis"]["shopapi001"]["stages"]["live"]
    assert set(moved(was, live)) == {
        "/accessLogSettings", "/tracingEnabled",
        *(f"/methodSettings/{key}/loggingLevel" for key in was["methodSettings"]),
    }  # fmt: skip
    assert moved(before["apigateway"]["apis"]["otherapi01"],
                 after["apigateway"]["apis"]["otherapi01"]) == {}  # fmt: skip
    nested = accounts.machine_arn("nested")
    assert set(moved(before["stepfunctions"]["machines"][nested],
                     after["stepfunctions"]["machines"][nested])) == {
        "/tracingConfiguration/enabled"
    }  # fmt: skip


def known(world):
    """The account has its CloudWatch role already, made by somebody else."""
    accounts.role(world, "push", "apigateway.amazonaws.com", "/team/", attached=[
        accounts.AWS_POLICY + "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    ])  # fmt: skip
    world.state["apigateway"]["role"] = accounts.role_arn("push", "/team/")
    world.begin()
    return world


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--log-level", "OFF", "--no-access-log", "--no-tracing", "--state-machine-level", "OFF"],
         {"tracingEnabled": False, "loggingLevel": "OFF"}),
        (["--log-level", "ERROR", "--data-trace", "--metrics", "--execution-data",
          "--retention", "14", "--data-trace-for", "2h"],
         {"tracingEnabled": True, "loggingLevel": "ERROR", "dataTraceEnabled": True,
          "metricsEnabled": True}),
        (["--no-data-trace", "--no-metrics", "--no-execution-data", "--no-role-changes",
          "--state-machine-level", "FATAL"],
         {"tracingEnabled": True, "dataTraceEnabled": False, "metricsEnabled": False}),
    ],
)  # fmt: skip
def test_every_option_there_again_and_back(tmp_path, options, expected):
    world = known(accounts.shop())
    before = accounts.comparable(world)
    with person(world, tmp_path) as ann:
        first = ann.types(*SETUP, *options)
        assert first.returncode == 0, first.stdout
        # A deadline is another one each time: the second run is asked without it.
        again = [one for one in options if one not in ("--data-trace-for", "2h")]
        assert ann.types(*SETUP, *again).returncode == 0
        assert ann.wrote == []
        after = accounts.comparable(world)
        undo = ann.types("undo", "--yes", "--output", "json")
        assert undo.returncode == 0
    stages = after["apigateway"]["apis"]["shopapi001"]["stages"].values()
    for stage in stages:
        for settings in stage["methodSettings"].values():
            seen = {"tracingEnabled": stage["tracingEnabled"], **settings}
            assert {key: seen.get(key, "OFF") for key in expected} == expected
    assert after["apigateway"]["role"] == before["apigateway"]["role"]
    assert moved(before, accounts.comparable(world)) == {}


def test_many_stages_under_the_limits_of_the_account(tmp_path):
    """Forty stages and resources of many pages: slowed down, refused at times, never failed."""
    world = accounts.empty(Delays(stage_change=0, gateway_rate=25.0 * TIMES, gateway_burst=10.0))
    methods = {f"GET /thing{index}/{{id}}": {"type": "MOCK"} for index in range(12)}
    accounts.api(world, "wideapi001", "shop", methods, {f"s{index}": {} for index in range(30)})
    known(world)
    before = accounts.comparable(world)
    with person(world, tmp_path) as ann:
        first = ann.types(*SETUP)
        assert (first.returncode, json.loads(first.stdout).get("errors", [])) == (0, [])
        assert ann.wrote.count("UpdateStage") >= 30
        assert ann.types("undo", "--yes").returncode == 0
    assert moved(before, accounts.comparable(world)) == {}


def test_a_policy_that_several_machines_use_goes_with_the_last_of_them(tmp_path):
    """Its users come in several pages, and are shown late."""
    world = accounts.empty()
    names = ["alpha", "beta", "gamma"]
    for name in names:
        role = accounts.role(world, f"{name}-role", "states.amazonaws.com")
        accounts.machine(world, name, role, {"Done": {"Type": "Succeed"}})
    integrations = {
        f"POST /{name}": {
            "type": "AWS", "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
            "requestTemplates": {"application/json": accounts.machine_arn(name)},
        }
        for name in names
    }  # fmt: skip
    accounts.api(world, "threeapi01", "shop", integrations, {"prod": {}})
    known(world)
    before = accounts.comparable(world)
    with person(world, tmp_path) as ann:
        assert ann.types(*SETUP).returncode == 0
        assert len(world.state["iam"]["policies"]) > len(before["iam"]["policies"])
        undo = ann.types("undo", "--yes", "--output", "json")
        assert undo.returncode == 0
    assert moved(before, accounts.comparable(world)) == {}


def with_a_machine():
    """A stage that starts a machine; somebody's delivery policy lacks rights, in four versions."""
    world = accounts.empty(Delays(iam_known=0.0, account_every=0.1))
    role = accounts.role(world, "flow-role", "states.amazonaws.com")
    accounts.machine(world, "flow", role, {"Done": {"Type": "Succeed"}})
    starts = {
        "type": "AWS", "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
        "requestTemplates": {"application/json": accounts.machine_arn("flow")},
    }  # fmt: skip
    accounts.api(world, "flowapi001", "shop", {"POST /": starts}, {"prod": {}})
    versions = {f"v{one}": accounts.document(["logs:GetLogDelivery"] * one) for one in range(1, 5)}
    world.state["iam"]["policies"][accounts.DELIVERY] = {
        "default": "v4", "documents": versions, "description": None,
    }  # fmt: skip
    world.state["logs"]["groups"]["API-Gateway-Execution-Logs_flowapi001/prod"] = {
        "days": 365, "events": ["a line"],
    }  # fmt: skip
    world.begin()
    return world


def test_an_undo_is_itself_undone(tmp_path):
    """There, back, there and back: each time the whole account is as it was."""
    world = with_a_machine()
    before = accounts.comparable(world)
    with person(world, tmp_path) as ann:
        assert ann.types(*SETUP, "--retention", "7").returncode == 0
        there = accounts.comparable(world)
        undo = ann.types(*UNDO)
        assert (undo.returncode, moved(before, accounts.comparable(world))) == (0, {})
        redo = ann.types("undo", json.loads(undo.stdout)["run"], *UNDO[1:])
        again = moved(there, accounts.comparable(world))
        assert (redo.returncode, [key for key in again if "/iam/policies/" not in key]) == (0, [])
        assert ann.types(*UNDO).returncode == 0
    assert moved(before, accounts.comparable(world)) == {}


def test_an_undo_leaves_what_somebody_changed_and_what_that_needs(tmp_path):
    world = known(with_a_machine())
    mine = f"arn:aws:logs:us-east-1:{accounts.ACCOUNT}:log-group:/mine"
    stage = world.state["apigateway"]["apis"]["flowapi001"]["stages"]
    machines, flow = world.state["stepfunctions"]["machines"], accounts.machine_arn("flow")
    with person(world, tmp_path) as ann:
        assert ann.types(*SETUP).returncode == 0
        machines[flow]["loggingConfiguration"]["level"] = "ERROR"
        stage["prod"]["accessLogSettings"]["destinationArn"] = mine
        world.begin()
        left = machines[flow]["loggingConfiguration"], stage["prod"]["accessLogSettings"]
        undo = ann.types(*UNDO)
    assert undo.returncode == 0, undo.stdout
    assert left == (machines[flow]["loggingConfiguration"], stage["prod"]["accessLogSettings"])
    assert not stage["prod"]["tracingEnabled"]
    assert not machines[flow]["tracingConfiguration"]["enabled"]
    assert "/aws/vendedlogs/states/flow-Logs" in world.state["logs"]["groups"]
    assert world.rights("flow-role") >= {"logs:CreateLogDelivery"}
    told = " ".join(json.loads(undo.stdout)["warnings"])
    assert all(name in told for name in (
        "access log, access log format of apigateway-stage/", "log level, log group of states-mach",
        "iam-role-policies/flow-role", "flow-Logs", "iam-policy/",
    ))  # fmt: skip


def test_an_interruption_is_one_document_and_can_be_undone(tmp_path):
    world = known(accounts.shop())
    before = accounts.comparable(world)
    with person(world, tmp_path) as ann:
        ann.interrupts("lambda.GetFunctionConfiguration")  # of two functions, so twice
        twice = ann.types(*SETUP)
        assert (twice.returncode, json.loads(twice.stdout)["changes"], ann.wrote) == (130, [], [])
        world.operations.update(accounts.empty().operations)
        ann.interrupts("apigateway.UpdateStage", nth=3)  # the first is done, and read back, by then
        ended = ann.types(*SETUP)
        document = json.loads(ended.stdout)
        assert ended.returncode == 130
        assert [error["code"] for error in document["errors"]] == ["Interrupted"]
        assert document["changes"]
        (run,) = json.loads(ann.types("history", "--output", "json").stdout)["runs"]
        assert (run["run"], run["outcome"]) == (document["run"], "interrupted")
        ann.interrupts("sts.GetCallerIdentity")
        early = ann.types(*SETUP, "--dry-run")
        assert (early.returncode, json.loads(early.stdout)["changes"]) == (130, [])
        world.operations.update(accounts.empty().operations)
        assert ann.types(*UNDO).returncode == 0
    assert moved(before, accounts.comparable(world)) == {}


def test_groups_with_events_stay_however_late_the_events_come(tmp_path):
    world = known(accounts.shop())
    group = "API-Gateway-Execution-Logs_shopapi001/dev"
    with person(world, tmp_path) as ann:
        assert ann.types(*SETUP).returncode == 0
        world.state["logs"]["groups"][group]["events"] = ["a line"]
        undo = ann.types("undo", "--yes")
        assert undo.returncode == 0
    assert [name for name in world.state["logs"]["groups"] if "shopapi001" in name] == [group]
    assert f"{group}" in undo.stdout + undo.stderr or "dev" in undo.stdout + undo.stderr

"""The resources of observability: tables of (have, want) -> the fewest calls."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.engine.model import Call, Reading
from dragonctl.resources.apigateway_account import Account
from dragonctl.resources.apigateway_stage import Stage, patch_key, stage_state
from dragonctl.resources.iam_policy import Policy
from dragonctl.resources.iam_role import Role
from dragonctl.resources.iam_role_policies import RolePolicies, attached
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.resources.states_alias import MachineAlias
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.states_version import NewestMachineVersion

TRUST = {"Version": "2012-10-17", "Statement": []}
FACTS = {"partition": "aws", "region": "us-east-1", "raw": {}}


def calls(resource, have, want, facts=FACTS):
    reading = None if have is None else Reading(have, facts)
    return [(one.operation, dict(one.params)) for one in resource.calls(reading, want)]


def patches(have, want):
    made = calls(Stage("a1", "prod"), have, want)
    assert [name for name, _ in made] == ["UpdateStage"] * len(made)
    return [(op["op"], op["path"], op.get("value"))
            for _, params in made for op in params["patchOperations"]]  # fmt: skip


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        ({"tracingEnabled": False}, {"tracingEnabled": True},
         [("replace", "/tracingEnabled", "true")]),
        ({"tracingEnabled": True}, {"tracingEnabled": True}, []),
        ({}, {"*/*/logging/loglevel": "INFO"}, [("replace", "/*/*/logging/loglevel", "INFO")]),
        ({"*/*/metrics/enabled": True}, {"*/*/logging/loglevel": "OFF"}, []),
        ({}, {"~1a~1{b}/GET/logging/dataTrace": True},
         [("replace", "/~1a~1{b}/GET/logging/dataTrace", "true")]),
        ({"*/*/throttling/rateLimit": 5.0, "*/*/logging/loglevel": "INFO"},
         {"*/*/logging/loglevel": None},
         [("remove", "/*/*", None), ("replace", "/*/*/throttling/rateLimit", "5.0")]),
        ({"accessLogSettings/destinationArn": "d", "accessLogSettings/format": "f"},
         {"accessLogSettings/destinationArn": None, "accessLogSettings/format": None},
         [("remove", "/accessLogSettings", None)]),
        ({"accessLogSettings/destinationArn": "d", "accessLogSettings/format": "f"},
         {"accessLogSettings/destinationArn": None},
         [("remove", "/accessLogSettings", None), ("replace", "/accessLogSettings/format", "f")]),
        ({}, {"accessLogSettings/destinationArn": "d"},
         [("replace", "/accessLogSettings/destinationArn", "d")]),
    ],
)  # fmt: skip
def test_stage_patches(have, want, expected):
    assert patches(have, want) == expected


def test_the_answer_of_an_update_tells_how_the_stage_stands():
    """So that a cluster that is still coming is not looked at before it can be there."""
    answer = {"cacheClusterEnabled": True, "cacheClusterStatus": "CREATE_IN_PROGRESS"}
    stage = Stage("a1", "prod")
    told = stage.answered(Call("apigateway", "UpdateStage", {}), answer)
    assert told.state["cacheClusterEnabled"] is True
    assert stage.settled(told)


def test_a_stage_of_which_no_cluster_is_shown_has_none():
    assert stage_state({})["cacheClusterEnabled"] is False


ON, OFF = "~1a/GET/caching/enabled", "~1b/GET/caching/enabled"
NEXT_CACHE = {
    ON: True, OFF: False, "deploymentId": "d2", "cacheClusterSize": "0.5",
    "cacheClusterEnabled": True, "tracingEnabled": True,
}  # fmt: skip


@given(st.permutations(list(NEXT_CACHE)))
def test_whatever_the_order_of_wishes_no_method_caches_under_a_key_that_is_not_served(order):
    """Traffic goes on between two operations, and a stage takes none while its cluster changes."""
    have = {OFF: True, ON: False, "deploymentId": "d1", "cacheClusterEnabled": False}
    made = [path for _, path, _ in patches(have, {field: NEXT_CACHE[field] for field in order})]
    turns = [f"/{OFF}", "/deploymentId", f"/{ON}", "/cacheClusterSize", "/cacheClusterEnabled"]
    assert sorted(turns, key=made.index) == turns
    assert made.index("/tracingEnabled") < made.index("/cacheClusterSize")


def test_a_large_update_is_cut_into_parts_that_aws_takes():
    want = {f"~1{n}/GET/logging/dataTrace": True for n in range(100)}
    sizes = [len(params["patchOperations"]) for _, params in calls(Stage("a1", "p"), {}, want)]
    assert sizes == [80, 20]


def test_a_stage_logs_only_once_its_methods_do():
    """Cut short between two updates, it leaves no method that looks silenced on purpose."""
    names = ["*/*", *(f"~1{n}/GET" for n in range(100))]
    fields = [f"{name}/logging/loglevel" for name in names]
    made = calls(Stage("a1", "p"), dict.fromkeys(fields, "OFF"), dict.fromkeys(fields, "INFO"))
    last = made[-1][1]["patchOperations"][-1]
    assert last["path"] == "/*/*/logging/loglevel"


def test_tags_are_set_and_taken_away():
    made = calls(Stage("a1", "prod"), {"tags/old": "1"}, {"tags/old": None, "tags/new": "2"})
    arn = "arn:aws:apigateway:us-east-1::/restapis/a1/stages/prod"
    assert made == [
        ("TagResource", {"resourceArn": arn, "tags": {"new": "2"}}),
        ("UntagResource", {"resourceArn": arn, "tagKeys": ["old"]}),
    ]


def test_a_stage_without_a_deployment_cannot_be_made():
    assert calls(Stage("a1", "prod"), None, {"tracingEnabled": True}) == []


@pytest.mark.parametrize(
    ("key", "written"),
    [("/dragons/GET", "~1dragons/GET"), ("dragons/GET", "dragons/GET"), ("/GET", "~1/GET"),
     ("*/*", "*/*"), ("/a/{b}/GET", "~1a~1{b}/GET"), ("~1a~0b/GET", "~1a~0b/GET"),
     ("/{proxy+}/ANY", "~1{proxy+}/ANY")],
)  # fmt: skip
def test_method_keys_in_every_spelling(key, written):
    assert patch_key(key) == written


GROUP = {"logGroupName": "g"}


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        (None, {"name": "g", "retentionInDays": 30},
         [("CreateLogGroup", GROUP), ("PutRetentionPolicy", {**GROUP, "retentionInDays": 30})]),
        ({"name": "g", "retentionInDays": 7}, {"retentionInDays": 30},
         [("PutRetentionPolicy", {**GROUP, "retentionInDays": 30})]),
        ({"name": "g", "retentionInDays": 7}, {"retentionInDays": None},
         [("DeleteRetentionPolicy", GROUP)]),
        ({"name": "g", "retentionInDays": 7}, {"retentionInDays": 7}, []),
        ({"name": "g", "retentionInDays": 7}, {}, []),
        ({"name": "g", "retentionInDays": 7}, None, [("DeleteLogGroup", GROUP)]),
    ],
)  # fmt: skip
def test_log_groups(have, want, expected):
    assert calls(LogGroupSettings("g"), have, want) == expected


def test_the_account_role_is_set_and_cleared_in_one_call():
    for want, value in (({"cloudwatchRoleArn": "arn"}, "arn"), ({"cloudwatchRoleArn": None}, "")):
        patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": value}
        assert calls(Account("1", "r"), {"cloudwatchRoleArn": "x"}, want) == [
            ("UpdateAccount", {"patchOperations": [patch]})
        ]


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        (None, {"trust": TRUST, "description": "d", "path": "/"}, ["CreateRole"]),
        ({"trust": {}, "description": None}, {"trust": TRUST}, ["UpdateAssumeRolePolicy"]),
        ({"trust": TRUST, "description": None}, {"description": "d"}, ["UpdateRole"]),
        ({"trust": TRUST, "description": "d"}, {"trust": TRUST, "description": "d"}, []),
        ({"trust": TRUST, "description": "d"}, None, ["DeleteRole"]),
    ],
)
def test_roles(have, want, expected):
    assert [name for name, _ in calls(Role("r"), have, want)] == expected


def test_attachments_come_and_go():
    want = {**attached("new"), "policies/old": None}
    assert calls(RolePolicies("r"), attached("old", "kept"), want) == [
        ("AttachRolePolicy", {"RoleName": "r", "PolicyArn": "new"}),
        ("DetachRolePolicy", {"RoleName": "r", "PolicyArn": "old"}),
    ]


POLICY = "arn:aws:iam::123456789012:policy/team/p"
HELD = {"versions": ("v1", "v2"), "default": "v2", "roles": (), "others": 0}


def test_a_policy_is_made_with_its_path_and_deleted_with_its_versions():
    made = calls(Policy(POLICY), None, {"document": TRUST, "description": "d"})
    assert made == [("CreatePolicy", {"PolicyName": "p", "Path": "/team/", "Description": "d",
                                      "PolicyDocument": json.dumps(TRUST)})]  # fmt: skip
    assert calls(Policy(POLICY), {"document": TRUST}, None, HELD) == [
        ("DeletePolicyVersion", {"PolicyArn": POLICY, "VersionId": "v1"}),
        ("DeletePolicy", {"PolicyArn": POLICY}),
    ]


def test_a_policy_goes_back_to_the_version_that_was_in_force():
    """A new version with the old document would fill IAM's five, and leave another policy."""
    facts = {"default": "v2", "versions": ("v1", "v2")}
    assert calls(Policy(POLICY), {"document": {}}, {"document": TRUST, "version": "v1"}, facts) == [
        ("SetDefaultPolicyVersion", {"PolicyArn": POLICY, "VersionId": "v1"}),
        ("DeletePolicyVersion", {"PolicyArn": POLICY, "VersionId": "v2"}),
    ]
    (made,) = calls(Policy(POLICY), {"document": {}}, {"document": TRUST, "version": "v9"}, facts)
    assert made[0] == "CreatePolicyVersion"


MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
STATE = {
    "loggingConfiguration/level": "OFF",
    "loggingConfiguration/includeExecutionData": False,
    "loggingConfiguration/logGroupArn": None,
    "tracingConfiguration/enabled": False,
}


def test_a_machine_gets_only_what_differs():
    traced = calls(MachineSettings(MACHINE), STATE, {"tracingConfiguration/enabled": True})
    assert traced == [
        ("UpdateStateMachine",
         {"stateMachineArn": MACHINE, "tracingConfiguration": {"enabled": True}})
    ]  # fmt: skip
    want = {"loggingConfiguration/level": "ALL", "loggingConfiguration/logGroupArn": "g:*"}
    logged = calls(MachineSettings(MACHINE), STATE, want)
    assert logged[0][1] == {
        "stateMachineArn": MACHINE,
        "loggingConfiguration": {
            "level": "ALL",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "g:*"}}],
        },
    }


def test_a_machines_version_and_alias():
    assert calls(NewestMachineVersion(MACHINE), None, STATE) == [
        ("PublishStateMachineVersion", {"stateMachineArn": MACHINE})
    ]
    route = {"stateMachineVersionArn": f"{MACHINE}:2", "weight": 100}
    have, want = ({"stateMachineVersionArn": f"{MACHINE}:{n}"} for n in (1, 2))
    assert calls(MachineAlias(f"{MACHINE}:live"), have, want) == [
        ("UpdateStateMachineAlias",
         {"stateMachineAliasArn": f"{MACHINE}:live", "routingConfiguration": [route]})
    ]  # fmt: skip

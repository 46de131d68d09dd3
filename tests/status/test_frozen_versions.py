"""Versions that traffic uses run under a role and write to a group of their own: judged as well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dragonctl.application.log_groups import log_groups
from dragonctl.application.nouns import Api, App, Function, Machine, Route
from dragonctl.engine.model import Reading
from dragonctl.recipes.observability import ObservabilitySurvey, Options, observability
from dragonctl.resources.role_rights import Rights
from dragonctl.status.observations import Observations, shown_logs
from dragonctl.status.report import document, problems
from dragonctl.telemetry.calls import log_calls

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:"
FLOW = "arn:aws:states:us-east-1:123456789012:stateMachine:flow"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
XRAY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
DELIVERY = "arn:aws:iam::123456789012:policy/StepFunctionsCWDelivery"


def work(role, group=None, mode="Active"):
    logging = {"LoggingConfig": {"LogGroup": group}} if group else {}
    return {"FunctionName": "work", "Role": ROLE + role, "TracingConfig": {"Mode": mode}, **logging}


def flow(role, group, level="ALL", traced=True):
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": f"{LOGS}{group}:*"}}
    return {
        "roleArn": ROLE + role,
        "loggingConfiguration": {"level": level, "destinations": [destination]},
        "tracingConfiguration": {"enabled": traced},
    }


def application(function, machine):
    """Traffic reaches two versions of each, none of them ``$LATEST``; version 3 is given."""
    latest, started = work("worker"), flow("flower", "/aws/vendedlogs/states/flow-Logs")
    behind = {"live": (Route("2", 0.6, latest), Route("3", 0.4, function))}
    begun = {"live": (Route("2", 0.6, started), Route("3", 0.4, machine))}
    return App(
        (Api("a1", "orders", {}, {}),),
        (Function("work", latest, behind),),
        (Machine(FLOW, started, begun),),
        "123456789012",
        "us-east-1",
        "aws",
    )


def allowed(name, *actions):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return Rights(name, {}, ({"Statement": [statement]},))


def surveyed(**lacking):
    roles = ("worker", "flower", "older", "older-flower")
    rights = {name: allowed(name, "*") for name in roles}
    account = Reading({"cloudwatchRoleArn": f"{ROLE}theirs"}, {"health": "healthy"})
    return ObservabilitySurvey(account, {**rights, **lacking})


OLD = application(work("older", "/old/work"), flow("older-flower", "/old/flow"))
GROUPS = [
    "/aws/lambda/work", "/old/work", "/aws/vendedlogs/states/flow-Logs", "/old/flow",
]  # fmt: skip


def seen(app=OLD, days=30, **lacking):
    groups = tuple(shown_logs(app))
    facts = {"class": "STANDARD", "bytes": 0, "key": None}
    readings = {
        one.group: Reading({"retentionInDays": days if one.group.startswith("/old") else 30}, facts)
        for one in groups
    }
    return Observations(app, surveyed(**lacking), groups, readings)


def told(observed):
    return [(one.resource, one.document()["problem"]) for one in problems(observed, NOW)]


def test_status_shows_the_groups_of_versions_with_whose_they_are():
    shown = {one["name"]: one["of"] for one in document(seen(), NOW)["log_groups"]}
    assert list(shown) == GROUPS
    assert shown["/old/work"] == ["function work, version 3"]
    assert shown["/old/flow"] == ["state machine flow, version 3"]
    assert shown["/aws/lambda/work"] == ["function work", "function work, version 2"]


def test_status_judges_the_retention_of_a_version_s_group():
    found = dict(told(seen(days=None)))
    assert "version 3: its events are never deleted" in found["logs-group//old/work"]
    assert "never deleted" in found["logs-group//old/flow"]


@pytest.mark.parametrize(
    ("role", "rights", "words"),
    [
        ("older", allowed("older", "xray:*"), "cannot write its log"),
        ("older", allowed("older", "logs:*"), "cannot send traces"),
        ("older", None, "does not exist"),
        ("older-flower", allowed("older-flower", "logs:*"), "cannot send traces"),
        ("older-flower", allowed("older-flower", "xray:*"), "cannot deliver logs"),
    ],
)
def test_status_judges_the_role_that_a_version_runs_under(role, rights, words):
    found = [text for resource, text in told(seen(**{role: rights})) if resource.endswith(role)]
    assert any(words in text for text in found)


def test_nothing_is_said_of_what_is_off_in_the_version():
    app = application(
        work("older", mode="PassThrough"), flow("older-flower", "/old/flow", "OFF", traced=False)
    )
    able = allowed("older", "logs:*")
    assert not [one for one in told(seen(app, older=able)) if "iam-role/older" in one[0]]
    unable = Rights("older-flower", {}, ())
    lacking = {"older": able, "older-flower": unable}
    assert not [one for one in told(seen(app, **lacking)) if "iam-role/older" in one[0]]
    made = observability(app, surveyed(**lacking), Options())
    assert not [one for one in made.steps if "older" in one.resource.identifier]


def test_a_setup_gives_the_version_s_role_what_it_needs_and_its_group_a_retention():
    lacking = {name: Rights(name, {}, ()) for name in ("older", "older-flower")}
    made = observability(OLD, surveyed(**lacking), Options(retention=7))
    steps = {one.resource.identifier: one for one in made.steps}
    want = {name: steps[f"iam-role-policies/{name}"].wanted(Reading({}), {}) for name in lacking}
    assert {f"policies/{BASIC}", f"policies/{XRAY}"} <= want["older"].keys()
    assert {f"policies/{DELIVERY}", f"policies/{XRAY}"} <= want["older-flower"].keys()
    kept = Reading({"retentionInDays": 30})
    for name in ("/old/work", "/old/flow"):
        assert steps[f"logs-group/{name}"].wanted(kept, {}) == {"retentionInDays": 7}


def test_a_group_that_a_version_writes_to_is_made_before_its_first_use():
    made = observability(OLD, surveyed(), Options())
    steps = {one.resource.identifier: one for one in made.steps}
    assert steps["logs-group//old/work"].wanted(None, {})["name"] == "/old/work"


def test_the_views_of_logs_read_the_groups_of_versions_too():
    assert sorted(one.name for one in log_groups(OLD)) == sorted(GROUPS)
    asked = [one.params.get("logGroupName") for one in log_calls(OLD)]
    assert set(GROUPS) <= set(asked)

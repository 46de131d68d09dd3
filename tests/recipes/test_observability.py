"""The guards of `setup-observability`: tables of (have, options) -> want."""

from __future__ import annotations

import pytest

from dragonctl.application.nouns import Function, Route
from dragonctl.engine.model import Reading
from dragonctl.engine.reversal import Keep
from dragonctl.errors import AwsError, DragonError
from dragonctl.recipes.observability import Options
from dragonctl.recipes.observability.delivery import Use
from dragonctl.recipes.observability.roles import Need, judged
from dragonctl.resources.iam_policy import Holders
from dragonctl.resources.role_rights import Rights
from tests.recipes.observing import (
    ACCOUNT,
    ALL,
    BASIC,
    OTHER_GROUP,
    OURS,
    OWN_GROUP,
    THEIRS,
    XRAY,
    allow,
    flow,
    groups,
    recipe,
    step,
    want,
)

LEVEL, TRACE, METRICS = "*/*/logging/loglevel", "*/*/logging/dataTrace", "*/*/metrics/enabled"
ACCESS = "accessLogSettings/destinationArn"


@pytest.mark.parametrize(
    ("have", "options", "expected"),
    [
        ({}, Options(), {LEVEL: "INFO", "tracingEnabled": True}),
        ({LEVEL: "OFF", "tracingEnabled": False}, Options(), {LEVEL: "INFO"}),
        ({LEVEL: "ERROR"}, Options(), {LEVEL: "ERROR"}),
        ({LEVEL: "ERROR"}, Options(log_level="INFO"), {LEVEL: "INFO"}),
        ({LEVEL: "INFO"}, Options(log_level="OFF"), {LEVEL: "OFF"}),
        ({"tracingEnabled": True}, Options(tracing=False), {"tracingEnabled": False}),
        ({ACCESS: "theirs"}, Options(), {ACCESS: "theirs"}),
        ({ACCESS: "theirs"}, Options(access_log=False), {ACCESS: None}),
        ({"~1a/GET/logging/loglevel": "OFF"}, Options(), {"~1a/GET/logging/loglevel": "INFO"}),
        ({"a/GET/logging/loglevel": "OFF", "~1a/GET/logging/loglevel": "ERROR"}, Options(),
         {"a/GET/logging/loglevel": "INFO", "~1a/GET/logging/loglevel": "ERROR"}),
        ({LEVEL: "ERROR", "~1a/GET/logging/loglevel": "OFF"}, Options(),
         {LEVEL: "ERROR", "~1a/GET/logging/loglevel": "OFF"}),
        ({LEVEL: "OFF", "~1a/GET/logging/loglevel": "OFF"}, Options(),
         {LEVEL: "INFO", "~1a/GET/logging/loglevel": "INFO"}),
        ({LEVEL: "INFO", "~1a/GET/logging/loglevel": "OFF"}, Options(log_level="INFO"),
         {LEVEL: "INFO", "~1a/GET/logging/loglevel": "INFO"}),
        ({"~1{proxy+}/GET/metrics/enabled": True}, Options(metrics=False),
         {"~1{proxy+}/GET/metrics/enabled": False}),
        ({}, Options(data_trace=True), {TRACE: True}),
    ],
)  # fmt: skip
def test_stage_settings(have, options, expected):
    wanted = want(recipe(options), "apigateway-stage", have)
    assert {key: wanted[key] for key in expected} == expected


def test_methods_that_are_kept_silent_are_named_in_one_line():
    settings = {"*/*": {"loggingLevel": "ERROR"}, "a/GET": {"loggingLevel": "OFF"},
                "~1b~1{id}/POST": {"loggingLevel": "OFF"}, "c/GET": {"loggingLevel": "INFO"},
                }  # fmt: skip
    stages = {"prod": {"stageName": "prod", "methodSettings": settings}}
    (note,) = recipe(stages=stages).notes
    assert "level OFF of GET /a, POST /b/{id} in stage prod of orders is kept" in note
    assert recipe(Options(log_level="INFO"), stages=stages).notes == ()
    settings["*/*"]["loggingLevel"] = "OFF"
    assert recipe(stages=stages).notes == ()


@pytest.mark.parametrize("field", [TRACE, METRICS])
@pytest.mark.parametrize("now", [True, False])
def test_what_was_not_said_of_bodies_and_metrics_is_not_touched(field, now):
    assert field not in want(recipe(), "apigateway-stage", {field: now})


@pytest.mark.parametrize(
    ("account", "health", "options", "goal", "warned"),
    [
        (None, "none", Options(), OURS, ""),
        (THEIRS, "healthy", Options(), None, ""),
        (THEIRS, "gone", Options(), OURS, "no longer exists"),
        (THEIRS, "it may not logs:PutLogEvents", Options(), None, "--replace-account-role"),
        (THEIRS, "unreadable", Options(), None, "--replace-account-role"),
        (THEIRS, "healthy", Options(replace_account_role=True), OURS, "is replaced"),
        (OURS, "it may not logs:PutLogEvents", Options(), OURS, ""),
        (OURS, "healthy", Options(), OURS, ""),
        (OURS, "unreadable", Options(), None, "--replace-account-role"),
        (
            OURS.replace("/API", "/team/API"),
            "healthy",
            Options(),
            OURS.replace("/API", "/team/API"),
            "",
        ),
        (None, "none", Options(log_level="OFF", access_log=False), None, ""),
    ],
)
def test_the_role_that_every_api_shares(account, health, options, goal, warned):
    made = recipe(options, account=account, health=health)
    steps = [one for one in made.steps if one.resource.kind == "apigateway-account"]
    goals = [one.wanted(None, {})["cloudwatchRoleArn"] for one in steps]
    assert goals == ([goal] if goal else [])
    assert warned in " ".join(made.warnings)
    assert bool(warned) == bool(made.warnings)


def test_a_role_that_is_there_is_named_as_it_is():
    """Roles have paths; an ARN made up without it would name nobody."""
    pathed = OURS.replace("/API", "/team/API")
    account = step(recipe(), "apigateway-account")
    found = {"iam-role/APIGatewayCWLogs": Reading({}, {"arn": pathed})}
    assert account.wanted(None, found) == {"cloudwatchRoleArn": pathed}


@pytest.mark.parametrize(("health", "added"), [("healthy", False), ("it may not", True)])
def test_our_role_gets_its_policy_only_where_it_cannot_write(health, added):
    rights = step(recipe(account=OURS, health=health), "iam-role-policies")
    assert bool(rights.wanted(Reading({}), {})) == added


def test_a_role_that_is_gone_cannot_be_put_back():
    account = step(recipe(account=THEIRS, health="gone"), "apigateway-account")
    assert isinstance(account.undo, Keep)


def test_a_kept_role_is_named():
    assert any("theirs is kept" in note for note in recipe(account=THEIRS, health="healthy").notes)


M_LEVEL, DATA, DESTINATION, TRACED = (
    "loggingConfiguration/level", "loggingConfiguration/includeExecutionData",
    "loggingConfiguration/logGroupArn", "tracingConfiguration/enabled",
)  # fmt: skip
OFF = {M_LEVEL: "OFF", DATA: False, DESTINATION: None, TRACED: False}


@pytest.mark.parametrize(
    ("have", "options", "expected"),
    [
        (OFF, Options(), {M_LEVEL: "ALL", DESTINATION: OWN_GROUP, TRACED: True}),
        (OFF | {M_LEVEL: "ERROR", DESTINATION: OTHER_GROUP}, Options(),
         {M_LEVEL: "ERROR", DESTINATION: OTHER_GROUP, TRACED: True}),
        (OFF | {M_LEVEL: "ERROR", DESTINATION: OTHER_GROUP}, Options(state_machine_level="ALL"),
         {M_LEVEL: "ALL", DESTINATION: OTHER_GROUP, TRACED: True}),
        (OFF, Options(execution_data=True),
         {M_LEVEL: "ALL", DESTINATION: OWN_GROUP, DATA: True, TRACED: True}),
        (OFF | {M_LEVEL: "ALL", DESTINATION: OWN_GROUP}, Options(state_machine_level="OFF"),
         {M_LEVEL: "OFF", TRACED: True}),
        (OFF, Options(tracing=False),
         {M_LEVEL: "ALL", DESTINATION: OWN_GROUP, TRACED: False}),
    ],
)  # fmt: skip
def test_machine_settings(have, options, expected):
    assert want(recipe(options, machine=[flow()]), "states-machine", have) == expected


def test_a_machine_that_logs_elsewhere_gets_no_group():
    made = recipe(machine=[flow(group=OTHER_GROUP, level="ERROR")])
    assert not any("vendedlogs" in name or name == "/mine" for name in groups(made))


def test_a_machine_with_a_name_that_logs_do_not_take_keeps_its_logging():
    made = recipe(machine=[flow("drachenhöhle")])
    assert want(made, "states-machine", OFF) == {TRACED: True}
    assert any("drachenhöhle" in text for text in made.warnings)
    assert not any("vendedlogs" in name for name in groups(made))
    made = recipe(Options(state_machine_level="OFF"), machine=[flow("drachenhöhle")])
    assert want(made, "states-machine", OFF | {M_LEVEL: "ALL"})[M_LEVEL] == "OFF"


def test_a_group_has_no_character_that_logs_do_not_take():
    made = recipe(machine=[flow("flow@v2")])
    assert "/aws/vendedlogs/states/flow_v2-Logs" in groups(made)
    assert want(made, "states-machine", OFF)[DESTINATION] == OWN_GROUP.replace("flow-", "flow_v2-")


def test_what_runs_under_a_role_that_is_gone_is_left():
    made = recipe(machine=[flow()], rights={"worker": None, "flower": None})
    names = {one.resource.identifier for one in made.steps}
    assert not names & {"lambda-function/work", "iam-role-policies/worker"}
    assert want(made, "states-machine", OFF) == {}
    assert [text.split()[1] for text in made.warnings] == ["worker", "flower"]


@pytest.mark.parametrize(
    ("rights", "attached", "warned"),
    [
        (ALL, (), ""),
        ((allow("logs:*"), allow("xray:Put*")), (), ""),
        ((allow("logs:*"),), (XRAY,), ""),
        ((allow("logs:*", Resource=f"arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/wo*:*"),
          allow("xray:*")), (), ""),
        ((allow("logs:*", Resource="arn:aws:logs:*:*:log-group:/aws/lambda/other:*"),
          allow("xray:*")), (BASIC,), ""),
        ((allow("logs:*"), allow("xray:*", Condition={"Bool": {"a": "true"}})), (XRAY,), ""),
        ((allow("logs:*"), {"Statement": [
            {"Effect": "Deny", "Action": "xray:*", "Resource": "*"}]}), (), "explicit Deny"),
    ],
)  # fmt: skip
def test_rights_are_judged_by_all_policies(rights, attached, warned):
    made = recipe(rights={"worker": Rights("worker", {}, rights)})
    steps = [one for one in made.steps if one.resource.identifier == "iam-role-policies/worker"]
    assert [set(one.want) for one in steps] == (
        [{f"policies/{arn}" for arn in attached}] if attached else []
    )
    assert warned in " ".join(made.warnings)


@pytest.mark.parametrize(("held", "told"), [(8, False), (9, True), (10, True)])
def test_a_role_without_room_for_policies_is_told_before_anything_is_tried(held, told):
    """It lacks two; a raised quota would take them, so they are wished for all the same."""
    made = recipe(rights={"worker": Rights("worker", {}, (), attached=held)})
    steps = {one.resource.identifier: one.want for one in made.steps}
    assert set(steps["iam-role-policies/worker"]) == {f"policies/{BASIC}", f"policies/{XRAY}"}
    assert any("Role worker" in text and "no more than 10" in text for text in made.warnings) == (
        told
    )


@pytest.mark.parametrize(("held", "is_full"), [(0, False), (9, False), (10, True), (11, True)])
def test_what_a_role_can_do_without_takes_no_place_that_it_does_not_have(held, is_full):
    """IAM takes ten managed policies, and more only of those who had that raised."""
    need = Need("worker", "log", (), BASIC, is_part_of_it=True)
    found = judged([need], {"worker": Rights("worker", {}, ALL, attached=held)}, may_attach=True)
    assert found.attach == ({} if is_full else {"worker": (BASIC,)})


def test_a_boundary_that_forbids_is_told_and_tracing_left():
    bounded = Rights("worker", {}, ALL, allow("logs:*"))
    made = recipe(rights={"worker": bounded})
    assert any("permissions boundary" in text for text in made.warnings)
    assert not [one for one in made.steps if one.resource.kind == "lambda-function"]


def test_no_role_changes_reports_instead():
    made = recipe(Options(role_changes=False),
                  rights={"worker": Rights("worker", {}, (allow("logs:*"),))})  # fmt: skip
    assert any("xray:PutTraceSegments" in text for text in made.warnings)
    assert not [one for one in made.steps if one.resource.identifier.endswith("/worker")]


def delivery(have, use=None):
    rights = {"flower": Rights("flower", {}, (allow("xray:*"),))}
    made = recipe(machine=[flow()], rights=rights, delivery=use)
    reading = None if have is None else Reading({"document": have}, {})
    return step(made, "iam-policy").wanted(reading, {})


FULL = ("v1", "v2", "v3", "v4", "v5")
REFUSED = AwsError("iam", "ListEntitiesForPolicy", "AccessDenied", "StepFunctionsCWDelivery", 403)


def use(*roles, others=0, versions=("v1",)):
    return Use(Holders(roles, others), versions, "v1")


def test_the_delivery_policy_holds_exactly_the_eight_actions():
    statement = delivery(None)["document"]["Statement"][0]
    assert sorted(statement["Action"]) == sorted(f"logs:{name}" for name in (
        "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery",
        "ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
    ))  # fmt: skip
    assert statement["Resource"] == "*"


def test_a_delivery_policy_that_suffices_is_kept():
    assert delivery(allow("logs:*")) == {}


def test_one_that_lacks_gets_a_version_if_nobody_else_uses_it():
    assert "document" in delivery(allow("logs:Get*"), use("flower"))


@pytest.mark.parametrize(
    "known", [use("flower", "stranger"), use(others=1), use(versions=FULL), REFUSED, None]
)
def test_one_that_others_use_or_that_is_full_is_refused(known):
    """And one of which that is not known: AWS does not tell, or it was not there just now."""
    with pytest.raises(DragonError, match="StepFunctionsCWDelivery"):
        delivery(allow("logs:Get*"), known)


@pytest.mark.parametrize(
    ("mode", "said", "expected"),
    [("PassThrough", None, "Active"), ("Active", None, "Active"), ("Active", False, "PassThrough"),
     (None, None, "Active")],
)  # fmt: skip
def test_function_tracing(mode, said, expected):
    state = {"TracingConfig/Mode": mode}
    assert want(recipe(Options(tracing=said)), "lambda-function", state) == {
        "TracingConfig/Mode": expected
    }


def test_a_function_that_cannot_be_traced_still_gets_its_log_format():
    denied = ({"Statement": [{"Effect": "Deny", "Action": "xray:*", "Resource": "*"}]}, *ALL)
    made = recipe(Options(log_format="text"), rights={"worker": Rights("worker", {}, denied)})
    assert step(made, "lambda-function").title == "Log format of function work"
    assert "TracingConfig/Mode" not in want(made, "lambda-function", {"TracingConfig/Mode": None})


def test_a_function_under_the_role_of_api_gateways_logs_gets_its_own_rights_too():
    raw = {"FunctionName": "work", "Role": OURS}
    name = OURS.rpartition("/")[2]
    made = recipe(
        function=[Function("work", raw, {None: (Route("$LATEST", 1.0, raw),)})],
        rights={name: Rights(name, {})},
    )
    wanted = want(made, "iam-role-policies", None)
    attached = {field.rpartition("/")[2] for field in wanted}
    assert attached == {
        "AmazonAPIGatewayPushToCloudWatchLogs",
        "AWSLambdaBasicExecutionRole",
        "AWSXRayDaemonWriteAccess",
    }

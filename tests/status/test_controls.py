"""What Security Hub and prowler say of an application: by their own rules, where these differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.engine.model import Reading, Step, differences
from dragonctl.engine.plan import Plan, Planned
from dragonctl.resources.apigateway_stage import Stage, stage_state
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.status.controls import Evidence, effects, findings
from dragonctl.status.controls.evidence import AUTHORIZERS, METHODS, TAGS
from dragonctl.status.controls.public_access import POLICY
from dragonctl.status.controls.tables import ACTIVITY, ALARM, API, FUNCTION, GROUP, MACHINE, STAGE
from dragonctl.status.problem import CommandContext
from tests.status.test_problems import function, group, machine, observed, stage

BOTH_LOG = {"*/*": {"loggingLevel": "INFO"}, "a/GET": {"loggingLevel": "ERROR"}}
ONE_LOGS = {"*/*": {"loggingLevel": "OFF"}, "a/GET": {"loggingLevel": "ERROR"}}
SEALED, PLAIN = ({"cachingEnabled": True, "cacheDataEncrypted": one} for one in (True, False))
CACHE = {"cacheClusterEnabled": True}
OTHERS_LAYER = {"Arn": "arn:aws:lambda:us-east-1:615299751070:layer:x:1"}
ARN = {"FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}
TWO_SUBNETS = {"VpcId": "vpc-1", "SubnetIds": ["subnet-1", "subnet-2"]}
EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}
FIXED = {"StringEquals": {"AWS:SourceAccount": "123456789012"}}
GATEWAY = {**EVERYBODY, "Principal": {"Service": "apigateway.amazonaws.com"}}
BUCKETS = {**EVERYBODY, "Principal": {"Service": "s3.amazonaws.com"}}

INDEX = {
    name: control
    for controls in (STAGE, API, FUNCTION, MACHINE, GROUP, ALARM, ACTIVITY)
    for control in controls
    for name in control.ids
}


def verdict(name, shown):
    return INDEX[name].judge(shown)


def policy(*statements):
    return {POLICY: {"Statement": list(statements)}}


def test_every_control_that_is_promised_stands_there():
    promised = {f"APIGateway.{number}" for number in (1, 2, 3, 4, 5)}
    promised |= {f"Lambda.{number}" for number in (1, 2, 3, 5, 6, 7)}
    promised |= {"StepFunctions.1", "StepFunctions.2"}
    promised |= {f"CloudWatch.{number}" for number in (15, 16, 17)}
    assert promised == {name for name in INDEX if "." in name}


@pytest.mark.parametrize(
    ("name", "settings", "more", "met"),
    [
        ("APIGateway.1", BOTH_LOG, {}, True),
        ("APIGateway.1", ONE_LOGS, {}, False),
        ("APIGateway.1", {}, {}, False),
        ("apigateway_restapi_logging_enabled", ONE_LOGS, {}, True),
        ("APIGateway.2", {}, {"clientCertificateId": "c"}, True),
        ("APIGateway.3", {}, {"tracingEnabled": True}, True),
        ("APIGateway.4", {}, {}, False),
        ("APIGateway.5", {"a/GET": SEALED, "b/GET": PLAIN}, CACHE, False),
        ("APIGateway.5", {"a/GET": SEALED, "b/GET": {"cachingEnabled": False}}, CACHE, True),
        ("APIGateway.5", {"b/GET": PLAIN}, {}, None),
        ("apigateway_restapi_cache_encrypted", {"a/GET": SEALED, "b/GET": PLAIN}, {}, True),
        ("apigateway_restapi_cache_encrypted", {"b/GET": PLAIN}, {}, False),
        ("apigateway_restapi_cache_encrypted", {}, {}, None),
        ("apigateway_restapi_no_secrets_in_stage_variables", {}, {"variables": {"a": "b"}}, None),
    ],
)
def test_a_stage_is_judged_by_each_rule(name, settings, more, met):
    raw = {"stageName": "prod", "methodSettings": settings, **more}
    assert verdict(name, {**raw, **stage_state(raw)}) is met


@pytest.mark.parametrize(
    ("name", "shown", "met"),
    [
        ("apigateway_restapi_public", {"endpointConfiguration": {"types": ["PRIVATE"]}}, True),
        ("apigateway_restapi_public", {"endpointConfiguration": {"types": ["EDGE"]}}, False),
        ("apigateway_restapi_public_with_authorizer", {AUTHORIZERS: [{"id": "a"}]}, True),
        ("apigateway_restapi_public_with_authorizer", {}, None),
        ("apigateway_restapi_authorizers_enabled", {AUTHORIZERS: [], METHODS: ["AWS_IAM"]}, True),
        (
            "apigateway_restapi_authorizers_enabled",
            {AUTHORIZERS: [], METHODS: ["AWS_IAM", "NONE"]},
            False,
        ),
        ("apigateway_restapi_authorizers_enabled", {AUTHORIZERS: [], METHODS: []}, False),
        ("CloudWatch.16", {"retentionInDays": None}, True),
        ("CloudWatch.16", {"retentionInDays": 365}, True),
        ("CloudWatch.16", {"retentionInDays": 30}, False),
        ("CloudWatch.15", {"AlarmActions": [], "OKActions": ["arn"]}, False),
        ("CloudWatch.15", {"AlarmActions": ["arn"]}, True),
        ("CloudWatch.17", {"AlarmActions": ["arn"], "ActionsEnabled": False}, False),
        ("StepFunctions.1", {}, False),
        ("StepFunctions.2", {TAGS: ["aws:cloudformation:stack-name"]}, False),
        ("StepFunctions.2", {}, None),
        ("Lambda.2", {"Runtime": "python3.13"}, True),
        ("Lambda.2", {"Runtime": "python3.9"}, False),
        ("Lambda.2", {"Runtime": "provided.al2023"}, None),
        ("Lambda.2", {"PackageType": "Image"}, None),
        ("awslambda_function_using_supported_runtimes", {"Runtime": "python3.9"}, True),
        ("awslambda_function_using_supported_runtimes", {"Runtime": "python3.8"}, False),
        ("Lambda.3", {"VpcConfig": {"VpcId": ""}}, False),
        ("Lambda.5", {"VpcConfig": {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"]}}, False),
        ("Lambda.5", {"VpcConfig": TWO_SUBNETS}, None),
        ("Lambda.5", {}, None),
        ("Lambda.6", {TAGS: ["aws:x", "team"]}, True),
        ("Lambda.7", {"TracingConfig/Mode": "PassThrough"}, False),
        ("awslambda_function_using_cross_account_layers", ARN, True),
        (
            "awslambda_function_using_cross_account_layers",
            {**ARN, "Layers": [OTHERS_LAYER]},
            False,
        ),
        (
            "awslambda_function_env_vars_not_encrypted_with_cmk",
            {"Environment": {"Variables": {"A": "b"}}},
            False,
        ),
    ],
)
def test_each_is_judged_by_its_own_rule(name, shown, met):
    assert verdict(name, shown) is met


@pytest.mark.parametrize(
    ("shown", "security_hub", "prowler"),
    [
        ({}, None, None),
        ({POLICY: None}, True, None),
        (policy(GATEWAY), True, True),
        (policy(GATEWAY, EVERYBODY), False, False),
        (policy({**EVERYBODY, "Principal": {"AWS": ["*"]}}), False, False),
        (policy({**EVERYBODY, "Effect": "Deny"}), True, True),
        (policy({**EVERYBODY, "Condition": FIXED}), None, None),
        (
            policy({**EVERYBODY, "Condition": {"StringLike": {"aws:PrincipalArn": "arn:*"}}}),
            False,
            None,
        ),
        (policy(BUCKETS), False, True),
        (policy({**BUCKETS, "Condition": FIXED}), True, True),
        (
            policy({**BUCKETS, "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}}),
            None,
            True,
        ),
    ],
)
def test_who_may_invoke_is_judged_by_the_policy(shown, security_hub, prowler):
    assert verdict("Lambda.1", shown) is security_hub
    assert verdict("awslambda_function_not_publicly_accessible", shown) is prowler


STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.sampled_from(["*", {"AWS": "*"}, {"AWS": ["*"]}, {"Service": "a.b"}]),
    },
    optional={"Condition": st.sampled_from([{}, FIXED])},
)


@given(st.lists(STATEMENTS), st.integers(min_value=0))
def test_one_open_statement_opens_a_function_whatever_stands_beside_it(others, place):
    statements = [*others]
    statements.insert(place % (len(others) + 1), EVERYBODY)
    assert verdict("Lambda.1", policy(*statements)) is False


def test_what_is_not_met_names_the_command_or_why_there_is_none():
    log_group = "/aws/lambda/work"
    seen = observed(
        stages=[stage(tracingEnabled=False)],
        functions=[function()],
        machines=[machine("OFF")],
        readings={log_group: group(30)},
    )
    found = {(one.control, one.resource): one for one in findings(seen, Evidence())}
    setup = "dragonctl setup-observability"
    kept = found["CloudWatch.16", f"logs-group/{log_group}"]
    assert (kept.met, kept.fix) == (False, f"{setup} --retention 365")
    traced = found["APIGateway.3", "apigateway-stage/a1/prod"]
    assert (traced.met, traced.fix) == (False, f"{setup} --stage prod")
    assert found["Lambda.7", "lambda-function/work"].met is True
    silent = {
        one.control for one in found.values() if one.met is not True and not one.fix + one.why
    }
    assert silent == set()
    assert found["APIGateway.2", "apigateway-stage/a1/prod"].why
    unread = found["Lambda.1", "lambda-function/work"]
    assert (unread.met, unread.look) == (None, "aws lambda get-policy --function-name work")
    assert found["CloudWatch.15", "account/123456789012/us-east-1"].met is None


def test_every_control_is_named_even_where_there_is_nothing_to_judge():
    named = {one.control for one in findings(observed(), Evidence(alarms=None))}
    assert named == set(INDEX)


def test_alarms_and_activities_are_judged_one_by_one():
    alarms = ({"AlarmName": "a", "AlarmActions": ["x"], "ActionsEnabled": False},)
    evidence = Evidence(alarms=alarms, activities={"arn:activity": {TAGS: []}})
    found = {(one.control, one.resource): one.met for one in findings(observed(), evidence)}
    assert found["CloudWatch.15", "cloudwatch-alarm/a"] is True
    assert found["CloudWatch.17", "cloudwatch-alarm/a"] is False
    assert found["StepFunctions.2", "states-activity/arn:activity"] is False


def planned(resource, want, have):
    reading = Reading(have, {"raw": {}})
    changes = tuple(differences(resource, reading, want))
    return Planned(Step("", resource, want), reading, want, changes)


def test_a_control_that_something_still_fails_is_not_told_as_met():
    traced = planned(Stage("a1", "prod"), {"tracingEnabled": True}, {"tracingEnabled": False})
    left = planned(Stage("a1", "test"), {}, {"tracingEnabled": False})
    assert any("APIGateway.3" in one for one in effects(Plan((traced,)), CommandContext()))
    assert not any("APIGateway.3" in one for one in effects(Plan((traced, left)), CommandContext()))


def test_what_failed_before_is_no_news():
    short, shorter = {"retentionInDays": 30}, {"retentionInDays": 7}
    again = planned(LogGroupSettings("g"), shorter, short)
    assert list(effects(Plan((again,)), CommandContext())) == []
    lowered = planned(LogGroupSettings("g"), short, {"retentionInDays": None})
    (said,) = effects(Plan((lowered,)), CommandContext())
    assert said.startswith("Fails CloudWatch.16")

"""What others have come to use since a run, its undo leaves, and names with the reason."""

from __future__ import annotations

import json

import pytest

from tests.applications import small
from tests.applications.builder import LOGS_POLICY, Builder, policy, template

XRAY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
OURS = ("--api", "small")


@pytest.fixture
def builder(local_aws):
    return Builder(local_aws.endpoint)


@pytest.fixture
def attached(local_aws):
    """The names of the policies that are attached to a role."""

    def names(role):
        listed = local_aws.client("iam").list_attached_role_policies(RoleName=role)
        return {one["PolicyName"] for one in listed["AttachedPolicies"]}

    return names


def observed(dragonctl, *which):
    """Set up the observability of an application; the run."""
    done = dragonctl("setup-observability", *which, "--output", "json")
    assert done.code == 0, done.stderr
    return done.document["run"]


def undone(dragonctl, run):
    """Take a run back; what is told as left."""
    done = dragonctl("undo", run, "--yes", "--output", "json")
    assert done.code == 0, done.stderr
    return "\n".join(done.document["warnings"])


def behind_an_api(builder, name, role):
    function = builder.function(f"{name}-work", role)
    api = builder.api(name)
    builder.calls_function(api, "GET", "/things", function)
    builder.stage(api, "prod")


@pytest.fixture
def bare_role(builder):
    return builder.role("shared")


def test_rights_that_another_function_has_come_to_use_stay(builder, bare_role, dragonctl, attached):
    behind_an_api(builder, "small", bare_role)
    run = observed(dragonctl, *OURS)
    given = attached("shared")
    assert given == {"AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"}
    builder.function("r2", bare_role, TracingConfig={"Mode": "Active"})
    shown = dragonctl("undo", run, "--dry-run")
    told = undone(dragonctl, run)
    assert attached("shared") == given
    for said in (shown.stderr, told):
        assert "function r2 uses AWSLambdaBasicExecutionRole and AWSXRayDaemonWriteAccess" in said


def test_rights_that_another_application_s_run_found_there_stay(
    builder, bare_role, dragonctl, attached
):
    behind_an_api(builder, "small", bare_role)
    behind_an_api(builder, "other", bare_role)
    run = observed(dragonctl, *OURS)
    second = observed(dragonctl, "--api", "other")
    assert "function other-work uses" in undone(dragonctl, run)
    assert "AWSXRayDaemonWriteAccess" in attached("shared")
    undone(dragonctl, second)
    assert dragonctl("setup-observability", "--api", "other", "--check").code == 3


@pytest.mark.parametrize(("mode", "stays"), [("Active", True), ("PassThrough", False)])
def test_who_does_not_trace_needs_no_right_to(builder, dragonctl, attached, mode, stays):
    role = builder.role("shared", managed=[LOGS_POLICY])
    behind_an_api(builder, "small", role)
    run = observed(dragonctl, *OURS)
    builder.function("r2", role, TracingConfig={"Mode": mode})
    apart = builder.role("apart", managed=[LOGS_POLICY, XRAY])
    builder.function("r3", apart, TracingConfig={"Mode": "Active"})
    assert ("function r2 uses AWSXRayDaemonWriteAccess" in undone(dragonctl, run)) is stays
    assert ("AWSXRayDaemonWriteAccess" in attached("shared")) is stays


def test_rights_by_which_another_machine_logs_stay(builder, local_aws, dragonctl, attached):
    role = builder.role("shared", "states.amazonaws.com")
    machine = builder.machine("small-flow", {"End": {"Type": "Succeed"}}, role)
    api = builder.api("small")
    builder.starts_machine(api, "POST", "/things", template(machine))
    builder.stage(api, "prod")
    run = observed(dragonctl, *OURS)
    other = builder.machine("other-flow", {"End": {"Type": "Succeed"}}, role)
    observed(dragonctl, "--state-machine", "other-flow", "--no-discover")
    told = undone(dragonctl, run)
    assert "state machine other-flow uses AWSXRayDaemonWriteAccess and StepFunctions" in told
    assert "StepFunctionsCWDelivery" in attached("shared")
    states = local_aws.client("stepfunctions")
    left = states.describe_state_machine(stateMachineArn=other)["loggingConfiguration"]
    assert left["level"] == "ALL"


@pytest.fixture
def poor(builder):
    """The delivery policy with one right, attached to the role of a machine behind an API."""
    document = json.dumps(policy("logs:CreateLogDelivery"))
    made = builder.client("iam").create_policy(
        PolicyName="StepFunctionsCWDelivery", PolicyDocument=document
    )
    arn = made["Policy"]["Arn"]
    role = builder.role("shared", "states.amazonaws.com", managed=[arn])
    api = builder.api("small")
    machine = builder.machine("small-flow", {"End": {"Type": "Succeed"}}, role)
    builder.starts_machine(api, "POST", "/things", template(machine))
    builder.stage(api, "prod")
    return arn


def versions(builder, arn):
    """The ids of a policy's versions -> whether it is the one in force."""
    found = builder.client("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    return {one["VersionId"]: one["IsDefaultVersion"] for one in found}


def nobody_else(builder, _):
    pass


def a_machine_of_the_role(builder, _):
    role = f"arn:aws:iam::{builder.account}:role/shared"
    arn = f"arn:aws:logs:{builder.region}:{builder.account}:log-group:/other"
    builder.client("logs").create_log_group(logGroupName="/other")
    logging = {
        "level": "ALL",
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{arn}:*"}}],
    }
    states = {"End": {"Type": "Succeed"}}
    builder.machine("other-flow", states, role, loggingConfiguration=logging)


def another_role(builder, arn):
    builder.role("late", "ec2.amazonaws.com", managed=[arn])


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (nobody_else, None),
        (a_machine_of_the_role, "state machine other-flow uses StepFunctionsCWDelivery"),
        (another_role, "the role late uses it"),
    ],
)
def test_a_policy_loses_what_a_run_added_unless_others_have_come_to_use_it(
    builder, dragonctl, poor, happens, told
):
    """The role that has it, and had it before, is no user: its machine logs no more."""
    run = observed(dragonctl, *OURS)
    assert versions(builder, poor) == {"v1": False, "v2": True}
    happens(builder, poor)
    said = undone(dragonctl, run)
    if told:
        assert f"StepFunctionsCWDelivery was left as it is: {told}" in said
        assert versions(builder, poor) == {"v1": False, "v2": True}
    else:
        assert "StepFunctionsCWDelivery" not in said
        assert versions(builder, poor) == {"v1": True}


def test_a_role_that_a_run_made_and_another_function_has_stays(
    builder, local_aws, dragonctl, write
):
    write("ours", folder="first")
    made = dragonctl("deploy-function", "first", "--create", "--output", "json").document["run"]
    settings = local_aws.client("lambda").get_function_configuration(FunctionName="first")
    builder.function("r2", settings["Role"])
    role = settings["Role"].rpartition("/")[2]
    iam = local_aws.client("iam")
    before = iam.list_role_policies(RoleName=role)["PolicyNames"]
    told = undone(dragonctl, made)
    assert f"function r2 has the role {role}" in told
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == before


def metric_filter(builder, group, _):
    change = {"metricName": "x", "metricNamespace": "x", "metricValue": "1"}
    builder.client("logs").put_metric_filter(
        logGroupName=group, filterName="f", filterPattern="x", metricTransformations=[change]
    )


def subscription(builder, group, _):
    target = builder.function("reader")
    builder.client("logs").put_subscription_filter(
        logGroupName=group, filterName="f", filterPattern="", destinationArn=target
    )


def key(builder, group, _):
    arn = builder.client("kms").create_key()["KeyMetadata"]["Arn"]
    builder.client("logs").associate_kms_key(logGroupName=group, kmsKeyId=arn)


def function(builder, group, _):
    builder.function("writer", LoggingConfig={"LogGroup": group})


def machine(builder, group, arn):
    role = builder.role("delivers", "states.amazonaws.com", inline={"logs": ALL_LOGS})
    place = [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{arn}:*"}}]
    logging = {"level": "ALL", "includeExecutionData": False, "destinations": place}
    end = {"End": {"Type": "Succeed"}}
    builder.machine("other-flow", end, role, loggingConfiguration=logging)


def rest_stage(builder, group, arn):
    api = builder.api("north")
    builder.method(api, "GET", "/things", type="MOCK", uri="")
    log = {
        "/accessLogSettings/destinationArn": arn,
        "/accessLogSettings/format": "$context.requestId",
    }
    builder.stage(api, "prod", log)


def http_stage(builder, group, arn):
    gateway = builder.client("apigatewayv2")
    api = gateway.create_api(Name="south", ProtocolType="HTTP")["ApiId"]
    log = {"DestinationArn": arn, "Format": "$context.requestId"}
    gateway.create_stage(ApiId=api, StageName="live", AccessLogSettings=log)


ALL_LOGS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
}
USES = {
    metric_filter: "a metric filter reads it",
    subscription: "the subscription filter f reads it",
    key: "it is encrypted with the key",
    function: "function writer writes to it",
    machine: "state machine other-flow writes to it",
    rest_stage: "stage north/prod writes to it",
    http_stage: "stage south/live writes to it",
}


@pytest.fixture
def groups(local_aws):
    def names():
        listed = local_aws.client("logs").describe_log_groups()["logGroups"]
        return {one["logGroupName"]: one["logGroupArn"] for one in listed}

    return names


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_an_empty_log_group_that_others_use_stays(builder, dragonctl, groups, use):
    small.build(builder)
    run = observed(dragonctl, *OURS)
    made = groups()
    group = next(name for name in made if "access" in name)
    use(builder, group, made[group])
    told = undone(dragonctl, run)
    assert set(groups()) == {group}
    assert f"logs-group/{group} was left as it is: {USES[use]}" in told

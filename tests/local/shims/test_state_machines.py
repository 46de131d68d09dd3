"""Step Functions: logging and its conditions, revisions, versions, names."""

from __future__ import annotations

import json

import pytest

from tests.local.conftest import DEFINITION, LOG_DELIVERY
from tests.local.refusals import refused
from tests.local.serving import until

LOGGING = "InvalidLoggingConfiguration"
PREFIX = "Invalid Logging Configuration: "
OTHER = json.dumps({"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}})
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group"


def logging(*arns, level="ALL", **more):
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": one}} for one in arns]
    return {"level": level, "destinations": destinations, **more}


def definition(states, start="A"):
    return json.dumps({"StartAt": start, "States": states})


def test_a_machine_without_logging(local_aws, make):
    states = local_aws.client("stepfunctions")
    shown = states.describe_state_machine(stateMachineArn=make.machine())
    assert shown["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert shown["tracingConfiguration"] == {"enabled": False}
    assert "revisionId" not in shown


def test_logging_alone_can_be_set(local_aws, make):
    states = local_aws.client("stepfunctions")
    role = make.role("r", "states", allow=LOG_DELIVERY)
    machine, group = make.machine(role=role), make.group("/aws/vendedlogs/states/m-Logs")
    wanted = logging(f"{group}:*", includeExecutionData=True)
    states.update_state_machine(stateMachineArn=machine, loggingConfiguration=wanted)
    shown = states.describe_state_machine(stateMachineArn=machine)
    assert shown["loggingConfiguration"] == wanted
    assert shown["definition"] == DEFINITION


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (logging(), "Must specify exactly one Log Destination."),
        (logging(f"{GROUP}:g:*", f"{GROUP}:g:*"), "Must specify exactly one Log Destination."),
        (logging(f"{GROUP}:g"), "Log Group ARN must be provided with '*' qualifier."),
        (logging(f"{GROUP}:nosuch:*"), "Log Destination not found."),
        (logging("arn:aws:s3:::bucket"), "Provided ARN is not CloudWatch Logs Log Group ARN."),
        (
            {"level": "ALL", "destinations": [{}]},
            "Must set valid CloudWatch Log Group ARN.",
        ),
    ],
)
@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_destination_that_cannot_be(local_aws, make, operation, wanted, message):
    states = local_aws.client("stepfunctions")
    role = make.role("r", "states", allow=LOG_DELIVERY)
    make.group("g")
    if operation == "create":
        assert refused(make.machine, role=role, loggingConfiguration=wanted) == (
            LOGGING,
            PREFIX + message,
        )
        assert states.list_state_machines()["stateMachines"] == []
    else:
        call = {"stateMachineArn": make.machine(role=role), "loggingConfiguration": wanted}
        assert refused(states.update_state_machine, **call) == (LOGGING, PREFIX + message)


@pytest.mark.parametrize("missing", LOG_DELIVERY)
def test_each_delivery_right_is_needed(local_aws, make, missing):
    role = make.role("r", "states", allow=[one for one in LOG_DELIVERY if one != missing])
    wanted = logging(f"{make.group('/aws/vendedlogs/states/m')}:*")
    assert refused(make.machine, role=role, loggingConfiguration=wanted) == (
        "AccessDeniedException",
        "The state machine IAM Role is not authorized to access the Log Destination",
    )


def test_the_shared_resource_policy_fills_up(local_aws, make):
    """Names under ``/aws/vendedlogs/`` leave it alone; others fill its 5,120 characters."""
    states, logs = local_aws.client("stepfunctions"), local_aws.client("logs")
    machine = make.machine(role=make.role("r", "states", allow=["logs:*"]))

    def log_to(name):
        group = make.group(name)
        wanted = logging(f"{group}:*")
        states.update_state_machine(stateMachineArn=machine, loggingConfiguration=wanted)

    log_to("/aws/vendedlogs/states/m")
    assert logs.describe_resource_policies()["resourcePolicies"] == []
    log_to("mine")
    policy = logs.describe_resource_policies()["resourcePolicies"][0]
    assert policy["policyName"] == "AWSLogDeliveryWrite20150319"
    assert "log-group:mine:log-stream:*" in policy["policyDocument"]
    for one in range(18):
        log_to(f"{one:03}" * 67)
    assert refused(log_to, name="999" * 67) == (
        LOGGING,
        PREFIX + "The CloudWatch Logs Resource Policy size was exceeded. We suggest prefixing "
        "your CloudWatch log group name with /aws/vendedlogs/states/.",
    )


def test_an_update_of_nothing_is_refused(local_aws, make):
    update = local_aws.client("stepfunctions").update_state_machine
    assert refused(update, stateMachineArn=make.machine()) == (
        "MissingRequiredParameter",
        (
            "Either the definition, the role ARN, the LoggingConfiguration, or the "
            "TracingConfiguration must be specified"
        ),
    )


def test_a_revision_comes_with_the_first_change_and_not_without_one(local_aws, make):
    states, machine = local_aws.client("stepfunctions"), {"stateMachineArn": make.machine()}
    states.update_state_machine(**machine, definition=DEFINITION)
    assert "revisionId" not in states.describe_state_machine(**machine)
    changed = states.update_state_machine(**machine, tracingConfiguration={"enabled": True})
    shown = states.describe_state_machine(**machine)
    assert shown["revisionId"] == changed["revisionId"]
    assert shown["tracingConfiguration"] == {"enabled": True}
    again = states.update_state_machine(**machine, tracingConfiguration={"enabled": True})
    assert again["revisionId"] == changed["revisionId"]


def test_making_a_machine_again(local_aws, make):
    states, role = local_aws.client("stepfunctions"), make.role("r", "states")
    arn = make.machine(role=role)
    assert make.machine(role=role) == arn
    assert refused(make.machine, role=role, definition=OTHER) == (
        "StateMachineAlreadyExists",
        f"State Machine Already Exists: '{arn}'",
    )
    shown = states.describe_state_machine(stateMachineArn=arn)
    assert shown["definition"] == DEFINITION


@pytest.mark.parametrize(
    "broken",
    [
        "no json",
        "[]",
        "{}",
        definition({}),
        definition({"A": {"Type": "Pass", "Next": "Nowhere"}}),
        definition({"A": {"Type": "Pass", "End": True}}, start="B"),
        definition({"A": {"Type": "Choice", "Choices": [
            {"Variable": "$.x", "BooleanEquals": True, "Next": "Nowhere"}]}}),
        definition({"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f",
                          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Nowhere"}],
                          "End": True}}),
    ],
)  # fmt: skip
def test_a_definition_that_leads_nowhere(make, broken):
    code, message = refused(make.machine, definition=broken)
    assert code == "InvalidDefinition"
    assert message.startswith("Invalid State Machine Definition: '")


def test_a_distributed_map_has_express_children_too(local_aws, make):
    """It is kept as it was given, and runs; such a word in somebody's data is data."""
    children = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    each = {"Each": {"Type": "Pass", "Result": {"ExecutionType": "EXPRESS"}, "End": True}}
    inner = {"ProcessorConfig": children, "StartAt": "Each", "States": each}
    given = definition({"A": {"Type": "Map", "ItemProcessor": inner, "End": True}})
    machine = make.machine(definition=given)
    states = local_aws.client("stepfunctions")
    assert states.describe_state_machine(stateMachineArn=machine)["definition"] == given
    started = states.start_execution(stateMachineArn=machine, input="[1]")["executionArn"]
    ended = until(
        lambda: states.describe_execution(executionArn=started),
        lambda shown: shown["status"] != "RUNNING",
    )
    assert json.loads(ended["output"]) == [{"ExecutionType": "EXPRESS"}]


@pytest.mark.parametrize("services", [["lambda"], ["apigateway"]])
def test_a_role_that_states_cannot_assume(make, services):
    code, message = refused(make.machine, role=make.role("r", *services))
    assert code == "AccessDeniedException"
    assert message.startswith("Neither the global service principal states.amazonaws.com")


def test_an_execution_without_a_name_gets_one(local_aws, make):
    states, machine = local_aws.client("stepfunctions"), make.machine()
    started = {states.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(2)}
    assert len(started) == 2
    assert not any(one.endswith(":None") for one in started)


def test_versions_are_published_listed_and_kept(local_aws, make):
    states, machine = local_aws.client("stepfunctions"), {"stateMachineArn": make.machine()}
    first = states.publish_state_machine_version(**machine)["stateMachineVersionArn"]
    assert first == machine["stateMachineArn"] + ":1"
    assert states.publish_state_machine_version(**machine)["stateMachineVersionArn"] == first
    states.update_state_machine(**machine, definition=OTHER)
    second = states.publish_state_machine_version(**machine)["stateMachineVersionArn"]
    listed = states.list_state_machine_versions(**machine)["stateMachineVersions"]
    assert [one["stateMachineVersionArn"] for one in listed] == [second, first]
    assert states.describe_state_machine(stateMachineArn=first)["definition"] == DEFINITION
    states.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": first, "weight": 100}]
    )
    delete = states.delete_state_machine_version
    assert refused(delete, stateMachineVersionArn=first)[0] == "ConflictException"
    delete(stateMachineVersionArn=second)
    assert len(states.list_state_machine_versions(**machine)["stateMachineVersions"]) == 1

"""What AWS refuses before it looks anything up, in its words: texts as recorded."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.local.constraints.wording import enum_order, text
from tests.local.refusals import refused, status_of_refusal

ROLE = "arn:aws:iam::123456789012:role/r"
VERSION = "arn:aws:states:us-east-1:123456789012:stateMachine:m:1"
FAILED = "failed to satisfy constraint: "
PATTERN = "Member must satisfy regular expression pattern: "
MOST = "Member must have value less than or equal to "


@pytest.fixture
def unchecked(local_aws):
    """Makes clients that send whatever they are told, as other languages' do."""

    def client(service):
        return boto3.client(
            service,
            endpoint_url=local_aws.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        )

    return client


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "faults"),
    [
        (
            "lambda",
            "create_function",
            {"FunctionName": "f", "Role": "nobody", "Code": {}},
            "ValidationException",
            [
                (
                    f"Value 'nobody' at 'role' {FAILED}{PATTERN}"
                    r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
                )
            ],
        ),
        (
            "lambda",
            "create_function",
            {"FunctionName": "f", "Role": ROLE, "Code": {}, "SnapStart": {"ApplyOn": "always"}},
            "ValidationException",
            [
                (
                    f"Value 'always' at 'snapStart.applyOn' {FAILED}"
                    "Member must satisfy enum value set: [PublishedVersions, None]"
                )
            ],
        ),
        (
            "lambda",
            "create_function",
            {"FunctionName": "f", "Role": ROLE, "Code": {}, "Architectures": ["ARM"]},
            "ValidationException",
            [
                (
                    f"Value '[ARM]' at 'architectures' {FAILED}Member must satisfy constraint: "
                    "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
                )
            ],
        ),
        (
            "lambda",
            "create_alias",
            {
                "FunctionName": "f",
                "Name": "live",
                "FunctionVersion": "1",
                "RoutingConfig": {"AdditionalVersionWeights": {"2": 1.5}},
            },
            "ValidationException",
            [
                (
                    f"Value '{{2=1.5}}' at 'routingConfig.additionalVersionWeights' {FAILED}"
                    f"Map value must satisfy constraint: [{MOST}1.0, "
                    "Member must have value greater than or equal to 0.0, Member must not be null]"
                )
            ],
        ),
        (
            "lambda",
            "add_permission",
            {"FunctionName": "f", "StatementId": "no.dots", "Action": "me", "Principal": "*"},
            "ValidationException",
            [
                (
                    f"Value 'no.dots' at 'statementId' {FAILED}"
                    "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"
                ),
                (f"Value 'me' at 'action' {FAILED}{PATTERN}(lambda:[*]|lambda:[a-zA-Z]+|[*])"),
            ],
        ),
        (
            "apigateway",
            "create_rest_api",
            {"name": "a", "endpointConfiguration": {"ipAddressType": "six"}},
            "ValidationException",
            [
                (
                    f"Value 'six' at 'createRestApiInput.endpointConfiguration.ipAddressType' "
                    f"{FAILED}"
                    "Member must satisfy enum value set: [ipv4, dualstack]"
                )
            ],
        ),
        (
            "apigateway",
            "update_stage",
            {"restApiId": "a", "stageName": "s", "patchOperations": [{"op": "put", "path": "/"}]},
            "ValidationException",
            [
                (
                    f"Value 'put' at 'updateStageInput.patchOperations.1.member.op' {FAILED}Member "
                    "must satisfy enum value set: [add, remove, move, test, replace, copy]"
                )
            ],
        ),
        (
            "stepfunctions",
            "create_state_machine_alias",
            {
                "name": "a b",
                "routingConfiguration": [{"stateMachineVersionArn": VERSION, "weight": 300}],
            },
            "ValidationException",
            [
                (
                    f"Value 'a b' at 'name' {FAILED}{PATTERN}"
                    r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"
                ),
                (
                    f"Value '300' at 'routingConfiguration.1.member.weight' {FAILED}"
                    "Member must have value less than or equal to 100"
                ),
            ],
        ),
        (
            "stepfunctions",
            "list_executions",
            {"stateMachineArn": "m", "statusFilter": "done", "nextToken": "t" * 1025},
            "ValidationException",
            [
                (
                    f"Value 'done' at 'statusFilter' {FAILED}Member must satisfy enum value set: "
                    "[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"
                ),
                (
                    f"Value '{'t' * 1025}' at 'nextToken' {FAILED}"
                    "Member must have length less than or equal to 1024"
                ),
            ],
        ),
        (
            "logs",
            "filter_log_events",
            {"logGroupName": "g", "limit": 10_001},
            "InvalidParameterException",
            [(f"Value '10001' at 'limit' {FAILED}{MOST}10000")],
        ),
        (
            "iam",
            "create_role",
            {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"},
            "ValidationError",
            [
                (
                    f"Value '{'r' * 65}' at 'roleName' {FAILED}"
                    "Member must have length less than or equal to 64"
                )
            ],
        ),
        (
            "cloudwatch",
            "set_alarm_state",
            {"AlarmName": "a", "StateValue": "RED", "StateReason": "r"},
            "ValidationError",
            [
                (
                    f"Value 'RED' at 'stateValue' {FAILED}"
                    "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
                )
            ],
        ),
        (
            "stepfunctions",
            "start_execution",
            {},
            "ValidationException",
            [f"Value null at 'stateMachineArn' {FAILED}Member must not be null"],
        ),
    ],
)
def test_what_the_model_does_not_allow(unchecked, service, operation, parameters, code, faults):
    call = getattr(unchecked(service), operation)
    plural = "s" if len(faults) > 1 else ""
    words = f"{len(faults)} validation error{plural} detected: {'; '.join(faults)}"
    assert refused(call, **parameters) == (code, words)
    assert status_of_refusal(call, **parameters) == 400


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "member"),
    [
        ("stepfunctions", "ListStateMachines", b'{"colour": "red"}', "colour"),
        (
            "stepfunctions",
            "CreateStateMachine",
            b'{"name": "m", "definition": "{}", "roleArn": "r", "loggingConfiguration": {"x": 1}}',
            "loggingConfiguration.x",
        ),
        ("logs", "TagResource", b'{"resourceArn": "a", "tags": {}, "more": []}', "more"),
    ],
)
def test_a_member_that_no_model_knows_is_refused_by_name(
    unchecked, service, operation, parameters, member
):
    """As a newer SDK would send it: dropped in silence, its setting would seem made."""
    client = unchecked(service)

    def newer(request, **_):
        request.data = parameters

    client.meta.events.register("before-sign.*.*", newer)
    methods = {api: name for name, api in client.meta.method_to_api_mapping.items()}
    assert refused(getattr(client, methods[operation])) == (
        "NotImplemented",
        f"The local AWS does not know {member} of {service} {operation}.",
    )


def test_values_are_printed_as_java_prints_them():
    assert text({"a": [True, None], "b": 2.0}) == "{a=[true, null], b=2.0}"


@given(st.sets(st.text(max_size=12), max_size=60))
def test_an_enum_is_listed_whole_and_always_in_one_order(values):
    listed = enum_order(sorted(values))
    assert sorted(listed) == sorted(values)
    assert listed == enum_order(sorted(values))

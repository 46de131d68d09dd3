"""Step Functions: answers as they were recorded on AWS."""

from __future__ import annotations

import pytest

VALIDATION = "ValidationException"
GONE = "arn:aws:states:us-east-1:<account>:stateMachine:gone"
WAITS = (
    '{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, '
    '"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}}}'
)


def routes(*told):
    listed = [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in told]
    return {"name": "x", "routingConfiguration": listed}


@pytest.mark.parametrize(("call", "parameters", "code", "message"), [
    ("list_executions", {"stateMachineArn": "sales"}, "InvalidArn",
     "Invalid Arn: 'Invalid ARN prefix: sales'"),
    ("describe_state_machine", {"stateMachineArn": GONE}, "StateMachineDoesNotExist",
     f"State Machine Does Not Exist: '{GONE}'"),
    ("list_executions", {"stateMachineArn": "<express>"}, "StateMachineTypeNotSupported",
     "This operation is not supported by this type of state machine"),
    ("get_execution_history",
     {"executionArn": "arn:aws:states:us-east-1:<account>:express:quick:a:b"}, "InvalidArn",
     "Invalid Arn: 'Resource type not valid in this context: express'"),
    ("publish_state_machine_version", {"stateMachineArn": "<machine>", "revisionId": "other"},
     "ConflictException", ("Failed to publish the State Machine version for revision other. The "
     "current State Machine revision is <revision>.")),
    ("create_state_machine_alias", routes(("<machine>", 100)), VALIDATION,
     "Routing configuration must contain state machine version ARNs. Received: [<machine>]"),
    ("create_state_machine_alias", routes(("<machine>:1", 60), ("<machine>:2", 30)), VALIDATION,
     "Sum of routing configuration weights must equal 100. Received: [60, 30]"),
    ("create_state_machine_alias", routes(("<machine>:1", 50), ("<machine>:1", 50)), VALIDATION,
     ("Routing configuration must contain distinct state machine version ARNs. "
     "Received: [<machine>:1, <machine>:1]")),
    ("create_state_machine_alias", {**routes(("<machine>:2", 100)), "name": "live"},
     "ConflictException", ("Failed to create alias because an alias with the same name and a "
     "different routing configuration already exists.")),
    ("delete_state_machine_version", {"stateMachineVersionArn": "<machine>:1"},
     "ConflictException", ("Version to be deleted must not be referenced by an alias. Current list "
     "of aliases referencing this version: [live]")),
    ("tag_resource", {"resourceArn": "<machine>:1", "tags": [{"key": "a", "value": "b"}]},
     "ResourceNotFound", "Resource not found: '<machine>:1'"),
    ("list_state_machine_versions", {"stateMachineArn": "<machine>", "nextToken": "none"},
     "InvalidToken", "Invalid Token: 'Invalid token'"),
    ("create_state_machine", {"name": "e", "roleArn": "<states_role>", "type": "EXPRESS",
                              "definition": WAITS}, "InvalidDefinition",
     ("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not "
     "support '.waitForTaskToken' service integration  at /States/A/Resource'")),
    ("create_state_machine", {"name": "e", "roleArn": "<states_role>", "definition": "{}"},
     "InvalidDefinition", ("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These "
     "fields are required: [States, StartAt] at /'")),
])  # fmt: skip
def test_what_is_refused(world, call, parameters, code, message):
    world.refuses(f"stepfunctions.{call}", parameters, code, message, 400)


@pytest.mark.parametrize(("call", "parameters", "fields"), [
    ("list_state_machine_versions", {"stateMachineArn": "<machine>", "maxResults": 1},
     {"stateMachineVersions/0/stateMachineVersionArn": "<machine>:2",
      "stateMachineVersions/1": None}),
    ("create_state_machine_alias", {**routes(("<machine>:1", 100)), "name": "live"},
     {"stateMachineAliasArn": "<machine>:live"}),
    ("describe_state_machine", {"stateMachineArn": "<express>"},
     {"loggingConfiguration": {"level": "OFF", "includeExecutionData": False}}),
    ("validate_state_machine_definition", {"definition": "{}"},
     {"result": "FAIL", "diagnostics": [
         {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED",
          "message": "These fields are required: [States, StartAt]", "location": "/"}]}),
    ("start_sync_execution", {"stateMachineArn": "<express>"},
     {"status": "SUCCEEDED", "billingDetails/billedMemoryUsedInMB": 64}),
])  # fmt: skip
def test_what_is_answered(world, call, parameters, fields):
    states = world.client("stepfunctions")
    states.meta.events.register("before-call.*.*", _without_prefix)
    world.answers(f"stepfunctions.{call}", parameters, fields)


def _without_prefix(params, **_):
    params["url"] = params["url"].replace("://sync-", "://")


def test_an_execution_knows_its_version_and_alias_and_its_history_both_ways(world):
    states, machine = world.client("stepfunctions"), world.names["machine"]
    execution = states.start_execution(stateMachineArn=f"{machine}:live", input='{"k":1}')
    named = {"executionArn": execution["executionArn"]}
    while states.describe_execution(**named)["status"] == "RUNNING":
        pass  # each look takes a moment
    world.answers("stepfunctions.describe_execution", named, {
        "stateMachineArn": machine, "stateMachineVersionArn": f"{machine}:1",
        "stateMachineAliasArn": f"{machine}:live", "redriveStatus": "NOT_REDRIVABLE"})  # fmt: skip
    for asked in (machine, f"{machine}:1", f"{machine}:live"):
        found = states.list_executions(stateMachineArn=asked)["executions"]
        assert [one["executionArn"] for one in found] == [execution["executionArn"]]
    assert states.list_executions(stateMachineArn=f"{machine}:2")["executions"] == []
    page = states.get_execution_history(**named, reverseOrder=True, maxResults=1)
    assert [one["type"] for one in page["events"]] == ["ExecutionSucceeded"]
    rest = states.get_execution_history(**named, reverseOrder=True, nextToken=page["nextToken"])
    assert rest["events"][-1]["executionStartedEventDetails"]["input"] == '{"k":1}'
    assert "nextToken" not in rest


def test_the_number_of_a_deleted_version_never_returns(world):
    states, machine = world.client("stepfunctions"), world.names["machine"]
    states.delete_state_machine_version(stateMachineVersionArn=f"{machine}:2")
    published = states.publish_state_machine_version(stateMachineArn=machine)
    assert published["stateMachineVersionArn"] == f"{machine}:3"

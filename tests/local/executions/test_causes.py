"""Why a state failed, in Step Functions' words: recorded on AWS for Pass and Task states."""

from __future__ import annotations

import json

import pytest

from dragonctl.local.executions.causes import entered, missing

HELD = {"nest": {"egg": 1, "lay er": {}}, "list": [1]}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("$.none", "No results for path: $['none']"),
        ("$.none.more", "Missing property in path $['none']"),
        ("$.nest.none", "No results for path: $['nest']['none']"),
        ("$.nest.none.more.still", "Missing property in path $['nest']['none']"),
        ("$['nest']['lay er'].shell", "No results for path: $['nest']['lay er']['shell']"),
        ('$["none"]', "No results for path: $['none']"),
        ("$.nest.egg.yolk", None),
        ("$.list[4]", None),
        ("$.nest", None),
        ("$", None),
        ("$..egg", None),
        ("$.nest[?(@.egg)]", None),
    ],
)
def test_the_part_of_a_path_that_is_missing_is_named(path, said):
    assert missing(path, HELD) == said


def event(number, before, state=None):
    details = {"stateEnteredEventDetails": {"name": state}} if state else {}
    return {"id": number, "previousEventId": before, **details}


def test_each_iteration_has_its_own_beginning():
    """Two at once enter the same state: an event goes back to the one that it followed."""
    events = [event(1, 0), event(2, 1, "A"), event(3, 1, "A"), event(4, 2), event(5, 3)]
    assert entered(events, 4, "A") == 2
    assert entered(events, 5, "A") == 3
    assert entered(events, 5, "B") == 5
    assert entered([], 7, "A") == 7


def ended(local_aws, definition):
    """How an execution ended that began with ``{"k": "v"}``."""
    machines = local_aws.client("stepfunctions")
    machine = machines.create_state_machine(
        name="m",
        type="EXPRESS",
        roleArn="arn:aws:iam::123456789012:role/states",
        definition=json.dumps(definition),
    )["stateMachineArn"]
    return machines.start_sync_execution(stateMachineArn=machine, input='{"k": "v"}')


def test_a_task_names_the_event_that_it_was_entered_by(local_aws, make):
    function = make.function()["FunctionArn"]
    make.role("states", "states", allow=["lambda:InvokeFunction"])
    task = {"Type": "Task", "Resource": function, "OutputPath": "$.no.such", "End": True}
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": task}
    answer = ended(local_aws, {"StartAt": "A", "States": states})
    assert answer["error"] == "States.Runtime"
    assert answer["cause"] == (
        "An error occurred while executing the state 'B' (entered at the event id #4). "
        "Invalid path '$.no.such' : Missing property in path $['no']"
    )


def test_a_pass_names_the_whole_path_to_the_last_part_that_is_missing(local_aws, make):
    make.role("states", "states")
    state = {"Type": "Pass", "Result": {"a": {}}, "OutputPath": "$.a.b", "End": True}
    answer = ended(local_aws, {"StartAt": "A", "States": {"A": state}})
    assert answer["cause"] == (
        "An error occurred while executing the state 'A' (entered at the event id #2). "
        "Invalid path '$.a.b' : No results for path: $['a']['b']"
    )

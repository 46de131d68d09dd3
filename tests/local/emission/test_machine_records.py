"""Executions: how they start, what their logs tell by level, and how tasks fail."""

import json

import pytest

from tests.local.serving import until

GROUP = "/aws/vendedlogs/states/machine-Logs"
ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*"
PASS = {"P": {"Type": "Pass", "Result": {"secret": "told"}, "End": True}}
REFUSES = """
class DragonValidationException(Exception): pass
def handler(event, context): raise DragonValidationException("taken")
"""
FAIL = {"P": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": "E", "Cause": "c"}}


def run(application, states, start="P", given=None, **settings):
    """Make a machine, run it once to its end; what DescribeExecution says."""
    arn = application.machine(states, start, **settings)
    answer = application.aws.client("stepfunctions").start_execution(
        stateMachineArn=arn, input=json.dumps(given or {})
    )
    return application.finished(answer["executionArn"])


def logging(application, level, data=False):
    """Settings of a machine that logs; its group is made."""
    application.aws.client("logs").create_log_group(logGroupName=GROUP)
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": ARN}}
    configuration = {"level": level, "includeExecutionData": data, "destinations": [destination]}
    return {"loggingConfiguration": configuration}


def events(application, count):
    lines = until(lambda: application.lines(GROUP), lambda found: len(found) >= count)
    return [json.loads(line) for line in lines]


def test_all_tells_every_event_in_its_shape_without_data(application):
    ended = run(application, PASS, given={"secret": "asked"}, **logging(application, "ALL"))
    told = events(application, 4)
    assert [one["type"] for one in told] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    assert [one["id"] for one in told] == ["1", "2", "3", "4"]
    assert [one["previous_event_id"] for one in told] == ["0", "0", "2", "3"]
    for one in told:
        assert one["execution_arn"] == ended["executionArn"]
        assert one["redrive_count"] == "0"
        assert one["event_timestamp"].isdigit()
    assert "secret" not in json.dumps(told)
    assert told[1]["details"] == {"name": "P"}


def test_execution_data_is_told_where_it_is_asked_for(application):
    run(application, PASS, given={"secret": "asked"}, **logging(application, "ALL", data=True))
    told = events(application, 4)
    assert json.loads(told[0]["details"]["input"]) == {"secret": "asked"}
    assert told[0]["details"]["inputDetails"] == {"truncated": False}
    assert json.loads(told[-1]["details"]["output"]) == {"secret": "told"}


@pytest.mark.parametrize(
    ("level", "types"),
    [("ERROR", ["FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"])],
)
def test_lower_levels_tell_failures_alone(application, level, types):
    ended = run(application, FAIL, **logging(application, level))
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "E", "c")
    assert [one["type"] for one in events(application, len(types))] == types


def test_off_tells_nothing(application):
    settings = logging(application, "OFF")
    run(application, FAIL, **settings)
    assert application.lines(GROUP) == []


def test_executions_without_a_name_get_one_each(application):
    arn = application.machine(PASS, "P")
    start = application.aws.client("stepfunctions").start_execution
    first, second = (start(stateMachineArn=arn)["executionArn"] for _ in range(2))
    assert first != second
    assert application.finished(second)["name"] == second.rpartition(":")[2]


def test_a_name_is_taken_once(application):
    client, arn = application.aws.client("stepfunctions"), application.machine(PASS, "P")
    first = client.start_execution(stateMachineArn=arn, name="one", input="{}")
    application.finished(first["executionArn"])
    with pytest.raises(client.exceptions.ExecutionAlreadyExists):
        client.start_execution(stateMachineArn=arn, name="one", input='{"a": 1}')
    with pytest.raises(client.exceptions.InvalidExecutionInput):
        client.start_execution(stateMachineArn=arn, input="{")
    with pytest.raises(client.exceptions.StateMachineDoesNotExist):
        client.start_execution(stateMachineArn=f"{arn}x")


def task(resource, catch, **more):
    return {
        "T": {
            "Type": "Task",
            "Resource": resource,
            **more,
            "Catch": [
                {"ErrorEquals": [catch], "ResultPath": "$.error", "Next": "Right"},
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Wrong"},
            ],
            "End": True,
        },
        "Right": {"Type": "Pass", "End": True},
        "Wrong": {"Type": "Fail"},
    }


@pytest.mark.parametrize("style", ["arn", "invoke"])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        (REFUSES, "DragonValidationException"),
        ("import sys\ndef handler(e, c): sys.exit(1)", "Runtime.ExitError"),
        (None, "Lambda.ResourceNotFoundException"),
    ],
)  # fmt: skip
def test_a_tasks_error_takes_its_catch(application, style, code, error):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    if code is not None:
        application.function("f", code)
    invoke = {"Parameters": {"FunctionName": arn, "Payload.$": "$"}}
    states = (
        task(arn, error)
        if style == "arn"
        else task("arn:aws:states:::lambda:invoke", error, **invoke)
    )
    ended = run(application, states, "T")
    assert ended["status"] == "SUCCEEDED", ended
    told = json.loads(ended["output"])["error"]
    assert told["Error"] == error
    if code is not None:
        assert json.loads(told["Cause"])["errorType"] == error


def test_a_role_that_may_not_invoke_fails_the_task(application):
    arn = application.function("f", "def handler(e, c): return 1")
    ended = run(application, task(arn, "Lambda.AWSLambdaException"), "T", rights=("xray:*",))
    assert ended["status"] == "SUCCEEDED", ended.get("cause")


def test_an_express_machine_answers_at_once(application):
    arn = application.machine(PASS, "P", type="EXPRESS")
    client = application.aws.client("stepfunctions")
    answer = client.start_sync_execution(stateMachineArn=arn, input="{}")
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"secret": "told"})
    assert ":express:machine:" in answer["executionArn"]
    standard = application.machine(PASS, "P", name="standard")
    with pytest.raises(client.exceptions.StateMachineTypeNotSupported):
        client.start_sync_execution(stateMachineArn=standard)

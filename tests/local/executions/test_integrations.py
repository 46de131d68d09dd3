"""Tasks of other services: what they are told reaches the service, and nothing is dropped."""

from __future__ import annotations

import json

import pytest

STATES = "arn:aws:states:::"


def task(resource, parameters):
    """The states of a machine with one task."""
    return {
        "A": {"Type": "Task", "Resource": STATES + resource, "Parameters": parameters, "End": True}
    }


@pytest.fixture
def run(application):
    """DescribeExecution of a machine of one task, once it has ended."""

    def ended(resource, parameters, name="machine"):
        arn = application.machine(task(resource, parameters), "A", name=name)
        client = application.aws.client("stepfunctions")
        started = client.start_execution(stateMachineArn=arn)["executionArn"]
        return application.finished(started)

    return ended


@pytest.fixture
def other(application):
    """The ARN of a machine that hands on its input."""
    return application.machine({"P": {"Type": "Pass", "End": True}}, "P", name="other")


@pytest.mark.parametrize("how", ["", ".sync", ".sync:2", "aws-sdk"])
def test_another_machine_is_started(application, run, other, how):
    resource = f"states:startExecution{how}"
    told = {"StateMachineArn": other, "Input": {"a": 1}, "Name": "told"}
    if how == "aws-sdk":
        resource, told["Input"] = "aws-sdk:sfn:startExecution", '{"a":1}'
    answer = run(resource, told)
    assert answer["status"] == "SUCCEEDED"
    arn = json.loads(answer["output"])["ExecutionArn"]
    assert arn.endswith(":other:told")
    assert json.loads(application.finished(arn)["input"]) == {"a": 1}


def test_what_a_synchronous_child_answers_is_shown(run, other):
    answer = run("states:startExecution.sync:2", {"StateMachineArn": other, "Input": {"a": 1}})
    told = json.loads(answer["output"])
    assert (told["Status"], told["Output"]) == ("SUCCEEDED", {"a": 1})


@pytest.mark.parametrize(
    ("resource", "told", "seen"),
    [
        ("dynamodb:putItem", {"Item": {"k": {"S": "x"}}}, {"k": {"S": "x"}}),
        (
            "dynamodb:updateItem",
            {
                "Key": {"k": {"S": "x"}},
                "UpdateExpression": "SET #a = :a",
                "ExpressionAttributeNames": {"#a": "a"},
                "ExpressionAttributeValues": {":a": {"N": "1"}},
            },
            {"k": {"S": "x"}, "a": {"N": "1"}},
        ),
    ],
)
def test_items_are_written(application, run, table, resource, told, seen):
    assert run(resource, {"TableName": table, **told})["status"] == "SUCCEEDED"
    client = application.aws.client("dynamodb")
    assert client.get_item(TableName=table, Key={"k": {"S": "x"}})["Item"] == seen


@pytest.fixture
def table(application):
    """A table's name."""
    application.aws.client("dynamodb").create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "items"


def test_a_message_reaches_its_queue(application, run):
    client = application.aws.client("sqs")
    queue = client.create_queue(QueueName="q")["QueueUrl"]
    attribute = {"DataType": "String", "StringValue": "v"}
    told = {"QueueUrl": queue, "MessageBody": {"b": 1}, "MessageAttributes": {"a": attribute}}
    assert run("sqs:sendMessage", told)["status"] == "SUCCEEDED"
    (message,) = client.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"]) == {"b": 1}
    assert message["MessageAttributes"] == {"a": attribute}


@pytest.mark.parametrize("resource", ["events:putEvents", "aws-sdk:eventbridge:putEvents"])
def test_events_are_put(run, resource):
    entry = {"Source": "s", "DetailType": "d", "Detail": '{"a":1}'}
    answer = run(resource, {"Entries": [entry]})
    assert json.loads(answer["output"])["FailedEntryCount"] == 0


def test_an_error_bears_the_services_name(run):
    answer = run("aws-sdk:ssm:getParameter", {"Name": "/none"})
    assert answer["error"] == "Ssm.ParameterNotFoundException"


def test_an_api_is_not_called_and_the_task_says_so(run):
    told = {"ApiEndpoint": "a.execute-api.us-east-1.amazonaws.com", "Method": "GET"}
    answer = run("apigateway:invoke", told)
    words = "The local AWS does not do apigateway:invoke of a state machine."
    assert (answer["error"], answer["cause"]) == ("ApiGateway.NotImplemented", words)


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("dynamodb:putItem", "Colour"),
        ("dynamodb:getItem", "ReturnItemCollectionMetrics"),
        ("sqs:sendMessage", "MessageSystemAttributes"),
        ("sns:publish", "Colour"),
        ("events:putEvents", "EndpointId"),
        ("states:startExecution", "TraceHeader"),
        ("lambda:invoke", "Colour"),
        ("apigateway:invoke", "Colour"),
    ],
)
def test_a_member_that_an_integration_does_not_take_fails_the_task(run, resource, name):
    answer = run(resource, {name: "x"})
    assert answer["status"] == "FAILED"
    said = f'The field "{name}" is not supported by Step Functions'
    assert said in answer["cause"]


def test_an_execution_is_stopped_for_a_reason(application):
    waits = {"W": {"Type": "Wait", "Seconds": 900, "End": True}}
    client = application.aws.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=application.machine(waits, "W"))["executionArn"]
    client.stop_execution(executionArn=arn, error="Error", cause="because")
    told = application.finished(arn)
    assert (told["status"], told["error"], told["cause"]) == ("ABORTED", "Error", "because")
    (last,) = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)[
        "events"
    ]
    assert last["executionAbortedEventDetails"] == {"error": "Error", "cause": "because"}

"""What a line says in the forms of Step Functions, the platform and structured loggers."""

import json

import pytest

from dragonctl.telemetry.logs.lines import recognise

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
ARN = "arn:aws:states:eu-west-1:123456789012:execution:Stables:one"


def state(kind, details, **members):
    return json.dumps({"type": kind, "execution_arn": ARN, "details": details, **members})


def platform(kind, **record):
    return json.dumps(
        {"time": "2026-01-01T00:00:00Z", "type": f"platform.{kind}", "record": record}
    )


@pytest.mark.parametrize(
    ("line", "text", "fields"),
    [
        (
            state("MapIterationStarted", {"name": "EachEgg", "index": 0}),
            "MapIterationStarted EachEgg index=0", (),
        ),
        (state("MapStateStarted", {"length": 7}), "MapStateStarted length=7", ()),
        (
            state("TaskScheduled", {"resource": "query", "resourceType": "dynamodb",
                                    "parameters": '{"TableName":"eggs"}', "region": "eu-west-1"}),
            "TaskScheduled dynamodb query",
            (("parameters", '{"TableName":"eggs"}'), ("region", "eu-west-1")),
        ),
        (
            state("PassStateExited", {"name": "Count", "assignedVariables": {"eggs": "7"},
                                      "assignedVariablesDetails": {"truncated": True},
                                      "outputDetails": {"truncated": False}}),
            "PassStateExited Count",
            (("assignedVariables", '{"eggs": "7"}'), ("assignedVariables truncated", "true")),
        ),
        (state("ExecutionRedriven", {"redriveCount": 2}), "ExecutionRedriven redriveCount=2", ()),
        (
            state("TaskStateEntered", {"name": "Feed"}, redrive_count="3"),
            "TaskStateEntered Feed redriveCount=3", (),
        ),
        (
            state("EvaluationFailed", {"error": "E", "location": "Output/a", "state": "Feed"}),
            "EvaluationFailed E state=Feed location=Output/a", (),
        ),
    ],
)  # fmt: skip
def test_an_event_of_a_state_machine_keeps_every_detail(line, text, fields):
    shape = recognise(line)
    assert (shape.text, shape.fields) == (text, fields)


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        (
            platform("initReport", initializationType="on-demand", phase="init", status="timeout",
                     metrics={"durationMs": 10000.1}),
            "error", "platform.initReport timeout 10000.1 ms",
        ),
        (
            platform("runtimeDone", status="error", errorType="Runtime.ExitError"),
            "error", "platform.runtimeDone error Runtime.ExitError",
        ),
        (
            platform("logsDropped", reason="too many", droppedRecords=3, droppedBytes=99),
            "warning", "platform.logsDropped too many droppedRecords=3 droppedBytes=99",
        ),
        (
            platform("restoreReport", status="success", metrics={"durationMs": 300}),
            "debug", "platform.restoreReport 300 ms",
        ),
        (
            f"REPORT RequestId: {REQUEST}\tDuration: 5.00 ms\tRestore Duration: 301.20 ms\t",
            "info", "finished in 5.00 ms, restored in 301.20 ms",
        ),
        (
            "No egg: com.example.NoEgg\ncom.example.NoEgg: No egg\n\tat com.example.Nest.find(N:7)",
            "error",
            "No egg: com.example.NoEgg\ncom.example.NoEgg: No egg\n\tat com.example.Nest.find(N:7)",
        ),
    ],
)  # fmt: skip
def test_the_platform_s_records_say_how_it_went(line, level, text):
    shape = recognise(line)
    assert (shape.level, shape.text) == (level, text)


@pytest.mark.parametrize(
    ("document", "level", "text"),
    [
        (
            {"level": "ERROR", "message": "no price", "exception_name": "KeyError",
             "exception": "Traceback (most recent call last):\n  File \"a\"\nKeyError: 'egg'"},
            "error",
            "no price\nTraceback (most recent call last):\n  File \"a\"\nKeyError: 'egg'",
        ),
        ({"errorType": "KeyError", "errorMessage": "'egg'"}, "error", "KeyError: 'egg'"),
        ({"severityNumber": 17, "body": {"stringValue": "no egg"}}, "error", "no egg"),
        ({"severityNumber": 13, "body": "few eggs"}, "warning", "few eggs"),
        (
            {"_aws": {"CloudWatchMetrics": [{
                "Namespace": "Nests", "Dimensions": [["Service"]],
                "Metrics": [{"Name": "Eggs", "Unit": "Count"},
                            {"Name": "Wait", "Unit": "Milliseconds"}]}]},
             "Service": "hatchery", "Eggs": 3, "Wait": 12.5},
            "info", "metrics Nests: Eggs=3 Wait=12.5 Milliseconds Service=hatchery",
        ),
    ],
)  # fmt: skip
def test_a_structured_line_is_a_sentence(document, level, text):
    shape = recognise(json.dumps(document))
    assert (shape.level, shape.text) == (level, text)
    assert "exception" not in dict(shape.fields)

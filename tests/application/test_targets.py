"""What integrations and state machines call: tables of URIs, templates and ASL."""

from __future__ import annotations

import json

import pytest

from dragonctl.application.targets import Unresolved, integration_targets, machine_targets

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"
INVOKE = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:flow"
START = "arn:aws:apigateway:us-east-1:states:action/StartExecution"
ESCAPED = f'{{"stateMachineArn": "{MACHINE}", "input": "$util.escapeJavaScript($input.body)"}}'
VTL = f'#set($x = 1)\n{{"input": "{{}}", "stateMachineArn": "{MACHINE}:live"}}'


def told(targets):
    return [
        "? " + one.why if isinstance(one, Unresolved) else (one.kind, one.name, one.qualifier)
        for one in targets
    ]


def lambda_(arn, kind="AWS_PROXY"):
    return {"type": kind, "uri": INVOKE.format(arn)}


def start(**more):
    return {"type": "AWS", "uri": START, **more}


@pytest.mark.parametrize(
    ("integration", "variables", "expected"),
    [
        (lambda_(f"{LAMBDA}:f"), {}, [("function", "f", None)]),
        (lambda_(f"{LAMBDA}:f", "AWS"), {}, [("function", "f", None)]),
        (lambda_(f"{LAMBDA}:f", "aws_proxy"), {}, [("function", "f", None)]),
        (lambda_(f"{LAMBDA}:f:live"), {}, [("function", "f", "live")]),
        (lambda_(f"{LAMBDA}:f:3"), {}, [("function", "f", "3")]),
        (lambda_(f"{LAMBDA}:f:$LATEST"), {}, [("function", "f", None)]),
        (lambda_(f"{LAMBDA}:${{stageVariables.name}}"), {"name": "g"}, [("function", "g", None)]),
        (lambda_(f"{LAMBDA}:f:${{stageVariables.alias}}"), {"alias": "blue"},
         [("function", "f", "blue")]),
        (lambda_(f"{LAMBDA}:${{stageVariables.name}}"), {}, ["? the stage has no variable 'name'"]),
        ({"type": "MOCK"}, {}, []),
        ({"type": "HTTP_PROXY", "uri": "https://example.com"}, {}, []),
        ({"type": "AWS", "uri": "arn:aws:apigateway:us-east-1:s3:path/b/k"}, {}, []),
        (start(requestTemplates={"application/json": ESCAPED}), {}, [("machine", "flow", None)]),
        (start(requestTemplates={"application/json": VTL}), {}, [("machine", "flow", "live")]),
        (start(requestParameters={"integration.request.header.x": f"'{MACHINE}'"}), {},
         [("machine", "flow", None)]),
        (start(requestTemplates={"application/json": ESCAPED, "text/plain": ESCAPED}), {},
         [("machine", "flow", None)]),
        (start(requestTemplates={"application/json": MACHINE.replace(
            "flow", "${stageVariables.machine}")}), {"machine": "flow"},
         [("machine", "flow", None)]),
        (start(requestTemplates={"application/json": ESCAPED.replace("flow", "flow@v2+(a)")}), {},
         [("machine", "flow@v2+(a)", None)]),
        (start(requestTemplates={"application/json": ESCAPED.replace(
            "flow", "flow-${stageVariables.env}")}), {},
         ["? its mapping names no state machine by a fixed ARN"]),
        (start(requestTemplates={"application/json": "$input.body"}), {},
         ["? its mapping names no state machine by a fixed ARN"]),
    ],
)  # fmt: skip
def test_integrations(integration, variables, expected):
    assert told(integration_targets("GET /", integration, variables)) == expected


def task(resource, **more):
    return {"Type": "Task", "Resource": resource, **more}


def invoke(name, key="Parameters"):
    return task("arn:aws:states:::lambda:invoke", **{key: {"FunctionName": name}})


def flow(*states):
    return {"StartAt": "0", "States": {str(n): one for n, one in enumerate(states)}}


WAIT = "arn:aws:states:::lambda:invoke.waitForTaskToken"


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (flow(task(f"{LAMBDA}:f")), [("function", "f", None)]),
        (flow(task(f"{LAMBDA}:f:live")), [("function", "f", "live")]),
        (flow(invoke("f")), [("function", "f", None)]),
        (flow(invoke("f:live")), [("function", "f", "live")]),
        (flow(invoke(f"{LAMBDA}:f:$LATEST")), [("function", "f", None)]),
        (flow(invoke("f:$LATEST")), [("function", "f", None)]),
        (flow(invoke("123456789012:function:f")), [("function", "f", None)]),
        (flow(invoke("123456789012:function:f:live")), [("function", "f", "live")]),
        (flow(invoke("f", "Arguments")), [("function", "f", None)]),
        (flow(task(WAIT, Parameters={"FunctionName": "f"})), [("function", "f", None)]),
        (flow(task("arn:aws:states:::aws-sdk:lambda:invoke",
                   Parameters={"FunctionName": "f"})), [("function", "f", None)]),
        (flow(task("arn:aws:states:::states:startExecution.sync:2",
                   Parameters={"StateMachineArn": MACHINE})), [("machine", "flow", None)]),
        (flow({"Type": "Parallel", "Branches": [flow(invoke("f")), flow(invoke("g"))]}),
         [("function", "f", None), ("function", "g", None)]),
        (flow({"Type": "Map", "ItemProcessor": flow(invoke("f"))}), [("function", "f", None)]),
        (flow({"Type": "Map", "Iterator": flow(invoke("f"))}), [("function", "f", None)]),
        (flow(task("arn:aws:states:::sns:publish")), []),
        (flow({"Type": "Pass", "Result": {"Resource": f"{LAMBDA}:f"}}), []),
        (flow(task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName.$": "$.f"})),
         ["? its FunctionName is worked out while it runs"]),
        (flow(invoke("{% $f %}", "Arguments")), ["? its FunctionName is worked out while it runs"]),
    ],
)  # fmt: skip
def test_machines(definition, expected):
    assert told(machine_targets("flow", json.dumps(definition))) == expected


def test_a_definition_that_is_no_json_is_named():
    assert told(machine_targets("flow", "{")) == ["? its definition is not JSON"]

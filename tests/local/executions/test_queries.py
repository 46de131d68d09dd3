"""JSONata in state machines, by the rules of Step Functions' developer guide."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.local.executions.queries import QueryError, bindings, evaluate, field_of

STATES = {
    "input": {"egg": 3, "name": 'Vis"ery$', "none": None, "clutch": [1, 2, 3, 4, 5]},
    "result": None,
    "errorOutput": None,
    "context": {"State": {"Name": "Hatch"}},
}


def value(expression, **variables):
    return evaluate(expression, bindings(STATES, variables))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1", 1),
        ("$states.input.egg + 1", 4),
        ("$states.input.name & '!'", 'Vis"ery$!'),
        ("$states.input.none", None),
        ("$exists($states.result)", False),
        ("$states.context.State.Name", "Hatch"),
        ("$total * 2", 14),
        ("$states.input.clutch[$ > 3]", [4, 5]),
        ("$states.input.clutch[0]", 1),
        ("$merge([{'a': 1}, {'b': null}])", {"a": 1, "b": None}),
        ("$contains('wyvern', /ver/)", True),
        ("$partition($states.input.clutch, 2)", [[1, 2], [3, 4], [5]]),
        ("$partition([1, 2], 9)", [[1, 2]]),
        ("$range(0, 10, 4)", [0, 4, 8]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$range(2, 1, 1)", []),
        ("$hash('egg', 'SHA-256')", hashlib.sha256(b"egg").hexdigest()),
        ("$hash('egg', 'MD5')", hashlib.md5(b"egg").hexdigest()),
        ("$parse('{\"a\": [null]}').a", [None]),
        ("$random(7) = $random(7)", True),
        ("$length($uuid())", 36),
    ],
)
def test_an_expression_has_a_value(expression, expected):
    assert value(expression, total=7) == expected


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$nowhere", "returned nothing (undefined)."),
        ("$states.result.a", "returned nothing (undefined)."),
        ("'a' + 1", "threw an error during evaluation. T2001"),
        ("1 / 0", "threw an error during evaluation."),
        ("1 +", "threw an error during evaluation."),
        ("$eval('1')", "$eval is not supported"),
        ("$nofunction(1)", "T1006"),
        ("$hash('a', 'CRC')", "CRC"),
        ("$partition([1], 0)", "$partition"),
        ("function($x) { $x }", "returned an unsupported result type."),
    ],
)
def test_an_expression_without_a_value_says_why(expression, why):
    with pytest.raises(QueryError) as failed:
        value(expression)
    assert why in str(failed.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_what_is_bound_comes_back_as_it_was(held):
    assert value("$held", held=held) == held


def test_the_field_of_an_expression_is_found_in_its_state():
    states = {
        "A": {
            "Type": "Map",
            "ItemProcessor": {"States": {"B": {"Output": {"deep": ["{% $x %}"]}}}},
            "Output": "{% $x %}",
            "Assign": {"y": "{%$z%}"},
            "Choices": [{"Condition": "{% $c %}"}],
        }
    }
    definition = {"StartAt": "A", "States": states}
    assert field_of(definition, "A", "$x") == "Output"
    assert field_of(definition, "B", "$x") == "Output/deep[0]"
    assert field_of(definition, "A", "$z") == "Assign/y"
    assert field_of(definition, "A", "$c") == "Choices[0]/Condition"
    assert field_of(definition, "A", "$none") is None


def run(application, states, start, given):
    role = application.role("states.amazonaws.com", "lambda:*")
    client = application.aws.client("stepfunctions")
    definition = {"QueryLanguage": "JSONata", "StartAt": start, "States": states}
    arn = client.create_state_machine(
        name="queries", definition=json.dumps(definition), roleArn=role
    )["stateMachineArn"]
    started = client.start_execution(stateMachineArn=arn, input=json.dumps(given))
    return application.finished(started["executionArn"])


def test_a_machine_of_jsonata_runs(application):
    function = application.function("hatch", "def handler(e, c): return {'eggs': e['n'] * 2}")
    states = {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": function, "Payload": {"n": "{% $states.input.n %}"}},
            "Assign": {"eggs": "{% $states.result.Payload.eggs %}"},
            "Output": {"who": "{% $states.input.who %}"},
            "Next": "Many?",
        },
        "Many?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $eggs > 3 %}", "Next": "Each"}],
            "Default": "Broken",
        },
        "Each": {
            "Type": "Map",
            "Items": "{% $range(1, $eggs, 1) %}",
            "ItemProcessor": {
                "StartAt": "Name",
                "States": {
                    "Name": {"Type": "Pass", "Output": "{% 'egg ' & $states.input %}", "End": True}
                },
            },
            "Output": {"all": "{% $states.result %}", "who": "{% $states.input.who %}"},
            "End": True,
        },
        "Broken": {"Type": "Fail"},
    }
    ended = run(application, states, "Ask", {"n": 2, "who": 'a "b" $c'})
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"]) == {
        "all": ["egg 1", "egg 2", "egg 3", "egg 4"],
        "who": 'a "b" $c',
    }


def test_a_failed_query_names_its_state_and_its_field(application):
    states = {
        "A": {"Type": "Pass", "Output": {"sum": "{% $states.input.a + 'x' %}"}, "End": True},
    }
    ended = run(application, states, "A", {"a": 1})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert "'A' (entered at the event id #2)" in ended["cause"]
    assert "specified for the field 'Output/sum' threw an error" in ended["cause"]

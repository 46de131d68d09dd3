"""The tables of the kinds: every row is read, written, undone, published, named as it says."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.application.properties import properties
from dragonctl.engine.fields import Tool, lagging, row_of, shipped
from dragonctl.engine.model import Reading, differences
from dragonctl.resources import known_kinds
from dragonctl.resources.lambda_configuration import configured
from dragonctl.resources.lambda_function import FunctionSettings
from dragonctl.resources.lambda_version import publishable
from dragonctl.resources.states_machine import MachineSettings
from dragonctl.resources.states_machine_fields import machine_state

JOURNALS = Path(__file__).parents[1] / "journals"
FUNCTION, MACHINE = FunctionSettings("work"), MachineSettings("arn:aws:states:::stateMachine:flow")
LAYERS = "arn:aws:lambda:us-east-1:123456789012:layer:"
DISTRIBUTION = f"{LAYERS}AWSOpenTelemetryDistroPython"
GROUPS = "arn:aws:logs:us-east-1:123456789012:log-group:"

# What AWS shows of a function and of a machine in which nothing is as it was born.
SHOWN = {
    FUNCTION: {
        "CodeSha256": "b2xk",
        "Architectures": ["arm64"],
        "Handler": "app.handler",
        "Runtime": "python3.13",
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "DEBUG",
            "SystemLogLevel": "WARN",
            "LogGroup": "/their/own",
        },
        "Layers": [
            {"Arn": f"{DISTRIBUTION}:3", "CodeSize": 9},
            {"Arn": f"{LAYERS}tools:7", "CodeSize": 8},
        ],
        "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument", "A": "b"}},
    },
    MACHINE: {
        "loggingConfiguration": {
            "level": "ERROR",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{GROUPS}a:*"}}],
        },
        "tracingConfiguration": {"enabled": True},
        "roleArn": "arn:aws:iam::123456789012:role/flow",
        "definition": "{}",
    },
}
# field -> another value that AWS takes beside the rest of what is shown
OTHERS = {
    FUNCTION: {
        "Handler": "other.handler",
        "Runtime": "python3.12",
        "TracingConfig/Mode": "PassThrough",
        "LoggingConfig/LogFormat": "Text",
        "LoggingConfig/ApplicationLogLevel": "INFO",
        "LoggingConfig/SystemLogLevel": "INFO",
        f"Layers/{DISTRIBUTION}": f"{DISTRIBUTION}:4",
        "Environment/AWS_LAMBDA_EXEC_WRAPPER": "/opt/other",
    },
    MACHINE: {
        "loggingConfiguration/level": "ALL",
        "loggingConfiguration/includeExecutionData": False,
        "loggingConfiguration/logGroupArn": f"{GROUPS}b:*",
        "tracingConfiguration/enabled": False,
    },
}
OF_CODE = {"CodeSha256", "Architectures"}
STATES = {FUNCTION: configured, MACHINE: machine_state}
# What a tool has no property for: it does the thing by itself, or lacks the feature.
NAMELESS = {
    ("SAM", "deploymentId"),
    ("CDK", "deploymentId"),
    ("Serverless Framework", "deploymentId"),
    ("Serverless Framework", "{method}/throttling/burstLimit"),
    ("Serverless Framework", "{method}/throttling/rateLimit"),
    ("CDK", "{method}/caching/requireAuthorizationForCacheControl"),
    ("CDK", "{method}/caching/unauthorizedCacheControlHeaderStrategy"),
}

ROWS = [(kind, row) for kind in known_kinds().values() for row in kind.table]
SET = [(thing, field) for thing, others in OTHERS.items() for field in others]


def named(value):
    return getattr(value, "kind", None) or getattr(value, "name", None) or str(value)


def example(row):
    """A field of the row: of a family, one of its members."""
    return (
        row.name.replace("{method}", "~1dragons/GET")
        .replace("{arn}", "arn:aws:x/Name")
        .replace("{layer}", DISTRIBUTION)
    )


def states():
    """Every state that the kept journals tell, with the kind of its thing."""
    for path in sorted(JOURNALS.glob("*.jsonl")):
        for line in map(json.loads, path.read_text().splitlines()):
            for state in (line.get("before"), line.get("after"), line.get("expected")):
                if isinstance(state, dict) and "kind" in line:
                    yield line["kind"], state


def test_every_field_that_a_journal_tells_has_a_row():
    told = {(kind, field) for kind, state in states() for field in state}
    assert len({kind for kind, _ in told}) > 20
    lacking = {(kind, field) for kind, field in told if not known_kinds()[kind].row(field)}
    assert not lacking


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=named)
def test_every_row_has_a_word_and_answers_to_its_own_fields_alone(kind, row):
    field = example(row)
    assert row_of(kind.table, field) is row
    word = kind.label(field)
    assert word
    assert row.is_family or not re.search(r"[a-z][A-Z]|[/{}_]", word), "no name of AWS's"


def test_what_everybody_covers_is_not_said_of_one_method():
    stage = known_kinds()["apigateway-stage"]
    assert stage.label("*/*/logging/loglevel") == "log level"
    assert stage.label("~1dragons~1{id}/GET/logging/loglevel") == "log level of GET /dragons/{id}"
    assert stage.label("tags/team") == "tag team"


@pytest.mark.parametrize("tool", get_args(Tool))
@pytest.mark.parametrize(
    ("kind", "row"), [(kind, row) for kind, row in ROWS if kind.noun and row.is_managed], ids=named
)
def test_every_tool_has_a_name_for_what_is_set_or_is_known_to_have_none(tool, kind, row):
    has_name = properties(tool, kind.kind, [example(row)]) != ""
    assert has_name is ((tool, row.name) not in NAMELESS)


def test_the_cases_here_speak_of_every_field_that_is_set():
    for thing, others in OTHERS.items():
        rows = {example(row) for row in thing.table if row.is_managed}
        assert rows - OF_CODE == set(others), (
            "a field that is set needs a value in SHOWN and another in OTHERS, in this file"
        )


def reading(thing, raw):
    return Reading(STATES[thing](raw), {"raw": raw})


def written(thing, raw, want):
    """The thing after the one call that its difference needs; members are replaced whole."""
    (call,) = thing.calls(reading(thing, raw), want)
    kept = {"FunctionName", "stateMachineArn", "RevisionId"}
    params = {key: value for key, value in call.params.items() if key not in kept}
    if "Layers" in params:  # AWS takes ARNs and shows their sizes beside
        sizes = {one["Arn"].rpartition(":")[0]: one["CodeSize"] for one in raw["Layers"]}
        params["Layers"] = [
            {"Arn": arn, "CodeSize": sizes[arn.rpartition(":")[0]]} for arn in params["Layers"]
        ]
    return {**raw, **params}


@given(st.data(), st.sampled_from(list(OTHERS)))
def test_whatever_is_set_is_shown_and_goes_back_exactly(data, thing):
    fields = data.draw(st.sets(st.sampled_from(sorted(OTHERS[thing])), min_size=1))
    want = {field: OTHERS[thing][field] for field in fields}
    if want.get("LoggingConfig/LogFormat") == "Text":
        want |= dict.fromkeys(thing.inseparable("LoggingConfig/LogFormat"))
    raw = copy.deepcopy(SHOWN[thing])
    before = reading(thing, raw)
    assert {one.field for one in differences(thing, before, want)} == set(want)
    after = written(thing, raw, want)
    assert STATES[thing](after) == {**before.state, **want}
    assert raw == SHOWN[thing], "what was read is not changed"
    back = written(thing, after, {field: before.state[field] for field in want})
    assert back == raw


@pytest.mark.parametrize(("thing", "field"), SET, ids=named)
def test_a_version_that_has_another_value_is_seen(thing, field):
    """AWS freezes all of a configuration in a version (Lambda and Step Functions guides)."""
    raw = SHOWN[thing]
    old = copy.deepcopy(raw)
    if field.startswith("Layers/"):
        old["Layers"][0]["Arn"] = OTHERS[thing][field]
    else:
        thing.row(field).write(old, OTHERS[thing][field])
    seen = [row.name for row in lagging(thing.table, STATES[thing](raw), old)]
    seen += list(shipped(thing.table, raw, old, ()))
    row = thing.row(field)
    word = "environment variables" if field.startswith("Environment/") else row.word
    assert seen in ([row.name], [word])
    assert row in lagging(thing.table, STATES[thing](raw), old, [field]), "what is set on purpose"
    newest = known_kinds()["lambda-version" if thing is FUNCTION else "states-version"]
    show = publishable if thing is FUNCTION else machine_state
    assert show(old) != show(raw)
    assert newest.row(field) is not None


@pytest.mark.parametrize(
    ("member", "other"),
    [
        ("Environment", {"Variables": {"A": "c"}}),
        ("Environment", {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no key"}}),
        ("Layers", [{"Arn": f"{LAYERS}tools:8", "CodeSize": 8}]),
        ("MemorySize", "other"),
        ("Role", "other"),
        ("Timeout", "other"),
        ("VpcConfig", "other"),
    ],
)
def test_what_others_set_is_shipped_and_told_by_its_word(member, other):
    old = {**SHOWN[FUNCTION], member: other}
    (word,) = shipped(FUNCTION.table, SHOWN[FUNCTION], old, ())
    assert word
    assert word != member
    assert publishable(old) != publishable(SHOWN[FUNCTION])


def test_what_aws_shows_as_empty_ships_nothing():
    bare = {**SHOWN[FUNCTION], "Layers": [], "Environment": {}}
    empty = {"VpcConfig": {"SubnetIds": [], "VpcId": ""}}
    assert not list(shipped(FUNCTION.table, bare, {**bare, **empty}, ()))


def test_a_tracer_that_a_version_lacks_is_behind_and_ships_nothing_else():
    """The layer and its wrapper set what is seen of a function, not what it does."""
    raw = {**SHOWN[FUNCTION], "Layers": [], "Environment": {"Variables": {"A": "b"}}}
    traced = copy.deepcopy(raw)
    traced["Layers"] = [{"Arn": f"{DISTRIBUTION}:3", "CodeSize": 9}]
    traced["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] = "/opt/otel-instrument"
    words = [row.word for row in lagging(FUNCTION.table, configured(traced), raw)]
    assert words == ["layer {}", "wrapper"]
    assert not list(shipped(FUNCTION.table, traced, raw, ()))

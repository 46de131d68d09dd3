"""Bodies and inputs that somebody had on while nothing was logged: a level makes them effective."""

from __future__ import annotations

import pytest

from dragonctl.recipes.observability import Options
from tests.recipes.observing import OWN_GROUP, flow, recipe

BODIES = "Full request and response data of "


def stages(**settings):
    return {"prod": {"stageName": "prod", "methodSettings": settings["methods"]}}


def of(level, traced):
    return {"loggingLevel": level, "dataTraceEnabled": traced}


def bodies(methods, options=None):
    made = recipe(options, stages=stages(methods=methods))
    return [one.removeprefix(BODIES) for one in made.warnings if one.startswith(BODIES)]


@pytest.mark.parametrize(
    ("methods", "named"),
    [
        ({"*/*": of("OFF", True)}, "stage prod of orders will"),
        ({"*/*": of("OFF", False), "a/GET": of("OFF", True), "~1b/POST": of("OFF", True)},
         "GET /a, POST /b in stage prod of orders will"),
        ({"a/GET": of("OFF", True)}, "GET /a in stage prod of orders will"),
    ],
)  # fmt: skip
def test_bodies_that_a_level_makes_effective_are_named(methods, named):
    (told,) = bodies(methods)
    assert told.startswith(named)
    assert "personal data included" in told
    assert "--no-data-trace leaves it off" in told


@pytest.mark.parametrize(
    ("methods", "options"),
    [
        ({"*/*": of("INFO", True)}, Options()),
        ({"*/*": of("OFF", True)}, Options(log_level="OFF")),
        ({"*/*": of("OFF", True)}, Options(data_trace=False)),
        ({"*/*": of("OFF", False)}, Options()),
        ({"*/*": of("INFO", False), "a/GET": of("OFF", True)}, Options()),
    ],
)
def test_nothing_is_said_where_no_body_begins_to_be_logged(methods, options):
    assert bodies(methods, options) == []


def test_more_of_the_bodies_is_told_too():
    assert bodies({"*/*": of("ERROR", True)}, Options(log_level="INFO"))


def machine(level, *, data):
    made = flow(group=OWN_GROUP, level=level)
    made.raw["loggingConfiguration"]["includeExecutionData"] = data
    return made


def inputs(options, *machines):
    told = recipe(options, machine=machines).warnings
    return [one for one in told if one.startswith("Inputs and outputs of executions of")]


def test_inputs_that_a_level_makes_effective_are_named_with_their_machine():
    (told,) = inputs(Options(), machine("OFF", data=True))
    assert "state machine flow" in told
    assert "--no-execution-data leaves it off" in told
    assert inputs(Options(state_machine_level="ALL"), machine("ERROR", data=True))


@pytest.mark.parametrize(
    ("options", "level", "data"),
    [
        (Options(), "ALL", True),
        (Options(), "ERROR", True),
        (Options(), "OFF", False),
        (Options(execution_data=False), "OFF", True),
        (Options(state_machine_level="OFF"), "OFF", True),
    ],
)
def test_nothing_is_said_where_no_input_begins_to_be_logged(options, level, data):
    assert inputs(options, machine(level, data=data)) == []

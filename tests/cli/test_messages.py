"""What a failure says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dragonctl.application.nouns import Api, App
from dragonctl.application.overdue import UNTIL_TAG, overdue
from dragonctl.cli.failures import as_document, message, messages
from dragonctl.engine.run import SKIPPED
from dragonctl.engine.symptoms import diagnose, explained
from dragonctl.errors import AwsError, DragonError
from dragonctl.terminal.console import warn


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("apigateway", "UpdateStage", "apigateway:PATCH"),
        ("logs", "CreateLogGroup", "logs:CreateLogGroup"),
        ("stepfunctions", "DescribeStateMachine", "states:DescribeStateMachine"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
    ],
)
def test_a_missing_right_is_named_as_iam_names_it(service, operation, action):
    error = AwsError(service, operation, "AccessDeniedException", "no", 403)
    assert f"You lack the right {action}:" in message(error)
    assert action in as_document(error)["hint"]


def test_a_denial_of_something_else_is_not_taken_for_the_callers():
    said = "The state machine IAM Role is not authorized to access the Log Destination"
    error = AwsError("stepfunctions", "UpdateStateMachine", "AccessDeniedException", said, 400)
    assert "StepFunctionsCWDelivery" in message(explained(error, diagnose(error)))


@pytest.mark.parametrize(
    ("until", "told"), [("2020-01-01T00:00:00Z", True), ("2999-01-01T00:00:00Z", False)]
)
def test_commands_that_show_name_an_overdue_data_trace(capsys, until, told):
    stage = {"methodSettings": {"*/*": {"dataTraceEnabled": True}}, "tags": {UNTIL_TAG: until}}
    app = App((Api("a1", "shop", {}, {"prod": stage}),), (), (), "123456789012", "us-east-1", "aws")
    warn(*overdue(app, datetime.now(UTC)))
    assert ("--stage prod --no-data-trace" in capsys.readouterr().err) is told


def test_an_overdue_data_trace_is_told_of_stages_that_are_not_meant(capsys):
    past = {UNTIL_TAG: "2020-01-01T00:00:00Z"}
    stage = {"methodSettings": {"*/*": {"dataTraceEnabled": True}}, "tags": past}
    api = Api("a1", "shop", {}, {"prod": {}}, {"test": stage})
    app = App((api,), (), (), "123456789012", "us-east-1", "aws")
    warn(*overdue(app, datetime.now(UTC)))
    assert "--stage test --no-data-trace" in capsys.readouterr().err


def test_control_characters_have_no_effect():
    assert "\x1b" not in message(DragonError("name \x1b[31mred\x1b[0m\x07"))


def test_one_refusal_of_many_things_is_said_once_and_what_it_stopped_once():
    refusals = [AwsError("logs", "DescribeLogGroups", "AccessDenied", "no", 403) for _ in range(5)]
    stopped = [DragonError("x", code=SKIPPED, resource=f"thing/{n}") for n in range(2)]
    said = list(messages([*refusals, *stopped], {"thing/1": "The thing"}))
    assert len(said) == 2
    assert "4 more things like it" in said[0]
    assert said[1] == "Not begun because of that: The thing, thing/0."


@pytest.mark.parametrize(
    ("count", "end"), [(1, "]."), (2, " (1 more thing like it.)"), (3, " (2 more things like it.)")]
)
def test_things_that_failed_alike_are_counted_in_english(count, end):
    failures = [AwsError("iam", "GetRole", "Broken", "no") for _ in range(count)]
    (said,) = messages(failures, {})
    assert said.endswith(end)


def test_of_many_things_that_were_not_begun_the_first_are_named_and_the_rest_counted():
    stopped = [DragonError("x", code=SKIPPED, resource=f"thing/{n:02}") for n in range(70)]
    (said,) = messages(stopped, {})
    assert said.startswith("Not begun because of that: thing/00, thing/01, ")
    assert said.endswith(", thing/07 and 62 more.")

"""The flow that every changing command shares, as a person and as a program meet it."""

from __future__ import annotations

import json

import pytest

from tests.applications import small
from tests.applications.builder import Builder
from tests.faults.proxy import Proxy
from tests.faults.rules import ALWAYS, FAULTS, Rule

SETUP = "setup-observability"


def test_dry_run_check_run_again_and_undo(terminal, application):
    assert terminal.on_aws(SETUP, "--dry-run") == 0
    assert "Plan: " in terminal.out
    assert terminal.on_aws(SETUP, "--check") == 3
    assert terminal.on_aws(SETUP) == 0
    assert "Take it back with: dragonctl undo " in terminal.out
    assert terminal.on_aws(SETUP, "--check") == 0
    assert terminal.on_aws(SETUP) == 0
    assert "No changes (checked in " in terminal.out
    assert terminal.on_aws("undo", "--yes") == 0
    assert terminal.on_aws(SETUP, "--check") == 3


def test_document(terminal, application):
    assert terminal.on_aws(SETUP, "--output", "json") == 0
    document = terminal.document()
    assert document["command"] == SETUP
    assert (document["account"], document["region"]) == ("123456789012", "us-east-1")
    assert (document["dry_run"], document["changed"]) == (False, True)
    assert "errors" not in document
    level = {
        "resource": f"apigateway-stage/{application.api}/prod",
        "field": "*/*/logging/loglevel",
        "before": None,
        "after": "INFO",
    }
    assert level in document["changes"]
    assert terminal.run("history", "--output", "json") == 0
    (run,) = terminal.document()["runs"]
    assert run["run"] == document["run"]
    assert run["changes"] == len(document["changes"])


def test_global_options_count_before_and_after_the_name(terminal, application):
    endpoint = ("--endpoint-url", terminal.endpoint)
    assert terminal.run("--output", "json", *endpoint, SETUP, "--dry-run") == 0
    before = terminal.document()
    assert terminal.run(SETUP, "--dry-run", *endpoint, "--output", "json") == 0
    assert terminal.document()["changes"] == before["changes"]


def test_undo_asks_and_without_a_terminal_names_the_flag(terminal, application):
    terminal.on_aws(SETUP)
    assert terminal.on_aws("undo") == 1
    assert "--yes" in terminal.err
    assert terminal.on_aws(SETUP, "--check") == 0


def test_what_aws_took_and_does_not_show_any_more_is_not_called_unchanged(terminal, application):
    """And what AWS has refused is."""
    with Proxy(target=terminal.endpoint) as proxy:
        there = ("--endpoint-url", proxy.url)
        rate = ("set-sampling", "--rate", "0.2")
        proxy.rules.append(Rule(FAULTS["access-denied"], "xray", "UpdateSamplingRule"))
        assert terminal.run(*rate, *there) == 1
        assert "Nothing was changed." in terminal.out
        proxy.rules[:] = [
            Rule(FAULTS["cut-after"], "xray", "UpdateSamplingRule"),
            Rule(FAULTS["access-denied"], "xray", "GetSamplingRules", nth=2, times=ALWAYS),
        ]
        assert terminal.run(*rate, *there) == 1
        assert "What was changed is not known." in terminal.out
        assert "\nTake it back with: dragonctl undo 2" in terminal.out
        proxy.rules.clear()
        assert terminal.run("undo", "--yes", *there) == 0
        assert terminal.run(*rate, "--check", *there) == 3


def test_an_undo_that_failed_has_undone_nothing_and_the_next_one_goes_on(terminal, application):
    with Proxy(target=terminal.endpoint) as proxy:
        there = ("--endpoint-url", proxy.url)
        assert terminal.run(SETUP, *there) == 0
        proxy.rules.append(Rule(FAULTS["access-denied"], "apigateway", "UpdateStage"))
        assert terminal.run("undo", "--yes", *there) == 1
        proxy.rules.clear()
        assert terminal.run("history", "--output", "json", *there) == 0
        outcomes = {run["command"]: run["outcome"] for run in terminal.document()["runs"]}
        assert outcomes == {SETUP: "done", "undo": "failed"}
        assert terminal.run("undo", "--yes", *there) == 0
    assert terminal.on_aws(SETUP, "--check", "--output", "json") == 3
    assert "*/*/logging/loglevel" in {one["field"] for one in terminal.document()["changes"]}


def test_the_environment_says_who_asks_and_not_the_folder(terminal, application, monkeypatch):
    terminal.toml('profile = "theirs"\nregion = "eu-west-1"\n')
    assert terminal.on_aws("status", "--output", "json") == 0
    assert terminal.document()["region"] == "us-east-1"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert terminal.on_aws("status") == 2
    assert "There is no AWS profile 'theirs'" in terminal.err


@pytest.mark.parametrize(
    ("text", "line", "holds", "lacks"),
    [
        ("all = true", ("--api", "small"), "small (", "2 APIs"),
        (
            'data_trace_for = "2h"',
            ("--api", "small", "--no-data-trace"),
            "small (",
            "bodies in the log",
        ),
        (
            "data_trace = false",
            ("--api", "small", "--data-trace-for", "2h"),
            "bodies in the log",
            "2 APIs",
        ),
    ],
)
def test_an_option_wins_over_what_contradicts_it_in_toml(
    terminal, application, local_aws, text, line, holds, lacks
):
    Builder(local_aws.endpoint).api("other")
    terminal.toml(f"[setup-observability]\n{text}\n")
    assert terminal.on_aws(SETUP, "--dry-run", *line) == 0
    assert holds in terminal.out
    assert lacks not in terminal.out


def test_toml_speaks_for_the_folder_and_an_option_wins(terminal, application):
    terminal.toml('api = "small"\n[setup-observability]\nlog_level = "ERROR"\n')
    assert _level(terminal) == "ERROR"
    assert _level(terminal, "--log-level", "OFF") is None
    assert _level(terminal, "--log-level", "INFO") == "INFO"


def _level(terminal, *more):
    terminal.on_aws(SETUP, "--dry-run", "--output", "json", *more)
    changes = terminal.document()["changes"]
    return next((c["after"] for c in changes if c["field"] == "*/*/logging/loglevel"), None)


def test_debug_shows_calls_but_no_secret(terminal, application):
    terminal.on_aws(SETUP, "--dry-run", "--debug")
    assert "apigateway GetRestApis: ok in" in terminal.err
    assert "AWS4-HMAC" not in terminal.err


def test_journal_is_readable_line_by_line(terminal, application):
    terminal.on_aws(SETUP)
    (path,) = (terminal.folder.parent / "state" / "runs").glob("*.jsonl")
    events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert events[0] == "begin"
    assert events[-1] == "end"
    assert events.count("call") == events.count("answer")


@pytest.mark.parametrize("operation", ["GetStages", "UpdateStage"])
def test_one_application_that_fails_stops_no_other_and_is_tried_again_alone(
    terminal, application, operation
):
    other = small.build(Builder(terminal.endpoint), "large")
    with Proxy(target=terminal.endpoint) as proxy:
        proxy.rules.append(Rule(FAULTS["access-denied"], "apigateway", operation))
        line = (SETUP, "--endpoint-url", proxy.url, "--output", "json", "--all")
        assert terminal.run(*line, "--log-level", "ERROR") == 1
        document = terminal.document()
        stages = {one["resource"] for one in document["changes"] if "-stage/" in one["resource"]}
        (done,) = [
            api for api in (application.api, other.api) if f"apigateway-stage/{api}/prod" in stages
        ]
        (failed,) = {application.api, other.api} - {done}
        assert operation in document["errors"][0]["message"]
        again = [SETUP, "--endpoint-url", proxy.url, "--output", "json", "--log-level", "ERROR"]
        assert document["retry"].split() == ["dragonctl", *again, "--api", failed]
        assert terminal.err.splitlines()[-1] == f"Retry what failed: {document['retry']}"
        assert terminal.run(*again, "--api", failed) == 0
    assert terminal.on_aws(SETUP, "--all", "--log-level", "ERROR", "--check") == 0


def test_a_plan_names_the_tool_that_manages_what_would_change(terminal, application):
    aws = Builder(terminal.endpoint)
    function = f"arn:aws:lambda:us-east-1:123456789012:function:{application.functions[0]}"
    aws.client("lambda").tag_resource(Resource=function, Tags={"lambda:createdBy": "SAM"})
    machine, by_cdk = application.machines[0], [{"key": "aws-cdk:id", "value": "x"}]
    aws.client("stepfunctions").tag_resource(resourceArn=machine, tags=by_cdk)
    by_hand = [{"Key": "ManagedBy", "Value": "terraform"}]
    aws.client("iam").tag_role(RoleName="small-flow-role", Tags=by_hand)
    api = f"arn:aws:apigateway:us-east-1::/restapis/{application.api}"
    aws.client("apigateway").tag_resource(resourceArn=api, tags={"pulumi:stack": "prod"})

    assert terminal.on_aws(SETUP, "--output", "json") == 0
    told = sorted(text for text in terminal.document()["warnings"] if "managed by" in text)
    assert [text.split(":")[0] for text in told] == [
        "Function small-work is managed by SAM",
        "Role small-flow-role is managed by Terraform",
        "Stage prod of small is managed by Pulumi",
        "State machine small-flow is managed by CDK",
    ]
    assert told[-1].endswith(" make it there: logs and tracingEnabled of StateMachine.")
    with Proxy(target=terminal.endpoint) as proxy:
        line = (SETUP, "--endpoint-url", proxy.url, "--check", "--output", "json")
        assert terminal.run(*line) == 0
    assert not any("managed by" in text for text in terminal.document()["warnings"])
    assert not any("Tags" in call.operation for call in proxy.calls)


@pytest.mark.parametrize(
    ("fault", "told", "tries"),
    [
        ("access-denied", ["Which tool manages function small-work cannot be told: ListTags"], 1),
        ("expired-token", [], 1),
        ("500", [], 2),
        ("cut-after", [], 2),
        ("bare-429", [], 2),
    ],
)
def test_tags_that_cannot_be_read_hinder_nothing(terminal, application, fault, told, tries):
    with Proxy(target=terminal.endpoint) as proxy:
        proxy.rules.append(Rule(FAULTS[fault], "lambda", "ListTags", times=ALWAYS))
        line = (SETUP, "--endpoint-url", proxy.url, "--output", "json")
        assert terminal.run(*line) == 0
    warnings = [text for text in terminal.document()["warnings"] if "tool" in text]
    assert [text.partition(" (")[0] for text in warnings] == told
    assert [call.operation for call in proxy.calls].count("ListTags") == tries


def test_setup_meets_the_controls_that_it_names(terminal, application):
    def met(name):
        terminal.on_aws("status", "--controls", "--output", "json")
        findings = terminal.document()["controls"]["findings"]
        return {one["met"] for one in findings if one["control"] == name}

    closes = ("APIGateway.1", "APIGateway.3", "Lambda.7", "StepFunctions.1")
    assert [met(name) for name in closes] == [{False}] * 4
    assert terminal.on_aws(SETUP) == 0
    assert [met(name) for name in closes] == [{True}] * 4
    assert met("CloudWatch.16") == {False}
    assert terminal.on_aws("status", "--controls") == 0
    assert "setup-observability" in terminal.out.partition("CloudWatch.16")[2]

"""The flow that every changing command shares, as a person and as a program meet it."""

from __future__ import annotations

import json

import pytest

from tests.applications import small
from tests.applications.builder import Builder
from tests.faults.proxy import Proxy
from tests.faults.rules import FAULTS, Rule

SETUP = "setup-observability"


def test_dry_run_check_run_again_and_undo(terminal, application):
    assert terminal.on_aws(SETUP, "--dry-run") == 0
    assert "would change; nothing was changed" in terminal.out
    assert terminal.on_aws(SETUP, "--check") == 3
    assert terminal.on_aws(SETUP) == 0
    assert "Take it back with: dragonctl undo " in terminal.out
    assert terminal.on_aws(SETUP, "--check") == 0
    assert terminal.on_aws(SETUP) == 0
    assert "Nothing to change" in terminal.out
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


def test_the_environment_says_who_asks_and_not_the_folder(terminal, application, monkeypatch):
    terminal.toml('profile = "theirs"\nregion = "eu-west-1"\n')
    assert terminal.on_aws("status", "--output", "json") == 0
    assert terminal.document()["region"] == "us-east-1"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert terminal.on_aws("status") == 2
    assert "There is no AWS profile 'theirs'" in terminal.err


def test_toml_speaks_for_the_folder_and_an_option_wins(terminal, application):
    terminal.toml('api = "small"\n[setup-observability]\nlog_level = "ERROR"\n')
    assert _level(terminal) == "ERROR"
    assert _level(terminal, "--log-level", "OFF") is None
    assert _level(terminal, "--log-level", "INFO") == "INFO"


def _level(terminal, *more):
    terminal.on_aws(SETUP, "--dry-run", "--output", "json", *more)
    changes = terminal.document()["changes"]
    return next((c["after"] for c in changes if c["field"] == "*/*/logging/loglevel"), None)


@pytest.mark.parametrize("words", ["--stage ", "--api sm", "--function small-w"])
def test_completion_knows_names(terminal, application, monkeypatch, words):
    line = f"dragonctl {SETUP} {words}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", terminal.endpoint)
    monkeypatch.setenv("_DRAGONCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", "3")
    terminal.run()
    expected = {"--stage ": "prod", "--api sm": "small", "--function small-w": "small-work"}
    assert terminal.out.split() == [f"plain,{expected[words]}"]


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

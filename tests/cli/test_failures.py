"""Everything that can be meant wrongly: one sentence, the right exit code, nothing changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dragonctl.cli.catalogue import command_named, command_names
from dragonctl.cli.globals import local_by_environment

SETUP = "setup-observability"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("nonsense",), 2, "No such command"),
        (("setup-observabilty",), 2, "Did you mean 'setup-observability'?"),
        ((SETUP, "--nonsense"), 2, "No such option"),
        (("logs", "--limit", "abc"), 2, "--limit takes a whole number of 1 or more, not abc."),
        (("traces", "-n", "0"), 2, "--limit takes a whole number of 1 or more, not 0."),
        (("set-sampling", "--rate", "half"), 2, "--rate takes a number, such as 0.05, not half."),
        (("setup-alarms",), 2, "setup-alarms needs --notify EMAIL|TOPIC-ARN."),
        (("local", "restart"), 2, "local takes up, down or status, not restart."),
        ((SETUP, "--log-level", "LOUD"), 2, "--log-level takes OFF, ERROR or INFO, not LOUD."),
        (("local",), 2, "local needs up|down|status. See: "),
        ((SETUP, "--retention", "17"), 2, "does not keep events for 17 days"),
        ((SETUP, "--role-name", "team/APIGatewayCWLogs"), 2, "IAM takes no role name"),
        ((SETUP, "--data-trace-for", "soon"), 2, "is not a length of time"),
        ((SETUP, "--data-trace-for", "9999999d"), 2, "is not a valid length of time"),
        ((SETUP, "--data-trace-for", "1h", "--no-data-trace"), 2, "contradict"),
        ((SETUP, "--all", "--api", "x"), 2, "contradict"),
        ((SETUP, "--profile", "nobody"), 2, "no AWS profile"),
        ((SETUP, "--region", "mars"), 2, "is not an AWS region"),
        ((SETUP, "--endpoint-url", "localhost"), 2, "is not a valid endpoint URL"),
        ((SETUP, "--endpoint-url", "http://127.0.0.1:9"), 1, "Could not connect"),
        (("--local", SETUP, "--endpoint-url", "http://127.0.0.1:9"), 2, "contradict"),
        (("undo", "nothing-like-it"), 1, "Could not connect"),
    ],
)
def test_is_told_in_one_sentence(terminal, monkeypatch, line, code, words):
    if "--endpoint-url" not in line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert terminal.run(*line) == code
    last = terminal.err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert words in last
    assert "Traceback" not in terminal.err
    assert terminal.out == ""


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("--api", "other"), 2, "There is no REST API 'other'"),
        (("--api", "small", "--stage", "nowhere"), 2, "has no stage 'nowhere'"),
        (("--function", "nobody"), 2, "no function 'nobody'"),
        (("--function", ""), 2, "--function '' cannot be its name"),
        (("--state-machine", "arn:flow"), 2, "--state-machine 'arn:flow' cannot be its name"),
        (
            ("--function", "arn:aws:lambda:us-east-1:999988887777:function:small-work"),
            2,
            "no function 'small-work'",
        ),
        (("--region", "eu-north-1"), 2, "There is no REST API in account"),
    ],
)
def test_what_is_not_there_is_named(terminal, application, line, code, words):
    assert terminal.on_aws(SETUP, *line) == code
    assert words in terminal.err
    terminal.on_aws(SETUP, "--check")
    assert "Log group" in terminal.out  # nothing has been done yet


def test_the_name_alone_shows_what_there_is_to_type(terminal):
    assert terminal.run() == 2
    assert terminal.err.startswith("Usage: dragonctl [OPTIONS] COMMAND")
    assert "setup-observability" in terminal.err
    assert "Error" not in terminal.err
    assert terminal.out == ""


def test_an_endpoint_that_was_typed_wins_over_the_local_aws_of_the_environment(
    terminal, application, monkeypatch
):
    monkeypatch.setenv("DRAGONCTL_LOCAL", "1")
    assert terminal.on_aws("status") == 0
    assert terminal.out.startswith("small (")
    assert "local" not in terminal.out.splitlines()[0]


@pytest.mark.parametrize("word", ["0", "no", "False", "OFF", ""])
def test_aws_itself_is_meant_where_the_environment_says_no_to_the_local_one(
    terminal, application, monkeypatch, word
):
    monkeypatch.setenv("DRAGONCTL_LOCAL", word)
    monkeypatch.setenv("AWS_ENDPOINT_URL", terminal.endpoint)
    assert terminal.run("status", "--output", "json") == 0
    assert "local" not in terminal.document()


@pytest.mark.parametrize("words", [("history",), ("status",), ("doctor",), (SETUP, "--check")])
def test_a_word_that_says_neither_local_nor_not_is_refused(terminal, monkeypatch, words):
    monkeypatch.setenv("DRAGONCTL_LOCAL", "banana")
    assert terminal.run(*words) == (1 if words == ("doctor",) else 2)
    told = " ".join((terminal.out + terminal.err).split())
    assert "DRAGONCTL_LOCAL is 'banana': it takes 1, true, yes, on, or 0 for AWS." in told


@pytest.mark.parametrize("word", ["1", "True", "YES", "on"])
def test_the_environment_means_the_local_aws_in_any_word_for_yes(terminal, monkeypatch, word):
    monkeypatch.setenv("DRAGONCTL_LOCAL", word)
    assert terminal.run("local", "status") == 0
    assert local_by_environment()


def test_no_credentials(terminal, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert terminal.on_aws(SETUP) == 1
    assert "No usable AWS credentials" in terminal.err
    assert "aws sso login" in terminal.err


def test_json_failure_is_one_document(terminal, application):
    assert terminal.on_aws(SETUP, "--output", "json", "--stage", "nowhere") == 2
    document = terminal.document()
    assert document["command"] == SETUP
    assert document["changed"] is False
    assert document["changes"] == []
    assert "nowhere" in document["errors"][0]["message"]


def test_a_profile_that_is_called_like_a_command_is_none(terminal):
    assert terminal.run("--profile", "demo", SETUP, "--output", "json") == 2
    assert terminal.document()["command"] == SETUP


def test_a_log_that_fails_is_a_document_a_line_too(terminal, application):
    assert terminal.on_aws("logs", "--output", "json", "--stage", "nowhere") == 2
    (line,) = terminal.out.splitlines()
    assert json.loads(line)["command"] == "logs"


def test_a_request_that_cannot_be_followed_is_a_document_a_line_too(terminal, application):
    words = ("send", "GET", "/open", "-f", "-o", "json", "--stage", "nowhere")
    assert terminal.on_aws(*words) == 2
    (line,) = terminal.out.splitlines()
    assert json.loads(line)["command"] == "send"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("api = [", "cannot be read"),
        ("api = 3", "must be text"),
        ("stage = [1]", "list of texts"),
        ("api = ''", "api must not be empty"),
        ("region = ''", "region must not be empty"),
        ("stage = []", "stage must not be empty"),
        ("[setup-observability]\nstage = ''", "stage of [setup-observability] must not be empty"),
        ("[[enable-cache]]\nsize = 1", "[enable-cache] must be a table, written once"),
        ("setup-observability = 3", "[setup-observability] must be a table, written once"),
        ("[logs]\nlimit = many", "a text stands in quotes"),
        ("colour = 'red'", "unknown key 'colour'"),
        ("[setup-everything]\nx = 1", "is not a command"),
        ("[setup-observability]\n[setup_observability]", "has both"),
        ("[setup-observability]\nlog_levle = 'INFO'", "unknown option 'log_levle'"),
        ("[setup-observability]\nlog_level = 'LOUD'", "--log-level takes OFF, ERROR or INFO"),
        ("[setup-observability]\ntracing = 'yes'", "true or false"),
        ("[setup-observability]\nretention = true", "must be a whole number, not true"),
        ("[setup-observability]\nlog_level = ['INFO']", 'must be a text or a number, not ["INFO"]'),
        ("[setup-observability]\nretention = 30.5", "must be a whole number, not 30.5"),
        ("[setup-observability]\nfunction = [['a']]", 'a list of them, not [["a"]]'),
        ("[setup-observability]\nfunction = [true]", "a list of them, not [true]"),
        ("[setup-observability]\nlog_level = 2026-11-23", "must be a text or a number, not"),
        ("[setup-observability]\nretention = {}", "must be a whole number, not a table"),
        ("region = true", "region must be text, not true"),
        ("stage = {}", "stage must be text or a list of texts, not a table"),
        ("[setup-observability]\ndry_run = true", "which is typed each time"),
    ],
)
def test_a_bad_dragonctl_toml_is_told(terminal, text, words):
    terminal.toml(text)
    assert terminal.on_aws(SETUP) == 2
    assert words in terminal.err
    assert "dragonctl.toml" in terminal.err


def test_a_dragonctl_toml_that_notepad_wrote_is_read(terminal, application):
    Path("dragonctl.toml").write_bytes(b"\xef\xbb\xbfstage = 'nowhere'\n")
    assert terminal.on_aws(SETUP) == 2
    assert "nowhere" in terminal.err
    assert "cannot be read" not in terminal.err


@pytest.mark.parametrize(
    "option", ["yes", "no-wait", "no_wait", "check", "dry_run", "debug", "local", "help", "output"]
)
def test_how_a_thing_is_done_is_typed_each_time(terminal, option):
    """A file of the folder, perhaps somebody else's, neither answers questions nor hides them."""
    terminal.toml(f"[delete-app]\n{option} = true\n")
    assert terminal.on_aws("delete-app") == 2
    assert f"{option!r} in [delete-app], which is typed each time" in terminal.err


def test_an_option_without_its_value_is_explained_by_its_own_commands_help(terminal):
    for name in command_names():
        for option in command_named(name).params:
            if isinstance(option, click.Option) and not option.is_flag:
                assert terminal.run(name, option.opts[0]) == 2
                assert f"See: dragonctl {name} --help\n" in terminal.err
    assert terminal.run("--region") == 2
    assert "See: dragonctl --help\n" in terminal.err


@pytest.mark.parametrize("words", [["--help"], ["history"]])
def test_output_that_nobody_reads_on_ends_a_command_as_sigpipe_would(words):
    read, write = os.pipe()
    os.close(read)
    # Click writes the help, rich the list of runs: each gives up in its own way.
    command = [Path(sys.executable).with_name("dragonctl"), *words]
    ended = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize(
    "words",
    [
        ("history", "--output", "json"),
        ("history",),
        ("--help",),
        ("logs", "--help"),
        ("completion", "bash"),
        ("status",),
        ("status", "--output", "json"),
        ("traces",),
        ("sampling",),
        ("policy", "status"),
        ("setup-observability", "--dry-run"),
    ],
)
def test_an_answer_that_finds_no_room_is_told_in_one_sentence(terminal, application, words):
    command = [Path(sys.executable).with_name("dragonctl"), *words]
    with Path("/dev/full").open("wb", buffering=0) as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "AWS_ENDPOINT_URL": terminal.endpoint},
        )
    told = "Error: The answer could not be written to stdout: No space left on device."
    assert (done.returncode, done.stderr.splitlines()) == (1, [told])


def test_a_page_that_cannot_be_written_is_named(terminal, application):
    Path("page.html").symlink_to("/dev/full")
    assert terminal.on_aws("service-map", "--html", "page.html") == 1
    told = "Error: The page cannot be written to page.html: No space left on device."
    assert told in terminal.err

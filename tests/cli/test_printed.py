"""Every command that a command prints works as it is printed, in the surroundings of the run.

Each line is run under every way to say where AWS is; what it prints is read by click's own parser,
must mean the same place, and is run there.
"""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.cli.failures import message
from dragonctl.cli.line import line_of
from dragonctl.cli.printed import Printed
from dragonctl.cli.root import cli
from dragonctl.errors import AwsError
from tests.cli.printing import (
    SURROUNDINGS,
    assert_same_place,
    line_in,
    printed_in,
    strings,
)

TRACE = "1-65a0b0c0-0123456789abcdef01234567"
FEW = ("status", "traces", "send GET /things/nothing", "set-sampling --rate 0.2")
JSON = ("status", "traces", "undo no-such-run", f"why {TRACE}", f"traces {TRACE}")
MANY = (
    *FEW,
    "traces 9f8b6a10-0000-4000-8000-000000000001",
    f"why {TRACE}",
    "flush-cache",
    "undo no-such-run",
    "setup-observability",
    "setup-observability --bogus",
    "local status",
    "doctor",
)
LINES = {
    name: [*FEW, *JSON[:1]]
    if name in ("endpoint", "environment", "local before")
    else [*MANY, *JSON]
    for name in SURROUNDINGS
}
VERBS = {"setup-observability", "status", "why", "set-sampling", "undo"}
"""What the few lines print at least."""


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_every_printed_command_means_this_place_and_runs_there(terminal, place, name):
    surroundings = SURROUNDINGS[name]
    place(surroundings)
    told = {}
    for number, line in enumerate(LINES[name]):
        words = line_in(surroundings, line, terminal.endpoint)
        as_json = line in LINES[name][:number]  # the second time
        terminal.run(*words, *(["-o", "json"] if as_json else []))
        texts = [terminal.err, *(strings(terminal.document()) if as_json else [terminal.out])]
        told |= {command: words for text in texts for command in printed_in(text)}
    for command, words in told.items():
        typed = shlex.split(command)[1:]
        if "--bogus" not in words:
            assert_same_place(words, typed)
        assert terminal.run(*typed) != 2, f"{words} printed {command!r}: {terminal.err}"
    assert {shlex.split(command)[1] for command in told} >= VERBS


@pytest.mark.parametrize("after", ["", "--local --api a", "--profile 'my own' --region eu-west-1"])
def test_a_missing_right_names_the_policy_of_this_command(after):
    error = AwsError("lambda", "GetFunction", "AccessDeniedException", "no", 403)
    line = shlex.split(f"enable-cache --stage prod {after}")
    (command,) = printed_in(message(error, Printed(line_of(line))))
    assert shlex.split(command)[1:3] == ["policy", "enable-cache"]
    assert_same_place(line, shlex.split(command)[1:])


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("`aws sso login`", " --profile 'my own'"),
        ("`aws configure list-profiles`", ""),
        ("`aws iam delete-policy-version`", " --profile 'my own' --region eu-west-1"),
        ("`aws sts get-caller-identity --region us-east-1`", " --profile 'my own'"),
    ],
)
def test_a_command_of_the_aws_cli_means_the_same_place(text, more):
    printed = Printed(line_of(["status", "--profile", "my own", "--region=eu-west-1"]))
    assert printed.filled(f"Type {text}.") == f"Type {text[:-1]}{more}`."
    assert printed.filled(printed.filled(text)) == printed.filled(text)
    assert Printed(line_of(["status"])).filled(text) == text


@pytest.mark.parametrize("name", ["local", "local before", "DRAGONCTL_LOCAL"])
def test_the_aws_cli_is_given_the_address_of_the_local_aws(terminal, place, name):
    place(SURROUNDINGS[name])
    words = line_in(SURROUNDINGS[name], "status", terminal.endpoint)
    with cli.make_context("dragonctl", words) as root:
        _, command, rest = cli.resolve_command(root, [*root._protected_args, *root.args])
        with command.make_context("status", rest, parent=root):
            printed = Printed.current()
    completed = shlex.split(printed.completed("aws logs describe-log-groups"))
    assert completed[completed.index("--endpoint-url") + 1] == terminal.endpoint
    assert "--local" not in completed
    assert printed.completed("aws sso login") == "aws sso login"


def test_a_remark_stays_behind_a_command_of_the_aws_cli():
    printed = Printed(line_of(["status", "--region", "eu-west-1"]))
    command = "aws logs delete-resource-policy --policy-name NAME   # one that nothing needs"
    assert printed.completed(command) == (
        "aws logs delete-resource-policy --policy-name NAME --region eu-west-1"
        "   # one that nothing needs"
    )


VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).filter(
    lambda text: not text.startswith("-")
)


@given(profile=VALUES, region=VALUES, api=VALUES, grep=VALUES)
def test_whatever_was_given_is_quoted(profile, region, api, grep):
    line = line_of(
        ["--profile", profile, "logs", f"--region={region}", "--grep", grep, "--api", api]
    )
    words = shlex.split(Printed(line).command("status"))
    assert words == [
        "dragonctl", "status", "--profile", profile, "--region", region, "--api", api
    ]  # fmt: skip


@given(st.text(), VALUES)
def test_a_text_is_completed_once(text, region):
    printed = Printed(line_of(["status", "--region", region]))
    once = printed.filled(f"{text.replace('`', '')} `dragonctl status`")
    assert printed.filled(once) == once or "`" in region


def test_a_value_is_no_option():
    line = line_of(["logs", "--grep", "--local", "-ojson", "--", "--region", "x"])
    assert Printed(line).command("status") == "dragonctl status"
    assert line.wants_json


def test_a_command_about_one_api_is_told_none_of_several():
    line = line_of(["status", "--api", "a", "--api", "b"])
    assert Printed(line).command("flush-cache") == "dragonctl flush-cache"
    assert Printed(line_of(["status", "--api=a"])).command("flush-cache").endswith(" --api a")


def test_no_api_of_several_is_passed_over(terminal):
    assert terminal.run("flush-cache", "--api", "a", "--api", "b") == 2
    assert "this command is about one API" in terminal.err

"""`help`, `completion`, `history RUN`: what people type by habit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.pages import DOCS
from dragonctl.cli.catalogue import command_names
from dragonctl.cli.line import option_names
from dragonctl.cli.root import CHANGING, SECTIONS
from tests.cli.test_completion import journal

RUN = "20261123-101500-3fa9"


@pytest.mark.parametrize("name", command_names())
def test_help_is_what_the_command_shows_of_itself(terminal, name):
    assert terminal.run(name, "--help") == 0
    shown = terminal.out
    assert terminal.run("help", name) == 0
    assert terminal.out == shown


def test_the_options_of_no_command_are_a_long_list_without_parts(terminal):
    """A part of the help of more than a dozen options is one that nobody reads."""
    for name in command_names():
        terminal.run(name, "--help")
        for part in terminal.out.split("\n\n"):
            assert part.count("\n  -") <= 12, part
        if any(title in terminal.out for title in ("Roles:", "Package and upload:")):
            assert "\nOptions:\n" not in terminal.out, (
                f"{name} shows its options under titles: make the new one with option_under(TITLE)"
            )


@pytest.mark.parametrize("name", command_names())
def test_defaults_are_told_in_one_form(terminal, name):
    """As click tells them: ``[default: 30]``; beside a word of another form nobody sees them."""
    terminal.run(name, "--help")
    options = " ".join(terminal.out.partition("\n\nExample")[0].split()).partition(" -")[2]
    told = re.sub(r"\[default: [^(\]]+\]|[Ww]ith its defaults", "", options)
    assert not re.search(r"default|\((on|off|now|kept|\d+)\)", told), told


def test_every_command_has_its_place_in_the_help_and_in_the_list_of_pages():
    placed = [name for names in SECTIONS.values() for name in names]
    assert sorted(placed) == list(command_names()), "each once in SECTIONS of dragonctl/cli/root.py"
    index = (DOCS / "README.md").read_text()
    for name in placed:
        assert f"(commands/{name}.md)" in index, f"docs/README.md does not list {name}"


def test_the_commands_that_change_aws_are_those_with_a_dry_run():
    """What they have begun is finished, whoever reads of it."""
    changing = {name for name in command_names() if "--dry-run" in option_names(name)}
    assert changing == set(CHANGING), "SECTIONS of dragonctl/cli/root.py has another list"


def test_at_80_columns_each_command_has_one_line(terminal):
    terminal.run("--help")
    listed = [line for line in terminal.out.splitlines() if line.startswith("  ") and line[2:]]
    for name in command_names():
        (line,) = [line for line in listed if line.split()[0] == name]
        assert len(line) <= 80
        assert not listed[listed.index(line) + 1].startswith(" " * 6)


def test_help_alone_lists_the_commands_and_a_slip_is_named(terminal):
    assert terminal.run("help") == 0
    assert all(name in terminal.out for name in command_names())
    assert terminal.run("help", "enable-cach") == 2
    assert "Did you mean 'enable-cache'?" in terminal.err
    assert terminal.run("help", "undo", "-o", "json") == 0
    assert terminal.document()["command"] == "undo"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_takes(terminal, shell):
    assert terminal.run("completion", shell) == 0
    assert "_DRAGONCTL_COMPLETE" in terminal.out
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=terminal.out, text=True, check=False)
        assert done.returncode == 0


@pytest.fixture
def kept(terminal):
    journal(Path(os.environ["DRAGONCTL_STATE_DIR"]) / "runs")
    return terminal


def test_one_run_is_shown_field_by_field(kept):
    assert kept.run("history", RUN) == 0
    assert "~ Sampling rule Default" in kept.out
    assert "0.05 → 0.2" in kept.out
    assert kept.run("history", RUN, "--output", "json") == 0
    (change,) = kept.document()["changes"]
    assert change == {
        "resource": "xray-sampling-rule/Default", "field": "FixedRate", "before": 0.05, "after": 0.2
    }  # fmt: skip
    assert kept.run("history", "20261123-101500-ffff") == 2


def test_a_step_that_was_cut_short_is_shown_as_not_known(kept):
    (path,) = (Path(os.environ["DRAGONCTL_STATE_DIR"]) / "runs").iterdir()
    path.write_text("\n".join(path.read_text().splitlines()[:2]))
    assert kept.run("history", RUN) == 0
    assert "? Sampling rule Default" in kept.out
    assert "not known" in kept.out


@pytest.mark.parametrize(
    ("place", "listed"),
    [
        ((), True),
        (("--region", "us-east-1"), True),
        (("--region", "eu-west-1"), False),
        (("--local",), False),
        (("--endpoint-url", "http://127.0.0.1:9"), False),
    ],
)
def test_the_runs_of_one_place(kept, place, listed):
    assert kept.run("history", *place, "--output", "json") == 0
    assert [one["run"] for one in json.loads(kept.out)["runs"]] == [RUN] * listed


ASK = {"apply", "delete-app", "deploy-edge", "enable-cache", "undo"}


@pytest.mark.parametrize("name", CHANGING)
def test_the_help_offers_to_answer_yes_only_where_something_asks(terminal, name):
    terminal.run(name, "--help")
    assert ("--yes" in terminal.out.partition("Example")[0]) == (name in ASK)
    assert {"--yes", "--no-wait"} <= set(option_names(name)), "each takes them all the same"


def test_send_offers_nothing_that_means_several(terminal):
    terminal.run("send", "--help")
    offered = terminal.out.partition("Example")[0]
    assert "--all" not in offered
    assert "--no-discover" not in offered
    assert "several" not in offered

"""Ctrl-C at any time in the life of a changing command: what is told of it is true."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# A program in the background is begun with SIGINT ignored, and so would these tests be.
INTERRUPTED_AT_AN_IMPORT = """
import runpy, signal, sys

class Presses:
    def find_spec(self, name, *_):
        if name == module:
            signal.raise_signal(signal.SIGINT)

module, sys.argv[1:] = sys.argv[1], sys.argv[2:]
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Presses())
runpy.run_module("dragonctl", run_name="__main__")
"""
NOTHING = "\nError: Interrupted. Nothing was changed.\n"


@pytest.fixture
def interrupted_at(terminal):
    """How a command ends that Ctrl-C meets while a module is imported."""

    def ended(module, *line):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED_AT_AN_IMPORT, module, *line],
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr

    return ended


@pytest.mark.parametrize(
    "module",
    [
        "click",
        "dragonctl.cli.root",
        "dragonctl.terminal.streams",
        "dragonctl.commands.enable_cache",
        "dragonctl.cli.defaults",
        "dragonctl.cli.session",
        "dragonctl.aws.client",
        "dragonctl.terminal.changes",
        "rich.console",
    ],
)
def test_before_anything_is_begun_it_says_so_in_the_same_words(interrupted_at, module):
    line = ("enable-cache", "--endpoint-url", "http://127.0.0.1:9")
    assert interrupted_at(module, *line) == (130, NOTHING)


def test_while_a_failure_is_told_it_is_told_to_its_end(interrupted_at):
    code, told = interrupted_at("dragonctl.cli.failures", "enable-cache", "--nonsense")
    assert (code, "No such option '--nonsense'" in told) == (2, True)


def test_after_the_change_it_names_the_way_back(interrupted_at, terminal, local_aws):
    line = ("set-sampling", "--rate", "0.25", "--output", "markdown")
    # A module that is needed only to tell of what was changed.
    code, told = interrupted_at(
        "dragonctl.terminal.markdown", *line, "--endpoint-url", terminal.endpoint
    )
    rules = local_aws.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    assert [one["SamplingRule"]["FixedRate"] for one in rules] == [0.25]
    assert code == 130
    assert "Nothing was changed" not in told
    assert "or take back what it did with `dragonctl undo " in told


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_ends_no_other_way_ends_without_a_word(interrupted_at, terminal, application, form):
    following = ("logs", "--follow", "--output", form, "--endpoint-url", terminal.endpoint)
    assert terminal.on_aws("setup-observability") == 0
    assert interrupted_at("dragonctl.telemetry.logs.following", *following) == (130, "")
    shown = (*following[:1], *following[2:])
    code, told = interrupted_at("dragonctl.telemetry.logs.merging", *shown)
    assert (code, "Error: Interrupted." in told) == (130, True)

"""Troubles of the user's own machine: a full disk, no state folder, a wrong clock, a torn journal.

Each command here is started as a user starts it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dragonctl.cli.root import CHANGING
from dragonctl.local import control
from tests.applications.snapshot import moved
from tests.faults.cases import SETUP, UNDO
from tests.faults.commands import furnish
from tests.faults.laboratory import environment, laboratory, local_server
from tests.faults.rules import ALWAYS, FAULTS, Rule

DRAGONCTL = Path(sys.executable).with_name("dragonctl")


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        yield place


def shell(lab, script, *arguments, home=None):
    """A command line of the shell's, with the tool and its arguments as ``$@``."""
    return subprocess.run(
        ["sh", "-c", script, "sh", str(DRAGONCTL), *arguments],
        env=environment(lab.proxy.url, home or lab.home),
        cwd=lab.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize("blocks", [0, 8, 30])
def test_a_full_disk_ends_the_run_and_what_was_done_can_be_taken_back(lab, blocks):
    """``ulimit -f``, in blocks of 512 bytes: a longer journal cannot be written."""
    before = lab.fresh()
    full = shell(lab, f'ulimit -f {blocks}; trap "" XFSZ; exec "$@"', *SETUP)
    assert full.returncode == 1
    told = json.loads(full.stdout)
    assert [error["code"] for error in told["errors"]] == ["Journal"]
    assert full.stderr.count("The journal cannot be written") == 1
    assert "DRAGONCTL_STATE_DIR" in full.stderr
    assert told["changed"] is bool(told["changes"])
    if blocks != 8:  # there, it is chance which step writes first, and whether it fits
        assert told["changed"] is (blocks > 8)
        assert f"so nothing {'more ' if blocks else ''}was changed" in full.stderr
    if blocks:
        assert lab.run(*UNDO).exit_code == 0
    assert moved(before, lab.look()) == {}


def test_space_again_the_next_run_gets_there_and_back(lab):
    before = lab.fresh()
    assert shell(lab, 'ulimit -f 30; trap "" XFSZ; exec "$@"', *SETUP).returncode == 1
    assert lab.run(*SETUP).exit_code == 0
    assert lab.run(*SETUP).writes == []
    assert [lab.run(*UNDO).exit_code for _ in range(2)] == [0, 0]
    assert moved(before, lab.look()) == {}


TEXT = tuple(word for word in SETUP if word not in ("--output", "json"))


@pytest.mark.parametrize(
    "script",
    [
        '"$@" | head -1',
        'PYTHONIOENCODING=cp1252 "$@" >/dev/null 2>&1',
        '"$@" >&- 2>&-',
        '"$@" >/dev/full',
    ],
)
def test_no_stream_stops_a_change_and_all_of_it_can_be_taken_back(lab, script):
    before = lab.fresh()
    ended = shell(lab, script, *TEXT)
    assert "Traceback" not in ended.stderr
    assert lab.run(*SETUP).writes == []
    assert shell(lab, script, "undo", "--yes").returncode == 0
    assert moved(before, lab.look()) == {}


@pytest.mark.parametrize(("option", "code"), [("--check", 3), ("--dry-run", 141)])
def test_a_plan_that_nobody_reads_ends_with_its_reader(lab, option, code):
    lab.fresh()
    assert shell(lab, '"$@" >&-', *TEXT, option).returncode == code


def test_a_request_to_end_is_an_interruption(lab):
    before = lab.fresh()
    lab.proxy.signal = signal.SIGTERM
    rule = Rule(FAULTS["kill-after"], "apigateway", "UpdateStage")
    ended = lab.run(*TEXT, rules=[rule])
    lab.proxy.signal = signal.SIGKILL
    assert ended.exit_code == 130
    assert "Interrupted" in ended.stderr
    assert "dragonctl undo" in ended.stderr
    assert lab.run(*UNDO).exit_code == 0
    assert moved(before, lab.look()) == {}


def test_without_a_state_folder_a_plan_is_shown_and_nothing_is_changed(lab):
    before = lab.fresh()
    home = lab.home / "a-file"
    home.write_text("no folder")
    shown = shell(lab, 'exec "$@"', *SETUP, "--dry-run", home=home)
    assert (shown.returncode, bool(json.loads(shown.stdout)["changes"])) == (0, True)
    refused = shell(lab, 'exec "$@"', *SETUP, home=home)
    assert refused.returncode == 1
    assert not json.loads(refused.stdout)["changed"]
    assert moved(before, lab.look()) == {}


WORDS = {
    "apply": ["plan.json"],
    "deploy-edge": ["stamp", "--event", "viewer-request", "--distribution", "E1"],
    "set-endpoint": ["--type", "edge"],
    "set-sampling": ["--rate", "0.1"],
    "setup-alarms": ["--notify", "someone@example.com"],
}


@pytest.mark.parametrize("command", CHANGING)
def test_where_no_journal_can_be_written_nothing_is_asked_and_one_sentence_says_why(lab, command):
    lab.fresh()
    home = lab.home / "a-file"
    home.write_text("no folder")
    refused = lab.run(command, *WORDS.get(command, []), "--yes", home=home)
    assert (refused.exit_code, refused.calls) == (1, ())
    assert refused.stderr == (
        f"Error: The journal cannot be written ({home}/runs: Not a directory), so nothing was"
        " changed. Name another folder with DRAGONCTL_STATE_DIR.\n"
    )


@pytest.mark.parametrize("how", [("--dry-run",), ("--package-only", "zips")])
def test_where_no_zip_can_be_kept_one_sentence_says_why(lab, how):
    lab.fresh()
    furnish(lab.folder)
    home = lab.home / "a-file"
    home.write_text("no folder")
    refused = lab.run("deploy-function", *how, home=home)
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"Error: The state folder cannot be made ({home}/packages: Not a directory)."
        " Name another folder with DRAGONCTL_STATE_DIR.\n"
    )


@pytest.mark.parametrize("words", [("history",), ("local", "status"), ("local", "down")])
def test_what_needs_no_state_folder_goes_on_without_one(lab, words):
    home = lab.folder / f"no-folder-for-{'-'.join(words)}"
    home.write_text("no folder")
    assert lab.run(*words, home=home).exit_code == 0


def test_a_local_aws_that_could_not_keep_what_it_holds_is_not_ended(tmp_path):
    with local_server(tmp_path) as server:
        full = subprocess.run(
            ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh", DRAGONCTL, "local", "down"],
            env=environment("", tmp_path / "server"),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert full.returncode == 1
        assert "so the local AWS runs on. Free or unlock that folder" in full.stderr
        assert control.is_alive(server.pid)


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "GetRestApis", "UpdateStage", "*"])
def test_a_wrong_clock_is_named_once(lab, operation):
    lab.fresh()
    rule = Rule(FAULTS["wrong-clock"], operation=operation, times=ALWAYS)
    result = lab.run(*SETUP, rules=[rule])
    assert result.exit_code == 1
    assert [error["hint"] for error in result.errors] == [
        "The clock of this machine is wrong: set it, then repeat the command."
    ]


def test_a_broken_line_of_the_journal_is_told_and_the_rest_taken_back(lab):
    before = lab.fresh()
    assert lab.run(*SETUP).exit_code == 0
    (journal,) = (lab.home / "runs").glob("*.jsonl")
    lines = journal.read_text().splitlines()
    broken = next(
        number
        for number, line in enumerate(lines)
        if (told := json.loads(line))["event"] == "step" and told["kind"] == "lambda-function"
    )
    lines[broken] = lines[broken][: len(lines[broken]) // 2]
    journal.write_text("\n".join(lines) + "\n")
    undone = lab.run(*UNDO)
    assert undone.exit_code == 0
    assert any("journal cannot be read" in warning for warning in undone.document["warnings"])
    assert set(moved(before, lab.look())) == {"functions/small-work/TracingConfig/Mode"}


def test_a_journal_of_rubbish_is_no_journal(lab):
    lab.fresh()
    (lab.home / "runs").mkdir()
    (lab.home / "runs" / "20200101-000000-beef.jsonl").write_bytes(b"\x00\xff{}\n[]\n\n{")
    result = lab.run(*UNDO)
    assert (result.exit_code, [one["code"] for one in result.errors]) == (1, ["NothingToUndo"])
    assert lab.run("history", "--output", "json").exit_code == 0

"""Commands meet journals that are broken, or that others can have written: no defect, no step.

``BROKEN_EXAMPLES=1000`` tries more than a run of all tests does.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journals.breaking import Content, broken

FEW = int(os.environ.get("BROKEN_EXAMPLES", "10"))


@pytest.fixture
def runs(dragonctl):
    """The folder of the journals, once the sample is made and observable."""
    assert dragonctl("create-app").code == 0
    assert dragonctl("setup-observability").code == 0
    return Path(os.environ["DRAGONCTL_STATE_DIR"]) / "runs"


@pytest.fixture
def last(runs):
    """The journal of the run that made it observable: of one second the names do not tell."""
    [path] = [one for one in runs.iterdir() if '"setup-observability"' in one.read_text()]
    return path


def test_no_command_ends_in_a_defect(dragonctl, runs):
    whole = {path: Content(path.read_bytes()) for path in runs.iterdir()}
    lines = [
        ("history",),
        ("history", "--output", "json"),
        ("undo", "--dry-run"),
        ("setup-observability", "--check"),
    ]

    @settings(max_examples=FEW, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), path=st.sampled_from(sorted(whole)))
    def broken_somehow(data, path):
        path.write_bytes(data.draw(broken(whole[path])))
        for line in lines:
            said = dragonctl(*line)
            assert "did not expect" not in said.stderr + said.stdout
            assert said.code in (0, 1, 3)
            assert "\x1b" not in said.stdout + said.stderr
        path.write_bytes(whole[path])

    broken_somehow()


def test_an_undo_of_a_broken_journal_makes_no_call_that_of_the_whole_one_would_not(
    dragonctl, runs, last, made_calls
):
    path = last
    whole = Content(path.read_bytes())
    made_calls()
    assert dragonctl("undo", path.stem, "--yes").code == 0
    backward = set(made_calls())
    assert dragonctl("setup-observability").code == 0
    forward = set(made_calls())
    kept = {one: one.read_bytes() for one in runs.iterdir()}

    @settings(max_examples=max(FEW // 5, 1), suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def broken_somehow(data):
        path.write_bytes(data.draw(broken(whole)))
        for line, expected_seconds in (
            (("undo", path.stem, "--yes"), backward),
            (("history",), set()),
            (("setup-observability",), forward),
        ):
            said = dragonctl(*line)
            assert "did not expect" not in said.stderr + said.stdout
            assert said.code in (0, 1, 2, 3)
            assert set(made_calls()) <= expected_seconds
        for one in set(runs.iterdir()) - set(kept):
            one.unlink()
        path.write_bytes(whole)

    broken_somehow()


def test_nothing_that_others_can_have_written_is_carried_out(dragonctl, runs, made_calls):
    for path in sorted(runs.iterdir()):
        path.chmod(0o666)
        said = dragonctl("undo", path.stem, "--yes")
        assert (said.code, f"chmod go-w {path}" in said.stderr) == (1, True)
    said = dragonctl("undo", "--yes", "--output", "json")
    assert (said.code, said.document["errors"][0]["code"]) == (1, "NothingToUndo")
    assert dragonctl("history", "--output", "json").document["runs"] == []
    runs.chmod(0o777)
    made_calls()
    for line in (("undo", "--yes"), ("setup-observability", "--metrics"), ("history",)):
        said = dragonctl(*line)
        assert (said.code, f"chmod go-w {runs}" in said.stderr) == (1, True)
    assert made_calls() == []


def test_an_undo_says_what_it_passed_over(dragonctl, runs, last):
    last.write_bytes(last.read_bytes().replace(b'"event": "done"', b'"event": "done", "x": [', 1))
    said = dragonctl("undo", "--dry-run", "--output", "json")
    (line,) = [one for one in said.document["warnings"] if "passed over" in one]
    assert line.startswith(f"A file is passed over, whole or in part, among the journals in {runs}")
    told = " ".join(dragonctl("doctor").stdout.split())
    assert f"of run {last.stem} is not a journal entry that dragonctl writes; passed over." in told


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_journal_without_its_beginning_is_named_by_all_that_read_it(
    dragonctl, runs, last, content
):
    last.write_bytes(content)
    for line, code in ((("undo", last.stem, "--yes"), 1), (("doctor",), 1)):
        said = dragonctl(*line)
        told = " ".join((said.stdout + said.stderr).split())
        assert (said.code, str(last) in told, "move the file away" in told) == (code, True, True)
    (named,) = dragonctl("history", "--output", "json").document["warnings"]
    assert str(last) in named
    [other] = set(runs.iterdir()) - {last}
    other.write_bytes(content)
    said = dragonctl("undo", "--yes", "--output", "json").document["errors"][0]
    assert (said["code"], "2 files are passed over" in said["hint"]) == ("NothingToUndo", True)


def test_however_much_lies_among_the_journals_one_sentence_tells_of_it(dragonctl, runs):
    for number in range(50):
        (runs / f"2026-{number}.jsonl").write_text("garbage\n")
    (runs / "folder.jsonl").mkdir()
    sentence = f"! 51 files are passed over, whole or in part, among the journals in {runs}:"
    for line in (("history",), ("undo", "--dry-run"), ("disable-cache", "--check")):
        told = [one for one in dragonctl(*line).stderr.splitlines() if "passed over" in one]
        assert [one.startswith(sentence) and "`dragonctl doctor" in one for one in told] == [True]
    told = dragonctl("doctor").stdout
    assert [f"2026-{number}.jsonl" in told for number in range(50)] == [True] * 50


def test_journals_of_which_none_can_be_read_are_not_told_as_no_run(dragonctl, runs):
    for path in runs.iterdir():
        path.write_text("garbage")
    said = dragonctl("history")
    assert said.stdout == "No run can be read: what changed from here is not known.\n"
    assert "2 files are passed over" in said.stderr


def test_a_place_without_runs_is_not_told_as_no_run_at_all(dragonctl, runs):
    said = dragonctl("history", "--region", "sa-east-1")
    assert said.stdout == "No run has changed anything there.\n"


@pytest.mark.parametrize("what", ["file", "for many"])
def test_what_is_wrong_with_the_state_folder_is_told_once(dragonctl, tmp_path, monkeypatch, what):
    folder = tmp_path / "elsewhere"
    if what == "file":
        folder.write_text("no folder")
    else:
        folder.mkdir()
        folder.chmod(0o1777)
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(folder))
    said = dragonctl("--local", "doctor")
    told = " ".join(said.stdout.split())
    assert said.code == 1
    assert told.count("Name another folder with DRAGONCTL_STATE_DIR.") == 1
    assert "chmod" not in told

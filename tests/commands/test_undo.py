"""What ``undo`` says before an application goes with the run that made it."""

from __future__ import annotations

import shutil

import pytest

from dragonctl.sample import sample_folder

DELETES = (
    "That deletes what requests go to: API dragons, Function add-dragon, Function list-dragons,"
    " Function validate-dragon, State machine MyStateMachine."
)


@pytest.fixture
def runs(dragonctl, tmp_path):
    """The application, made by a first run, and a second run behind it: their identifiers."""
    shutil.copytree(sample_folder(), tmp_path / "here", dirs_exist_ok=True)
    return [
        dragonctl(*line, "--output", "json").document["run"]
        for line in (["create-app"], ["set-sampling", "--rate", "0.1"])
    ]


def notes(answer):
    return [one for one in answer.document["notes"] if "undo" in one]


def test_an_undo_without_a_run_says_that_the_application_goes_with_the_next_one(dragonctl, runs):
    made, last = runs
    bare = ("undo", "--dry-run", "--output", "json")
    (note,) = notes(dragonctl(*bare))
    assert note == f"After this one, `dragonctl undo` takes back run {made} (create-app). {DELETES}"
    assert notes(dragonctl(*bare, last)) == []  # who names a run does not step back by repeating


def test_what_requests_go_to_is_named_before_it_is_deleted(dragonctl, runs):
    made, last = runs
    asked = dragonctl("undo", made)
    assert asked.code == 1
    assert f"Take back run {made} (create-app): delete 24 resources?" in asked.stderr
    assert DELETES in asked.stderr
    assert "That deletes" not in dragonctl("undo", last).stderr


def test_what_a_later_run_changed_is_not_named_as_deleted_but_that_run_is(dragonctl, runs):
    made, _ = runs
    deployed = dragonctl("deploy-function", "--output", "json").document["run"]
    asked = dragonctl("undo", made).stderr
    question = asked[asked.index("Take back run") :]
    assert "API dragons" in question
    assert "Function" not in question
    later = f"run {deployed} (deploy-function) changed it."
    assert f"! Function add-dragon is left: {later}" in asked


def test_what_the_plan_gives_back_goes_with_the_next_undo(dragonctl, tmp_path):
    shutil.copytree(sample_folder(), tmp_path / "here", dirs_exist_ok=True)
    for line in (["create-app"], ["deploy-function"]):
        assert dragonctl(*line).code == 0
    (note,) = notes(dragonctl("undo", "--dry-run", "--output", "json"))
    assert DELETES in note


def test_what_is_gone_is_said_to_be_gone(dragonctl, runs):
    assert dragonctl("deploy-function").code == 0
    deleted = dragonctl("delete-app", "--yes", "--output", "json").document["run"]
    said = dragonctl("undo", "--dry-run")
    assert said.stderr.count(f"is gone: run {deleted} (delete-app) deleted it.") == 3
    assert "was changed after that run" not in said.stderr
    assert "After this one" not in said.stderr  # what the next one made is gone, too


def test_a_part_of_a_runs_name_will_do_where_one_run_alone_has_it(dragonctl, runs):
    made, last = runs
    for part in (last[-4:], last[:-1]):
        shown = dragonctl("history", part, "--output", "json").document["runs"]
        assert [one["run"] for one in shown] == [last]
    shared = "20"  # the century: between the two runs it may become midnight
    for command in ("history", "undo"):
        several = dragonctl(command, shared)
        assert several.code == 2
        assert several.stderr == f"Error: '{shared}' may be one of several runs: {last}, {made}.\n"
        assert f"There is no run '{shared}x'." in dragonctl(command, f"{shared}x").stderr
    undone = dragonctl("undo", last[-4:], "--yes", "--output", "json").document
    assert (undone["undoes"], len(undone["changes"])) == (last, 1)


def test_a_run_that_is_undone_already_is_said_to_be_so_and_by_which_run(dragonctl, runs):
    made, last = runs
    by = {
        run: dragonctl("undo", run, "--yes", "-o", "json").document["run"] for run in (last, made)
    }
    for run in (last, made):
        again = dragonctl("undo", run)
        assert again.code == 0
        said, *rest = [line for line in again.stderr.splitlines() if " left" in line or run in line]
        assert said == f"  Run {run} was undone already, by run {by[run]}."
        assert rest == []
    told = dragonctl("undo", last, "--output", "json").document["notes"]
    assert told == [f"Run {last} was undone already, by run {by[last]}."]
    dragonctl("undo", by[last], "--yes")
    assert dragonctl("undo", last, "--dry-run", "--output", "json").document["notes"] == []

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
    assert f"Take back run {made} (create-app," in asked.stderr
    assert DELETES in asked.stderr
    assert "That deletes" not in dragonctl("undo", last).stderr

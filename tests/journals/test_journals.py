"""Journals that 0.1 wrote on the local AWS, one of each kind: they are read, and turned round.

The files are kept as they were written and are never made anew: a later version must take them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dragonctl.engine.history import read_run
from dragonctl.engine.undo import undoing
from dragonctl.resources import known_kinds

FOLDER = Path(__file__).parent

# file -> command, fields changed, outcome, things that go back, things that stay
TOLD = {
    "create-app": ("create-app", 71, "done", 24, 0),
    "delete-app": ("delete-app", 71, "done", 0, 1),
    "deploy-edge": ("deploy-edge", 17, "done", 1, 4),
    "deploy-function-create": ("deploy-function", 11, "done", 3, 0),
    "deploy-function-publish": ("deploy-function", 8, "done", 2, 1),
    "deploy-function-through-s3": ("deploy-function", 2, "done", 1, 1),
    "disable-cache": ("disable-cache", 7, "done", 2, 0),
    "enable-cache": ("enable-cache", 9, "done", 2, 1),
    "enable-cache-with-key": ("enable-cache", 10, "done", 3, 1),
    "failed": ("setup-observability", 23, "failed", 12, 0),
    "flush-cache": ("flush-cache", 1, "done", 0, 1),
    "interrupted": ("setup-observability", 7, None, 2, 0),
    "set-endpoint": ("set-endpoint", 1, "done", 1, 0),
    "set-sampling": ("set-sampling", 4, "done", 1, 0),
    "setup-alarms": ("setup-alarms", 163, "done", 14, 1),
    "setup-dashboard": ("setup-dashboard", 1, "done", 1, 0),
    "setup-observability": ("setup-observability", 47, "done", 22, 0),
    "setup-observability-publish": ("setup-observability", 13, "done", 11, 0),
    "setup-observability-publish-machine": ("setup-observability", 30, "done", 14, 1),
    "undo": ("undo", 13, "done", 11, 0),
}


def kept(name):
    """One of the journals, and what is said of it."""
    return read_run((FOLDER / f"{name}.jsonl").read_bytes())


def test_every_journal_here_is_known():
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_a_journal_of_0_1_is_read_whole_and_turned_round(name):
    run, said = kept(name)
    back = undoing(run, known_kinds())
    assert said == ""
    told = (run.command, run.changes, run.outcome, len(back.steps), len(back.kept))
    assert told == TOLD[name]
    assert not [reason for reason in back.kept if "does not know" in reason]

"""What a power cut leaves of a journal: only what was forced onto the disk."""

from __future__ import annotations

import json
import os

import pytest

from dragonctl.engine.history import read_history
from dragonctl.engine.journal import Journal, new_run
from dragonctl.engine.model import Step
from dragonctl.errors import UNWRITABLE
from tests.engine.fakes import Thing
from tests.full_disk import no_file_beyond


@pytest.fixture
def disk(monkeypatch, engine):
    """What has reached the disk for certain: the journal as it was when last forced there."""
    kept = {}
    force = os.fsync

    def forced(file):
        force(file)
        mine = os.fstat(file).st_ino
        path = next(one for one in engine.folder.glob("*.jsonl") if one.stat().st_ino == mine)
        kept[path.name] = path.read_bytes()

    monkeypatch.setattr(os, "fsync", forced)
    return kept


def test_every_call_is_on_the_disk_before_aws_gets_it(engine, disk):
    engine.aws.things = {"old": {"colour": "blue"}}
    known = []
    send = engine.aws.send

    def sent(service, operation, params, region=None):
        if operation in ("Create", "Set"):
            (journal,) = disk.values() or [b""]
            events = [json.loads(line) for line in journal.splitlines()]
            known.append((operation, [one["operation"] for one in events if "params" in one]))
        return send(service, operation, params, region)

    engine.aws.send = sent
    after = (Thing("old").identifier,)
    engine.run(
        Step("Paint", Thing("old"), {"colour": "red"}),
        Step("Make", Thing("new"), {"colour": "red"}, after=after),
    )
    assert known == [("Set", ["Set"]), ("Create", ["Set", "Create"])]


def test_the_power_fails_behind_a_call_and_undo_puts_it_back(engine, disk):
    engine.aws.things = {"old": {"colour": "blue"}}
    engine.run(Step("Paint", Thing("old"), {"colour": "red"}))
    (path,) = engine.folder.glob("*.jsonl")
    lines = disk[path.name].splitlines(keepends=True)
    call = next(n for n, line in enumerate(lines, 1) if json.loads(line)["event"] == "call")
    path.write_bytes(b"".join(lines[:call]))  # nothing behind it had been forced
    assert [run.outcome for run in read_history(engine.folder).runs] == [None]
    engine.undo()
    assert engine.aws.things == {"old": {"colour": "blue"}}


def test_a_run_that_cannot_be_journalled_changes_nothing_and_leaves_no_file(engine):
    with no_file_beyond(0):
        outcome = engine.run(Step("Make", Thing("new"), {"colour": "red"}))
    assert [error.code for error in outcome.errors] == [UNWRITABLE]
    assert engine.aws.things == {}
    assert list(engine.folder.iterdir()) == []


@pytest.mark.parametrize("is_early", [True, False])
def test_whom_a_thing_serves_may_be_known_before_or_after_its_step(engine, is_early):
    book = Journal(engine.folder, new_run(), lambda: engine.scope, "test", lambda: "somebody")
    first = Step("Paint", Thing("wall"), {"colour": "red"}, serves=("tiny-thing/house",))
    later = Step("Paint", Thing("wall"), {"colour": "red"}, serves=("tiny-thing/town",))
    if is_early:
        book.serve([later])
    assert not book.begun
    book.step(first, None, {"colour": "red"})
    if not is_early:
        book.serve([later])
    book.end("done")
    (run,) = engine.runs
    assert run.entries["tiny-thing/wall"].serves == ("tiny-thing/house", "tiny-thing/town")
    assert run.passed_over == []


def test_of_two_runs_that_drew_the_same_name_the_later_one_takes_another(engine):
    first, second = (
        Journal(engine.folder, "20261123-101500-3fa9", lambda: engine.scope, name, lambda: "ann")
        for name in ("first", "second")
    )
    for book in (first, second):
        book.begin()
        book.end("done")
    assert first.run == "20261123-101500-3fa9"
    assert {run.run: run.command for run in engine.runs} == {
        first.run: "first",
        second.run: "second",
    }

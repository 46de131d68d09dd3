"""What an undo leaves names the run that changed it since: that one is undone first."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Step
from tests.engine.fakes import Thing


def want(name, **fields):
    return Step(f"Change {name}", Thing(name), fields)


def told(engine):
    """What an undo of the first run says, and the name of the second."""
    runs = engine.runs
    engine.undo(runs[0].run)
    return engine.planned.warnings, f"run {runs[1].run} (test)"


def test_a_thing_that_a_later_run_changed(engine):
    engine.run(want("new", a=1))
    engine.run(want("new", a=2))
    warnings, run = told(engine)
    assert warnings == (f"tiny-thing/new is left: {run} changed it.",)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ({"a": 2}, "a of tiny-thing/old is left: {run} changed it."),
        (
            {"a": 2, "b": 2},
            "a, b of tiny-thing/old are left: {run} changed them, or what they go with.",
        ),
    ],
)
def test_fields_that_a_later_run_changed(engine, later, said):
    engine.aws.things = {"old": {"a": 0, "b": 0}}
    engine.run(want("old", a=1, b=1))
    engine.run(want("old", **later))
    warnings, run = told(engine)
    assert warnings == (said.format(run=run),)


def test_of_several_runs_it_is_the_last_that_wrote_what_stands_there(engine):
    engine.run(want("new", a=1))
    engine.run(want("other", a=1))
    for value in (2, 3):
        engine.run(want("new", a=value))
    first, *_, last = engine.runs
    engine.undo(first.run)
    (warning,) = engine.planned.warnings
    assert f"run {last.run} (test) changed it" in warning


def test_what_somebody_changed_by_hand_is_no_runs(engine):
    engine.run(want("new", a=1))
    engine.run(want("new", a=2))
    engine.aws.things["new"]["a"] = 9
    warnings, _ = told(engine)
    assert warnings == ("a of tiny-thing/new was changed after that run, and is left as it is.",)


def test_a_thing_that_is_gone(engine):
    engine.aws.things = {"old": {"a": 0, "b": 0}}
    engine.run(want("old", a=1, b=1))
    engine.run(Step("Delete old", Thing("old"), None))
    warnings, run = told(engine)
    assert warnings == (f"tiny-thing/old is gone: {run} deleted it.",)


def test_a_thing_that_somebody_deleted_by_hand(engine):
    engine.aws.things = {"old": {"a": 0}}
    engine.run(want("old", a=1))
    engine.aws.things = {}
    engine.undo()
    assert engine.planned.warnings == ("tiny-thing/old is gone: deleted after that run.",)

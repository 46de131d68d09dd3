"""Two things of one plan never have the same title."""

from __future__ import annotations

from dragonctl.engine.model import Step
from tests.engine.fakes import Thing


def titles(engine):
    return [item.step.title for item in engine.planned.items]


def test_titles_that_are_equal_name_the_thing(engine):
    engine.run(
        Step("Log group", Thing("one"), {"a": 1}),
        Step("Log group", Thing("arn:aws:logs:eu-west-1:1:two"), {"a": 1}),
        Step("Role", Thing("one-role"), {"a": 1}),
    )
    told = ["Log group (one)", "Log group (two)", "Role"]
    assert titles(engine) == told
    engine.undo()
    assert sorted(titles(engine)) == [f"Undo: {title}" for title in told]


def test_where_the_last_names_are_equal_too_it_is_the_whole_identifier(engine):
    engine.run(
        Step("Log group", Thing("arn:aws:logs:eu-west-1:1:two"), {"a": 1}),
        Step("Log group", Thing("arn:aws:logs:eu-west-1:2:two"), {"a": 1}),
    )
    assert titles(engine) == [
        "Log group (tiny-thing/arn:aws:logs:eu-west-1:1:two)",
        "Log group (tiny-thing/arn:aws:logs:eu-west-1:2:two)",
    ]

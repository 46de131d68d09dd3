"""A document that is written while it is read: whole, also where the reading breaks off."""

from __future__ import annotations

import json

import click
import pytest

from dragonctl.cli import cli
from dragonctl.command_line.globals import Globals
from dragonctl.command_line.reading import View
from dragonctl.errors import DragonError

LINES = [{"text": "first"}, {"text": "second\n]"}]


@pytest.fixture
def view(terminal, application):
    with click.Context(cli) as context:
        globals_ = Globals(endpoint_url=terminal.endpoint, output="json")
        context.meta["dragonctl.globals"] = globals_
        yield View({"api": ("small",)})


def broken_off(error, lines=LINES):
    yield from lines
    raise error


@pytest.mark.parametrize("lines", [[], LINES[:1], LINES])
def test_all_items_are_in_one_document(view, capfd, lines):
    assert view.answer_with("events", iter(lines)) == len(lines)
    assert json.loads(capfd.readouterr().out) == {"events": lines}


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [(KeyboardInterrupt(), 130, "Interrupted"), (DragonError("The way is cut"), 1, "The way is")],
)
def test_what_breaks_off_ends_the_document(view, capfd, error, code, words):
    with pytest.raises(click.exceptions.Exit) as ended:
        view.answer_with("events", broken_off(error))
    assert ended.value.exit_code == code
    told = capfd.readouterr()
    document = json.loads(told.out)
    assert document["events"] == LINES
    assert words in document["errors"][0]["message"]
    assert words in told.err


def test_what_fails_before_the_first_item_has_stdout_to_itself(view, capfd):
    with pytest.raises(DragonError, match="The way is cut"):
        view.answer_with("events", broken_off(DragonError("The way is cut"), []))
    assert capfd.readouterr().out == ""

"""What a person is asked, at real terminals of several widths."""

from __future__ import annotations

import os

import pytest

from dragonctl.terminal.questions import agreed
from tests.forked import FORKS
from tests.terminal.emulator import Terminal, sit_at

QUESTION = (
    "Take back run 20261128-081150-4240 (create-app): delete 39 resources? That deletes what"
    " requests go to: API dragons, Function add-dragon, Function list-dragons."
)


def ask(device, question):
    os.environ.clear()  # of whoever runs the tests: COLUMNS
    sit_at([device] * 3)
    raise SystemExit(5 if agreed(question) else 6)


def at_a_terminal(columns, question, answer):
    """How the process that asks ends, and what stands on the screen."""
    with Terminal(columns, 24) as terminal:
        terminal.process = FORKS.Process(target=ask, args=(terminal.device, question))
        terminal.process.start()
        terminal.type(answer)
        terminal.watch()
        return terminal.process.exitcode, "\n".join(terminal.emulator.lines())


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_question_is_broken_between_words(columns):
    code, text = at_a_terminal(columns, QUESTION, "y\r")
    assert code == 5
    assert " ".join(text.split()).replace("y ", "", 1) == f"{QUESTION} [y/N]:"


def test_what_others_named_draws_nothing_in_a_question():
    code, text = at_a_terminal(40, "Delete \x1b[2Jx?", "\r")
    assert code == 6
    assert text.split() == ["Delete", "␛[2Jx?", "[y/N]:"]

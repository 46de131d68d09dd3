"""``--application-signals`` under faults: killed, refused, raced; `make faults` has every call."""

from __future__ import annotations

import pytest

from tests.faults.cases import SETUP, UNDO, learn
from tests.faults.commands import COMMANDS
from tests.faults.laboratory import laboratory
from tests.faults.rules import FAULTS, Rule

COMMAND = COMMANDS["setup-observability --application-signals"]


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        yield place


def test_killed_after_each_write_in_turn_it_gets_there_and_back(lab):
    learned = learn(lab, COMMAND)
    lab.fresh()
    assert lab.run(*SETUP).exit_code == 0
    before = lab.look()
    runs = 0
    while (
        run := lab.run(*COMMAND.words, rules=[Rule(FAULTS["kill-after"], writes=True)])
    ).exit_code:
        assert run.exit_code == -9
        runs += 1
        assert runs <= sum(is_write for _, _, is_write in learned.calls)
    assert COMMAND.left(learned.end, lab.comparable(lab.look())) == {}
    for _ in range(runs):  # a run that died with its write under way may have nothing to take back
        if COMMAND.left(before, lab.look()):
            assert lab.run(*UNDO).exit_code == 0
    assert COMMAND.left(before, lab.look()) == {}

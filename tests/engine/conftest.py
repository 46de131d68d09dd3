"""One engine on a tiny AWS, with a clock of its own and a journal in a folder of its own."""

from __future__ import annotations

import pytest

from dragonctl.engine.history import read_history
from dragonctl.engine.journal import Journal, Scope, new_run
from dragonctl.engine.model import Resource
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import apply
from dragonctl.engine.undo import choose, undoing
from tests.engine.fakes import ACCOUNT, Time, TinyAws


class Engine:
    """What a test drives: run steps, undo the last run, look at AWS, events and journal."""

    def __init__(self, folder):
        self.aws, self.time, self.events, self.folder = TinyAws(), Time(), [], folder
        self.scope = Scope(ACCOUNT, "eu-west-1", "aws")

    def run(self, *steps, undoes=None, at_once=24):
        reads = Reads(self.aws, self.events.append, self.time.clock, self.time.sleep)
        book = Journal(
            self.folder, new_run(), lambda: self.scope, "test", lambda: reads.user, undoes
        )
        if undoes:
            book.begin()
        self.planned = plan(reads, steps)
        tools = Tools(reads, book, self.events.append)
        outcome = apply(self.planned, tools, at_once)
        book.end("failed" if outcome.errors else "done")
        return outcome

    def undo(self, name=None):
        runs = self.runs
        run = choose(runs, self.scope, name)
        return self.run(*undoing(run, Resource.kinds, runs).steps, undoes=run.run)

    @property
    def runs(self):
        return read_history(self.folder).runs


@pytest.fixture
def engine(tmp_path):
    return Engine(tmp_path)

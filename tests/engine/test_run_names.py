"""A part of a run's name, typed by a person."""

from __future__ import annotations

import pytest

from dragonctl.engine.history import read_history
from dragonctl.engine.journal import Journal
from dragonctl.engine.run_names import whole_name
from dragonctl.errors import UsageError


def test_of_the_runs_of_one_second_the_last_is_named_first(engine):
    first, last = "20261123-101500-ffff", "20261123-101500-0000"
    for name in (first, last):
        book = Journal(engine.folder, name, lambda: engine.scope, "test", lambda: "ann")
        book.begin()
        book.end("done")
    with pytest.raises(UsageError, match=f"one of several runs: {last}, {first}"):
        whole_name(read_history(engine.folder), "20261123")

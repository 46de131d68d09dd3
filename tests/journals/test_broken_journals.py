"""However a journal is broken: one sentence at most, and nothing is done that nobody wrote.

``BROKEN_EXAMPLES=1000`` tries more of each than a run of all tests does.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragonctl.engine.history import read_run
from dragonctl.engine.model import Reading
from dragonctl.engine.restoring import Restoration, resource_of
from dragonctl.engine.undo import undoing
from dragonctl.resources import known_kinds
from tests.journals.breaking import Content, broken
from tests.journals.test_journals import FOLDER, TOLD

MANY = int(os.environ.get("BROKEN_EXAMPLES", "200"))


@settings(max_examples=MANY, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(sorted(TOLD)))
def test_what_is_wanted_of_a_broken_journal_is_worked_out_or_left(data, name):
    content = Content((FOLDER / f"{name}.jsonl").read_bytes())
    run, said = read_run(data.draw(broken(content)))
    whole, _ = read_run(content)
    for entry in run.entries.values() if run else ():
        if resource := resource_of(entry, known_kinds()):
            real = whole.entries.get(entry.identifier)
            for state in (real.after, real.before) if real else ({},):
                have = None if state is None else Reading(state, {"raw": {}})
                back = Restoration(entry, resource, have)
                assert back.wanted is None or set(back.wanted) <= {
                    *back.touched,
                    *(entry.before or {}),
                }
                assert set(back.left) <= set(back.touched)
    assert "\n" not in said
    assert run is None or undoing(run, known_kinds()).kept is not None

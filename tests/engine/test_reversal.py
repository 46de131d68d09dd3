"""What a journal keeps of a step's undo is what is read from it; its form on the disk stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.engine.reversal import JOURNAL_PATTERN, Keep, Reverse, from_journal, to_journal

REVERSALS = st.one_of(st.just(Reverse()), st.builds(Keep, st.text(min_size=1)))


@given(REVERSALS)
def test_what_is_written_is_read(reversal):
    assert from_journal(to_journal(reversal)) == reversal


@given(st.builds(Keep, st.from_regex(r"\A[^\n]+\Z")))
def test_a_reason_is_taken_by_the_reader_of_journals(reversal):
    assert re.match(JOURNAL_PATTERN, to_journal(reversal))


@pytest.mark.parametrize(
    ("written", "reversal"),
    [
        ("reverse", Reverse()),
        ("keep: it ends with its topic", Keep("it ends with its topic")),
        ("keep: keep: twice", Keep("keep: twice")),
    ],
)
def test_journals_of_every_version_spell_it_so(written, reversal):
    assert (from_journal(written), to_journal(reversal)) == (reversal, written)

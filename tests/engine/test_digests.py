"""What the journal keeps of secrets: enough to tell equal from not, and to leave them in place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.engine.masking import digest, is_masked, is_same, unmasked


def listed(pairs):
    return [value for value, _ in pairs], [kept for _, kept in pairs]


def mapped(pairs):
    return {key: value for key, (value, _) in pairs.items()}, {
        key: kept for key, (_, kept) in pairs.items()
    }


LEAVES = st.text(max_size=5).flatmap(
    lambda text: st.sampled_from([(text, text), (text, digest(text))])
)
KEPT = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4).map(listed)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4).map(mapped)
    ),
    max_leaves=12,
)
"""A value as AWS holds it, and as the journal keeps it: some of its texts as digests."""


@given(KEPT)
def test_a_value_that_is_still_there_is_known_and_comes_back_whole(pair):
    value, kept = pair
    assert is_same(value, kept)
    assert unmasked(kept, value) == value
    assert not is_masked(unmasked(kept, value))


@pytest.mark.parametrize(
    "now",
    [["one", "two"], [], "one", None, {"0": "one"}, ["two"]],
    ids=["longer", "shorter", "text", "gone", "mapping", "another"],
)
def test_where_something_else_stands_now_the_digest_stays(now):
    """A secret of a list that somebody has changed is not put where another stands."""
    kept = [digest("one")]
    assert unmasked(kept, now) == kept
    assert not is_same(now, kept)

"""How long one more try is waited for: each time longer, until that is no use."""

from __future__ import annotations

import itertools

import pytest

from dragonctl.engine.retry import Patience, persist
from dragonctl.errors import LOST, UNREACHABLE, AwsError
from tests.engine.fakes import Time

# code, status, seconds: the first pause, the longest, when it is given up
WAITS = [
    (UNREACHABLE, 0, 0.3, 1.0, 2.0),
    (LOST, 0, 0.2, None, 90.0),
    ("429", 429, None, 20.0, 180.0),
    ("InternalFailure", 500, 0.2, None, 60.0),
]


def pauses(code, status):
    time, made = Time(), []

    def tell(_, pause):
        assert pause > 0
        made.append(pause)

    def call():
        raise AwsError("tiny", "Read", code, "no", status)

    with pytest.raises(AwsError):
        persist(call, Patience(time.clock, time.sleep, tell), repeatable=True)
    return made


@pytest.mark.parametrize(("code", "status", "first", "longest", "cap"), WAITS)
def test_pauses_grow_to_the_longest_and_end_in_time(code, status, first, longest, cap):
    """A fifth is left to chance, so that those who failed together do not come back together."""
    made = pauses(code, status)
    if first:
        assert 0.8 * first <= made[0] <= first
    if longest:
        assert 0.8 * longest <= max(made) <= longest
    assert sum(made) <= cap
    assert all(0.8 * one <= other for one, other in itertools.pairwise(made))

"""A quota shared by threads and with strangers, on a clock that only moves when somebody sleeps."""

from __future__ import annotations

import pytest

from dragonctl.quota import RECOVERY, Quota
from tests.engine.fakes import Time


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def quota(time):
    return Quota(10, 4, time.clock, time.sleep)


def take(quota, count):
    for _ in range(count):
        quota.take()


def test_a_burst_is_free_and_the_rest_keeps_the_rate(quota, time):
    take(quota, 4)
    assert time.now == 0
    take(quota, 10)
    assert time.now == pytest.approx(1)


def test_a_pause_fills_the_bucket_and_no_more(quota, time):
    take(quota, 4)
    time.now += 100
    take(quota, 4)
    assert time.naps == []


def test_a_refusal_empties_the_bucket_and_lowers_the_pace(quota, time):
    quota.refused()
    quota.take()
    assert time.now == pytest.approx(1 / 7)


def test_refusals_of_one_moment_count_once(quota, time):
    for _ in range(20):
        quota.refused()
    quota.take()
    assert time.now == pytest.approx(1 / 7)


def test_while_others_take_their_share_it_slows_down_and_then_recovers(quota, time):
    for _ in range(40):
        time.now += 1
        quota.refused()
    began = time.now
    take(quota, 2)
    assert time.now - began > 0.5  # at the full rate it takes 0.2 s
    time.now += RECOVERY
    take(quota, 4)
    began = time.now
    take(quota, 10)
    assert time.now - began == pytest.approx(1)

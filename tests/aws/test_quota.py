"""A quota shared by threads and with strangers, on a clock that only moves when somebody sleeps."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from dragonctl.aws.quota import RECOVERY, Quotas
from tests.engine.fakes import Time

BURST = 39


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def quotas(time):
    return Quotas(time.clock, time.sleep)


def take(quotas, count, operation="GetStages"):
    for _ in range(count):
        quotas.take("apigateway", operation)


def test_a_burst_is_free_and_the_rest_keeps_the_rate(quotas, time):
    take(quotas, BURST)
    assert time.now == 0
    take(quotas, 10)
    assert time.now == pytest.approx(1)


def test_a_pause_fills_the_bucket_and_no_more(quotas, time):
    take(quotas, BURST)
    time.now += 100
    take(quotas, BURST)
    assert time.naps == []
    take(quotas, 1)
    assert time.now == pytest.approx(100.1)


def test_other_services_are_not_held_back(quotas, time):
    for _ in range(1000):
        quotas.take("iam", "GetRole")
    assert time.naps == []


def test_an_operation_with_a_quota_of_its_own_falls_under_both(quotas, time):
    take(quotas, 4 + 5, "GetResources")
    assert time.now == pytest.approx(2)
    take(quotas, BURST - 1)  # the nine were of this burst too, and two seconds have filled it
    assert time.now == pytest.approx(2)
    take(quotas, 1, "GetResources")
    assert time.now == pytest.approx(2.4)


def test_those_who_wait_for_a_rare_call_do_not_hold_up_the_others(time):
    mine, others_are_done, lock = threading.local(), threading.Event(), threading.Lock()

    def sleep(seconds):
        if mine.is_rare:
            others_are_done.wait()
        with lock:
            time.sleep(seconds)

    quotas = Quotas(time.clock, sleep)

    def ask(operation):
        mine.is_rare = operation == "GetResources"
        quotas.take("apigateway", operation)

    with ThreadPoolExecutor(100) as pool:
        rare = [pool.submit(ask, "GetResources") for _ in range(30)]
        others = [pool.submit(ask, "GetStages") for _ in range(70)]
        held_up = wait(others, timeout=240).not_done
        others_are_done.set()
        assert held_up == set()
        assert wait(rare, timeout=240).not_done == set()


def test_a_refusal_empties_the_bucket_and_lowers_the_pace(quotas, time):
    quotas.refused("apigateway", "GetStages")
    take(quotas, 1)
    assert time.now == pytest.approx(1 / 7)


def test_refusals_of_one_moment_count_once(quotas, time):
    for _ in range(20):
        quotas.refused("apigateway", "GetStages")
    take(quotas, 1)
    assert time.now == pytest.approx(1 / 7)


def test_while_others_take_their_share_it_slows_down_and_then_recovers(quotas, time):
    for _ in range(40):
        time.now += 1
        quotas.refused("apigateway", "GetStages")
    began = time.now
    take(quotas, 2)
    assert time.now - began > 0.5  # at the full rate it takes 0.2 s
    time.now += RECOVERY
    take(quotas, BURST)
    began = time.now
    take(quotas, 10)
    assert time.now - began == pytest.approx(1)

"""Which container serves an event, and when containers end."""

import threading

import pytest

from dragonctl.local.runtime.pool import CONTAINERS_PER_FUNCTION, Key, Pool
from tests.local.serving import until


class Warm:
    """A container that ends when it is told to."""

    def __init__(self, used_at=float("inf")):
        self.used_at = used_at
        self.alive = True

    def close(self):
        self.alive = False


KEY = Key("f", "1")


def test_the_container_that_came_back_serves_next():
    pool, container = Pool(), Warm()
    assert pool.take(KEY, 0) is None
    pool.give_back(KEY, container)
    assert pool.take(KEY, 0) is container
    assert pool.take(KEY, 0) is None
    pool.stop()


def test_one_that_ended_serves_no_more():
    pool, container = Pool(), Warm()
    pool.take(KEY, 0)
    pool.give_back(KEY, container)
    container.alive = False
    assert pool.take(KEY, 0) is None
    pool.stop()


def test_a_new_revision_ends_the_containers_of_the_old_one():
    pool, old, other = Pool(), Warm(), Warm()
    for key, container in ((KEY, old), (Key("g", "1"), other)):
        pool.take(key, 0)
        pool.give_back(key, container)
    assert pool.take(Key("f", "2"), 0) is None
    assert (old.alive, other.alive) == (False, True)
    pool.stop()
    assert not other.alive


def test_the_eleventh_event_waits_for_a_free_container():
    pool, container = Pool(), Warm()
    for _ in range(CONTAINERS_PER_FUNCTION):
        assert pool.take(KEY, 0) is None
    with pytest.raises(TimeoutError):
        pool.take(KEY, 0.01)
    threading.Timer(0.05, pool.give_back, [KEY, container]).start()
    assert pool.take(KEY, 240) is container
    pool.stop()


def test_idle_containers_are_ended():
    pool, idle, used = Pool(idle_seconds=0.05), Warm(used_at=0), Warm()
    for _ in range(2):
        pool.take(KEY, 0)
    for container in (idle, used):
        pool.give_back(KEY, container)
    assert until(lambda: idle.alive, lambda alive: not alive) is False
    assert used.alive
    pool.stop()

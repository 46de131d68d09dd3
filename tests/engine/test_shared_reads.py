"""What AWS shows of many things by one call is not asked for once a thing that was written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from dragonctl.aws.quota import Quotas
from dragonctl.engine.reads import Reads
from tests.local.serving import until

BURST = 4


@dataclass(frozen=True)
class Part:
    """One of the things that GetResources shows."""

    name: str

    @property
    def identifier(self):
        return f"part/{self.name}"

    def read(self, aws):
        return aws.need("apigateway", "GetResources")[self.name]


class Gateway:
    """An API of parts, behind a quota whose pauses end when ``room`` is set."""

    region, partition = "eu-west-1", "aws"

    def __init__(self):
        self.parts = {"one": 0, "two": 0}
        self.room, self.answers = threading.Event(), threading.Event()
        self.answers.set()
        self.sent = self.seconds = 0
        self.quotas = Quotas(lambda: self.seconds, self.sleep)

    def sleep(self, seconds):
        assert self.room.wait(240)
        self.seconds += seconds

    def send(self, service, operation, params, region=None):
        self.quotas.take(service, operation)
        self.sent += 1
        shown = dict(self.parts)
        assert self.answers.wait(240)
        return shown


@pytest.fixture
def aws():
    return Gateway()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def written(aws, reads, pool, part):
    aws.parts[part.name] += 1
    return pool.submit(reads.again, part)


def waits(reads):
    return [turn for turn in reads._turns.values() if turn.waits]


def test_a_read_that_waits_for_its_quota_serves_what_is_written_until_then(aws, pool):
    reads, one, two = Reads(aws), Part("one"), Part("two")
    for _ in range(BURST):
        reads.again(one)
    first = written(aws, reads, pool, one)
    until(lambda: waits(reads), bool)
    second = written(aws, reads, pool, two)
    assert [first.done(), second.done()] == [False, False]
    aws.room.set()
    assert (first.result(), second.result(), aws.sent) == (1, 1, BURST + 1)
    assert written(aws, reads, pool, two).result() == 2


def test_a_read_that_is_under_way_shows_nothing_that_is_written_later(aws, pool):
    reads, one, two = Reads(aws), Part("one"), Part("two")
    assert (reads.of(one), reads.of(two)) == (0, 0)
    aws.answers.clear()
    first = written(aws, reads, pool, one)
    until(lambda: aws.sent, lambda sent: sent == 2)
    second = written(aws, reads, pool, two)
    until(lambda: aws.sent, lambda sent: sent == 3)
    aws.answers.set()
    assert (first.result(), second.result()) == (1, 1)

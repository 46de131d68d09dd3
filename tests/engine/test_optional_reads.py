"""Reads that can be done without: tried twice, not waited for, forgotten where they fail."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from dragonctl.engine.reads import Reads
from dragonctl.errors import LOST, AwsError
from tests.engine.fakes import Time, TinyAws


@pytest.mark.parametrize(
    ("code", "status", "tries"),
    [
        ("InternalFailure", 500, 2),
        ("429", 429, 2),
        (LOST, 0, 2),
        ("501", 501, 1),
        ("UnknownOperationException", 404, 1),
        ("AccessDenied", 403, 1),
    ],
)
def test_one_more_try_is_all_and_whoever_needs_it_asks_anew(code, status, tries):
    aws, time = TinyAws({"a": {"colour": "red"}}), Time()
    aws.troubles = [("Read", code, "no", status, False)] * 3
    reads = Reads(aws, clock=time.clock, sleep=time.sleep)
    read = partial(reads.get, "tiny", "Read", name="a")
    with pytest.raises(AwsError):
        reads.optional_reads(read)
    assert len(aws.sent) == tries
    aws.troubles.clear()
    assert reads.optional_reads(read) == [read()] == [{"colour": "red"}]
    assert len(aws.sent) == tries + 1


def test_what_does_not_come_in_time_holds_nothing_up():
    comes = threading.Event()
    reads = Reads(TinyAws())
    # A busy machine may need longer for those that do come.
    answers = (
        reads.optional_reads(lambda: "here", comes.wait, lambda: 2, seconds=seconds)
        for seconds in (0.1, 1, 10, 100)
    )
    assert ["here", None, 2] in answers
    comes.set()

"""Things that AWS shows many at a time: few calls, each answer the asker's own, none too old."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.engine.listing import Listing, Listings
from dragonctl.engine.model import Step
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.errors import AwsError
from dragonctl.resources.logs_group import LogGroupSettings

MOST = 3
LISTING = Listing("logs", "DescribeLogGroups", "logGroups", "name", "names", "prefix", MOST)


class Groups:
    """An AWS with log groups: ``refuses`` says whether a list of names is refused, and with what.

    What was asked is in ``asked``. While ``gate`` is closed no answer comes.
    """

    region, partition = "eu-west-1", "aws"

    def __init__(self, *names, refuses=lambda names: None):
        self.names, self.refuses = set(names), refuses
        self.asked: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.came = threading.Semaphore(0)

    def __call__(self, listing, names):
        self.asked.append(list(names))
        self.came.release()
        assert self.gate.wait(240)
        if code := self.refuses(names):
            raise AwsError("logs", "DescribeLogGroups", code, "no", 400)
        return [{"name": name} for name in sorted(self.names) if name in names]

    def send(self, service, operation, params, region=None):
        named = params.get("logGroupIdentifiers") or [params["logGroupNamePrefix"]]
        found = self(LISTING, named)
        return {
            "logGroups": [
                {"logGroupName": one["name"], "arn": f"arn:{one['name']}:*"} for one in found
            ]
        }

    def paging(self, service, operation) -> Iterator[tuple[str, str]]:
        return iter(())


@given(
    there=st.sets(st.sampled_from("abcdefgh")),
    asked=st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
)
def test_each_name_gets_what_is_there_of_it(there, asked):
    answers = Listings(Groups(*there)).begin(LISTING, asked)
    found = {name: answer.result(240) for name, answer in zip(asked, answers, strict=True)}
    assert found == {name: {"name": name} if name in there else None for name in asked}


def test_so_many_names_a_call_and_no_more():
    groups = Groups("a", "g")
    for answer in Listings(groups).begin(LISTING, list("abcdefg")):
        answer.result(240)
    assert groups.asked == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_who_asks_while_a_call_is_under_way_is_answered_by_a_later_one():
    groups = Groups("a")
    groups.gate.clear()
    listings = Listings(groups)
    (before,) = listings.begin(LISTING, ["a"])
    assert groups.came.acquire(timeout=240)
    late = [listings.begin(LISTING, [name])[0] for name in ("a", "b")]
    groups.names = {"b"}  # what was written meanwhile is seen
    groups.gate.set()
    assert before.result(240) is None
    assert [answer.result(240) for answer in late] == [None, {"name": "b"}]
    assert groups.asked == [["a"], ["a", "b"]]


@pytest.mark.parametrize("code", ["InvalidParameterException", "AccessDeniedException"])
def test_an_endpoint_that_takes_no_list_is_asked_for_each(code):
    groups = Groups("a", "b", refuses=lambda names: code if len(names) > 1 else "")
    answers = Listings(groups).begin(LISTING, ["a", "b", "c"])
    assert [answer.result(240) for answer in answers] == [{"name": "a"}, {"name": "b"}, None]


def test_one_name_that_is_refused_leaves_the_others_their_answers():
    groups = Groups("a", "b", refuses=lambda names: "AccessDeniedException" if "b" in names else "")
    a, b = Listings(groups).begin(LISTING, ["a", "b"])
    assert a.result(240) == {"name": "a"}
    with pytest.raises(AwsError, match="AccessDenied"):
        b.result(240)


def test_keys_that_are_no_good_are_not_tried_for_each():
    groups = Groups(refuses=lambda names: "ExpiredTokenException")
    for answer in Listings(groups).begin(LISTING, ["a", "b"]):
        assert isinstance(answer.exception(240), AwsError)
    assert groups.asked == [["a", "b"]]


def test_a_defect_is_told_to_all_who_wait():
    def defective(names):
        raise TypeError(names)

    for answer in Listings(Groups(refuses=defective)).begin(LISTING, ["a", "b"]):
        assert isinstance(answer.exception(240), TypeError)


def test_what_is_told_of_one_thing_is_not_told_of_another():
    groups = Groups(refuses=lambda names: "ThrottlingException")
    first, second = (
        answer.exception(240) for answer in Listings(groups).begin(LISTING, ["a", "b"])
    )
    assert isinstance(first, AwsError)
    first.resource = "logs-group/a"
    assert isinstance(second, AwsError)
    assert second.resource == ""
    assert second.code == first.code


def test_a_plan_asks_once_for_all_log_groups_and_a_second_one_not_at_all():
    groups = Groups("a", "c")
    reads = Reads(groups)
    steps = [Step(f"Log group {name}", LogGroupSettings(name), {"name": name}) for name in "abc"]
    made = plan(reads, steps)
    assert [item.have is None for item in made.items] == [False, True, False]
    plan(reads, steps)
    assert groups.asked == [["a", "b", "c"]]
    reads.again(LogGroupSettings("b"))
    assert groups.asked == [["a", "b", "c"], ["b"]]

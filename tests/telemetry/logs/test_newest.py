from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.events import anything, containing, without
from dragonctl.telemetry.logs.merging import read
from dragonctl.telemetry.logs.newest import newest
from tests.telemetry.fake_logs import JANUARY_2024, FakeLogs, Line

TIMES = st.integers(JANUARY_2024 - 300, JANUARY_2024 + 3_000) | st.integers(
    JANUARY_2024 - 1, JANUARY_2024 + 1
)
LINES = st.lists(st.builds(Line, TIMES, st.sampled_from(["dragon", "cave", "dragon cave"])))


def groups_of(fake):
    return [LogGroup(name, "functions") for name in sorted(fake.groups)]


def refuse(problem):
    raise AssertionError(problem)


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(LINES, min_size=1, max_size=4),
    page=st.integers(1, 9),
    count=st.integers(1, 30),
    start=TIMES,
    end=st.none() | TIMES,
    admits=st.sampled_from([anything, containing("dragon"), without("cave")]),
)
def test_the_newest_are_the_last_of_all(lines, page, count, start, end, admits):
    fake = FakeLogs({f"group-{number}": part for number, part in enumerate(lines)}, page=page)
    asked = (fake.fetch, groups_of(fake), start, end)
    everything = list(read(*asked, report=refuse, admits=admits))
    last = newest(*asked, count=count, report=refuse, admits=admits)
    assert last == everything[-count:]


def test_no_group_is_read_further_back_than_the_answer_needs():
    quiet = [Line(JANUARY_2024 + step, "old") for step in range(5_000)]
    busy = [Line(JANUARY_2024 + 10_000 + step, "new") for step in range(5_000)]
    fake = FakeLogs({"busy": busy, "quiet": quiet})
    found = newest(fake.fetch, groups_of(fake), JANUARY_2024, count=250, report=refuse)
    assert [event.time_ms for event in found] == [line.time_ms for line in busy[-250:]]
    assert Counter(params["logGroupName"] for _, params in fake.calls) == {"busy": 1, "quiet": 1}
    assert all(params["limit"] == 250 for _, params in fake.calls)


def test_empty_pages_are_passed_over():
    class Sparse(FakeLogs):
        def FilterLogEvents(self, nextToken="", **params):  # noqa: N802, N803
            if len(nextToken) < 3:
                return {"events": [], "nextToken": nextToken + "."}
            return super().FilterLogEvents(**params)

    fake = Sparse({"one": [Line(JANUARY_2024, "hit")]})
    found = newest(
        fake.fetch, groups_of(fake), JANUARY_2024, count=1, report=refuse,
        pattern="hit",
    )  # fmt: skip
    assert [event.text for event in found] == ["hit"]
    assert len(fake.calls) == 4


def test_a_group_that_is_denied_is_named_and_the_rest_is_shown():
    fake = FakeLogs({"good": [Line(JANUARY_2024, "hello")]}, refusals={"a": "AccessDenied"})
    told = []
    groups = [LogGroup("a", "api"), LogGroup("good", "api")]
    found = newest(fake.fetch, groups, JANUARY_2024, count=5, report=told.append)
    assert [event.text for event in found] == ["hello"]
    assert [(item.group.name, item.reason) for item in told] == [("a", "you may not read it")]


def test_an_endpoint_that_reads_forwards_alone_is_read_to_its_end():
    class Forwards(FakeLogs):
        def FilterLogEvents(self, startFromHead=True, **params):  # noqa: N802, N803
            return super().FilterLogEvents(**params)

    fake = Forwards({"one": [Line(JANUARY_2024 + step, "x") for step in range(30)]}, page=7)
    found = newest(fake.fetch, groups_of(fake), JANUARY_2024, count=3, report=refuse)
    assert [event.time_ms - JANUARY_2024 for event in found] == [27, 28, 29]

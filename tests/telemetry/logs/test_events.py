import re
from collections import Counter
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.events import containing, holding_pattern
from dragonctl.telemetry.logs.merging import read
from tests.telemetry.fake_logs import FakeLogs, Line

LINES = st.lists(st.integers(0, 60_000).map(lambda time: Line(time, f"at {time}")), max_size=40)


def groups_of(fake):
    return [LogGroup(name, "functions") for name in fake.groups]


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6), st.integers(1, 9))
def test_merging_loses_nothing_repeats_nothing_and_keeps_the_order(lines, page):
    fake = FakeLogs({f"group-{number}": part for number, part in enumerate(lines)}, page=page)
    events = list(read(fake.fetch, groups_of(fake), 0, report=lambda _: None))
    assert Counter(event.id for event in events) == Counter(
        line.id for part in lines for line in part
    )
    assert [event.time_ms for event in events] == sorted(line.time_ms for p in lines for line in p)


NUMBERS = count()
SAME_MOMENT = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 20)).map(
        lambda drawn: Line(drawn[0], "x", id=f"{drawn[1]}{next(NUMBERS)}")
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SAME_MOMENT, min_size=1, max_size=4), st.integers(1, 9))
def test_of_one_millisecond_groups_stand_in_their_order_and_lines_in_that_of_aws(lines, page):
    """Ids of any length and order: what AWS gives first comes first."""
    fake = FakeLogs({f"group-{number}": part for number, part in enumerate(lines)}, page=page)
    events = list(read(fake.fetch, groups_of(fake), 0, report=lambda _: None))
    assert [event.id for event in events] == [
        line.id for time in range(4) for part in lines for line in part if line.time_ms == time
    ]


def test_an_event_out_of_order_within_a_group_is_put_in_order():
    class Unsorted(FakeLogs):
        def FilterLogEvents(self, **params):  # noqa: N802
            answer = super().FilterLogEvents(**params)
            answer["events"].reverse()
            return answer

    fake = Unsorted({"one": [Line(time, "x") for time in range(0, 4000, 100)]}, page=7)
    events = list(read(fake.fetch, groups_of(fake), 0, report=lambda _: None))
    assert [event.time_ms for event in events] == list(range(0, 4000, 100))


def test_groups_that_cannot_be_read_are_named_and_the_rest_is_shown():
    fake = FakeLogs(
        {"good": [Line(5, "hello")]},
        refusals={"secret": "AccessDeniedException", "cold": "InvalidParameterException"},
    )
    told = []
    groups = [LogGroup(name, "api") for name in ("secret", "good", "missing", "cold")]
    events = list(read(fake.fetch, groups, 0, report=told.append))
    assert [event.text for event in events] == ["hello"]
    assert {(item.group.name, item.reason) for item in told} == {
        ("secret", "you may not read it"),
        ("missing", "does not exist yet"),
        ("cold", "its class INFREQUENT_ACCESS can only be queried"),
    }


def test_only_lines_with_the_text_and_within_the_time_are_given():
    fake = FakeLogs({"one": [Line(time, f"dragon {time}") for time in range(10)]})
    events = read(
        fake.fetch, groups_of(fake), 3, 7, report=lambda _: None, admits=containing("dragon 5")
    )
    assert [event.document()["time"] for event in events] == ["1970-01-01T00:00:00.005Z"]


def test_lines_from_before_a_machine_was_made_are_of_a_deleted_one_of_its_name():
    fake = FakeLogs(
        {"machine": [Line(4, "deleted"), Line(5, "own")], "function": [Line(3, "kept")]}
    )
    groups = [
        LogGroup("machine", "state-machines", made_ms=5),
        LogGroup("function", "functions"),
    ]
    events = read(fake.fetch, groups, 0, report=lambda _: None)
    assert [event.text for event in events] == ["kept", "own"]


def test_a_failure_of_the_program_itself_is_not_taken_for_one_of_aws():
    def fetch(service, operation, **params):
        raise KeyError("a bug")

    try:
        list(read(fetch, [LogGroup("one", "api")], 0, report=lambda _: None))
    except KeyError:
        return
    raise AssertionError("the failure was hidden")


def test_a_text_is_looked_for_by_cloudwatch_as_a_part_of_words_too():
    assert holding_pattern("START id=7") == r"%START\x20id=7%"
    assert holding_pattern('50% "a.b"') == r"%50\x25\x20\x22a\x2eb\x22%"
    assert holding_pattern("caf\u00e9s") == "%caf%"
    assert holding_pattern("1\u00e9" * 100) == "%1%"
    assert holding_pattern("%") == holding_pattern("\u00e9") == ""


@given(st.text(max_size=400), st.text(max_size=5), st.text(max_size=5))
def test_the_pattern_finds_every_line_that_holds_the_text(text, before, behind):
    pattern = holding_pattern(text)
    assert len(pattern) <= 1024
    if pattern:
        assert re.search(pattern[1:-1], before + text + behind, re.DOTALL)

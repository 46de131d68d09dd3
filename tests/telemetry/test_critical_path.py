import itertools

from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.traces.critical_path import critical_path
from dragonctl.telemetry.traces.segments import Segment, walk


def part(name, start, end, *children):
    return Segment(name, name, start, end, children=list(children))


def test_of_calls_side_by_side_the_one_that_ended_last_was_waited_for():
    root = part("root", 0, 10, part("short", 1, 4), part("long", 1, 9, part("inner", 2, 8)))
    assert critical_path([root]) == {"root", "long", "inner"}


def test_calls_one_after_the_other_are_all_on_the_path():
    calls = [part(f"call {at}", at, at + 1) for at in range(5)]
    assert critical_path([part("root", 0, 5, *calls)]) == {"root", *(c.name for c in calls)}


def test_what_goes_on_after_its_caller_delays_nobody_and_what_runs_delays_all():
    late = part("event", 1, 60)
    assert critical_path([part("root", 0, 2, part("call", 0, 1), late)]) == {"root", "call"}
    running = part("running", 1, None)
    assert critical_path([part("root", 0, None, part("call", 0, 1), running)]) == {
        "root", "running", "call",
    }  # fmt: skip


def test_of_several_roots_the_longest_counts():
    assert critical_path([part("a", 0, 1), part("b", 0.5, 9)]) == {"b"}
    assert critical_path([]) == set()


@st.composite
def trees(draw, depth=3):
    start = draw(st.floats(0, 100))
    children = draw(st.lists(trees(depth - 1), max_size=3)) if depth else []
    end = start + draw(st.floats(0, 100))
    return part(str(draw(st.uuids())), start, end, *children)


@given(trees())
def test_the_path_hangs_together_and_its_children_do_not_overlap(root):
    found = critical_path([root])
    assert root.id in found
    for _, segment in walk([root]):
        critical = [child for child in segment.children if child.id in found]
        assert not critical or segment.id in found
        ordered = sorted(critical, key=lambda child: (child.end, child.start))
        for earlier, later in itertools.pairwise(ordered):
            assert earlier.end <= later.start + 0.002

from hypothesis import given
from hypothesis import strategies as st

from dragonctl.telemetry.traces.folding import failed_only, folded, unfolded, walk_rows
from dragonctl.telemetry.traces.segments import Segment, walk

NAMES = st.sampled_from(["DynamoDB", "S3", "handler"])


@st.composite
def segments(draw, depth=3):
    """A segment of few kinds, so that equal ones are many, with what it called."""
    children = draw(st.lists(segments(depth - 1), max_size=4)) if depth else []
    start = draw(st.floats(0, 10))
    made = Segment(
        str(draw(st.uuids())), draw(NAMES), start, start + draw(st.floats(0, 1)),
        subsegment=draw(st.booleans()), inferred=draw(st.booleans()), fault=draw(st.booleans()),
        children=children,
    )  # fmt: skip
    for child in children:
        child.parent_id = made.id
    return made


def held(rows):
    return sorted(
        part.id for _, row in walk_rows(rows) for part in (*row.segments, *row.twins)
    )  # fmt: skip


@given(st.lists(segments(), max_size=3))
def test_folding_loses_no_segment_and_doubles_none(roots):
    every = sorted(part.id for _, part in walk(roots))
    assert held(unfolded(roots)) == every
    assert held(folded(roots)) == every


@given(st.lists(segments(), max_size=3))
def test_a_row_holds_calls_that_say_the_same_and_siblings_differ(roots):
    for _, row in walk_rows(folded(roots)):
        assert len({(part.name, part.status) for part in row.segments}) == 1
        kinds = [child.alike for child in row.children]
        assert len(kinds) == len(set(kinds))


@given(st.lists(segments(), max_size=3))
def test_errors_only_keeps_every_failure_and_no_row_that_leads_to_none(roots):
    failing = {part.id for _, part in walk(roots) if part.failed}
    rows = failed_only(folded(roots))
    kept = {part.id for _, row in walk_rows(rows) for part in (*row.segments, *row.twins)}
    assert failing <= kept
    assert all(row.failed or row.children for _, row in walk_rows(rows))


def test_rounds_of_a_loop_are_one_row_with_what_each_called():
    rounds = [
        Segment(f"r{at}", "round", at, at + 0.9, subsegment=True, children=[
            Segment(f"g{at}", "DynamoDB", at, at + 0.2, namespace="aws", subsegment=True),
            Segment(f"p{at}", "S3", at + 0.3, at + 0.4, namespace="aws", subsegment=True),
        ])
        for at in range(50)
    ]  # fmt: skip
    (root,) = folded([Segment("root", "fn", 0, 50, children=rounds)])
    assert [(len(row.segments), row.first.name) for _, row in walk_rows([root])] == [
        (1, "fn"), (50, "round"), (50, "DynamoDB"), (50, "S3"),
    ]  # fmt: skip


def test_addresses_that_differ_by_an_id_are_one_row_and_answers_that_differ_are_not():
    def call(number, status):
        http = {
            "request": {"method": "GET", "url": f"https://api.example/users/{number}"},
            "response": {"status": status},
        }
        return Segment(str(number), "api.example", number, number + 1, http=http, subsegment=True)

    calls = [call(number, 404 if number == 3 else 200) for number in range(6)]
    (root,) = folded([Segment("root", "fn", 0, 9, children=calls)])
    assert sorted(len(row.segments) for row in root.children) == [1, 5]


def run_of(function="work", *, fault=False, service_fault=None, more=()):
    """One run of a function as Lambda writes it: the service, the function, its phase, a call."""
    failed = fault if service_fault is None else service_fault
    call = Segment("call", "S3", 3, 4, namespace="aws", subsegment=True)
    phase = Segment("phase", "Invocation", 2, 5, subsegment=True)
    own = Segment(
        "own", function, 1, 5, origin="AWS::Lambda::Function", fault=fault, children=[phase, call]
    )
    return Segment(
        "service", function, 0, 6, origin="AWS::Lambda", fault=failed, children=[own, *more]
    )


def test_a_run_of_a_function_is_one_row_timed_as_its_caller_met_it():
    (row,) = folded([run_of(fault=True)])
    assert [twin.id for twin in row.twins] == ["own", "phase"]
    assert (row.duration, row.own[0].id) == (6, "own")
    assert [child.first.id for child in row.children] == ["call"]


def test_a_failure_that_lambda_did_not_hand_on_and_a_second_try_keep_their_rows():
    (handled,) = folded([run_of(fault=True, service_fault=False)])
    again = Segment("again", "work", 7, 8, origin="AWS::Lambda::Function")
    (retried,) = folded([run_of(more=[again])])
    assert [row.first.id for _, row in walk_rows([handled])] == ["service", "own", "call"]
    assert {row.first.id for _, row in walk_rows([retried])} >= {"service", "own", "again"}

"""What a run does to AWS, whatever goes wrong on the way."""

from __future__ import annotations

import pytest

from dragonctl.engine.events import Waiting
from dragonctl.engine.model import Call, Reading, Step
from tests.engine.fakes import Thing, cut

THROTTLED = ("Set", "ThrottlingException", "Rate exceeded", 400, False)
BARE_429 = ("Set", "429", "Too Many Requests", 429, False)
FAULT = ("Set", "InternalFailure", "oops", 500, False)
FAULT_AFTER_EFFECT = ("Set", "InternalFailure", "oops", 500, True)
CONFLICT = ("Set", "ConflictException", "Unable to complete operation", 409, False)
DENIED = ("Set one", "AccessDeniedException", "not authorized to perform: tiny:Set", 403, False)
NOT_HERE = ("Set", "NotImplemented", "The local AWS does not do tiny Set.", 501, False)
NEVER = (
    "Set", "AccessDeniedException",
    "The state machine IAM Role is not authorized to access the Log Destination", 400, False,
)  # fmt: skip


class Stubborn(dict):
    def update(self, fields):
        pass


def set_red(name="one", after=()):
    return Step(f"Paint {name}", Thing(name), {"colour": "red"}, after=after)


def test_changes_only_what_differs(engine):
    engine.aws.things = {"one": {"colour": "blue", "size": 3}}
    outcome = engine.run(set_red())
    assert engine.aws.things["one"] == {"colour": "red", "size": 3}
    assert [(c.field, c.before, c.after) for c in outcome.changes] == [("colour", "blue", "red")]


def test_of_the_steps_that_are_ready_the_first_of_the_recipe_comes_next(engine):
    steps = [
        set_red("group"),
        set_red("stage", after=(Thing("group").identifier,)),
        set_red("another group"),
    ]
    engine.run(*steps, at_once=1)
    made = [params["name"] for operation, params in engine.aws.sent if operation == "Create"]
    assert made == ["group", "stage", "another group"]


class Elsewhere(Thing):
    """A thing while whose making somebody changes another."""

    def calls(self, have, want):
        yield from super().calls(have, want)
        yield Call("tiny", "Set", {"name": "one", "fields": {"size": 9}})


def grown(have, done):
    return {"colour": f"red {have.state['size']}"}


@pytest.mark.parametrize(("rereads", "colour"), [(True, "red 9"), (False, "red 1")])
def test_a_fresh_step_sees_what_somebody_changed_before_its_turn(engine, rereads, colour):
    engine.aws.things = {"one": {"colour": "blue", "size": 1}}
    slow = Step("Make another", Elsewhere("two"), {"colour": "red"})
    after = (slow.resource.identifier,)
    engine.run(slow, Step("Paint one", Thing("one"), grown, after=after, rereads=rereads))
    assert engine.aws.things["one"] == {"colour": colour, "size": 9}


class Busy(Thing):
    """A thing that AWS goes on working at once it is written."""

    kind = "tiny-busy-thing"

    def calls(self, have, want):
        yield Call("tiny", "Set", {"name": self.name, "fields": {**want, "busy": True}})

    def answered(self, call, answer):
        return Reading(answer)

    def settled(self, reading):
        return "AWS is at it" if reading.state.get("busy") else None


def test_what_others_write_while_aws_is_busy_is_no_failure_and_not_ours_to_undo(engine):
    engine.aws.things = {"one": {"colour": "blue"}}

    def sleep(seconds):
        engine.time.now += seconds
        engine.aws.things["one"].update(busy=False, colour="green")

    engine.time.sleep = sleep
    outcome = engine.run(Step("Paint one", Busy("one"), {"colour": "red"}))
    assert outcome.errors == []
    assert [(c.before, c.after) for c in outcome.changes] == [("blue", "red")]
    engine.undo()
    assert engine.aws.things["one"]["colour"] == "green"


def test_unchanged_run_writes_nothing_and_reads_each_thing_once(engine):
    engine.aws.things = {"one": {"colour": "red"}, "two": {"colour": "red"}}
    outcome = engine.run(set_red(), set_red("two"))
    assert outcome.changes == []
    # Both are read at the same time.
    reads = sorted(engine.aws.sent, key=str)
    assert reads == [("Read", {"name": "one"}), ("Read", {"name": "two"})]
    assert engine.runs == []


@pytest.mark.parametrize(
    "trouble",
    [THROTTLED, BARE_429, FAULT, FAULT_AFTER_EFFECT, CONFLICT, cut("Set", effective=True)],
)
def test_survives(engine, trouble):
    engine.aws.things = {"one": {"colour": "blue"}}
    engine.aws.troubles = [trouble] * 3
    outcome = engine.run(set_red())
    assert not outcome.errors
    assert engine.aws.things["one"] == {"colour": "red"}
    assert [(c.before, c.after) for c in outcome.changes] == [("blue", "red")]


@pytest.mark.parametrize("effective", [True, False])
def test_lost_answer_of_a_creation_makes_one_thing_and_undo_takes_it_away(engine, effective):
    engine.aws.troubles = [cut("Create", effective=effective)]
    outcome = engine.run(set_red())
    assert engine.aws.made == 1
    assert [(c.field, c.before, c.after) for c in outcome.changes] == [("colour", None, "red")]
    engine.undo()
    assert engine.aws.things == {}


def test_somebody_else_makes_it_first(engine):
    """The conflict is found out by looking; what they made is not ours to undo."""
    made_by_others = ("Create", "ResourceAlreadyExistsException", "exists", 400, True)
    engine.aws.troubles = [made_by_others]
    outcome = engine.run(set_red())
    assert not outcome.errors
    assert outcome.changes == []
    assert all(run.changes == 0 for run in engine.runs)


def test_not_yet_ends_within_its_cap_and_explains_both_possibilities(engine):
    engine.aws.things = {"one": {"colour": "blue"}}
    engine.aws.troubles = [NEVER] * 1000
    outcome = engine.run(set_red())
    assert engine.time.now <= 60
    (error,) = outcome.errors
    assert "too new" in str(error)
    assert "really are not enough" in str(error)
    reasons = {event.reason for event in engine.events if isinstance(event, Waiting)}
    assert reasons == {"waiting until Step Functions knows the role's new rights"}


def test_refusal_stops_only_what_needs_it(engine):
    engine.aws.things = {"one": {"colour": "blue"}, "two": {"colour": "blue"}}
    engine.aws.troubles = [DENIED]  # and not three, which is written at the same time
    outcome = engine.run(
        set_red("one"), set_red("two", after=("tiny-thing/one",)), set_red("three")
    )
    assert engine.aws.things == {
        "one": {"colour": "blue"}, "two": {"colour": "blue"}, "three": {"colour": "red"},
    }  # fmt: skip
    assert [error.code for error in outcome.errors] == ["AccessDeniedException", "Skipped"]
    assert outcome.errors[0].hint == "You lack a right for Set."


def test_a_full_quota_is_asked_once_and_says_what_to_do(engine):
    engine.aws.things = {"one": {"colour": "blue"}}
    full = "Cannot exceed quota for PoliciesPerRole: 10"
    engine.aws.troubles = [("Set", "LimitExceeded", full, 409, False)] * 3
    (error,) = engine.run(set_red()).errors
    assert "quota is full" in error.hint
    assert [operation for operation, _ in engine.aws.sent].count("Set") == 1


def test_what_is_not_implemented_is_asked_once(engine):
    engine.aws.things = {"one": {"colour": "blue"}}
    engine.aws.troubles = [NOT_HERE] * 3
    (error,) = engine.run(set_red()).errors
    assert error.code == "NotImplemented"
    assert [operation for operation, _ in engine.aws.sent].count("Set") == 1


def test_accepted_but_not_held_is_an_error(engine):
    engine.aws.things = {"one": {"colour": "blue"}}
    engine.aws.things["one"] = Stubborn(colour="blue")
    (error,) = engine.run(set_red()).errors
    assert error.code == "NotHeld"
    assert "colour" in error.message


def test_steps_wait_for_those_they_need(engine):
    steps = [set_red("late", after=("tiny-thing/early",)), set_red("early")]
    engine.run(*steps)
    assert [params["name"] for operation, params in engine.aws.sent if operation == "Create"] == [
        "early",
        "late",
    ]


class Defective(Thing):
    """A thing in whose code there is a defect: it cannot read the answer that says red."""

    kind = "tiny-defective-thing"

    def answered(self, call, answer):
        if answer["colour"] == "red":
            raise TypeError("string indices must be integers")


def test_a_defect_after_a_write_is_that_step_s_failure_and_can_be_undone(engine):
    engine.aws.things = {"one": {"colour": "blue"}, "two": {"colour": "blue"}}
    broken = Step("Paint one", Defective("one"), {"colour": "red"})
    outcome = engine.run(broken, set_red("two"), set_red("three", after=("tiny-thing/two",)))
    assert [error.code for error in outcome.errors] == ["Defect"]
    assert {one["colour"] for one in engine.aws.things.values()} == {"red"}
    (run,) = engine.runs
    assert run.outcome == "failed"
    assert engine.undo().errors == []
    assert engine.aws.things == {"one": {"colour": "blue"}, "two": {"colour": "blue"}}


STATE = "The operation cannot be performed at this time. The function is currently in the following"


@pytest.mark.parametrize(
    ("code", "said", "rival"),
    [
        ("ResourceConflictException", f"{STATE} state: Inactive", False),
        ("ResourceConflictException", f"{STATE} state: Failed", False),
        ("ConflictException", "Some other thing is in the way", False),
        ("DeleteConflict", "Cannot delete entity, must detach all policies first.", False),
        ("ConflictException", "Unable to complete operation due to concurrent modification.", True),
        ("PreconditionFailedException", "The Revision Id provided does not match", True),
    ],
)
def test_only_what_tells_of_a_rival_is_told_as_one(engine, code, said, rival):
    engine.aws.things = {"one": {"colour": "blue"}}
    engine.aws.troubles = [("Set", code, said, 409, False)] * 500
    (error,) = engine.run(set_red()).errors
    assert said in str(error)
    waits = [event.reason for event in engine.events if isinstance(event, Waiting)]
    told = [text for text in (str(error), *waits) if "omebody else" in text]
    assert bool(told) == rival
    assert engine.time.now <= (90 if rival else 30)

"""When a step begins, when it is believed, and what is left where AWS has not done what it said."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from dragonctl.engine.events import Waiting
from dragonctl.engine.model import Call, Reading, Step
from tests.engine.fakes import Thing, TinyAws


def painted(name, *, after=(), colour="red", resource=Thing, waits=False):
    needs = tuple(f"tiny-thing/{one}" for one in after)
    want = {"colour": colour}
    return Step(f"Paint {name}", resource(name), want, needs, waits_for_read_back=waits)


def blue(*names):
    return {name: {"colour": "blue"} for name in names}


def events(aws):
    """``Set one``, ``Read one``, in their order, from the first write on."""
    all_ = [f"{operation} {params.get('name', '')}" for operation, params in aws.sent]
    first = next(place for place, event in enumerate(all_) if event.startswith("Set"))
    return all_[first:]


class Forgetful(TinyAws):
    """Answers the writes of some things as though it had done them, and does not.

    ``reads`` holds what must have happened before a written thing is read back, ``written`` what
    happens with a write.
    """

    forgets: tuple[str, ...] = ()
    reads: Mapping[str, threading.Event] = {}
    written: Mapping[str, threading.Event] = {}

    def send(self, service, operation, params, region=None):
        name = params.get("name", "")
        was_written = any(one == "Set" and about["name"] == name for one, about in self.sent)
        if operation == "Read" and was_written and name in self.reads:
            assert self.reads[name].wait(240), f"what needs {name} waits for its read-back"
        answer = super().send(service, operation, params, region)
        if operation == "Set" and name in self.written:
            self.written[name].set()
        return answer

    def _do(self, operation, params):
        if operation == "Set" and params["name"] in self.forgets:
            return {**self.things[params["name"]], **params["fields"]}
        return super()._do(operation, params)


@pytest.fixture
def forgetful(engine):
    engine.aws = Forgetful()
    return engine


def test_a_step_begins_before_what_it_needs_is_read_back(forgetful):
    aws = forgetful.aws
    aws.things = blue("one", "two")
    made = threading.Event()
    aws.reads, aws.written = {"one": made}, {"two": made}
    outcome = forgetful.run(painted("one"), painted("two", after=["one"]))
    assert outcome.errors == []
    assert {change.resource for change in outcome.changes} == {"tiny-thing/one", "tiny-thing/two"}


def test_a_step_that_waits_begins_when_all_before_it_is_read_back(forgetful):
    aws = forgetful.aws
    aws.things = blue("one", "two", "three")
    steps = [painted("one"), painted("two", after=["one"])]
    forgetful.run(*steps, painted("three", after=["two"], waits=True))
    seen = events(aws)
    assert seen.index("Read one") < seen.index("Set three")
    assert seen.index("Read two") < seen.index("Set three")


@pytest.mark.parametrize("waits", [True, False])
def test_what_is_accepted_without_effect_stops_what_has_not_begun(forgetful, waits):
    """``two`` has begun by then, unless it waits; ``three`` waits for both."""
    aws = forgetful.aws
    aws.things, aws.forgets = blue("one", "two", "three"), ("one",)
    begun = threading.Event()
    if not waits:
        aws.reads, aws.written = {"one": begun}, {"two": begun}
    steps = [painted("one"), painted("two", after=["one"], waits=waits)]
    outcome = forgetful.run(*steps, painted("three", after=["two"], waits=True))
    stopped = ["Skipped", "Skipped"] if waits else ["Skipped"]
    assert sorted(error.code for error in outcome.errors) == ["NotHeld", *stopped]
    assert aws.things["two"]["colour"] == ("blue" if waits else "red")
    assert aws.things["three"]["colour"] == "blue"
    told = {change.resource for change in outcome.changes}
    assert told == (set() if waits else {"tiny-thing/two"})
    (run,) = forgetful.runs
    assert run.outcome == "failed"
    forgetful.undo()
    assert aws.things == blue("one", "two", "three")


class Lasting(Thing):
    """A thing whose answer tells how it stands."""

    kind = "tiny-lasting-thing"

    def answered(self, call, answer):
        return Reading(answer)


def test_an_answer_that_tells_of_the_change_is_not_believed_alone(forgetful):
    forgetful.aws.things, forgetful.aws.forgets = blue("one"), ("one",)
    (error,) = forgetful.run(painted("one", resource=Lasting)).errors
    assert error.code == "NotHeld"


class Late(TinyAws):
    """Shows a write after some looks."""

    looks, hidden = 0, 4

    def _do(self, operation, params):
        answer = super()._do(operation, params)
        if operation == "Set":
            self.looks = self.hidden
        if operation == "Read" and self.looks:
            self.looks -= 1
            return {"colour": "blue"}
        return answer


def test_what_aws_shows_late_is_waited_for(engine):
    engine.aws = Late(things=blue("one"))
    outcome = engine.run(painted("one"))
    assert outcome.errors == []
    assert [(one.before, one.after) for one in outcome.changes] == [("blue", "red")]


class SlowlyShown(Thing):
    """A thing of a service whose writes are seen late, as IAM's are."""

    kind = "tiny-slowly-shown-thing"
    shown_within = 30.0


@pytest.mark.parametrize(("resource", "codes"), [(Thing, ["NotHeld"]), (SlowlyShown, [])])
def test_how_long_a_write_may_be_unseen_is_the_service_s(engine, resource, codes):
    engine.aws = Late(things=blue("one"))
    engine.aws.hidden = 10
    outcome = engine.run(painted("one", resource=resource))
    assert [error.code for error in outcome.errors] == codes
    told = {one.reason for one in engine.events if isinstance(one, Waiting)}
    assert told == {f"waiting until AWS shows colour, {resource.shown_within:.0f} s at most"}


def test_what_aws_shows_after_the_run_has_given_up_is_undone_all_the_same(engine):
    engine.aws = Late(things=blue("one"))
    real = engine.time.sleep

    def sleep(seconds):
        engine.aws.looks = 5  # never shown while this run looks
        real(seconds)

    engine.time.sleep = sleep
    (error,) = engine.run(painted("one")).errors
    assert error.code == "NotHeld"
    engine.time.sleep, engine.aws.looks = real, 0
    assert engine.aws.things["one"]["colour"] == "red"
    engine.undo()
    assert engine.aws.things["one"]["colour"] == "blue"


def test_a_read_back_that_is_throttled_is_made_again(engine):
    engine.aws.things = blue("one", "two")
    throttled = ("Read", "ThrottlingException", "Rate exceeded", 400, False)
    original = engine.aws._do

    def do(operation, params):
        if operation == "Set" and params["name"] == "one":
            engine.aws.troubles = [throttled] * 3
        return original(operation, params)

    engine.aws._do = do
    outcome = engine.run(painted("one"), painted("two", after=["one"]))
    assert outcome.errors == []
    assert len(outcome.changes) == 2


def test_a_refused_read_back_is_an_error_and_the_write_can_be_undone(engine):
    engine.aws.things = blue("one")
    original = engine.aws._do

    def do(operation, params):
        if operation == "Set":
            refused = ("Read", "AccessDeniedException", "not authorized", 403, False)
            engine.aws.troubles = [refused]
        return original(operation, params)

    engine.aws._do = do
    (error,) = engine.run(painted("one")).errors
    assert error.code == "AccessDeniedException"
    engine.undo()
    assert engine.aws.things == blue("one")


class Interrupting(TinyAws):
    """The user stops the run between a write's answer and its read-back."""

    def send(self, service, operation, params, region=None):
        if operation == "Read" and "Set" in self.writes:
            raise KeyboardInterrupt
        return super().send(service, operation, params, region)


def test_what_is_interrupted_between_answer_and_read_back_is_undone(engine):
    engine.aws = Interrupting(things=blue("one"))
    with pytest.raises(KeyboardInterrupt):
        engine.run(painted("one"))
    (run,) = engine.runs
    assert run.outcome is None
    engine.aws = TinyAws(things=engine.aws.things)
    assert engine.aws.things["one"]["colour"] == "red"
    engine.undo()
    assert engine.aws.things == blue("one")


class Followed(Thing):
    """A thing beside which others are made meanwhile: only its own answer tells which it is."""

    kind = "tiny-followed-thing"

    def answered(self, call, answer):
        return Reading(answer, {"looks": 0})

    def settled(self, reading):
        return "it is being made" if reading.facts.get("looks", 2) < 2 else None

    def progress(self, aws, reading):
        return Reading(self.read(aws).state, {"looks": reading.facts["looks"] + 1})


def test_what_aws_is_busy_with_is_followed_by_its_answer(engine):
    engine.aws.things = blue("one")
    outcome = engine.run(painted("one", resource=Followed))
    assert outcome.readings["tiny-followed-thing/one"].facts == {"looks": 2}


def facts_of_one(have, done):
    return {"colour": done["tiny-numbered-thing/one"].facts["number"]}


class Numbered(Thing):
    """A thing with a number that only a reading tells."""

    kind = "tiny-numbered-thing"

    def read(self, aws):
        reading = super().read(aws)
        return reading and Reading(reading.state, {"number": "seven"})


def test_a_step_that_asks_for_a_fact_waits_for_the_read_back(engine):
    engine.aws.things = blue("one", "two")
    needs = ("tiny-numbered-thing/one",)
    steps = [painted("one", resource=Numbered), Step("Name two", Thing("two"), facts_of_one, needs)]
    outcome = engine.run(*steps)
    assert outcome.errors == []
    assert engine.aws.things["two"]["colour"] == "seven"


class Several(Thing):
    """A thing whose fields are written by a call each, all at once."""

    kind = "tiny-several-thing"
    calls_at_once = True

    def calls(self, have, want):
        for field, value in (want or {}).items():
            yield Call("tiny", "Set", {"name": self.name, "fields": {field: value}})


class Meeting(TinyAws):
    """Answers the first of two writes only when the second has come."""

    both = threading.Barrier(2)

    def send(self, service, operation, params, region=None):
        if operation == "Set":
            self.both.wait(240)
        return super().send(service, operation, params, region)


def test_calls_that_need_no_order_are_made_at_once(engine):
    engine.aws = Meeting(things=blue("one"))
    outcome = engine.run(Step("Paint", Several("one"), {"colour": "red", "size": 3}))
    assert outcome.errors == []
    assert engine.aws.things["one"] == {"colour": "red", "size": 3}


def test_of_calls_made_at_once_those_that_had_effect_are_undone(engine):
    engine.aws.things = blue("one")
    denied = ("Set", "AccessDeniedException", "not authorized", 403, False)
    engine.aws.troubles = [denied]
    (error,) = engine.run(Step("Paint", Several("one"), {"colour": "red", "size": 3})).errors
    assert error.code == "AccessDeniedException"
    engine.aws.troubles = []
    assert engine.aws.things["one"] != {"colour": "blue"}
    engine.undo()
    assert engine.aws.things["one"]["colour"] == "blue"
    assert engine.aws.things["one"].get("size") is None

"""A run that begins with a part of its plan, while the rest is still being found out."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event

import pytest

from dragonctl.engine.events import Finished
from dragonctl.engine.history import read_history
from dragonctl.engine.journal import Journal, new_run
from dragonctl.engine.model import Step
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.run import SKIPPED, Outcome, apply
from dragonctl.errors import DragonError
from tests.engine.fakes import Thing, TinyAws

DENIED = ("Create group", "AccessDeniedException", "not authorized: tiny:Create", 403, False)


def paint(name, *after):
    needs = tuple(Thing(one).identifier for one in after)
    return Step(f"Paint {name}", Thing(name), {"colour": "red"}, after=needs)


class Parts:
    """A run of ``group`` first; the rest is known once that has ended, as ``find_out`` says."""

    def __init__(self, engine, find_out):
        self.engine, self.find_out = engine, find_out
        self.rest, self.outcome = Future(), Outcome()
        self.reads = Reads(engine.aws, self.told, engine.time.clock, engine.time.sleep)
        self.first = plan(self.reads, [paint("group")])

    def told(self, event):
        if isinstance(event, Finished) and not self.rest.done():
            try:
                self.rest.set_result(self.find_out(self))
            except Exception as error:  # noqa: BLE001 (told to the run)
                self.rest.set_exception(error)

    def run(self):
        engine = self.engine
        scope = engine.scope
        book = Journal(engine.folder, new_run(), lambda: scope, "test", lambda: self.reads.user)
        tools = Tools(self.reads, book, self.told)
        apply(self.first, tools, outcome=self.outcome, rest=self.rest)
        return self.outcome


def made(engine):
    return [params["name"] for operation, params in engine.aws.sent if operation == "Create"]


def test_what_is_known_is_done_before_the_rest_is_and_the_rest_may_need_it(engine):
    steps = [paint("stage", "group"), paint("function"), paint("role", "function")]
    outcome = Parts(engine, lambda run: plan(run.reads, steps, run.first)).run()
    assert made(engine)[0] == "group"
    assert made(engine).index("function") < made(engine).index("role")
    assert sorted(made(engine)) == ["function", "group", "role", "stage"]
    assert outcome.errors == []
    [run] = read_history(engine.folder).runs
    assert sorted(run.entries) == sorted(f"tiny-thing/{one}" for one in made(engine))


def test_a_step_of_the_rest_sees_how_the_first_part_will_leave_a_thing(engine):
    group = Thing("group").identifier

    def like_the_group(_, done):
        return {"colour": f"{done[group].state['colour']} too"}

    step = Step("Paint stage", Thing("stage"), like_the_group, after=(group,))
    outcome = Parts(engine, lambda run: plan(run.reads, [step], run.first)).run()
    assert [one.after for one in outcome.changes] == ["red", "red too"]


def test_a_rest_that_cannot_be_known_stops_nothing_else(engine):
    def refused(_):
        raise DragonError("GetResources failed", code="AccessDeniedException")

    outcome = Parts(engine, refused).run()
    assert made(engine) == ["group"]
    assert ([one.code for one in outcome.errors], len(outcome.changes)) == (
        ["AccessDeniedException"],
        1,
    )


def test_a_defect_in_the_rest_is_raised_and_what_was_done_is_told(engine):
    def broken(_):
        raise ZeroDivisionError

    run = Parts(engine, broken)
    with pytest.raises(ZeroDivisionError):
        run.run()
    assert [one.resource for one in run.outcome.changes] == ["tiny-thing/group"]


class Slow(TinyAws):
    """``slow`` is still being read back when the rest is ``asked`` for."""

    def send(self, service, operation, params, region=None):
        name = params.get("name", "")
        if operation == "Read" and ("Create", name) in [
            (done, about.get("name")) for done, about in self.sent
        ]:
            if name == "group":
                assert self.begun.wait(240)
            else:
                self.begun.set()
                assert self.asked.wait(240)
        return super().send(service, operation, params, region)


class Defective(Future):
    """A rest that is known to be defective once somebody asks for it."""

    def result(self, timeout=None):
        self.asked.set()
        raise TypeError


def test_what_is_read_back_while_a_defect_is_met_is_told_too(engine):
    engine.aws = Slow()
    engine.aws.begun, engine.aws.asked = Event(), Event()
    run = Parts(engine, lambda _: None)
    run.first = plan(run.reads, [paint("group"), paint("slow")])
    run.rest = Defective()
    run.rest.asked = engine.aws.asked
    with pytest.raises(TypeError):
        run.run()
    told = {one.resource for one in run.outcome.changes}
    assert told == {"tiny-thing/group", "tiny-thing/slow"}


def test_what_needs_a_failure_of_the_first_part_is_not_begun(engine):
    engine.aws.troubles = [DENIED]
    run = Parts(engine, None)
    steps = [paint("stage", "group"), paint("function")]
    run.rest.set_result(plan(run.reads, steps, run.first))
    outcome = run.run()
    assert engine.aws.things.keys() == {"function"}
    assert sorted(one.code for one in outcome.errors) == ["AccessDeniedException", SKIPPED]


def test_whoever_interrupts_before_the_rest_is_known_is_told_what_was_done(engine):
    def pressed(_):
        raise KeyboardInterrupt

    run = Parts(engine, pressed)
    with pytest.raises(KeyboardInterrupt):
        run.run()
    assert [one.resource for one in run.outcome.changes] == ["tiny-thing/group"]
    [kept] = read_history(engine.folder).runs
    assert (kept.outcome, kept.changes) == (None, 1)
    engine.undo()
    assert engine.aws.things == {}

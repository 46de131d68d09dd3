"""Two runs at one thing: what AWS refuses because the other has just done it is done, by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from dragonctl.engine.model import Call, Step
from dragonctl.errors import AwsError
from tests.engine.fakes import Thing, TinyAws

REFUSAL = ("BadRequestException", "Cannot remove method setting */*", 400)


@dataclass
class Contested(TinyAws):
    """Before the call for a field (``rivals``) somebody changes the thing, and AWS refuses ours."""

    rivals: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    refusal: tuple[str, str, int] = REFUSAL

    def send(self, service, operation, params, region=None):
        met = next((one for one in params.get("fields", [operation]) if one in self.rivals), None)
        if met is None:
            return super().send(service, operation, params, region)
        self.sent.append((operation, dict(params)))
        theirs = self.rivals.pop(met)
        if theirs is None:
            self.things.pop("one")
        else:
            self.things["one"].update(theirs)
        raise AwsError(service, operation, *self.refusal)

    def reads(self):
        return [operation for operation, _ in self.sent].count("Read")


class Piecemeal(Thing):
    """A thing with a call for each of its fields."""

    kind = "tiny-piecemeal-thing"

    def calls(self, have, want):
        for key, value in want.items():
            if have.state.get(key) != value:
                yield Call("tiny", "Set", {"name": self.name, "fields": {key: value}})


@pytest.fixture
def contested(engine):
    engine.aws = Contested({"one": {"colour": "blue", "size": 1}})
    return engine


def paint(kind=Thing, **fields):
    return Step("Paint one", kind("one"), fields or {"colour": "red"})


def changed(outcome):
    return [(one.field, one.before, one.after) for one in outcome.changes]


@pytest.mark.parametrize(
    "refusal",
    [
        REFUSAL,
        ("NotFoundException", "Invalid parameter name specified", 404),
        ("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 409),
    ],
)
def test_what_somebody_else_has_just_done_is_done_and_not_ours(contested, refusal):
    contested.aws.rivals, contested.aws.refusal = {"colour": {"colour": "red"}}, refusal
    outcome = contested.run(paint())
    assert (outcome.errors, changed(outcome)) == ([], [])
    assert contested.aws.things["one"] == {"colour": "red", "size": 1}
    assert [(run.outcome, run.changes) for run in contested.runs] == [("done", 0)]


def test_where_nothing_has_moved_the_words_of_aws_stay_at_the_cost_of_one_read(contested):
    contested.aws.rivals = {"colour": {}}
    (error,) = contested.run(paint()).errors
    assert REFUSAL[1] in str(error)
    assert contested.aws.writes == ["Set"]
    assert contested.aws.reads() == 2


@pytest.mark.parametrize(
    "refusal",
    [
        ("AccessDeniedException", "not authorized to perform: tiny:Set", 403),
        ("ExpiredTokenException", "The security token included in the request is expired", 403),
    ],
)
def test_what_no_look_can_change_is_not_looked_at_again(contested, refusal):
    contested.aws.rivals, contested.aws.refusal = {"colour": {}}, refusal
    assert contested.run(paint()).errors
    assert contested.aws.reads() == 1


def test_the_refusal_is_told_where_the_look_is_refused(contested):
    contested.aws.rivals = {"colour": {}}
    denied = ("Read", "AccessDeniedException", "not authorized to perform: tiny:Read", 403, False)

    class Closing(dict):
        """Its fields change, and then it may be read no more."""

        def update(self, fields):
            contested.aws.troubles = [denied]

    contested.aws.things["one"] = Closing(contested.aws.things["one"])
    (error,) = contested.run(paint()).errors
    assert REFUSAL[1] in str(error)


def test_of_what_somebody_else_has_done_in_part_the_rest_is_done(contested):
    contested.aws.rivals = {"colour": {"size": 2}}
    outcome = contested.run(paint(colour="red", size=2))
    assert (outcome.errors, changed(outcome)) == ([], [("colour", "blue", "red")])
    assert contested.aws.things["one"] == {"colour": "red", "size": 2}
    contested.undo()
    assert contested.aws.things["one"] == {"colour": "blue", "size": 2}


def test_of_several_calls_the_journal_tells_those_that_were_ours(contested):
    contested.aws.rivals = {"size": {"size": 2}}
    outcome = contested.run(paint(Piecemeal, colour="red", size=2))
    assert (outcome.errors, changed(outcome)) == ([], [("colour", "blue", "red")])
    contested.undo()
    assert contested.aws.things["one"] == {"colour": "blue", "size": 2}


def test_what_somebody_else_has_deleted_is_not_made_again(contested):
    contested.aws.rivals = {"colour": None}
    (error,) = contested.run(paint()).errors
    assert REFUSAL[1] in str(error)
    assert contested.aws.things == {}


def test_of_two_undos_the_slower_one_finds_all_done(contested):
    contested.run(paint())
    contested.aws.rivals = {"colour": {"colour": "blue"}}
    outcome = contested.undo()
    assert (outcome.errors, changed(outcome)) == ([], [])


def test_a_deletion_refused_in_any_words_is_done_where_the_thing_is_gone(contested):
    contested.aws.things = {}
    contested.run(paint())
    contested.aws.rivals = {"Delete": None}
    contested.aws.refusal = ("InvalidRequestException", "Sampling rule does not exist", 400)
    outcome = contested.undo()
    assert (outcome.errors, changed(outcome), contested.aws.things) == ([], [], {})


def test_what_is_deleted_between_two_reads_of_it_is_gone(contested):
    contested.aws.things = {}
    contested.run(paint())
    contested.aws.things = {}
    contested.aws.troubles = [("Read", "NotFoundException", "Invalid API identifier", 404, False)]
    outcome = contested.undo()
    assert (outcome.errors, changed(outcome)) == ([], [])

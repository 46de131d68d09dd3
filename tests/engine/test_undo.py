"""Undo: what the run wrote is put back, what others wrote since is left."""

from __future__ import annotations

import json
from dataclasses import astuple, fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragonctl.engine.masking import digest, masked_change, masked_params, masked_state
from dragonctl.engine.model import Call, Change, Resource, Step
from dragonctl.engine.reversal import Keep
from dragonctl.engine.undo import undoing, unfinished
from dragonctl.errors import DragonError, UsageError
from dragonctl.resources import known_kinds
from tests.engine.conftest import Engine
from tests.engine.fakes import ACCOUNT, Thing, cut

STATES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1)


def want(name, **fields):
    return Step(f"Change {name}", Thing(name), fields)


def test_puts_back_fields_and_takes_away_what_it_made(engine):
    engine.aws.things = {"old": {"a": 1, "b": 2}}
    engine.run(want("old", a=5), want("new", a=1))
    engine.undo()
    assert engine.aws.things == {"old": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    "field",
    ["~1password~1reset/GET/logging/loglevel", "requestParameters/method.request.path.api_key"],
)
def test_a_path_that_sounds_secret_is_put_back(engine, field):
    engine.aws.things = {"old": {field: "OFF"}}
    engine.run(want("old", **{field: "INFO"}))
    engine.undo()
    assert engine.aws.things == {"old": {field: "OFF"}}


def test_leaves_what_somebody_changed_since(engine):
    engine.aws.things = {"old": {"a": 1, "b": 2}}
    engine.run(want("old", a=5, b=6))
    engine.aws.things["old"]["b"] = 7
    engine.undo()
    assert engine.aws.things == {"old": {"a": 1, "b": 7}}
    assert engine.planned.warnings == (
        "b of tiny-thing/old was changed after that run, and is left as it is.",
    )


def test_a_thing_that_was_made_and_changed_since_is_left_and_named(engine):
    engine.run(want("new", a=1))
    engine.aws.things["new"]["a"] = 9
    engine.undo()
    assert engine.aws.things == {"new": {"a": 9}}
    (warning,) = engine.planned.warnings
    assert "tiny-thing/new" in warning


def test_keeps_what_others_rely_on_and_what_that_needs(engine):
    engine.run(
        Step("Ground", Thing("ground"), {"a": 1}),
        Step("House", Thing("house"), {"loved": True}, after=("tiny-thing/ground",)),
    )
    outcome = engine.undo()
    assert engine.aws.things == {"ground": {"a": 1}, "house": {"loved": True}}
    assert outcome.kept == [
        "tiny-thing/house was left as it is: others love it.",
        "tiny-thing/ground was left as it is: tiny-thing/house still needs it.",
    ]
    assert not outcome.errors


def test_a_run_of_which_nothing_can_go_back_is_told_in_one_line(engine):
    once = Keep("it happens once")
    engine.run(*(Step(name, Thing(name), {"a": 1}, undo=once) for name in ("birth", "death")))
    assert undoing(engine.runs[-1], Thing.kinds).kept == (
        "nothing of this run can be put back: it happens once",
    )


def test_repeated_undo_steps_further_back_and_an_undo_can_be_undone(engine):
    engine.aws.things = {"one": {"a": 0}}
    engine.run(want("one", a=1))
    engine.run(want("one", a=2))
    engine.undo()
    assert engine.aws.things["one"] == {"a": 1}
    engine.undo()
    assert engine.aws.things["one"] == {"a": 0}
    with pytest.raises(DragonError, match="no run to undo"):
        engine.undo()
    engine.undo(engine.runs[-1].run)
    assert engine.aws.things["one"] == {"a": 1}


def test_run_cut_short_before_its_answer_is_undone(engine):
    """The journal's last line is the call: its `done` never came."""
    engine.aws.things = {"one": {"a": 0}}
    engine.run(want("one", a=1), want("two", a=1))
    (path,) = engine.folder.glob("*.jsonl")
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join(line for line in lines if json.loads(line)["event"] not in ("done", "end"))
    )
    engine.undo()
    assert engine.aws.things == {"one": {"a": 0}}


def test_what_somebody_changed_since_a_run_was_cut_short_stays(engine):
    engine.aws.things = {"one": {"a": 0}}
    engine.run(want("one", a=1))
    (path,) = engine.folder.glob("*.jsonl")
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join(line for line in lines if json.loads(line)["event"] not in ("done", "end"))
    )
    engine.aws.things["one"]["a"] = 2
    engine.undo()
    assert engine.aws.things == {"one": {"a": 2}}


def test_a_value_of_many_parts_is_put_back(engine):
    """Only what is deeper than anything that AWS holds is taken for a broken line."""
    engine.aws.things = {"one": {"a": [{"part": number} for number in range(200)]}}
    engine.run(want("one", a=[{"part": "none"}]))
    engine.undo()
    assert engine.aws.things == {"one": {"a": [{"part": number} for number in range(200)]}}


def test_a_run_is_known_by_who_made_it(engine):
    engine.run(want("one", a=1))
    (run,) = engine.runs
    assert run.user == f"arn:aws:iam::{ACCOUNT}:user/ann"


def half_made(engine):
    return unfinished(engine.runs, type(engine.scope)(*astuple(engine.scope)))


def test_what_a_run_that_was_cut_short_began_to_make_is_known_until_a_run_has_made_it(engine):
    engine.aws.things = {"old": {"a": 0}}
    engine.run(want("old", a=1), want("new", a=1), want("whole", a=1))
    (path,) = engine.folder.glob("*.jsonl")
    steps = {"tiny-thing/old", "tiny-thing/new"}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    cut_short = [
        line for line in lines
        if line["event"] != "end" and not (line["event"] == "done" and line["step"] in steps)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, cut_short)))
    assert half_made(engine) == {"tiny-thing/new"}
    del engine.aws.things["new"]
    engine.run(want("new", a=1))
    assert half_made(engine) == set()


def test_run_killed_before_its_call_leaves_nothing_to_undo(engine):
    engine.aws.things = {"one": {"a": 0}}
    engine.run(want("one", a=1))
    engine.aws.things = {"one": {"a": 0}}
    engine.undo()
    assert engine.aws.things == {"one": {"a": 0}}


def test_other_accounts_runs_are_not_undone(engine):
    engine.run(want("one", a=1))
    engine.scope = type(engine.scope)("999988887777", "eu-west-1", "aws")
    with pytest.raises(DragonError, match="no run to undo"):
        engine.undo()
    with pytest.raises(UsageError, match="belongs to account 111122223333"):
        engine.undo(engine.runs[0].run)


def test_broken_lines_are_passed_over(engine):
    engine.run(want("one", a=1))
    (path,) = engine.folder.glob("*.jsonl")
    path.write_text('{"event": "be\n' + path.read_text() + '\x00\xff{"half')
    engine.undo()
    assert engine.aws.things == {}


def rewritten(engine, **about):
    """The first step of the last run, told otherwise; every reader sees it so."""
    path = max(engine.folder.glob("*.jsonl"))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    step = next(line for line in lines if line["event"] == "step")
    step.update(about)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_thing_that_this_version_does_not_know_is_left_with_what_it_needs(engine):
    engine.run(
        Step("House", Thing("house"), {"a": 1}, after=("tiny-thing/ground",)),
        Step("Ground", Thing("ground"), {"a": 1}),
        want("other", a=1),
    )
    path = max(engine.folder.glob("*.jsonl"))
    path.write_text(path.read_text().replace("tiny-thing/house", "later-thing/house"))
    undo = undoing(engine.runs[-1], Resource.kinds)
    engine.undo()
    assert set(engine.aws.things) == {"house", "ground"}
    assert [one.partition(" was left")[0] for one in undo.kept] == [
        "tiny-thing/ground",
        "later-thing/house",
    ]


@pytest.mark.parametrize(
    "identity", [{"name": "other"}, {"name": "one", "more": "x"}, {}, {"title": "one"}]
)
def test_a_step_that_names_another_thing_than_it_says_is_not_carried_out(engine, identity):
    engine.aws.things = {"one": {"a": 0}, "other": {"a": 1}}
    engine.run(want("one", a=1))
    rewritten(engine, identity=identity)
    engine.undo()
    assert engine.aws.things == {"one": {"a": 1}, "other": {"a": 1}}


@pytest.mark.parametrize("a", [[1], {"b": [2]}, "x", -1])
def test_a_value_that_such_a_thing_cannot_have_is_left_and_named(engine, a):
    engine.aws.things = {"one": {"picky": 0, "b": 0}}
    engine.run(want("one", picky=1, b=1))
    rewritten(engine, before={"picky": a, "b": 0})
    engine.undo()
    assert engine.aws.things == {"one": {"picky": 1, "b": 0}}
    assert engine.planned.warnings == (
        "picky of tiny-thing/one: left, the journal does not hold what was there before.",
    )


def test_a_thing_is_not_made_anew_from_what_such_a_thing_cannot_have(engine):
    engine.aws.things = {"one": {"picky": 0}}
    engine.run(Step("Delete", Thing("one"), None))
    rewritten(engine, before={"picky": "x"})
    engine.undo()
    assert engine.aws.things == {}
    assert "picky of tiny-thing/one: left" in engine.planned.warnings[0]


def test_journal_is_private_and_masks_what_its_kind_calls_secret(engine):
    secrets = {"DbPassword": "hunter2", "tags/api-key": "k3y", "Variables/ANY": "v4lue"}
    engine.run(want("one", a=1, **secrets))
    (path,) = engine.folder.glob("*.jsonl")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not [secret for secret in secrets.values() if secret in path.read_text()]
    events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert events == ["begin", "step", "call", "answer", "done", "end"]


def every_kind():
    """One thing of each kind that there is."""
    return [kind(*["x" for _ in fields(kind)]) for kind in known_kinds().values()]


@pytest.mark.parametrize("thing", every_kind(), ids=lambda thing: thing.kind)
def test_what_a_kind_calls_secret_is_masked_in_its_states_and_its_calls_alike(thing):
    for name in (*thing.secrets, "Environment", "tags/owner"):
        state = {name.replace("/", "/ANY") if name.endswith("/") else name: "pl4nted"}
        member = name.removesuffix("/")
        inside = {"Config": {"Items": [{member: "pl4nted"}, {member: {"ANY": "pl4nted"}}]}}
        for kept in (
            masked_state(thing, state),
            masked_params(thing, Call("s", "O", inside)),
            masked_params(thing, Call("s", "O", {member: ["pl4nted"]})),
            masked_change(thing, Change(thing.identifier, next(iter(state)), "pl4nted", "pl4nted")),
        ):
            assert "pl4nted" not in json.dumps(kept)
    assert masked_params(thing, Call("s", "O", {"Name": "x"})) == {"Name": "x"}


def test_a_name_that_sounds_secret_is_put_back(engine):
    """A policy's condition is no secret, and masked it could not come back."""
    policy = {"Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}}
    before = {"policy": policy, "passwordPolicy": "strict"}
    engine.aws.things = {"one": dict(before)}
    engine.run(want("one", policy={"Condition": {}}, passwordPolicy=None))
    engine.undo()
    assert engine.aws.things == {"one": before}


def test_a_secret_that_the_run_made_goes_and_one_that_it_replaced_is_left_and_named(engine):
    engine.aws.things = {"one": {"DbPassword": "old", "b": 0}}
    engine.run(want("one", DbPassword="new", b=1), want("two", DbPassword="mine"))
    engine.undo()
    assert engine.aws.things == {"one": {"DbPassword": "new", "b": 0}}
    assert engine.planned.warnings == (
        "DbPassword of tiny-thing/one: left, the journal does not hold what was there before.",
    )


def test_what_an_older_version_masked_comes_back_where_it_still_stands(engine):
    """0.1 masked by the sound of a name, inside of documents too."""
    stage = {"secretsmanager:VersionStage": "AWSCURRENT"}
    engine.aws.things = {"one": {"policy": {"Allow": ["a"], "Condition": stage}}}
    engine.run(want("one", policy={"Allow": ["a", "b"], "Condition": stage}))
    path = max(engine.folder.glob("*.jsonl"))
    path.write_text(path.read_text().replace('"AWSCURRENT"', f'"{digest("AWSCURRENT")}"'))
    engine.undo()
    assert engine.aws.things == {"one": {"policy": {"Allow": ["a"], "Condition": stage}}}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=st.none() | STATES, wanted=STATES)
def test_run_then_undo_is_the_identity_and_twice_is_once(tmp_path_factory, before, wanted):
    engine = Engine(tmp_path_factory.mktemp("runs"))
    engine.aws.things = {} if before is None else {"one": dict(before)}
    step = Step("Change", Thing("one"), wanted)
    engine.run(step)
    changed = {"one": {**(before or {}), **wanted}}
    assert engine.aws.things == changed
    writes = len(engine.aws.writes)
    engine.run(step)
    assert len(engine.aws.writes) == writes
    if engine.runs:
        engine.undo()
    # A field that was not there before is "nothing" after: the tiny AWS shows it as None.
    assert {
        k: {f: v for f, v in fields.items() if v is not None}
        for k, fields in engine.aws.things.items()
    } == ({} if before is None else {"one": before})


@pytest.mark.parametrize("effective", [True, False])
def test_the_lost_answer_of_a_deletion_is_not_taken_for_a_failure(engine, effective):
    engine.run(want("one", a=1))
    engine.aws.troubles = [cut("Delete", effective=effective)]
    outcome = engine.undo()
    assert (outcome.errors, engine.aws.things) == ([], {})
    assert [change.after for change in outcome.changes] == [None]


def test_what_somebody_else_deletes_meanwhile_is_their_doing(engine):
    engine.run(want("one", a=1))
    engine.aws.troubles = [("Delete", "ResourceNotFoundException", "gone", 404, True)]
    outcome = engine.undo()
    assert (outcome.errors, outcome.changes, engine.aws.things) == ([], [], {})

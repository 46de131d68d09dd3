"""`setup-observability` under faults: the quick part; `make faults` breaks every call in turn."""

from __future__ import annotations

import pytest

from tests.applications.snapshot import moved
from tests.faults.cases import SETUP, UNDO, Case, examine, learn, undo_all
from tests.faults.laboratory import laboratory
from tests.faults.rules import ALWAYS, FAULTS, Fault, Rule


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        yield place


@pytest.fixture(scope="module")
def learned(lab):
    return learn(lab)


def test_a_first_run_updates_a_stage_once_and_an_unchanged_one_asks_nothing_twice(lab, learned):
    lab.fresh()
    assert lab.run(*SETUP).writes.count("apigateway.UpdateStage") == 1
    unchanged = lab.run(*SETUP)
    assert (unchanged.exit_code, unchanged.writes) == (0, [])
    assert unchanged.document["changed"] is False
    questions = [(call.name, call.path, call.body) for call in unchanged.calls]
    assert len(questions) == len(set(questions))


def test_tags_hold_up_no_write_where_nothing_is_asked(lab):
    lab.fresh()
    lab.builder.client("lambda").tag_resource(
        Resource=lab.builder.function_arn("small-work"), Tags={"managed-by": "terraform"}
    )
    late = Rule(Fault("until-a-write", 60), "lambda", "ListTags", times=ALWAYS)
    result = lab.run(*SETUP, rules=[late])
    assert result.exit_code == 0, result.stderr
    answered = min(one.started + one.seconds for one in result.calls if one.operation == "ListTags")
    assert min(one.started for one in result.calls if one.is_write) < answered
    assert any("managed by Terraform" in text for text in result.document["warnings"])


def test_undo_leaves_nothing_moved(lab, learned):
    before = lab.fresh()
    lab.run(*SETUP)
    assert lab.run(*UNDO).exit_code == 0
    assert moved(before, lab.look()) == {}


def test_nobody_uses_what_an_emulator_does_not_do(lab):
    before = lab.fresh()
    lab.run(*SETUP)
    reads = ("ListFunctions", "ListStateMachines", "GetApis", "DescribeSubscriptionFilters")
    unknown = [Rule(FAULTS["not-done"], operation=name, times=ALWAYS) for name in reads]
    result = lab.run(*UNDO, rules=unknown)
    assert (result.exit_code, result.document["warnings"]) == (0, [])
    assert [rule.operation for rule in unknown if not rule.hits] == []
    assert moved(before, lab.look()) == {}


def test_killed_after_each_write_in_turn_it_gets_there_and_back(lab, learned):
    before = lab.fresh()
    writes = [call for call in learned.calls if call[2]]
    runs = 0
    while (result := lab.run(*SETUP, rules=[Rule(FAULTS["kill-after"], writes=True)])).exit_code:
        assert result.exit_code == -9
        runs += 1
        assert runs <= len(writes)
    assert runs == len(writes)
    assert moved(learned.end, lab.comparable(lab.look())) == {}
    undo_all(lab)
    assert moved(before, lab.look()) == {}


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("apigateway", "UpdateStage"),
        ("iam", "AttachRolePolicy"),
        ("lambda", "UpdateFunctionConfiguration"),
        ("logs", "CreateLogGroup"),
        ("stepfunctions", "UpdateStateMachine"),
    ],
)
def test_a_write_that_aws_answers_and_does_not_do_is_told(lab, learned, service, operation):
    finding = examine(lab, learned, Case(FAULTS["no-effect"], service, operation))
    assert (finding.outcome, finding.defects) == ("failed, said why", [])


@pytest.mark.parametrize("fault", ["500", "bare-429", "cut-after", "malformed"])
def test_every_call_fails_once(lab, learned, fault):
    before = lab.fresh()
    rules = [
        Rule(FAULTS[fault], service, operation, nth=nth)
        for (service, operation), count in operations(learned).items()
        for nth in range(1, 2 * count, 2)  # each call comes again after its failure
    ]
    result = lab.run(*SETUP, rules=rules)
    assert result.exit_code == 0, result.stderr
    assert moved(learned.end, lab.comparable(lab.look())) == {}
    undo_all(lab)
    assert moved(before, lab.look()) == {}


def operations(learned, *, writes=False):
    counts = {}
    for service, operation, is_write in learned.calls:
        if is_write or not writes:
            counts[service, operation] = counts.get((service, operation), 0) + 1
    return counts


@pytest.mark.parametrize("fault", ["conflict", "ConflictException"])
def test_every_write_meets_a_conflict(lab, learned, fault):
    lab.fresh()
    rules = [Rule(FAULTS[fault], *name) for name in operations(learned, writes=True)]
    result = lab.run(*SETUP, rules=rules)
    assert result.exit_code == 0, result.stderr
    assert moved(learned.end, lab.comparable(lab.look())) == {}


def test_roles_that_nobody_knows_yet(lab, learned):
    lab.fresh()
    not_yet = Fault("not-yet", 5)
    slow = ("UpdateAccount", "UpdateStateMachine", "UpdateFunctionConfiguration")
    result = lab.run(*SETUP, rules=[Rule(not_yet, operation=name) for name in slow])
    assert result.exit_code == 0, result.stderr
    assert moved(learned.end, lab.comparable(lab.look())) == {}


@pytest.mark.parametrize(
    ("service", "operation"),
    [("iam", "CreateRole"), ("logs", "PutRetentionPolicy"), ("apigateway", "UpdateStage")],
)
def test_a_right_that_is_missing_stops_only_what_needs_it(lab, learned, service, operation):
    finding = examine(lab, learned, Case(FAULTS["access-denied"], service, operation))
    assert finding.defects == []


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "GetStages", "AttachRolePolicy"])
def test_an_expired_session(lab, learned, operation):
    lab.fresh()
    rule = Rule(FAULTS["expired-token"], operation=operation, times=ALWAYS)
    result = lab.run("setup-observability", "--api", "small", "--yes", rules=[rule])
    assert result.exit_code == 1
    assert "expired" in result.stderr
    assert "Traceback" not in result.stderr


def test_two_at_once(lab, learned):
    before = lab.fresh()
    homes = [lab.folder / "first", lab.folder / "second"]
    ends = [lab.start(*SETUP, home=home) for home in homes]
    results = [end() for end in ends]
    assert [result.exit_code for result in results] == [0, 0], [r.stderr for r in results]
    assert moved(learned.end, lab.comparable(lab.look())) == {}
    for home, result in zip(homes, results, strict=True):
        if result.document["changed"]:  # the slower one may have found all done
            assert lab.run(*UNDO, home=home).exit_code == 0
    assert moved(before, lab.look()) == {}

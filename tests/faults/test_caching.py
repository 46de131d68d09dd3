"""`enable-cache` and `disable-cache` under faults; and an API of 300 methods, cut short."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.applications.snapshot import moved
from tests.faults.cases import Command, learn, undo_all
from tests.faults.laboratory import laboratory
from tests.faults.rules import ALWAYS, FAULTS, Fault, Rule

ENABLE = ("enable-cache", "--stage", "prod", "--yes", "--output", "json")
DISABLE = ("disable-cache", "--stage", "prod", "--yes", "--output", "json")
COMMANDS = {"enable-cache": Command(ENABLE), "disable-cache": Command(DISABLE, before=(ENABLE,))}
MANY = 300
KEYED = 8  # of them with a key to write: ten writes a second are AWS's quota


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        yield place


@pytest.fixture(scope="module", params=COMMANDS)
def learned(lab, request):
    return learn_after(lab, COMMANDS[request.param])


def learn_after(lab, command):
    lab.fresh()
    return learn(lab, command)


def begin(lab, learned):
    """The account before the command, what goes before it done; and how it was before all."""
    untouched = lab.fresh()
    for words in learned.command.before:
        assert lab.run(*words).exit_code == 0
    return untouched


def left(before, after):
    """What moved but deployments, which stay, and the size of a cluster that is off."""
    return {
        path: pair
        for path, pair in moved(before, after).items()
        if not path.endswith(("/deployments", "/cacheClusterSize"))
    }


@pytest.mark.parametrize("fault", ["kill-after", "kill-before"])
def test_killed_at_each_write_in_turn_it_gets_there_and_back(lab, learned, fault):
    before = begin(lab, learned)
    writes = [call for call in learned.calls if call[2]]
    assert len(writes) >= 3
    for nth in range(1, len(writes) + 1):
        lab.run(*learned.command.words, rules=[Rule(FAULTS[fault], writes=True, nth=nth)])
    final = lab.run(*learned.command.words)
    assert final.exit_code == 0, final.stderr
    assert left(learned.end, lab.comparable(lab.look())) == {}
    undo_all(lab)
    assert left(before, lab.look()) == {}


@pytest.mark.parametrize("fault", ["bare-429", "cut-after"])
def test_every_call_fails_once(lab, learned, fault):
    before = begin(lab, learned)
    rules = [
        Rule(FAULTS[fault], service, operation, nth=nth)
        for (service, operation), count in operations(learned).items()
        for nth in range(1, 2 * count, 2)  # each call comes again after its failure
    ]
    result = lab.run(*learned.command.words, rules=rules)
    assert result.exit_code == 0, result.stderr
    assert left(learned.end, lab.comparable(lab.look())) == {}
    undo_all(lab)
    assert left(before, lab.look()) == {}


@pytest.mark.parametrize("fault", ["ConflictException"])
def test_every_write_meets_a_conflict(lab, learned, fault):
    begin(lab, learned)
    rules = [Rule(FAULTS[fault], *name) for name in operations(learned, writes=True)]
    result = lab.run(*learned.command.words, rules=rules)
    assert result.exit_code == 0, result.stderr
    assert left(learned.end, lab.comparable(lab.look())) == {}


def test_a_key_that_aws_answers_and_does_not_hold_is_not_deployed(lab):
    """The deployment would serve the method without it, and callers would share answers."""
    lab.fresh()
    result = lab.run(*ENABLE, rules=[Rule(FAULTS["no-effect"], "apigateway", "UpdateIntegration")])
    assert result.exit_code == 1
    assert "NotHeld" in [one["code"] for one in result.errors]
    assert not {"apigateway.CreateDeployment", "apigateway.UpdateStage"} & set(result.writes)


def test_nothing_is_deployed_before_its_key_is_read_back(lab):
    """That AWS answers with the key does not tell that a deployment would have it."""
    lab.fresh()
    late = Rule(Fault("silence", 0.5), "apigateway", "GetResources", times=ALWAYS)
    result = lab.run(*ENABLE, rules=[late])
    assert result.exit_code == 0, result.stderr
    (keyed,), (deployed,) = (
        [one.started for one in result.calls if one.operation == name]
        for name in ("UpdateIntegration", "CreateDeployment")
    )
    reads = [one for one in result.calls if one.operation == "GetResources"]
    assert any(keyed < one.started < one.started + one.seconds <= deployed for one in reads)


def operations(learned, *, writes=False):
    counts = {}
    for service, operation, is_write in learned.calls:
        if is_write or not writes:
            counts[service, operation] = counts.get((service, operation), 0) + 1
    return counts


def many(builder):
    """300 methods, some with a parameter, and an override of somebody's on every third."""
    uri = builder.lambda_uri(builder.function_arn("nobody"))
    paths = {f"/r{number}": {"get": operation(uri, number < KEYED)} for number in range(MANY)}
    document = {"openapi": "3.0.1", "info": {"title": "many", "version": "1"}, "paths": paths}
    gateway = builder.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="prod", deploymentId=deployment)
    settings = {"/*/*/metrics/enabled": "true"}
    settings |= {f"/~1r{n}/GET/throttling/burstLimit": "7" for n in range(0, MANY, 3)}
    changes = [{"op": "replace", "path": path, "value": one} for path, one in settings.items()]
    for start in range(0, len(changes), 80):
        gateway.update_stage(
            restApiId=api, stageName="prod", patchOperations=changes[start : start + 80]
        )
    return SimpleNamespace(api=api)


def operation(uri, has_parameter):
    parameter = {"name": "q", "in": "query", "required": False}
    return {
        "parameters": [parameter] if has_parameter else [],
        "responses": {"200": {"description": "ok"}},
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri},
    }


def patches(result):
    """The operations of each UpdateStage, as (path, value)."""
    return [
        [(one["path"], one.get("value")) for one in json.loads(call.body)["patchOperations"]]
        for call in result.calls
        if call.operation == "UpdateStage"
    ]


def test_three_hundred_methods_cut_in_the_middle_get_there_and_back(lab):
    before = lab.fresh(many)
    cut = lab.run(
        *ENABLE, rules=[Rule(FAULTS["kill-after"], "*", "UpdateIntegration", nth=KEYED // 2)]
    )
    assert (cut.exit_code, patches(cut)) == (-9, [])
    cut = lab.run(*ENABLE, rules=[Rule(FAULTS["kill-after"], "*", "UpdateStage", nth=20)])
    sent = patches(cut)
    assert cut.exit_code == -9
    assert sent[0][0][0] == "/deploymentId"
    assert all(len(one) <= 80 for one in sent)
    assert not [path for one in sent for path, _ in one if "cacheCluster" in path]
    final = lab.run(*ENABLE)
    assert final.exit_code == 0, final.stderr
    assert patches(final)[-1][-1] == ("/cacheClusterEnabled", "true")
    assert lab.run(*ENABLE).writes == []
    (stage,) = (api["stages"]["prod"] for api in lab.look()["apis"].values())
    settings = [stage["methodSettings"][f"~1r{number}/GET"] for number in range(MANY)]
    assert all(one["cachingEnabled"] for one in settings)
    assert {one["throttlingBurstLimit"] for one in settings[::3]} == {7}
    # Where nobody had an override, that of */* goes on.
    assert {one["metricsEnabled"] for one in settings[1::3]} == {True}
    undo_all(lab)
    assert left(before, lab.look()) == {}

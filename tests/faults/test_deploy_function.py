"""`deploy-function` under faults: cut at any write it converges, and gives the old code back."""

from __future__ import annotations

import pytest

from tests.applications.snapshot import moved
from tests.faults.cases import Command, learn, undo_all
from tests.faults.laboratory import laboratory
from tests.faults.rules import FAULTS, Rule


@pytest.fixture(scope="module")
def lab(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        yield place


@pytest.fixture(scope="module")
def deploy(lab):
    """The command, for a changed handler of the laboratory's function."""
    folder = lab.folder / "sources" / "small_work"
    folder.mkdir(parents=True)
    code = (
        "from aws_xray_sdk.core import patch_all\npatch_all()\ndef handler(event, context): ...\n"
    )
    source = str(folder.parent)
    lab.fresh()
    client = lab.builder.client("lambda")
    module, _, function = client.get_function_configuration(FunctionName="small-work")[
        "Handler"
    ].rpartition(".")
    (folder / f"{module}.py").write_text(code.replace("handler", function))
    words = ("deploy-function", "--source", source, "--alias", "live", "--output", "json")
    return learn(lab, Command(words))


def code_now(lab):
    client = lab.builder.client("lambda")
    return client.get_function_configuration(FunctionName="small-work")["CodeSha256"]


def test_an_unchanged_run_asks_nothing_twice_and_writes_nothing(lab, deploy):
    lab.fresh()
    lab.run(*deploy.command.words)
    unchanged = lab.run(*deploy.command.words)
    assert (unchanged.exit_code, unchanged.writes) == (0, [])
    questions = [(call.name, call.path, call.body) for call in unchanged.calls]
    assert len(questions) == len(set(questions))


@pytest.mark.parametrize("fault", ["kill-after", "kill-before"])
def test_killed_at_each_write_in_turn_it_gets_there_and_back(lab, deploy, fault):
    lab.fresh()
    old = code_now(lab)
    writes = [call for call in deploy.calls if call[2]]
    for nth in range(1, len(writes) + 1):
        rules = [Rule(FAULTS[fault], writes=True, nth=nth)]
        lab.run(*deploy.command.words, rules=rules)
    final = lab.run(*deploy.command.words)
    assert final.exit_code == 0, final.stderr
    assert moved(deploy.end, lab.comparable(lab.look())) == {}
    undo_all(lab)
    assert code_now(lab) == old


@pytest.mark.parametrize("fault", ["500", "bare-429", "cut-after", "malformed"])
def test_every_call_fails_once(lab, deploy, fault):
    lab.fresh()
    old = code_now(lab)
    counts = {}
    for service, operation, _ in deploy.calls:
        counts[service, operation] = counts.get((service, operation), 0) + 1
    rules = [
        Rule(FAULTS[fault], service, operation, nth=nth)
        for (service, operation), count in counts.items()
        for nth in range(1, 2 * count, 2)
    ]
    result = lab.run(*deploy.command.words, rules=rules)
    assert result.exit_code == 0, result.stderr
    assert moved(deploy.end, lab.comparable(lab.look())) == {}
    undo_all(lab)
    assert code_now(lab) == old

"""`undo` of journals that 0.1 wrote: AWS is set to what they left, and goes back to before.

What AWS must hold afterwards stands in the journals. The ids that AWS makes up are put in for
those of the journal; what a run made is made here by the same kinds of things.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.events import ignore_event
from dragonctl.engine.history import read_run
from dragonctl.engine.journal import Journal, new_run
from dragonctl.engine.model import Step
from dragonctl.engine.perform import Tools
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.engine.restoring import resource_of
from dragonctl.engine.reversal import Keep
from dragonctl.engine.run import apply
from dragonctl.resources import known_kinds
from tests.applications.builder import Builder, invoke, template
from tests.journals.test_journals import FOLDER

API = re.compile(r'"api": "(\w{10})"|_(\w{10})/|-dragons-(\w{10})')


def sample(dragonctl, builder):
    assert dragonctl("create-app").code == 0
    [api] = builder.client("apigateway").get_rest_apis()["items"]
    return api["id"]


def observable(dragonctl, builder):
    api = sample(dragonctl, builder)
    assert dragonctl("setup-observability").code == 0
    return api


def orders(dragonctl, builder):
    function = builder.function("work")
    machine = builder.machine("flow", {"Work": invoke(function)})
    states = builder.client("stepfunctions")
    version = states.publish_state_machine_version(stateMachineArn=machine)
    route = {"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}
    alias = states.create_state_machine_alias(name="live", routingConfiguration=[route])
    api = builder.api("orders")
    builder.calls_function(api, "GET", "/orders", function)
    builder.starts_machine(api, "POST", "/orders", template(alias["stateMachineAliasArn"]))
    builder.stage(api, "prod")
    return api.id


class Place:
    """A user with a journal of 0.1, and an account as that run found it."""

    def __init__(self, endpoint, folder):
        self.endpoint, self.folder = endpoint, folder

    @property
    def reads(self):
        keys = {"access_key": "test", "secret_key": "test"}
        return Reads(Aws(Connection(region="us-east-1", endpoint_url=self.endpoint, **keys)))

    def holds(self, entry):
        reading = resource_of(entry, known_kinds()).read(self.reads)
        return None if reading is None else dict(reading.state)

    def bring(self, run, when):
        """Every thing to how it stood before the run, or after it."""
        steps = []
        for entry in run.entries.values():
            was, left = entry.before or {}, entry.after or {}
            touched = [key for key in {**was, **left} if was.get(key) != left.get(key)]
            goal = left if when == "after" else was
            if when == "before" and entry.before is None:
                continue
            fields = goal if entry.before is None else {key: goal.get(key) for key in touched}
            after = [one for one in entry.requires if when == "after" and one in run.entries]
            steps.append(
                Step(
                    entry.title,
                    resource_of(entry, known_kinds()),
                    fields,
                    tuple(after),
                    waits_if_unchanged=True,
                )
            )
        reads = self.reads
        journal = Journal(self.folder, new_run(), lambda: run.scope, "test", lambda: "u")
        outcome = apply(plan(reads, steps), Tools(reads, journal, ignore_event))
        assert outcome.errors == []


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("failed", orders),
        ("setup-observability", sample),
        ("setup-dashboard", sample),
        ("setup-observability-publish-machine", orders),
        ("interrupted", observable),
        ("setup-alarms", sample),
        ("set-endpoint", sample),
        ("set-sampling", sample),
    ],
)
def test_what_a_run_of_0_1_changed_is_as_it_was(dragonctl, local_aws, tmp_path, name, build):
    api = build(dragonctl, Builder(local_aws.endpoint))
    text = (FOLDER / f"{name}.jsonl").read_text()
    for told in {one for found in API.findall(text) for one in found if one}:
        text = text.replace(told, api)
    text = re.sub(r'"endpoint": "[^"]*"', f'"endpoint": "{local_aws.endpoint}"', text, count=1)
    run, _ = read_run(text.encode())
    place = Place(local_aws.endpoint, tmp_path / "elsewhere")
    place.bring(run, "before")
    place.bring(run, "after")
    runs = tmp_path / "state" / "runs"
    runs.mkdir(mode=0o700, exist_ok=True)
    (runs / f"{run.run}.jsonl").write_text(text)
    Path(runs / f"{run.run}.jsonl").chmod(0o600)
    said = dragonctl("undo", run.run, "--yes")
    assert said.code == 0, said.stderr
    for entry in run.entries.values():
        if isinstance(entry.undo, Keep) or entry.before == entry.after:
            continue
        held = place.holds(entry)
        if entry.before is None:
            assert held is None, entry.identifier
        else:
            was, after = entry.before, entry.after or {}
            touched = [key for key in {**was, **after} if was.get(key) != after.get(key)]
            assert {key: held.get(key) for key in touched} == {k: was.get(k) for k in touched}

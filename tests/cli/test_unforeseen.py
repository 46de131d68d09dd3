"""What nobody foresaw: a defect of one step, or of the program, told with what had been done."""

from __future__ import annotations

import json

import click
import pytest

from dragonctl.cli.change import Goal, How, change
from dragonctl.cli.failures import report
from dragonctl.cli.globals import Globals
from dragonctl.cli.session import Session
from dragonctl.engine.history import read_history
from dragonctl.engine.model import Resource, Step
from dragonctl.resources.logs_group import LogGroupSettings

JSON = ["--output", "json"]


class Broken(LogGroupSettings):
    """A log group whose code has a defect, where ``name`` says so."""

    kind = "test-broken"

    def calls(self, have, want):
        if "calls" in self.name:
            raise TypeError(f"no such thing as {self.name}")
        return super().calls(have, want)

    def read(self, aws):
        if "read" in self.name:
            raise TypeError(f"no such thing as {self.name}")
        return super().read(aws)


@pytest.fixture(autouse=True)
def kinds():
    yield
    Resource.kinds.pop("test-broken", None)


def kept(group, after=()):
    return Step(f"Keep {group.name}", group, {"retentionInDays": 30}, after=after)


@pytest.fixture
def program(terminal, capfd):
    """Runs the flow of a change with these steps; its exit code and its document."""

    def run(*steps, how=How(yes=True)):  # noqa: B008 (frozen)
        session = Session(Globals(endpoint_url=terminal.endpoint, output="json"))
        with click.Context(click.Command("setup-observability")):
            try:
                code = change(
                    "setup-observability", lambda _: Goal("", steps), how, session=session
                )
            except Exception as error:  # noqa: BLE001 (as cli.run does)
                code = report(error, JSON)
        document = json.loads(capfd.readouterr().out)
        return code, document, session

    return run


def test_a_defect_in_one_step_stops_no_other_and_the_journal_is_closed(program, local_aws):
    good, bad = LogGroupSettings("/good"), Broken("/calls")
    later = kept(LogGroupSettings("/later"), after=(bad.identifier,))
    code, document, session = program(kept(good), kept(bad), later)
    assert (code, document["account"], document["region"]) == (1, "123456789012", "us-east-1")
    assert {one["resource"] for one in document["changes"]} == {good.identifier}
    assert document["changed"]
    codes = {one["resource"]: one["code"] for one in document["errors"]}
    assert codes == {bad.identifier: "Defect", "logs-group//later": "Skipped"}
    (run,) = read_history(session.journal_folder).runs
    assert (run.run, run.outcome) == (document["run"], "failed")
    groups = local_aws.client("logs").describe_log_groups()["logGroups"]
    assert [one["logGroupName"] for one in groups] == ["/good"]


def test_a_defect_before_anything_is_changed_tells_where_all_the_same(program):
    code, document, _ = program(kept(LogGroupSettings("/good")), kept(Broken("/read")))
    assert (code, document["region"], document["run"]) == (1, "us-east-1", None)
    assert (document["changed"], document["changes"]) == (False, [])
    assert [one["code"] for one in document["errors"]] == ["Defect"]

"""Functions and state machines that are named alone: no API is needed, and nothing else is read."""

from __future__ import annotations

import logging
import shlex

import pytest

from tests.applications import small
from tests.applications.builder import Builder

ALONE = ("--no-discover", "--function", "south-work")
FLOW = ("--no-discover", "--state-machine", "south-flow")


@pytest.fixture
def asked(caplog):
    """The operations that the commands since the last look have asked for."""
    caplog.set_level(logging.DEBUG, "dragonctl.aws.client")

    def operations():
        names = [f"{record.args[0]}.{record.args[1]}" for record in caplog.records
                 if len(record.args) == 4]  # fmt: skip
        caplog.clear()
        return names

    return operations


@pytest.fixture
def two(local_aws):
    builder = Builder(local_aws.endpoint)
    return [small.build(builder, name) for name in ("north", "south")]


def test_only_what_is_named_is_read_and_changed(two, dragonctl, asked, tmp_path):
    (tmp_path / "here" / "dragonctl.toml").write_text('api = "north"\n')
    for words in (("status",), ("logs",), ("policy", "setup-observability")):
        assert dragonctl(*words, *ALONE).code == 0
    changed = dragonctl("setup-observability", *ALONE, "--output", "json").document["changes"]
    assert changed
    assert [one for one in changed if "north" in one["resource"]] == []
    assert not any("apigateway-" in one["resource"] for one in changed)
    operations = asked()
    assert [one for one in operations if one.startswith("apigateway")] == []
    assert "lambda.GetFunctionConfiguration" in operations
    assert dragonctl("setup-observability", *ALONE, "--check").code == 0
    told = dragonctl("status", *ALONE, "--output", "json").document
    assert (told["apis"], [one["name"] for one in told["functions"]]) == ([], ["south-work"])
    assert "CloudWatch role" not in dragonctl("status", *ALONE).stdout


def test_what_is_advised_is_about_what_is_named_alone(two, dragonctl):
    def advised(*line):
        """The command that meets CloudWatch.16, which keeping events for 30 days fails."""
        told = dragonctl("setup-observability", *line, "--dry-run", "--output", "json").document
        (fails,) = (one for one in told["notes"] if one.startswith("Fails CloudWatch.16"))
        return shlex.split(fails.split("`")[1])[1:]

    plan = dragonctl(*advised(*ALONE), "--dry-run", "--output", "json").document
    kept = {one["after"] for one in plan["changes"] if one["field"] == "retentionInDays"}
    assert kept == {365}
    assert not any("north" in one["resource"] for one in plan["changes"])
    assert not any("apigateway-" in one["resource"] for one in plan["changes"])
    of_a_stage = ("--api", "north", "--stage", "prod")
    assert set(of_a_stage) <= set(advised(*of_a_stage))
    dragonctl("setup-observability", *FLOW, "--execution-data")

    def ends():
        warnings = dragonctl("status", *FLOW, "--output", "json").document["warnings"]
        return [shlex.split(one.split("`")[1])[1:] for one in warnings if "ends it" in one]

    (line,) = ends()
    assert dragonctl(*line).code == 0
    assert ends() == []


def test_a_state_machine_alone_brings_no_function(two, dragonctl):
    told = dragonctl("status", "--no-discover", "--state-machine", "south-flow", "-o", "json")
    names = [one["name"] for one in told.document["state_machines"]]
    assert (names, told.document["functions"]) == (["south-flow"], [])


def test_a_stage_has_no_meaning_without_an_api(two, dragonctl):
    refused = dragonctl("status", *ALONE, "--stage", "prod")
    assert (refused.code, "--stage needs --api" in refused.stderr) == (2, True)


def test_where_several_apis_are_there_the_way_on_is_named(two, dragonctl):
    refused = dragonctl("status", "--function", "south-work")
    assert (refused.code, "--no-discover" in refused.stderr) == (2, True)


def test_a_region_without_a_rest_api_says_what_is_there(local_aws, dragonctl):
    empty = dragonctl("status")
    assert (empty.code, "dragonctl demo" in empty.stderr) == (2, True)
    builder = Builder(local_aws.endpoint)
    builder.function("worker")
    builder.machine("flow", {"Done": {"Type": "Succeed"}})
    refused = dragonctl("status")
    assert refused.code == 2
    for words in ("1 function (worker)", "1 state machine (flow)",
                  "--function worker --state-machine flow"):  # fmt: skip
        assert words in " ".join(refused.stderr.split())
    given = ("--function", "worker", "--state-machine", "flow")
    told = dragonctl("status", *given, "--output", "json").document
    assert [one["name"] for one in told["functions"]] == ["worker"]
    assert dragonctl("setup-observability", *given).code == 0
    assert dragonctl("setup-observability", *given, "--check").code == 0

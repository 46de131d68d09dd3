"""A plan that was kept is carried out as it was looked at, or refused with the reason."""

from __future__ import annotations

import json
import re
import shutil
import stat

import pytest

from dragonctl.engine.model import Change
from dragonctl.paths import state_folder
from dragonctl.terminal.markdown import changes_table
from tests.commands.plans import APPLY, PLAN, refusals, said, triples


def test_it_is_carried_out_as_it_was_looked_at_and_taken_back(kept, dragonctl, here, made_calls):
    made_calls()
    assert kept["changed"] is False
    assert stat.S_IMODE((here / "plan.json").stat().st_mode) == 0o600
    done = dragonctl(*APPLY)
    assert (done.code, done.document["command"], done.document["of"]) == (
        0, "apply", "setup-observability",
    )  # fmt: skip
    assert triples(done.document) == triples(kept)
    assert made_calls()
    again = dragonctl(*APPLY)
    assert (again.code, again.document["changed"], made_calls()) == (0, False, [])
    listed = dragonctl("history", "--output", "json").document["runs"]
    name = f"apply {kept['plan']['id']}"
    assert [(one["command"], one["of"]) for one in listed] == [(name, "setup-observability")]
    assert "apply (setup-observability)" in dragonctl("history").stdout
    assert name in dragonctl("history", listed[0]["run"]).stdout
    assert dragonctl("undo", "--yes").code == 0
    assert triples(dragonctl(*PLAN[:2], "--output", "json").document) == triples(kept)


def test_a_change_that_somebody_made_already_is_shown_and_nothing_is_done(
    kept, dragonctl, dragons, made_calls
):
    traced = [{"op": "replace", "path": "/tracingEnabled", "value": "true"}]
    dragons.gateway.update_stage(restApiId=dragons.api.id, stageName="prod", patchOperations=traced)
    made_calls()
    refused = dragonctl(*APPLY)
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"PlanDiffers"})
    [error] = refused.document["errors"]
    assert ", tracing: false → true was planned, but it is so already" in error["message"]
    assert error["resource"].startswith("apigateway-stage/")
    assert dragonctl("apply", "plan.json", "--dry-run").code == 1


def test_what_somebody_changed_since_is_shown_and_nothing_is_done(dragonctl, local_aws, made_calls):
    sampling = ("set-sampling", "--rate", "0.1", "--dry-run", "--out", "plan.json")
    assert dragonctl(*sampling).code == 0
    rule = {"RuleName": "Default", "FixedRate": 0.2}
    local_aws.client("xray").update_sampling_rule(SamplingRuleUpdate=rule)
    made_calls()
    refused = dragonctl(*APPLY)
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"PlanDiffers"})
    assert "0.05 → 0.1 was planned" in refused.document["errors"][0]["message"]
    assert "0.2 → 0.1" in refused.document["errors"][0]["message"]


def test_what_the_plan_does_not_have_is_not_done(kept, dragonctl, dragons, made_calls):
    dragons.deploy("second")
    made_calls()
    refused = dragonctl(*APPLY)
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"PlanDiffers"})
    assert all("does not have it" in one["message"] for one in refused.document["errors"])


def test_another_region_is_refused_before_anything_is_planned(kept, dragonctl, made_calls):
    made_calls()
    refused = dragonctl(*APPLY, "--region", "eu-west-1")
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"PlanDiffers"})
    assert "us-east-1" in refused.document["errors"][0]["message"]


def test_the_choice_of_an_api_and_the_defaults_of_the_folder_are_kept(
    dragonctl, dragons, here, local_aws
):
    (here / "dragonctl.toml").write_text('[setup-observability]\nlog_level = "ERROR"\n')
    shown = dragonctl(*PLAN, "--output", "json")
    local_aws.client("apigateway").create_rest_api(name="another")
    (here / "dragonctl.toml").write_text('api = "another"\n')
    done = dragonctl(*APPLY)
    assert (done.code, triples(done.document)) == (0, triples(shown.document))
    levels = {one["after"] for one in done.document["changes"] if "loglevel" in one["field"]}
    assert levels == {"ERROR"}


def test_a_time_counts_from_the_plan(dragonctl, dragons):
    shown = dragonctl(*PLAN, "--data-trace-for", "2h", "--output", "json")
    done = dragonctl(*APPLY)
    assert (done.code, triples(done.document)) == (0, triples(shown.document))


def test_one_that_was_cut_short_goes_on_here_and_is_refused_elsewhere(
    kept, dragonctl, tmp_path, monkeypatch, interrupt
):
    """The journal here tells what it wrote; another state folder knows of nothing."""
    interrupt(2)
    assert dragonctl(*APPLY).code == 130
    here_state = tmp_path / "state"
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "packages").symlink_to(here_state / "packages")
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(other))
    assert said(dragonctl(*APPLY)) == {"PlanDiffers"}
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(here_state))
    assert refusals(dragonctl(*APPLY)) == []
    assert dragonctl("setup-observability", "--check").code == 0


def test_another_identity_applies_it_from_another_machine_as_it_was_looked_at(
    dragonctl, dragons, here, tmp_path, monkeypatch, local_aws
):
    """Another state folder, another folder to type in, another user of the same account."""
    ticket = dragonctl(*PLAN, "--output", "markdown")
    looked_at = json.loads((here / "plan.json").read_text())["changes"]
    (plan_id,) = re.findall(r"^- plan: `([0-9a-f]{12})`$", ticket.stdout, re.MULTILINE)
    assert f"Plan {plan_id} kept in " in ticket.stderr
    rows = [line for line in ticket.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(looked_at) > 2
    iam = local_aws.client("iam")
    iam.create_user(UserName="reviewer")
    key = iam.create_access_key(UserName="reviewer")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    theirs = tmp_path / "theirs"
    for folder in ("state", "here"):
        (theirs / folder).mkdir(mode=0o700, parents=True)
    shutil.copy(here / "plan.json", theirs / "here" / "plan.json")
    monkeypatch.setenv("DRAGONCTL_STATE_DIR", str(theirs / "state"))
    monkeypatch.chdir(theirs / "here")
    done = dragonctl(*APPLY)
    runs = dragonctl("history", "--output", "json").document["runs"]
    assert runs[-1]["command"] == f"apply {plan_id}"
    assert done.code == 0, done.stderr
    assert triples(done.document) == triples({"changes": looked_at})
    [run] = dragonctl("history", "--output", "json").document["runs"]
    assert run["user"].endswith(":user/reviewer")
    assert dragonctl("undo", "--yes").code == 0  # by the journal of whoever applied it


def end_process():
    """What the threads of an interrupted run, which is this process, write from now on is lost."""
    for path in state_folder("runs").glob("*.jsonl"):
        whole, newline, _ = path.read_bytes().rpartition(b"\n")
        path.unlink()
        path.touch(0o600)
        path.write_bytes(whole + newline)


def test_history_tells_all_that_a_run_cut_short_had_asked_for(kept, dragonctl, monkeypatch):
    """Steps are interrupted where AWS has answered them and their end is not written yet."""
    from dragonctl.engine import journal

    def done(self, step, reading, changes):
        raise KeyboardInterrupt

    monkeypatch.setattr(journal.Journal, "done", done)
    assert dragonctl(*APPLY).code == 130
    end_process()
    [run] = dragonctl("history", "--output", "json").document["runs"]
    told = dragonctl("history", run["run"], "--output", "json").document
    assert (run["outcome"], told["changes"]) == ("interrupted", [])
    assert run["changes"] == len(told["unconfirmed"]) > 0
    planned = set(triples(kept))
    assert set(triples({"changes": told["unconfirmed"]})) <= planned
    shown = dragonctl("history", run["run"])
    assert "AWS was asked for this" in shown.stdout
    page = dragonctl("history", run["run"], "--output", "markdown").stdout
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + run["changes"]


def test_what_somebody_did_to_a_plan_that_was_cut_short_is_a_difference(
    kept, dragonctl, dragons, monkeypatch, local_aws
):
    from dragonctl.engine import journal

    real, made = journal.Journal.done, []

    def done(self, step, reading, changes):
        real(self, step, reading, changes)
        if step.resource.kind == "logs-group":
            made.append(step.resource.name)
            raise KeyboardInterrupt

    monkeypatch.setattr(journal.Journal, "done", done)
    assert dragonctl(*APPLY).code == 130
    monkeypatch.setattr(journal.Journal, "done", real)
    local_aws.client("logs").put_retention_policy(logGroupName=made[0], retentionInDays=7)
    assert said(dragonctl(*APPLY)) == {"PlanDiffers"}


def test_what_somebody_did_to_a_plan_that_was_carried_out_is_a_difference(
    kept, dragonctl, local_aws, made_calls
):
    assert dragonctl(*APPLY).code == 0
    group = next(one["resource"] for one in kept["changes"] if one["field"] == "retentionInDays")
    name = group.partition("/")[2]
    local_aws.client("logs").put_retention_policy(logGroupName=name, retentionInDays=7)
    made_calls()
    refused = dragonctl(*APPLY)
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"PlanDiffers"})
    [error] = refused.document["errors"]
    assert error["resource"] == group
    assert "30 was planned, but it has been changed since it was carried out" in error["message"]


def test_code_is_built_again_and_must_be_the_same(theirs, write, dragonctl, made_calls):
    theirs()
    write("ours")
    assert dragonctl("deploy-function", "--dry-run", "--out", "plan.json").code == 0
    write("mine")
    made_calls()
    refused = dragonctl(*APPLY)
    assert (refused.code, made_calls(), said(refused)) == (1, [], {"PlanDiffers"})
    write("ours")
    assert dragonctl(*APPLY).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("setup-observability", "--out", "plan.json"), "keeps the plan of a --dry-run"),
        (("setup-observability", "--dry-run", "--out", "."), "is a folder"),
        (("setup-observability", "--dry-run", "--out", "none/plan.json"), "there is no folder"),
        (("apply", "none.json"), "cannot be read"),
        (("status", "--output", "markdown"), "--output takes text or json, not markdown"),
        (("history", "--output", "markdown"), "history RUN"),
    ],
)
def test_a_slip_is_told_at_once(dragonctl, dragons, made_calls, words, says):
    made_calls()
    refused = dragonctl(*words)
    assert (refused.code, made_calls()) == (2, [])
    assert says in refused.stderr + refused.stdout


def test_nothing_is_kept_where_nothing_would_change(kept, dragonctl, here):
    assert dragonctl(*APPLY).code == 0
    (here / "plan.json").unlink()
    told = dragonctl(*PLAN)
    assert told.code == 0
    assert "Nothing was kept" in told.stderr
    assert not (here / "plan.json").exists()


def test_a_plan_and_a_run_are_tables_for_a_ticket(kept, dragonctl):
    plan = dragonctl(*PLAN[:2], "--output", "markdown")
    run = dragonctl(*APPLY).document["run"]
    told = dragonctl("history", run, "--output", "markdown")
    for page in (plan, told):
        assert page.code == 0
        rows = [line for line in page.stdout.splitlines() if line.startswith("|")]
        assert len(rows) == 2 + len(kept["changes"])
        assert {line.replace("\\|", "").count("|") for line in rows} == {6}
    assert "log level | `OFF` | `INFO`" in plan.stdout
    assert "November 2026" in plan.stdout  # what it adds a month is for whoever approves it
    assert run in told.stdout


@pytest.mark.parametrize(
    "name",
    [
        "a | b",
        "`x`",
        "@someone",
        "https://example.com",
        "[a](b)",
        "**b**",
        "<b>",
        "a\nb",
        "\x1b[1m",
    ],
)
def test_what_aws_sends_is_no_markup_in_a_ticket(name):
    table = changes_table([Change("x/y", "field", name, name)], {"x/y": name})
    *_, row = table.splitlines()
    assert len(table.splitlines()) == 3
    assert row.replace("\\|", "").count("|") == 6
    title = row.split(" | ")[1]
    assert not re.search(r"@\w|://|(?<!\\)[`*<\[]|\x1b", title)

"""What stands in the place of a run's thing, or holds a setting of its own, is told at its undo."""

from __future__ import annotations

import pytest

from tests.applications import small
from tests.applications.builder import Builder
from tests.commands.functions import HANDLER, configuration, stored
from tests.commands.test_undo_of_shared_things import OURS, observed, undone
from tests.local.serving import archive


@pytest.fixture
def application(local_aws):
    return small.build(Builder(local_aws.endpoint))


def test_a_log_group_that_was_made_anew_is_another(application, local_aws, dragonctl):
    logs = local_aws.client("logs")
    run = observed(dragonctl, *OURS)
    logs.delete_log_group(logGroupName="/aws/lambda/small-work")
    logs.create_log_group(logGroupName="/aws/lambda/small-work")
    logs.put_retention_policy(logGroupName="/aws/lambda/small-work", retentionInDays=30)
    told = undone(dragonctl, run)
    assert "/aws/lambda/small-work was left as it is: it was made anew since" in told
    found = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/small-work")["logGroups"]
    assert [one["retentionInDays"] for one in found] == [30]


def test_a_stage_that_was_made_anew_is_another(application, local_aws, dragonctl):
    gateway = local_aws.client("apigateway")
    run = observed(dragonctl, *OURS)
    where = {"restApiId": application.api, "stageName": "prod"}
    stage = gateway.get_stage(**where)
    anew = stage
    while anew["createdDate"] == stage["createdDate"]:  # API Gateway tells it in whole seconds
        gateway.delete_stage(**where)
        gateway.create_stage(**where, deploymentId=stage["deploymentId"], tracingEnabled=True)
        anew = gateway.get_stage(**where)
    assert "/prod was left as it is: it was made anew since" in undone(dragonctl, run)
    assert gateway.get_stage(**where)["tracingEnabled"] is True


def test_what_a_run_made_again_by_undoing_its_undo_is_still_its_own(
    application, local_aws, dragonctl
):
    logs = local_aws.client("logs")
    run = observed(dragonctl, *OURS)
    back = dragonctl("undo", run, "--yes", "--output", "json").document["run"]
    assert undone(dragonctl, back) == ""
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/small-work")["logGroups"]
    undone(dragonctl, run)
    assert not logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/small-work")["logGroups"]


def test_bodies_that_a_method_has_come_to_log_of_its_own_are_told(
    application, local_aws, dragonctl
):
    run = observed(dragonctl, *OURS, "--data-trace", "--log-level", "INFO")
    patch = [
        {"op": "replace", "path": "/~1things/GET/logging/dataTrace", "value": "true"},
        {"op": "replace", "path": "/~1things/GET/logging/loglevel", "value": "ERROR"},
    ]
    where = {"restApiId": application.api, "stageName": "prod"}
    local_aws.client("apigateway").update_stage(**where, patchOperations=patch)
    told = undone(dragonctl, run)
    [line] = [one for one in told.splitlines() if "GET /things" in one]
    assert "bodies in the log of GET /things" in line
    assert "somebody has set it for that part alone" in line
    assert "log level of GET /things" not in line


def test_code_that_somebody_brought_since_keeps_its_processor(
    dragonctl, write, theirs, local_aws, answers
):
    theirs()
    write("ours")
    assert dragonctl("deploy-function", "--architecture", "arm64").code == 0
    colleague = archive(HANDLER.format(answer="another"))
    functions = local_aws.client("lambda")
    functions.update_function_code(
        FunctionName="hello-world", ZipFile=colleague, Architectures=["arm64"]
    )
    back = dragonctl("undo", "--yes")
    assert "code, processor of Function hello-world were changed after" in back.stderr
    assert configuration(local_aws)["Architectures"] == ["arm64"]
    assert configuration(local_aws)["TracingConfig"] == {"Mode": "PassThrough"}
    assert (stored(local_aws), answers()) == (colleague, "another")

"""So many APIs that their stages are set up while what is behind them is still being found out."""

from __future__ import annotations

import json

import pytest

from tests.applications.builder import Builder

SETUP = ("setup-observability", "--all", "--output", "json")


@pytest.fixture
def fleet(local_aws):
    """Six APIs; the function behind them logs to the group of one stage's access log."""
    builder = Builder(local_aws.endpoint)
    apis = [builder.api(f"api-{number}") for number in range(6)]
    group = f"/aws/apigateway/{apis[0].id}/prod/access"
    function = builder.function("work", LoggingConfig={"LogGroup": group})
    for api in apis:
        builder.calls_function(api, "GET", "/things", function)
        builder.stage(api, "prod")
    return apis


def told(document):
    return sorted(json.dumps(one, sort_keys=True) for one in document["changes"])


def test_it_is_as_the_dry_run_said_there_again_and_back(fleet, dragonctl, made_calls):
    planned = dragonctl(*SETUP, "--dry-run")
    made_calls()
    done = dragonctl(*SETUP)
    assert (done.code, told(done.document)) == (0, told(planned.document))
    assert made_calls().count("UpdateStage") == len(fleet)
    again = dragonctl(*SETUP)
    assert (again.code, again.document["changed"], made_calls()) == (0, False, [])
    assert dragonctl(*SETUP, "--check").code == 0
    [run] = dragonctl("history", "--output", "json").document["runs"]
    assert (run["changes"], run["outcome"]) == (len(planned.document["changes"]), "done")
    assert dragonctl("undo", "--yes").code == 0
    assert told(dragonctl(*SETUP, "--dry-run").document) == told(planned.document)


def test_the_group_of_a_stage_goes_though_a_function_that_no_step_changes_wrote_there_before(
    fleet, dragonctl, local_aws
):
    functions, logs, iam = map(local_aws.client, ("lambda", "logs", "iam"))
    may_trace = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    iam.attach_role_policy(RoleName="work-role", PolicyArn=may_trace)
    functions.update_function_configuration(FunctionName="work", TracingConfig={"Mode": "Active"})
    assert dragonctl(*SETUP).code == 0
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/apigateway/")["logGroups"]
    back = dragonctl("undo", "--yes", "--output", "json")
    assert (back.code, back.document["warnings"]) == (0, [])
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/apigateway/")["logGroups"] == []


def test_a_plan_that_was_kept_is_compared_whole_before_anything_changes(
    fleet, dragonctl, local_aws, made_calls
):
    assert dragonctl(*SETUP, "--dry-run", "--out", "plan.json").code == 0
    traced = [{"op": "replace", "path": "/tracingEnabled", "value": "true"}]
    where = {"restApiId": fleet[-1].id, "stageName": "prod"}
    local_aws.client("apigateway").update_stage(**where, patchOperations=traced)
    made_calls()
    refused = dragonctl("apply", "plan.json", "--yes", "--output", "json")
    assert (refused.code, made_calls()) == (1, [])
    assert {one["code"] for one in refused.document["errors"]} == {"PlanDiffers"}


def test_a_stage_that_no_api_has_changes_nothing(fleet, dragonctl, made_calls):
    made_calls()
    refused = dragonctl(*SETUP, "--stage", "nowhere")
    assert (refused.code, made_calls()) == (2, [])

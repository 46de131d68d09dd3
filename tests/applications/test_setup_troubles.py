"""`setup-observability` in accounts that belong to several people, there and back.

On the local AWS and on a stock moto server: what moved is compared field by field.
"""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.applications import small, troubles
from tests.applications.builder import invoke, task, template
from tests.applications.servers import moto_server
from tests.applications.snapshot import moved
from tests.faults.laboratory import laboratory

GROUPS = ("with-key", "infrequent", "for-ever", "a-year")
SETUP = ("setup-observability", "--api", "troubled", "--yes", "--output", "json")
UNDO = ("undo", "--yes", "--output", "json")


@pytest.fixture(scope="module")
def local(local_aws_server):
    with laboratory(server=local_aws_server.server) as place:
        yield place


@pytest.fixture(scope="module")
def stock():
    with moto_server() as url, laboratory(url) as place:
        yield place


def troubled(builder):
    """One API with every trouble behind it: stages, roles, groups, machines."""
    api = builder.api("troubled")
    arns = troubles.roles_of_all_kinds(builder)
    functions = [builder.function(name, role) for name, role in arns.items()]
    functions += [builder.function(name, arns["managed"]) for name in GROUPS]
    troubles.log_groups_of_all_kinds(builder)
    for function in functions:
        builder.calls_function(api, "GET", f"/{function.rpartition(':')[2]}", function)
    watched = troubles.machine_that_logs_elsewhere(builder)
    express = builder.machine(
        "fast", {"A": invoke(functions[0], "B"), "B": task(functions[1])}, type="EXPRESS"
    )
    for machine in (watched, express):
        path = f"/start/{machine.rpartition(':')[2]}"
        builder.starts_machine(api, "POST", path, template(machine))
    for path in ("/orders", "/orders/{id}", "/{proxy+}"):
        builder.method(api, "ANY", path, type="MOCK", uri="")
    with suppress(ClientError):  # moto takes no tilde in a path
        builder.method(api, "ANY", "/a~b", type="MOCK", uri="")
    troubles.account_role(builder, "healthy")
    troubles.resource_policies_near_the_limit(builder)
    troubles.busy_stage(builder, api)
    troubles.overridden_stage(builder, api)
    troubles.observed_stage(builder, api)
    return api


STAGE = r"apis/\w+/stages/"
NEW_GROUP = r"(arn|logGroupArn|logGroupClass|logGroupName|retentionInDays|metricFilterCount)"
MAY_MOVE = (
    STAGE + r"(busy|overridden|observed)/tracingEnabled",
    STAGE + r"(busy|overridden)/accessLogSettings(/\w+)?",
    STAGE + r"(busy|overridden)/methodSettings/[^*].*/loggingLevel",
    STAGE + r"busy/methodSettings/\*/\*/loggingLevel",
    STAGE + r"overridden/methodSettings/\*/\*/\w+",  # the defaults appear with the first setting
    r"functions/(?!bounded|denied)[\w-]+/TracingConfig/Mode",
    r"machines/(watched|fast)/tracingConfiguration(/enabled)?",
    r"machines/fast/loggingConfiguration(/.*)?",
    rf"log groups/API-Gateway-Execution-Logs_\w+/\w+(/Canary)?/{NEW_GROUP}",
    rf"log groups//aws/(apigateway/.*|vendedlogs/states/fast-Logs)/{NEW_GROUP}",
    rf"log groups//aws/lambda/(?!with-key|infrequent|for-ever|a-year)\w+/{NEW_GROUP}",
    r"policies/arn:aws:iam::123456789012:policy/StepFunctionsCWDelivery/.*",
    r"roles/(managed|bare|pathed|elsewhere|fast-role)/attached",
)
"""What a run may touch here: `wildcards` and `ours` have every right, `bounded` and `denied` can
be given none; groups that are there keep their retention, `watched` its group and level."""


def astray(before, after):
    """What moved although nobody named it."""
    keys = moved(before, after)
    return {key: keys[key] for key in keys if not any(re.fullmatch(one, key) for one in MAY_MOVE)}


def test_nothing_moves_that_was_not_named_and_everything_comes_back(local):
    before = local.fresh(troubled)
    result = local.run(*SETUP)
    assert (result.exit_code, result.errors) == (0, [])
    after = local.look()
    assert astray(before, after) == {}
    stages = after["apis"][local.application.id]["stages"]
    levels = {
        key: one["loggingLevel"] for key, one in stages["overridden"]["methodSettings"].items()
    }
    assert levels == dict.fromkeys(levels, "INFO") | {"orders/POST": "ERROR"}
    assert stages["busy"]["methodSettings"]["*/*"]["throttlingRateLimit"] == 55
    assert stages["observed"]["methodSettings"]["*/*"]["loggingLevel"] == "ERROR"
    told = " ".join(result.document["warnings"] + result.document["notes"])
    assert all(word in told for word in ("bounded", "denied", "role/platform/ours is kept"))
    unchanged = local.run(*SETUP)
    assert (unchanged.exit_code, unchanged.writes) == (0, [])
    assert local.run(*UNDO).exit_code == 0
    assert moved(before, local.look()) == {}


# Moto takes the removal of a method's settings and does nothing; what still logs keeps its group.
MOTO_KEEPS = (
    r"apis/\w+/stages/\w+/methodSettings/.*"
    r"|log groups/(API-Gateway-Execution-Logs_|/aws/apigateway/).*"
)


def test_what_a_stock_moto_server_does_not_hold_is_named_and_the_rest_is_done(stock):
    before = stock.fresh(troubled)
    result = stock.run(*SETUP)
    assert result.exit_code == 1
    assert {error["code"] for error in result.errors} == {"NotHeld"}
    assert all(error["message"].endswith("does not hold its tracing.") for error in result.errors)
    after = stock.look()
    assert astray(before, after) == {}
    stages = after["apis"][stock.application.id]["stages"]
    assert [one["tracingEnabled"] for one in stages.values()] == [True] * 3
    assert after["machines"]["fast"]["loggingConfiguration"]["level"] == "ALL"
    undone = stock.run(*UNDO)
    said = {error["code"]: error["message"] for error in undone.errors}
    assert set(said) == {"NotHeld", "Skipped"}
    assert "does not hold its log level" in said["NotHeld"]
    left = [key for key in moved(before, stock.look()) if not re.fullmatch(MOTO_KEEPS, key)]
    assert left == []


@pytest.mark.parametrize(
    ("kind", "says", "replaced"),
    [
        ("gone", "no longer exists: it is replaced", True),
        ("untrusted", "--replace-account-role", False),
        ("unable", "--replace-account-role", False),
    ],
)
def test_the_role_that_all_apis_share(stock, kind, says, replaced):
    """On moto, because AWS refuses to set such roles: they become so later."""

    def build(builder):
        small.build(builder, "troubled")
        troubles.account_role(builder, kind)

    stock.fresh(build)
    result = stock.run(*SETUP, "--dry-run")
    assert says in " ".join(result.document["warnings"])
    kinds = {change["resource"].partition("/")[0] for change in result.document["changes"]}
    assert ("apigateway-account" in kinds) is replaced
    forced = stock.run(*SETUP, "--dry-run", "--replace-account-role").document["changes"]
    assert any(change["field"] == "cloudwatchRoleArn" for change in forced)


def test_a_full_policy_that_others_use_is_refused_and_the_rest_is_done(local):
    def build(builder):
        small.build(builder, "troubled")
        troubles.shared_delivery_policy(builder)

    before = local.fresh(build)
    result = local.run(*SETUP)
    assert result.exit_code == 1
    told = " ".join(error["message"] for error in result.errors)
    assert "StepFunctionsCWDelivery" in told
    after = local.look()
    names = ("policies/", "roles/somebody-elses-machine", "machines/troubled-flow/loggingConf")
    assert [key for key in moved(before, after) if key.startswith(names)] == []
    (stage,) = [api["stages"]["prod"] for api in after["apis"].values()]
    assert stage["tracingEnabled"] is True
    assert local.run(*UNDO).exit_code == 0
    assert moved(before, local.look()) == {}

"""The builders build, and a snapshot sees what moves: on a stock moto server."""

from __future__ import annotations

import pytest

from tests.applications import five_functions, shapes, troubles
from tests.applications.builder import Builder
from tests.applications.servers import moto_server
from tests.applications.snapshot import moved, snapshot


@pytest.fixture(scope="module")
def builder():
    with moto_server() as url:
        yield Builder(url)


def test_every_shape_can_be_built(builder):
    built = [shapes.build(builder, name) for name in shapes.SHAPES]
    account = snapshot(builder)
    for api, behind in built:
        assert account["apis"][api.id]["stages"]["prod"]["variables"]["alias"] == "live"
        assert behind.functions <= account["functions"].keys()
        assert behind.machines <= account["machines"].keys()


def test_a_snapshot_sees_what_moved_and_nothing_else(builder):
    application = five_functions.build(builder)
    before = snapshot(builder)
    assert moved(before, snapshot(builder)) == {}
    patch = [{"op": "replace", "path": "/tracingEnabled", "value": "true"}]
    builder.client("apigateway").update_stage(
        restApiId=application.api, stageName="prod", patchOperations=patch
    )
    builder.client("iam").attach_role_policy(
        RoleName="orders-order-role", PolicyArn=troubles.LOGGING
    )
    assert moved(before, snapshot(builder)) == {
        f"apis/{application.api}/stages/prod/tracingEnabled": (None, True),
        "roles/orders-order-role/attached": ([], [troubles.LOGGING]),
    }


def test_troubles_can_be_built(builder):
    api = builder.api("troubles")
    builder.method(api, "GET", "/orders", type="MOCK", uri="")
    troubles.busy_stage(builder, api)
    troubles.overridden_stage(builder, api)
    troubles.observed_stage(builder, api)
    troubles.roles_of_all_kinds(builder)
    groups = troubles.log_groups_of_all_kinds(builder)
    machine = troubles.machine_that_logs_elsewhere(builder)
    troubles.resource_policies_near_the_limit(builder)
    policy = troubles.shared_delivery_policy(builder)
    role = troubles.account_role(builder, "healthy")
    troubles.two_apis_of_one_name(builder)
    account = snapshot(builder)
    assert account["account"]["cloudwatchRoleArn"] == role
    assert set(groups) <= account["log groups"].keys()
    assert len(account["policies"][policy]["versions"]) == 5
    assert (
        account["machines"][machine.rpartition(":")[2]]["loggingConfiguration"]["level"] == "ERROR"
    )
    keys = account["apis"][api.id]["stages"]["overridden"]["methodSettings"]
    assert {"~1orders/GET", "~1a~0b/GET", "orders/POST"} <= keys.keys()

"""Every member of the operations that write: done and read back, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dragonctl.local.constraints.undone import UNDONE
from tests.aws.models import service_model
from tests.local.members import apigateway, lambda_, others, user_pools
from tests.local.members.world import World

CASES = {
    **{("apigateway", name): case for name, case in apigateway.WRITTEN.items()},
    **{("lambda", name): case for name, case in lambda_.WRITTEN.items()},
    **others.WRITTEN,
    **user_pools.WRITTEN,
}


@pytest.fixture
def world(local_aws, make):
    return World(local_aws, make)


@pytest.mark.parametrize(("service", "operation"), CASES)
def test_what_is_set_is_read_back(world, service, operation):
    case = CASES[service, operation]
    told = case.told(world)
    world.call(service, operation, **case.about(world), **told)
    shown = case.read(world)
    assert {name: shown.get(name) for name in told} == told


@pytest.mark.parametrize(("service", "operation"), CASES)
def test_every_member_of_the_model_is_done_or_refused(world, service, operation):
    """A member that a newer botocore brings fails here, until somebody says what becomes of it."""
    case = CASES[service, operation]
    shape = service_model(service).operation_model(operation).input_shape
    spoken_of = {
        *case.about(world), *case.told(world), *case.elsewhere,
        *UNDONE.get((service, operation), ()),
    }  # fmt: skip
    assert set(shape.members) - spoken_of == set()
    assert all((Path(__file__).parents[1] / name).exists() for name in case.elsewhere.values())

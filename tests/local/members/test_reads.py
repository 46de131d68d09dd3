"""Every member of the operations that read: another answer than without it, or refused by name."""

from __future__ import annotations

import pytest
from botocore import xform_name

from dragonctl.local.constraints.undone import UNDONE
from tests.aws.models import SESSION, service_model
from tests.local.members.reads import READS
from tests.local.members.world import World

TOKENS = {"position", "Marker", "nextToken", "NextToken", "ContinuationToken"}
"""What the answer before gives: asked for by going through the pages."""


@pytest.fixture
def world(local_aws, make):
    return World(local_aws, make)


@pytest.mark.parametrize(("service", "operation"), READS)
def test_each_member_changes_the_answer(world, service, operation):
    case = READS[service, operation]
    needed = case.make(world)
    seen = {"": case.see(world.call(service, operation, **needed))}
    for member, (value, _) in case.answers.items():
        told = value(world) if callable(value) else value
        seen[member] = case.see(world.call(service, operation, **{**needed, member: told}))
    assert seen == {"": case.whole} | {name: one for name, (_, one) in case.answers.items()}


@pytest.mark.parametrize(("service", "operation"), READS)
def test_every_member_of_the_model_is_done_or_refused(world, service, operation):
    """A member that a newer botocore brings fails here, until somebody says what becomes of it."""
    case = READS[service, operation]
    shape = service_model(service).operation_model(operation).input_shape
    spoken_of = {
        *case.make(world), *case.answers, *case.inert, *case.elsewhere, *TOKENS,
        *UNDONE.get((service, operation), ()),
    }  # fmt: skip
    assert set(shape.members) - spoken_of == set()


def pageable():
    """Those of which the size of a page can be told."""
    for service, operation in READS:
        pages = SESSION.get_paginator_model(service)._paginator_config
        limit = pages.get(operation, {}).get("limit_key")
        if limit and limit not in UNDONE.get((service, operation), ()):
            yield service, operation


@pytest.mark.parametrize(("service", "operation"), list(pageable()))
def test_the_pages_are_the_whole(world, service, operation):
    case = READS[service, operation]
    needed = case.make(world)
    pager = world.client(service).get_paginator(xform_name(operation))
    keys = pager.result_keys
    whole, paged = (
        [
            one
            for page in pager.paginate(**needed, **more)
            for key in keys
            for one in key.search(page) or ()
        ]
        for more in ({}, {"PaginationConfig": {"PageSize": 1}})
    )
    assert len(whole) > 1
    assert paged == whole


def test_a_log_group_is_named_by_its_arn_too(world):
    events = READS["logs", "FilterLogEvents"].make(world)
    arn = f"arn:aws:logs:us-east-1:{world.aws.account}:log-group:{events.pop('logGroupName')}"
    answer = world.call("logs", "FilterLogEvents", logGroupIdentifier=arn, **events)
    assert [one["message"] for one in answer["events"]] == ["of one", "of two"]
    streams = world.call("logs", "DescribeLogStreams", logGroupIdentifier=arn)["logStreams"]
    assert [one["logStreamName"] for one in streams] == ["one", "two"]

"""What dragonctl finds behind applications that it has never seen, on an endpoint not its own."""

from __future__ import annotations

import pytest

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.aws.client import Aws, Connection
from dragonctl.engine.reads import Reads
from dragonctl.errors import UsageError
from tests.applications import shapes, troubles
from tests.applications.builder import Builder
from tests.applications.servers import moto_server


@pytest.fixture(scope="module")
def builder():
    with moto_server() as url:
        yield Builder(url)


def find(builder, **selection):
    connection = Connection(
        region=builder.region,
        endpoint_url=builder.endpoint,
        access_key="testing",
        secret_key="testing",
    )
    return discover(Reads(Aws(connection)), Selection(**selection))


@pytest.mark.parametrize("name", [*shapes.SHAPES, "many_resources"])
def test_what_is_behind_each_shape(builder, name):
    api, behind = shapes.build(builder, name)
    found = find(builder, api=api.id)
    assert {function.name for function in found.functions} == behind.functions
    assert {machine.name for machine in found.machines} == behind.machines
    qualified = {
        thing.name
        for thing in (*found.functions, *found.machines)
        if set(thing.qualifiers) - {None}
    }
    assert qualified == set(behind.qualified)
    for word in behind.warned:
        assert any(word in warning for warning in found.warnings), (word, found.warnings)
    if not behind.warned:
        assert found.warnings == ()


def test_a_whole_name_that_looks_like_a_pattern_means_the_api_that_bears_it(builder):
    odd, like = builder.api("orders [ab]"), builder.api("orders a")
    assert [api.id for api in find(builder, api="orders [ab]").apis] == [odd.id]
    assert {api.id for api in find(builder, api="orders ?*").apis} == {odd.id, like.id}


def test_an_api_name_used_twice_is_asked_about(builder):
    twins = troubles.two_apis_of_one_name(builder)
    with pytest.raises(UsageError) as caught:
        find(builder, api="twins")
    assert all(twin.id in str(caught.value) for twin in twins)
    assert find(builder, api=twins[1].id).api.id == twins[1].id


def test_an_http_api_is_refused_by_name(builder):
    made = builder.client("apigatewayv2").create_api(Name="modern", ProtocolType="HTTP")
    for name in ("modern", made["ApiId"]):
        with pytest.raises(UsageError, match="HTTP API"):
            find(builder, api=name)

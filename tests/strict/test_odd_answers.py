"""Answers of a shape that no API has: one clear sentence, whatever the member and the call."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragonctl.application.apis import Selection
from dragonctl.application.discovery import discover
from dragonctl.aws.answers import DEEPEST, OddAnswerError, loads
from dragonctl.aws.client import Aws, Connection
from dragonctl.aws.quota import Quotas
from dragonctl.engine.events import ignore_event
from dragonctl.engine.plan import plan
from dragonctl.engine.reads import Reads
from dragonctl.errors import ODD, AwsError, DragonError
from dragonctl.recipes.observability import Options, observability, survey
from dragonctl.status.observations import look
from dragonctl.status.problem import CommandContext
from dragonctl.status.report import document
from tests.engine.fakes import Time
from tests.strict import applications as accounts
from tests.strict.test_strict_aws import SETUP, known, person
from tests.strict.wire import serve
from tests.strict.world import Delays

AT_ONCE = Delays(0, 0, 0, 0, 0, 0, 0, 0, gateway_rate=1e6, gateway_burst=1e6)
NOW = datetime(2026, 11, 27, tzinfo=UTC)
EXAMPLES = 80 if settings.get_current_profile_name() == "deep" else 25
"""Each is a whole `status` and a whole plan."""
OPERATIONS = (
    "GetCallerIdentity", "GetRestApis", "GetStages", "GetResources", "GetAccount", "GetAlias",
    "GetFunctionConfiguration", "DescribeStateMachine", "DescribeLogGroups", "GetRole",
    "GetPolicy", "ListAttachedRolePolicies", "ListVersionsByFunction",
    "DescribeResourcePolicies", "ListTags", "GetMetricData",
)  # fmt: skip


def deep(levels):
    return json.loads("[" * levels + "]" * levels)


ODD_VALUES = st.sampled_from(
    [7, 1.5, True, "", "x", "{", [], [None], [7], {}, {"x": {}}, deep(300)]
)


class Twisted:
    """A strict AWS of whose answers to one operation one place is twisted, by number or name."""

    def __init__(self, world):
        self.world, self.operation, self.spot, self.value = world, "", 0, None

    def handle(self, service, operation, params):
        answer = self.world.handle(service, operation, params)
        if operation == self.operation:
            spots = list(_spots(answer))
            named = [one for one in spots if one[1] == self.spot]
            chosen = named if isinstance(self.spot, str) else spots[self.spot % (len(spots) or 1) :]
            for holder, key in chosen[:1]:
                if self.value is None:
                    del holder[key]
                else:
                    holder[key] = self.value
        return answer


def _spots(value):
    """Every place in an answer: what holds it, and its key there."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(one, dict | list):
            yield from _spots(one)


@pytest.fixture(scope="module")
def twisted():
    world = known(accounts.shop(AT_ONCE))
    twisted = Twisted(world)
    with serve(twisted.handle) as url:
        time = Time()  # the quotas of an account hold up nobody here
        quotas = Quotas(time.clock, time.sleep)
        twisted.aws = Aws(Connection(None, "us-east-1", url, "testing", "testing"), quotas)
        yield twisted


def everything(aws):
    """What `status` and the plan of `setup-observability` read and make of it."""
    time = Time()
    reads = Reads(aws, ignore_event, time.clock, time.sleep)
    app = discover(reads, Selection(api="shop"))
    recipe = observability(app, survey(reads, app), Options(publish=True))
    plan(reads, recipe.steps)
    return document(look(reads, app, CommandContext(), NOW), NOW)


@given(
    st.sampled_from(OPERATIONS),
    st.integers(0, 400),
    st.one_of(st.none(), ODD_VALUES),
)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_no_answer_is_met_with_a_defect(twisted, operation, spot, value):
    twisted.operation, twisted.spot, twisted.value = operation, spot, value
    with suppress(DragonError):  # a sentence; anything else would be a defect
        json.dumps(everything(twisted.aws), default=str)


@pytest.mark.parametrize(
    ("operation", "spot", "value", "words"),
    [
        ("GetRestApis", "name", 7, "items[0].name: a number where a text belongs"),
        ("GetStages", "item", {"x": 1}, "another shape than this API has"),
        ("DescribeStateMachine", "roleArn", None, "has no roleArn"),
        ("GetFunctionConfiguration", "Role", None, "has no Role"),
        ("GetResources", "path", deep(300), "nested more than"),
        ("GetFunctionConfiguration", "TracingConfig", ["x"], "another shape than this API has"),
    ],
)
def test_it_is_said_what_was_odd_in_the_answer_to_which_call(
    twisted, operation, spot, value, words
):
    twisted.operation, twisted.spot, twisted.value = operation, spot, value
    with pytest.raises(AwsError) as caught:
        everything(twisted.aws)
    assert (caught.value.code, caught.value.operation) == (ODD, operation)
    assert words in str(caught.value)


@given(st.integers(0, 3000))
def test_json_is_read_to_a_depth_that_a_reader_can_follow(levels):
    text = "[" * levels + "]" * levels if levels else "7"
    try:
        loads(text)
    except OddAnswerError:
        assert levels > DEEPEST
    else:
        assert levels <= DEEPEST


def test_a_change_whose_answer_is_odd_is_looked_at_again_and_can_be_undone(tmp_path):
    world = known(accounts.shop())
    before = accounts.comparable(world)
    answer = world.operations["lambda.UpdateFunctionConfiguration"]
    world.operations["lambda.UpdateFunctionConfiguration"] = lambda world, params: {
        **answer(world, params), "CodeSha256": 7, "Role": ["x"],
    }  # fmt: skip
    with person(world, tmp_path) as ann:
        done = ann.types(*SETUP)
        assert "did not expect" not in done.stdout + done.stderr
        ann.types("undo", "--yes")
    after = accounts.comparable(world)
    assert after["apigateway"] == before["apigateway"]

"""What keeps a thing from being deleted: what somebody else put there, and what would be lost."""

from __future__ import annotations

import pytest

from dragonctl.engine.model import Reading
from dragonctl.resources.iam_role import Role
from dragonctl.resources.lambda_alias import VERSION, WEIGHTS, Alias
from dragonctl.resources.logs_group import LogGroupSettings

EVENT = {"events": [{"message": "kept"}]}
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class Answers:
    """AWS as it answers these reads; ``pages`` of events come one after the other."""

    account, region, elsewhere = "123456789012", "eu-west-1", frozenset()

    def __init__(self, pages=(), attached=(), inside=()):
        self.events = iter(pages)
        self.lists = {
            "ListAttachedRolePolicies": [
                {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in attached
            ],
            "ListRolePolicies": list(inside),
        }

    def get(self, service, operation, **params):
        nothing = {"Role": {}} if operation == "GetRole" else {}
        return next(self.events) if operation == "FilterLogEvents" else nothing

    def pages(self, service, operation, key, **params):
        return self.lists[operation]

    def concurrently(self, *reads):
        return [read() for read in reads]


@pytest.mark.parametrize(
    ("stored", "pages", "told"),
    [
        (0, [{"events": []}], None),
        (0, [EVENT], "it holds log events"),
        (0, [{"events": [], "nextToken": "1"}, {"events": []}], None),
        (0, [{"events": [], "nextToken": "1"}, EVENT], "it holds log events"),
        (0, [{"events": [], "nextToken": str(n)} for n in range(99)], "it holds log events"),
        (7, [], "it holds log events"),
    ],
)
def test_events_on_any_page_are_not_deleted(stored, pages, told):
    reading = Reading({"name": "g", "retentionInDays": None}, {"bytes": stored})
    assert LogGroupSettings("g").data_lost_on_delete(Answers(pages), reading) == told


@pytest.mark.parametrize(
    ("attached", "inside", "done", "told"),
    [
        ([], [], {}, None),
        ([READ], [], {}, "the policy ReadOnlyAccess is attached to it"),
        ([READ], [], {"iam-role-policies/r": None}, None),
        ([READ], [], {"iam-role-policies/r": Reading({f"policies/{READ}": True}, {})},
         "the policy ReadOnlyAccess is attached to it"),
        ([READ], [], {"iam-role-policies/other": None},
         "the policy ReadOnlyAccess is attached to it"),
        ([], ["theirs"], {}, "the inline policy theirs is in it"),
        ([], ["ours"], {"iam-inline-policy/r/ours": None}, None),
    ],
)  # fmt: skip
def test_a_role_with_somebody_else_s_policy_stays(attached, inside, done, told):
    reading = Reading({}, {"used": {}})
    assert (
        Role("r").obstacle(Answers(attached=attached, inside=inside), reading, None, done) == told
    )


@pytest.mark.parametrize(
    ("want", "routing"),
    [
        ({VERSION: "2"}, None),
        ({VERSION: "2", WEIGHTS: None}, None),
        ({VERSION: "2", WEIGHTS: {"1": 0.1}}, {"AdditionalVersionWeights": {"1": 0.1}}),
    ],
)
def test_an_alias_is_made_with_its_weights(want, routing):
    (call,) = Alias("f", "live").calls(None, want)
    assert call.operation == "CreateAlias"
    assert call.params.get("RoutingConfig") == routing

"""What is behind a shape's API, and what a request reads that its cache key does not hold."""

from __future__ import annotations

import pytest

from tests.corpus.expectations import behind, read_outside_key
from tests.corpus.shape import OWN, load

SHAPES = {one.name: one for one in load(OWN)}


@pytest.mark.parametrize(
    ("name", "functions", "machines", "worked_out"),
    [
        ("cdk-stage-variables-backends", {"greet-dev", "greet-prod"}, set(), set()),
        ("cdk-request-authorizer-groups", {"AuthFunction", "BackendFunction"}, set(), set()),
        ("cdk-scatter-gather", set(), {"ScatterGather"}, {"Get quote"}),
        ("cdk-workflow-within-workflow", {"inner-step", "outer-step"},
         {"outer", "middle", "inner-express"}, {"Choose"}),
        ("tf-machine-alias", {"worker"}, {"rolled-out"}, set()),
        ("cdk-pet-store-http", set(), set(), set()),
    ],
)  # fmt: skip
def test_what_is_behind_an_api(name, functions, machines, worked_out):
    found = behind(SHAPES[name])
    assert (found.functions, found.machines, found.worked_out) == (functions, machines, worked_out)


def reads(template="", kind="AWS", mapped=(), params=()):
    integration = {"type": kind, "requestTemplates": {"application/json": template}}
    return {
        "integration": {**integration, "requestParameters": dict(mapped)},
        "params": dict.fromkeys(params, False),
    }


HEADER = "method.request.header.X-Tenant"
INNER = "integration.request.header.T"


@pytest.mark.parametrize(
    ("method", "key", "outside"),
    [
        (reads("$input.params('id')"), set(), {"$input.params('id')"}),
        (reads("$input.params('id')"), {"method.request.path.id"}, set()),
        (reads("$input.params().header.get('X-Tenant')"), set(), {HEADER}),
        (reads("$input.params().header.get('x-tenant')"), {HEADER}, set()),
        (reads("$context.identity.sourceIp $context.requestId"), set(),
         {"$context.identity.sourceIp"}),
        (reads("#set($all = $input.params())"), {HEADER}, {"every parameter"}),
        (reads("$input.params('id')", kind="AWS_PROXY"), set(), set()),
        (reads(mapped={INNER: HEADER}), set(), {HEADER}),
        (reads(mapped={INNER: HEADER}), {INNER}, set()),
        (reads(mapped={INNER: "'fixed'"}), set(), set()),
        (reads(params=["method.request.querystring.q", HEADER]), set(),
         {"method.request.querystring.q"}),
    ],
)  # fmt: skip
def test_what_a_request_reads_outside_its_key(method, key, outside):
    assert read_outside_key(method, key) == outside

"""Each restriction on functions at the edge, broken once."""

from __future__ import annotations

import pytest

from dragonctl.recipes.edge.limits import broken_limits

FITS = {
    "Runtime": "python3.13",
    "MemorySize": 128,
    "Timeout": 5,
    "Architectures": ["x86_64"],
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "PackageType": "Zip",
}
ANYWHERE = [
    ({"Environment": {"Variables": {"A": "b"}}}, "environment variables"),
    ({"Layers": [{"Arn": "arn:aws:lambda:us-east-1:1:layer:x:1"}]}, "layers"),
    ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "VPC"),
    ({"TracingConfig": {"Mode": "Active"}}, "tracing"),
    ({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:1:q"}}, "dead-letter queue"),
    ({"ReservedConcurrentExecutions": 0}, "reserved concurrency"),
    ({"PackageType": "Image", "Runtime": None}, "container image"),
    ({"Architectures": ["arm64"]}, "arm64"),
    ({"Runtime": "ruby3.3"}, "ruby3.3"),
    ({"EphemeralStorage": {"Size": 513}}, "/tmp"),
]


@pytest.mark.parametrize("event", ["viewer-request", "origin-response"])
@pytest.mark.parametrize(("setting", "word"), ANYWHERE)
def test_what_no_edge_function_may_have(setting, word, event):
    [sentence] = broken_limits({**FITS, **setting}, event, 1000)
    assert word in sentence


@pytest.mark.parametrize(
    ("event", "setting", "zip_bytes", "broken"),
    [
        ("viewer-request", {}, 1_048_576, False),
        ("viewer-request", {}, 1_048_577, True),
        ("viewer-response", {"MemorySize": 129}, 1, True),
        ("viewer-request", {"Timeout": 6}, 1, True),
        ("origin-request", {"MemorySize": 10240, "Timeout": 30}, 52_428_800, False),
        ("origin-request", {"Timeout": 31}, 1, True),
        ("origin-response", {}, 52_428_801, True),
    ],
)
def test_how_much_an_event_allows(event, setting, zip_bytes, broken):
    assert bool(list(broken_limits({**FITS, **setting}, event, zip_bytes))) is broken


def test_a_function_as_lambda_makes_it_fits():
    assert not list(
        broken_limits({"Runtime": "python3.13", "MemorySize": 128}, "viewer-request", 9)
    )

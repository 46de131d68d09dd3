"""AWS's layers of OpenTelemetry: which one a function gets, and what a list of layers becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.resources.lambda_layers import is_layer_arn, with_layers, without_version
from dragonctl.resources.opentelemetry_layers import carries_opentelemetry, layer_for

PATHS = [f"arn:aws:lambda:us-east-1:111122223333:layer:{name}" for name in "abcdefg"]
NEW = "arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroPython"
lists = st.lists(
    st.tuples(st.sampled_from([*PATHS, NEW]), st.integers(1, 9)), unique_by=lambda one: one[0]
).map(lambda found: [f"{path}:{version}" for path, version in found])


@pytest.mark.parametrize(
    ("runtime", "region", "partition", "arn"),
    [
        ("python3.13", "us-east-1", "aws", f"{NEW}:29"),
        ("python3.13", "eu-central-2", "aws",
         "arn:aws:lambda:eu-central-2:156041407956:layer:AWSOpenTelemetryDistroPython:23"),
        ("nodejs22.x", "cn-north-1", "aws-cn",
         "arn:aws-cn:lambda:cn-north-1:440179912924:layer:AWSOpenTelemetryDistroJs:8"),
        ("java21", "us-west-2", "aws",
         "arn:aws:lambda:us-west-2:615299751070:layer:AWSOpenTelemetryDistroJava:16"),
        ("dotnet8", "us-east-1", "aws",
         "arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroDotNet:14"),
        ("python3.13", "me-south-1", "aws", None),  # AWS's table has Node.js alone there
        ("python3.13", "us-gov-west-1", "aws-us-gov", None),
        ("ruby3.4", "us-east-1", "aws", None),
        ("provided.al2023", "us-east-1", "aws", None),
        ("", "us-east-1", "aws", None),
    ],
)  # fmt: skip
def test_the_layer_is_that_of_aws_s_table(runtime, region, partition, arn):
    assert layer_for(runtime, region, partition) == arn


@given(lists, st.integers(1, 9))
def test_a_layer_that_is_added_and_taken_off_leaves_the_list_as_it_was(before, version):
    now = [arn for arn in before if without_version(arn) != NEW]
    added = with_layers(now, {NEW: f"{NEW}:{version}"})
    assert added == [*now, f"{NEW}:{version}"]
    assert with_layers(added, {NEW: None}) == now


@given(lists, st.integers(1, 9))
def test_another_version_takes_the_same_place_and_gives_it_back(before, version):
    held = {without_version(arn): arn for arn in before}
    changed = with_layers(before, {NEW: f"{NEW}:{version}"})
    assert [without_version(arn) for arn in changed][: len(before)] == list(held)
    assert with_layers(changed, {NEW: held.get(NEW)}) == before


@given(lists)
def test_one_tracing_layer_in_the_place_of_another_goes_back_there(before):
    mine = f"{PATHS[0]}:1"
    held = [arn for arn in before if without_version(arn) != PATHS[0]]
    gone = {without_version(arn): None for arn in held if without_version(arn) == NEW}
    changed = with_layers(held, {**gone, PATHS[0]: mine})
    assert mine in changed
    back = {without_version(arn): arn for arn in held if without_version(arn) == NEW}
    assert with_layers(changed, {**back, PATHS[0]: None}) == held


@pytest.mark.parametrize(
    ("arn", "is_one"),
    [
        (f"{NEW}:29", True),
        (NEW, False),
        (f"{NEW}:0", False),
        ("arn:aws:lambda:us-east-1:1:layer:x:1", False),
        ("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:my-copy:2", True),
    ],
)
def test_the_arn_of_a_version(arn, is_one):
    assert is_layer_arn(arn) is is_one


@pytest.mark.parametrize(
    ("name", "carries"),
    [
        ("aws-otel-nodejs-arm64-ver-1-30-2", True),
        ("opentelemetry-python-0_21_0", True),
        ("AWSOpenTelemetryDistroJs", True),
        ("Datadog-Python313", False),
        ("AWSLambdaPowertoolsPythonV3-python313-x86_64", False),
    ],
)
def test_a_layer_is_known_by_its_name(name, carries):
    assert carries_opentelemetry(f"arn:aws:lambda:us-east-1:1:layer:{name}:3") is carries

"""The tracer that a source uses, and the refusal of another one."""

from __future__ import annotations

import pytest

from dragonctl.packaging.errors import PackagingError
from dragonctl.packaging.tracing.choice import TracerRequest, choose, imports

XRAY = "from aws_xray_sdk.core import patch_all\n"
POWERTOOLS = "from aws_lambda_powertools import Logger, Tracer\n"
INSTEAD = """
try:
    from opentelemetry import trace
except ImportError:
    from aws_xray_sdk.core import patch_all
"""
LOGGER = "from aws_lambda_powertools import Logger\n"
API = "def f():\n    from opentelemetry import trace\n"
OWN = "import boto3\nfrom opentelemetry.sdk.trace import TracerProvider\n"
EITHER = """
try:
    from aws_xray_sdk.core import patch_all
except ImportError:
    patch_all = None
try:
    from opentelemetry import trace
except (ImportError, OSError):
    trace = None
"""


@pytest.fixture
def judged(write):
    def judge(text, request=None, requirements=()):
        source = write({"app.py": text})
        found = imports({"app.py": source / "app.py"})
        return choose(request or TracerRequest(), found, set(requirements))

    return judge


@pytest.mark.parametrize(
    ("text", "requirements", "tracer"),
    [
        ("", [], "xray"),
        (XRAY, [], "xray"),
        (POWERTOOLS, [], "xray"),
        (LOGGER, [], "xray"),
        (API, [], "otel"),
        (LOGGER + API, [], "otel"),
        (XRAY + API, [], "xray"),
        (EITHER, [], "xray"),
        ("", ["opentelemetry-api"], "otel"),
        ("", ["aws-xray-sdk"], "xray"),
        (API, ["aws-xray-sdk"], "xray"),
        (OWN, [], "none"),
        (API, ["aws-opentelemetry-distro"], "none"),
        ("from .opentelemetry import trace\n", [], "xray"),
        ("this is no Python\n", [], "xray"),
    ],
)
def test_a_source_gets_the_tracer_that_it_uses(judged, text, requirements, tracer):
    assert judged(text, requirements=requirements).tracer == tracer


def test_a_source_that_uses_none_keeps_what_its_function_has(judged):
    earlier = TracerRequest(packed="otel")
    assert judged("", earlier).tracer == "otel"
    assert judged(EITHER, earlier).tracer == "otel"
    assert judged(XRAY, earlier).tracer == "xray"


def test_what_has_a_layer_with_opentelemetry_gets_no_second_one(judged):
    layered = TracerRequest(traced_by="AWSOpenTelemetryDistroPython")
    assert judged(API, layered).tracer == "none"
    assert "AWSOpenTelemetryDistroPython" in judged("", layered).note
    assert judged(XRAY, layered).tracer == "xray"  # it would not be importable otherwise
    with pytest.raises(PackagingError, match="AWSOpenTelemetryDistroPython"):
        judged("", TracerRequest("otel", "AWSOpenTelemetryDistroPython"))


@pytest.mark.parametrize(
    ("text", "tracer", "says"),
    [
        ("import json\n" + XRAY, "otel", "line 2: the source imports aws_xray_sdk.core"),
        (POWERTOOLS, "otel", "line 1: the source imports aws_lambda_powertools.tracing"),
        (API, "xray", "line 2: the source imports opentelemetry"),
        (OWN, "otel", "line 2"),
    ],
)
def test_a_source_that_needs_another_tracer_is_refused_by_file_and_line(judged, text, tracer, says):
    with pytest.raises(PackagingError) as caught:
        judged(text, TracerRequest(tracer))
    assert says in str(caught.value)
    assert "app.py" in str(caught.value)
    assert "--tracer none" in caught.value.hint


@pytest.mark.parametrize("text", ["", EITHER, INSTEAD, LOGGER])
@pytest.mark.parametrize("tracer", ["xray", "otel", "none"])
def test_a_source_that_needs_no_tracer_takes_any(judged, text, tracer):
    assert judged(text, TracerRequest(tracer)).tracer == tracer


@pytest.mark.parametrize("text", [XRAY, API, OWN])
def test_none_is_never_refused_for_a_layer_may_bring_the_tracer(judged, text):
    assert judged(text, TracerRequest("none")).tracer == "none"

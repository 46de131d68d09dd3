"""`traces ID` where several APIs are there: the id says which trace it is, and so whose."""

import json
import time

import pytest

from tests.applications import small
from tests.applications.builder import Builder

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"


def part(ident, name, trace, now, **more):
    document = {"id": ident, "name": name, "trace_id": trace, "start_time": now, **more}
    return json.dumps({**document, "end_time": now + 0.1})


@pytest.fixture
def trace(local_aws):
    """Its id: of a request to ``south``, one of two applications, whose function wrote a line."""
    builder = Builder(local_aws.endpoint)
    small.build(builder, "north")
    api = small.build(builder, "south").api
    now = time.time()
    ident = f"1-{int(now):08x}-0123456789abcdef01234567"
    function = f"arn:aws:lambda:{local_aws.region}:123456789012:function:south-work"
    stage = f"arn:aws:apigateway:{local_aws.region}::/restapis/{api}/stages/prod"
    below = {"parent_id": "1000000000000001", "origin": "AWS::Lambda"}
    local_aws.client("xray").put_trace_segments(
        TraceSegmentDocuments=[
            part("1000000000000001", "south/prod", ident, now, resource_arn=stage),
            part("1000000000000002", "south-work", ident, now, resource_arn=function, **below),
            part("1000000000000003", "gone", ident, now, resource_arn=f"{function}-gone", **below),
        ]
    )
    logs, place = local_aws.client("logs"), {"logGroupName": "/aws/lambda/south-work"}
    logs.create_log_group(**place)
    logs.create_log_stream(**place, logStreamName="s")
    line = f"REPORT RequestId: {REQUEST}\tDuration: 1.00 ms\nXRAY TraceId: {ident}\tSampled: true"
    event = {"timestamp": int(now * 1000), "message": line}
    logs.put_log_events(**place, logStreamName="s", logEvents=[event])
    return ident


def test_a_trace_is_shown_without_choosing_an_application(trace, dragonctl):
    assert dragonctl("traces").code == 2  # of which of the two is not known
    shown = dragonctl("traces", trace)
    assert (shown.code, "south/prod" in shown.stdout) == (0, True)
    document = dragonctl("traces", trace, "--output", "json").document
    assert {item["name"] for item in document["segments"]} == {"south/prod", "south-work", "gone"}


def test_its_log_lines_are_those_of_the_application_that_it_names(trace, dragonctl, tmp_path):
    (tmp_path / "here" / "dragonctl.toml").write_text('api = "north"\n')
    assert REQUEST[:8] in dragonctl("traces", trace, "--logs").stdout
    (line,) = dragonctl("traces", trace, "--logs", "-o", "json").document["logs"]
    assert REQUEST in line["text"]
    named = dragonctl("traces", trace, "--logs", "--api", "north", "-o", "json").document
    assert named["logs"] == []


def test_a_trace_that_is_not_there_is_said_to_be_missing_not_an_api(trace, dragonctl):
    missing = dragonctl("traces", "1-65a0b0c0-0123456789abcdef01234567")
    assert (missing.code, "X-Ray has no trace" in missing.stderr) == (1, True)

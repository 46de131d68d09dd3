"""CloudWatch Logs' filter patterns, as the user guide tells them."""

import json
import time

import pytest

from dragonctl.local import log_patterns
from dragonctl.local.messages import AwsError

LINES = {
    "error": "[ERROR] 400 BAD REQUEST: no such dragon",
    "info": "[INFO] all is well",
    "json": json.dumps({"status": 502, "path": "/dragons", "ip": "10.0.0.1", "who": None,
                        "tags": ["a", {"b": True}], "a-b": "x"}),
    "access": '127.0.0.1 frank [10/Oct/2026:13:25:15] "GET /dragons" 404 1534',
}  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", {"error", "info", "json", "access"}),
        ("ERROR", {"error"}),
        ("error", set()),
        ("ERR", set()),
        ("BAD dragon", {"error"}),
        ("BAD well", set()),
        ('"BAD REQUEST"', {"error"}),
        ('"REQUEST BAD"', set()),
        ("?ERROR ?INFO", {"error", "info"}),
        ("dragons -ERROR", {"json", "access"}),
        ('dragons -"BAD REQUEST"', {"json", "access"}),
        ("%4[0-9]{2}%", {"error", "access"}),
        ("{ $.status = 502 }", {"json"}),
        ('{ $.status >= 500 && $.path = "/drag*" }', {"json"}),
        ("{ ($.status < 500) || ($.ip = %^10%) }", {"json"}),
        ("{ $.status != 502 }", set()),
        ("{ $.who IS NULL }", {"json"}),
        ("{ $.nobody NOT EXISTS }", {"json"}),
        ("{ $.tags[1].b IS TRUE }", {"json"}),
        ("{ $.tags[0] = a }", {"json"}),
        ("{ $.['a-b'] = \"x\" }", {"json"}),
        ("{ $.missing = 1 }", set()),
        ("[ip, user, time, request, status=4*, bytes]", {"access"}),
        ("[ip, user, time, request, status, bytes > 2000]", set()),
        ("[ip, ..., bytes]", {"access", "error", "info", "json"}),
    ],
)  # fmt: skip
def test_a_pattern_finds_its_lines(pattern, expected):
    test = log_patterns.parse(pattern)
    assert {name for name, line in LINES.items() if test(line)} == expected


@pytest.mark.parametrize(
    "pattern", ["{ $.a }", "{ $.a = }", "{ a = 1 }", "%(%", "{ ($.a = 1 }", "a|b"]
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(AwsError) as caught:
        log_patterns.parse(pattern)
    assert caught.value.code == "InvalidParameterException"


def test_a_group_is_read_by_time_across_streams_and_pages(local_aws):
    logs = local_aws.client("logs")
    logs.create_log_group(logGroupName="g")
    moment = int(time.time() * 1000)  # CloudWatch Logs takes nothing that is older than 14 days
    for number, stream in enumerate("abc"):
        logs.create_log_stream(logGroupName="g", logStreamName=stream)
        events = [
            {"timestamp": moment + 10 * step + number, "message": f"{step} {stream} x"}
            for step in range(5)
        ]
        logs.put_log_events(logGroupName="g", logStreamName=stream, logEvents=events)
    seen, token = [], {}
    while True:
        page = logs.filter_log_events(
            logGroupName="g", filterPattern="x -b", startTime=moment + 10, limit=3, **token
        )
        seen += [event["message"] for event in page["events"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert seen == [f"{step} {stream} x" for step in range(1, 5) for stream in "ac"]


def test_a_group_is_read_from_its_end_back_and_the_token_keeps_the_direction(local_aws):
    logs = local_aws.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    moment = int(time.time() * 1000)  # CloudWatch Logs takes nothing that is older than 14 days
    events = [{"timestamp": moment + step, "message": str(step)} for step in range(5)]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    asked = {"logGroupName": "g", "startTime": moment + 1, "limit": 2}
    first = logs.filter_log_events(**asked, startFromHead=False)
    second = logs.filter_log_events(**asked, startFromHead=True, nextToken=first["nextToken"])
    assert [event["message"] for event in first["events"] + second["events"]] == list("4321")
    assert "nextToken" not in second
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.filter_log_events(logGroupName="g", startTime=1_704_067_199_999, startFromHead=False)


def test_live_tails_are_refused_by_name(local_aws, make):
    logs = local_aws.client("logs")
    with pytest.raises(logs.exceptions.ClientError, match="live tails"):
        logs.start_live_tail(logGroupIdentifiers=[make.group()])

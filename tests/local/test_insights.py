"""Logs Insights on the local AWS: dragonctl's own queries, and the language that they need."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.application.log_queries import PRESETS
from dragonctl.local.insights.query import parse
from dragonctl.local.messages import AwsError
from tests.local.refusals import refused

NOW = int(time.time())
REPORT = (
    "REPORT RequestId: 1-2-3\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 40 MB\tInit Duration: 100.5 ms\t"
)


@pytest.fixture
def logs(local_aws):
    return local_aws.client("logs")


def write(logs, group, *messages):
    """Write lines into a group, a millisecond apart; JSON of what is no text."""
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    lines = [one if isinstance(one, str) else json.dumps(one) for one in messages]
    events = [{"timestamp": NOW * 1000 + n, "message": one} for n, one in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


def answered(logs, text, *groups, **more):
    """The rows of a query's answer, as dicts without their pointers."""
    ident = logs.start_query(
        logGroupNames=list(groups), startTime=NOW - 60, endTime=NOW + 60, queryString=text, **more
    )["queryId"]
    answer = logs.get_query_results(queryId=ident)
    assert answer["status"] == "Complete"
    return [
        {one["field"]: one["value"] for one in row if one["field"] != "@ptr"}
        for row in answer["results"]
    ]


ACCESS = (
    {"httpMethod": "GET", "path": "/a", "resourcePath": "/{id}", "status": "200",
     "responseLatency": "12", "integrationLatency": "10", "requestId": "r1"},
    {"httpMethod": "GET", "path": "/b", "resourcePath": "/{id}", "status": "503",
     "responseLatency": "120", "integrationLatency": "-", "requestId": "r2"},
    {"httpMethod": "GET", "path": "/c", "status": "404", "responseLatency": "9",
     "integrationLatency": "5", "requestId": "r3"},
)  # fmt: skip
STATES = (
    {"type": "TaskFailed", "details": {"error": "E", "resource": "lambda"}},
    {"type": "TaskFailed", "details": {"error": "E", "resource": "lambda"}},
    {"type": "TaskSucceeded", "details": {"resource": "lambda"}},
)
ANSWERS = {
    "slowest-requests": (ACCESS, [
        {"requestId": "r2", "responseLatency": "120"}, {"requestId": "r1"},
        {"requestId": "r3", "status": "404"}]),
    "errors-by-path": (ACCESS, [
        {"httpMethod": "GET", "route": "/{id}", "status": "503", "errors": "1"},
        {"httpMethod": "GET", "route": "/c", "status": "404", "errors": "1"}]),
    "cold-starts": ((REPORT, REPORT.replace("\tInit Duration: 100.5 ms", "")), [
        {"@log": "123456789012:g", "calls": "2", "coldStarts": "1", "averageInitMs": "100.5",
         "longestInitMs": "100.5"}]),
    "cache-misses": (ACCESS, [
        {"resourcePath": "/{id}", "misses": "1", "averageMs": "12"},
        {"misses": "1", "averageMs": "9"}]),
    "failing-states": (STATES, [{"type": "TaskFailed", "details.error": "E",
                                 "details.resource": "lambda", "failures": "2"}]),
}  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_a_query_of_dragonctl_has_its_answer(logs, name):
    lines, expected = ANSWERS[name]
    write(logs, "g", *lines)
    rows = answered(logs, PRESETS[name].text, "g")
    assert len(rows) == len(expected)
    for row, part in zip(rows, expected, strict=True):
        assert {key: row.get(key) for key in part} == part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fields n", [{"n": "10"}, {"n": "9"}, {}]),
        ("fields n | sort n asc", [{}, {"n": "9"}, {"n": "10"}]),
        ("display s, n | filter n > 9", [{"s": "b", "n": "10"}]),
        ("fields s | filter n in [9, 11] or not ispresent(n)", [{"s": "Ab"}, {"s": "c"}]),
        ("fields s | filter s like /^ab/i", [{"s": "Ab"}]),
        ("fields s | filter s not like 'b'", [{"s": "c"}]),
        ('fields s | filter s =~ /b/ and (n < 10 or s = "b") | limit 1', [{"s": "b"}]),
        ("fields toupper(s) as big, n * 2 + 1 as more | filter n = 9",
         [{"big": "AB", "more": "19"}]),
        ("stats count(*) as c, sum(n), min(n), avg(n) as a",
         [{"c": "3", "sum(n)": "19", "min(n)": "9", "a": "9.5"}]),
        ("stats count_distinct(deep.x) as d by deep.x | sort d desc, deep.x",
         [{"deep.x": "1", "d": "1"}, {"d": "0"}]),
        ("# a comment\nfields list.1 | filter list.0 = 7", [{"list.1": "8"}]),
        ("filter `s` = 'c' | fields @message", [{"@message": '{"s": "c", "list": [7, 8]}'}]),
    ],
)  # fmt: skip
def test_the_language(logs, text, expected):
    write(logs, "g", {"s": "c", "list": [7, 8]}, {"s": "Ab", "n": 9, "deep": {"x": 1}},
          {"s": "b", "n": 10})  # fmt: skip
    assert answered(logs, text, "g") == expected


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("parse @message '*' as x", "NotImplemented", "the command parse of Logs Insights"),
        ("fields datefloor(@timestamp, 1m)", "NotImplemented", "the function datefloor"),
        ("stats pct(n, 99)", "NotImplemented", "the statistic pct"),
        ("feilds n", "MalformedQueryException", "unexpected symbol found feilds"),
        ("fields n | ", "MalformedQueryException", "unexpected symbol found end of the query"),
        ("filter (n = 1", "MalformedQueryException", "expected )"),
        ("filter n like /(/", "MalformedQueryException", "Invalid regular expression /(/"),
        ("limit 0", "MalformedQueryException", "limit must be a number from 1 to 10000"),
    ],
)
def test_what_is_not_done_is_refused_by_name(logs, make, text, code, words):
    make.group()
    asked = {"logGroupName": "g", "startTime": 0, "endTime": 1, "queryString": text}
    said = refused(logs.start_query, **asked)
    assert said[0] == code
    assert words in said[1]


def test_start_query_asks_the_groups_and_the_time_that_are_named(logs):
    write(logs, "a", "of a")
    write(logs, "b", "of b")
    arn = logs.describe_log_groups(logGroupNamePrefix="b")["logGroups"][0]["logGroupArn"]
    told = {"startTime": NOW, "endTime": NOW, "queryString": "fields @message"}
    found = {}
    for name, more in {
        "one": {"logGroupName": "a"},
        "both": {"logGroupNames": ["a", "b"]},
        "its ARN": {"logGroupIdentifiers": [arn]},
        "limit": {"logGroupNames": ["a", "b"], "limit": 1},
        "before": {"logGroupName": "a", "endTime": NOW - 1, "startTime": NOW - 9},
    }.items():
        ident = logs.start_query(**{**told, **more})["queryId"]
        rows = logs.get_query_results(queryId=ident)["results"]
        found[name] = sorted(row[0]["value"] for row in rows)
    assert found.pop("limit") in (["of a"], ["of b"])
    assert found == {
        "one": ["of a"], "both": ["of a", "of b"], "its ARN": ["of b"], "before": [],
    }  # fmt: skip
    assert len(logs.describe_queries(logGroupName="a")["queries"]) == 4
    shown = logs.describe_queries(logGroupName="b")["queries"][0]["queryString"]
    assert shown == f'SOURCE "b" START={NOW}000 END={NOW}999 | fields @message'
    sql = {**told, "logGroupName": "a", "queryLanguage": "SQL"}
    assert "the language SQL" in refused(logs.start_query, **sql)[1]


def test_get_query_results_knows_its_queries(logs):
    said = refused(logs.get_query_results, queryId="00000000-0000-0000-0000-000000000000")
    assert said == ("ResourceNotFoundException", "The specified query does not exist.")


@given(st.text(alphabet="abn@.'\"/\\()[]|=<>!*,` 19", max_size=40))
def test_no_text_breaks_the_reading(text):
    known = ("MalformedQueryException", "NotImplemented")
    assert outcome(f"fields @message | filter {text}") in ("rows", *known)


def outcome(text):
    """What becomes of a query: its rows, or the code with which it is refused."""
    try:
        parse(text).rows([{"@timestamp": "1", "a": "b", "n": 9}])
    except AwsError as error:
        return error.code
    return "rows"

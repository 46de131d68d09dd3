"""A change whose value is a whole document is told by what is telling in it."""

from __future__ import annotations

import json

from dragonctl.engine.model import Change
from dragonctl.terminal.fields import field_lines
from dragonctl.terminal.markdown import changes_table

STAGE = "apigateway-stage/abc/prod"
SHORT = {name: f"$context.{name}" for name in ("requestId", "status", "protocol", "path", "ip")}
WIDE = {
    **SHORT,
    "xrayTraceId": "$context.xrayTraceId",
    "responseLatency": "$context.responseLatency",
}
OLD = {**SHORT, "httpMethod": "$context.httpMethod", "userAgent": "$context.identity.userAgent"}


def told(before, after):
    changes = [Change(STAGE, "accessLog/format", before, after), Change(STAGE, "x", 1, 2)]
    return [" ".join(line.plain.split()) for line in field_lines(changes)][:-1]


def test_a_new_access_log_format_is_told_by_its_first_fields():
    (line,) = told(None, json.dumps(WIDE))
    assert line.endswith("JSON, 7 fields: requestId, status, protocol, …")


def test_of_two_formats_what_differs_is_told():
    first, second = told(json.dumps(OLD), json.dumps({**WIDE, "ip": "$context.identity.sourceIp"}))[
        :2
    ]
    assert first.endswith("- httpMethod, userAgent")
    assert second.endswith("+ xrayTraceId, responseLatency")


GROUP = "arn:aws:logs:eu-west-1:{}:log-group:/aws/apigateway/abc/prod/access"


def log_told(before, after):
    return [line.plain for line in field_lines([Change(STAGE, LOG, before, after)])]


LOG = "accessLogSettings/destinationArn"


def test_a_log_group_is_told_by_its_name_where_that_tells_it_apart():
    ours, theirs = (GROUP.format(account) for account in ("111122223333", "444455556666"))
    stream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/amazon-apigateway-x"
    assert log_told(False, ours) == ["    access log  off → /aws/apigateway/abc/prod/access"]
    assert log_told(ours, theirs) == [f"    access log  {ours} → {theirs}"]
    assert stream in log_told(ours, stream)[0]
    assert ours in changes_table([Change(STAGE, LOG, None, ours)], {})


def test_a_request_parameter_is_called_as_people_call_it():
    thing, query = "apigateway-integration/abc/GET/dragons", "method.request.querystring.family"
    mapped = "integration.request.path.id"
    for parameter, words in ((query, "query parameter family"), (mapped, mapped)):
        change = Change(thing, f"cacheKeyParameters/{parameter}", None, True)
        assert [line.plain for line in field_lines([change])] == [f"    {words} in the cache key"]


def test_a_text_that_is_no_json_and_a_short_one_stand_whole():
    plain = "$context.identity.sourceIp " * 10
    assert told(None, plain)[0].endswith(plain.strip())
    assert told(None, '{"id":"$context.requestId"}')[0].endswith('{"id":"$context.requestId"}')


def test_a_long_list_is_counted():
    assert told(None, [{"Id": "result", "Expression": "e" * 250}])[0].endswith("JSON, 1 entry")


def test_a_dashboard_and_a_policy_keep_their_own_words():
    widgets = {"widgets": [{"type": "metric", "properties": {"title": "t" * 250}}]}
    policy = {"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"] * 30, "Resource": "*"}]}
    assert told(None, widgets)[0].endswith("1 widgets")
    assert "allows s3:GetObject" in told(None, policy)[0]


def test_whoever_approves_a_change_ticket_reads_all_of_it():
    """Each context variable of either format stands in the table."""
    change = Change(STAGE, "accessLog/format", json.dumps(OLD), json.dumps(WIDE))
    table = changes_table([change], {})
    assert all(value in table for value in (*OLD.values(), *WIDE.values()))

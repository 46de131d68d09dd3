import json

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.requests.trail import Trail, request_events
from tests.telemetry.fake_logs import FakeLogs, Line

GATEWAY = "9f8b6a10-0000-4000-8000-000000000001"
FUNCTION = "9f8b6a10-0000-4000-8000-000000000002"
OTHER = "9f8b6a10-0000-4000-8000-0000000000ff"
TRACE = "1-65a0b0c0-0123456789abcdef01234567"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:MyStateMachine:one"


def application():
    access = {
        "requestId": GATEWAY, "extendedRequestId": "abcDEF123456=", "xrayTraceId": TRACE,
        "httpMethod": "POST", "resourcePath": "/dragons", "status": "200",
    }  # fmt: skip
    entered = {"id": "2", "type": "TaskStateEntered", "execution_arn": EXECUTION, "details": {}}
    return FakeLogs(
        {
            "API-Gateway-Execution-Logs_a/test": [
                Line(1000, f"({GATEWAY}) Extended Request Id: abcDEF123456="),
                Line(1010, f'({GATEWAY}) Endpoint response body: {{"executionArn":"{EXECUTION}"}}'),
                Line(1011, f"({OTHER}) Somebody else's request"),
            ],
            "access": [Line(1020, json.dumps(access))],
            "states": [Line(1030, json.dumps(entered))],
            "/aws/lambda/validate-dragon": [
                Line(1035, "printed by the call before", stream="s1"),
                Line(1040, f"START RequestId: {FUNCTION} Version: $LATEST", stream="s1"),
                Line(1041, "checking Jon", stream="s1"),
                Line(1042, "of another instance", stream="s2"),
                Line(1043, f"END RequestId: {FUNCTION}", stream="s1"),
                Line(
                    1044,
                    f"REPORT RequestId: {FUNCTION}\tDuration: 3.00 ms\tXRAY TraceId: {TRACE}\t",
                    stream="s1",
                ),
                Line(1045, "printed by the call after", stream="s1"),
            ],
        }
    )


SOURCES = {"API": "api", "access": "access", "states": "state-machines", "/aws": "functions"}


def groups(fake):
    return [
        LogGroup(name, next(s for start, s in SOURCES.items() if name.startswith(start)))
        for name in fake.groups
    ]


def follow_id(ident):
    fake = application()
    trail, events = request_events(fake.fetch, groups(fake), ident, 0, None, report=lambda _: None)
    return trail, [event.time_ms for event in events]


def test_any_of_the_ids_finds_every_line_of_the_request_and_no_other():
    for ident in (GATEWAY, "abcDEF123456=", TRACE, EXECUTION, FUNCTION, f"Root={TRACE};Sampled=1"):
        _, times = follow_id(ident)
        assert times == [1000, 1010, 1020, 1030, 1040, 1041, 1043, 1044], ident


def test_what_the_first_lines_led_to_is_looked_for_around_them_and_not_in_a_day_of_logs():
    day, quarter = 86_400_000, 900_000
    fake = application()
    for lines in fake.groups.values():
        for line in lines:
            line.time_ms += day
    request_events(fake.fetch, groups(fake), GATEWAY, 0, None, report=lambda _: None)
    searched = [params["startTime"] for name, params in fake.calls if name == "FilterLogEvents"]
    assert min(start for start in searched if start) == day + 1000 - quarter


def test_the_trail_names_the_traces_and_executions_that_it_met():
    trail, _ = follow_id(GATEWAY)
    assert trail.trace_ids() == [TRACE]
    assert trail.executions() == [EXECUTION]


def test_the_pattern_stays_within_what_cloudwatch_takes():
    trail = Trail({f"1-65a0b0c0-{number:024x}" for number in range(500)})
    assert len(trail.pattern()) <= 1024
    assert trail.pattern().startswith('?"1-65a0b0c0-')
    assert Trail.of('a"b\\c').pattern() == '"abc"'


def gathered(ident, **groups):
    sources = {
        "api": "api",
        "access": "access",
        "functions": "functions",
        "states": "state-machines",
    }
    fake = FakeLogs({name: list(lines) for name, lines in groups.items()})
    watched = [LogGroup(name, sources[name]) for name in groups]
    trail, events = request_events(fake.fetch, watched, ident, 0, None, report=lambda _: None)
    return trail, [event.time_ms for event in events]


def test_a_line_that_names_another_request_is_that_one_s_though_it_holds_this_id():
    other = f'({OTHER}) Method request body before transformations: {{"ref": "{GATEWAY}"}}'
    spoken = json.dumps({"requestId": OTHER, "message": f"after {GATEWAY}"})
    trail, times = gathered(
        GATEWAY,
        api=[Line(1, f"({GATEWAY}) Starting execution"), Line(2, other)],
        functions=[Line(3, spoken)],
    )
    assert (times, OTHER in trail.ids) == ([1], False)


def test_a_request_that_looks_at_an_execution_is_not_the_one_that_started_it():
    look = f'({OTHER}) Endpoint response body: {{"executionArn":"{EXECUTION}","status":"FAILED"}}'
    begun = f'({GATEWAY}) Endpoint response body: {{"executionArn":"{EXECUTION}","startDate":1}}'
    entered = {"id": "2", "type": "TaskStateEntered", "execution_arn": EXECUTION, "details": {}}
    parts = {"api": [Line(1, begun), Line(9, look)], "states": [Line(5, json.dumps(entered))]}
    assert gathered(EXECUTION, **parts)[1] == [1, 5]
    assert gathered(OTHER, **parts)[1] == [9]


def test_a_trace_is_found_by_the_form_in_which_opentelemetry_writes_it():
    record = {"traceId": TRACE[2:].replace("-", ""), "severityText": "ERROR", "body": "no"}
    lines = {"functions": [Line(1, json.dumps(record))]}
    for ident in (TRACE, record["traceId"], f"00-{record['traceId']}-0123456789abcdef-01"):
        assert gathered(ident, **lines)[1] == [1]


def test_short_words_where_an_extended_id_stands_link_nothing():
    lines = [Line(1, f"({GATEWAY}) Extended Request Id: x="), Line(2, f"({OTHER}) Note: x=y")]
    assert gathered(GATEWAY, api=lines)[1] == [1]


def test_lines_of_one_millisecond_stand_as_they_were_written_group_by_group():
    """What names the request is found in one look, what stands around it in another."""
    texts = [
        f"START RequestId: {FUNCTION} Version: $LATEST",
        *(f"printed {number}" for number in range(11)),
        f"REPORT RequestId: {FUNCTION}\tDuration: 3.00 ms\tXRAY TraceId: {TRACE}\t",
    ]
    fake = FakeLogs(
        {
            "/aws/lambda/validate-dragon": [Line(1000, text, stream="s1") for text in texts],
            "access": [Line(1000, f"{GATEWAY} {TRACE} {number}") for number in range(2)],
        }
    )
    _, events = request_events(fake.fetch, groups(fake), TRACE, 0, None, report=lambda _: None)
    assert [event.text for event in events] == [
        *texts, *(line.text for line in fake.groups["access"])
    ]  # fmt: skip

import json

import pytest

from dragonctl.application.log_groups import LogGroup
from dragonctl.application.nouns import Api, App, Machine
from dragonctl.telemetry.requests.following import (
    ArrivingLines,
    WaitLimits,
    expected_lines,
    trace_of,
)
from dragonctl.telemetry.requests.sending import HttpResponse
from tests.telemetry import trace_documents as documents
from tests.telemetry.fake_logs import FakeLogs, Line

REQUEST = "9f8b6a10-0000-4000-8000-000000000001"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:Flow"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:Flow:one"
GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:access"
GROUPS = [LogGroup("api", "api"), LogGroup("access", "access"), LogGroup("flow", "state-machines")]


def following(fake, told, groups, expected=None):
    return ArrivingLines(
        fake.fetch, groups, REQUEST, 0, clock=fake.clock, sleep=fake.sleep, report=told.append,
        waiting=WaitLimits(), expected=expected or {},
    )  # fmt: skip


def application(level="INFO", access=GROUP, machine_level="ALL", override=None):
    overrides = {} if override is None else {"~1dragons/GET": override}
    stage = {
        "methodSettings": {"*/*": {"loggingLevel": level}, **overrides},
        "accessLogSettings": {"destinationArn": access},
    }
    machine = Machine(MACHINE, {"loggingConfiguration": {"level": machine_level}})
    api = Api("a1", "dragons", {}, {"prod": stage})
    return App((api,), (), (machine,), "123456789012", "eu-west-1", "aws")


def answer(body=b"{}", **headers):
    return HttpResponse(200, headers, body, 0.1)


STARTED = answer(b'{"executionArn": "%s"}' % EXECUTION.encode())
UNROUTED = answer(**{"x-amzn-errortype": "MissingAuthenticationTokenException"})
API, ACCESS, END = "the execution log", "the access log", "the end of the execution"


@pytest.mark.parametrize(
    ("settings", "answered", "expected"),
    [
        ({}, answer(), [API, ACCESS]),
        ({}, STARTED, [API, ACCESS, END]),
        ({"level": "ERROR"}, answer(), [ACCESS]),
        ({"level": "ERROR", "access": ""}, answer(), []),
        ({"access": "arn:aws:firehose:eu-west-1:1:deliverystream/x"}, answer(), [API]),
        ({"machine_level": "ERROR"}, STARTED, [API, ACCESS]),
        ({}, UNROUTED, [ACCESS]),
        ({"override": {"loggingLevel": "INFO"}}, answer(), [API, ACCESS]),
        ({"override": {"cachingEnabled": True}}, answer(), [ACCESS]),
    ],
)
def test_what_is_waited_for_is_what_the_settings_promise(settings, answered, expected):
    assert list(expected_lines(application(**settings), "prod", answered)) == expected


def test_lines_that_come_late_are_given_once_and_the_wait_ends():
    fake = FakeLogs(
        {"api": [Line(at, f"({REQUEST}) line {at}", visible=at) for at in (0, 3, 9, 20)]}
    )
    told = []
    groups = [LogGroup("api", "api"), LogGroup("gone", "access")]
    events = following(fake, told, groups).lines()
    assert [event.time_ms for event in events] == [0, 3, 9, 20]
    assert 34 < fake.now < 40
    assert [problem.group.name for problem in told] == ["gone"]


def test_the_wait_goes_on_over_silence_until_what_was_promised_is_in():
    end = json.dumps({"type": "ExecutionSucceeded", "execution_arn": REQUEST})
    fake = FakeLogs(
        {
            "api": [Line(0, f"({REQUEST}) api")],
            "access": [Line(1, f"{REQUEST} access", visible=5)],
            "flow": [Line(2, end, visible=60)],
        }
    )
    arriving = following(fake, [], GROUPS, expected_lines(application(), "prod", STARTED))
    assert [event.source for event in arriving.lines()] == ["api", "access", "state-machines"]
    assert arriving.missing == []
    assert 70 < fake.now < 85


def test_what_never_comes_is_named_after_the_longest_wait():
    fake = FakeLogs({"api": [Line(0, f"({REQUEST}) api")], "access": [], "flow": []})
    arriving = following(fake, [], GROUPS, expected_lines(application(), "prod", STARTED))
    assert len(list(arriving.lines())) == 1
    assert arriving.missing == [ACCESS, END]
    assert 120 <= fake.now < 125


def test_a_group_that_cannot_be_read_is_not_waited_for():
    fake = FakeLogs(
        {"api": [Line(0, f"({REQUEST}) api")], "access": [], "flow": []},
        refusals={"access": "AccessDeniedException"},
    )
    told = []
    arriving = following(fake, told, GROUPS, expected_lines(application(), "prod", answer()))
    assert len(list(arriving.lines())) == 1
    assert (arriving.missing, [one.group.name for one in told]) == ([], ["access"])
    assert fake.now < 20


def test_a_trace_is_waited_for_until_it_is_whole():
    fake = FakeLogs({})
    grown = documents.many(3)

    def fetch(service, operation, **params):
        return documents.answer(grown[: int(fake.now // 4)]) if fake.now >= 4 else {"Traces": []}

    found = trace_of(
        fetch, documents.TRACE, clock=fake.clock, sleep=fake.sleep, waiting=WaitLimits(interval=4)
    )
    assert len(found.roots[0].children) == 2


def test_a_trace_that_never_comes_ends_the_wait():
    fake = FakeLogs({})
    assert (
        trace_of(
            lambda *_, **__: {"Traces": []}, documents.TRACE, clock=fake.clock, sleep=fake.sleep,
            waiting=WaitLimits(),
        )
        is None
    )  # fmt: skip
    assert fake.now <= 18

"""A group that several parts share: each line is its writer's, and strangers' lines stay out."""

import json

import pytest

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.events import page_of
from dragonctl.terminal.logs import who_wrote

KNOWN = frozenset({"feed", "groom", "Day", "Night"})
STABLES = LogGroup("/stables", "functions", ("feed",), known=KNOWN)
MACHINES = LogGroup("/machines", "state-machines", ("Day", "Night"), known=KNOWN)


def page(group, *lines):
    events = [
        {"logStreamName": stream, "message": text, "timestamp": 1, "eventId": str(number)}
        for number, (stream, text) in enumerate(lines)
    ]
    found, _ = page_of(lambda *_, **__: {"events": events}, group, {})
    return [(who_wrote(event, {group.name: group}), event.text) for event in found]


def state(machine):
    arn = f"arn:aws:states:eu-west-1:123456789012:execution:{machine}:one"
    return json.dumps({"type": "ExecutionStarted", "execution_arn": arn})


def test_a_stream_names_its_function_and_a_stranger_s_stays_out():
    lines = [
        ("2026/01/01/feed[$LATEST]0a", "hay"),
        ("2026/01/01/groom[3][0b]", "brush"),
        ("2026/01/01/feed-all[$LATEST]0c", "another application's"),
    ]
    assert page(STABLES, *lines) == [("feed", "hay"), ("groom", "brush")]


@pytest.mark.parametrize("stream", ["2026/01/01/[$LATEST]0a", "of-its-own"])
def test_a_stream_that_names_nobody_is_kept(stream):
    assert page(STABLES, (stream, "hay")) == [("stables", "hay")]


def test_an_event_names_its_machine_and_a_stranger_s_stays_out():
    shown = page(MACHINES, ("s", state("Day")), ("s", state("Night/Each")), ("s", state("Dusk")))
    assert [who for who, _ in shown] == ["Day", "Night"]


def test_nobody_is_a_stranger_where_the_application_could_not_be_read_whole():
    group = LogGroup("/stables", "functions", ("feed",))
    assert page(group, ("2026/01/01/groom[1]0a", "brush")) == [("groom", "brush")]

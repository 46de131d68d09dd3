"""A group that several parts share: each line is its writer's, and strangers' lines stay out."""

import json
import re

import pytest

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.events import page_of
from dragonctl.telemetry.logs.writers import hides_strangers
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


OWN, OTHER = "a1b2c3d4e5", "f6g7h8i9j0"
FORMATS = {
    "json": '{"requestId":"$context.requestId","api":"$context.apiId","status":"$context.status"}',
    "with its stage": "$context.requestId $context.apiId/$context.stage $context.status",
    "by domain": "$context.domainName $context.requestId [$context.requestTime] $context.status",
    "xml": "<r id='$context.requestId'><api>$context.apiId</api> $context.status</r>",
}


def access_group(form, name="/access", stages=(f"{OWN}/prod",)):
    return LogGroup(name, "access", ("pets/prod",), (form,), stages=frozenset(stages))


def access_line(form, api, stage="prod", domain=None):
    values = {
        "requestId": "9f8b6a10-0000-4000-8000-000000000001", "apiId": api, "stage": stage,
        "domainName": domain or f"{api}.execute-api.eu-west-1.amazonaws.com", "status": "200",
        "requestTime": "26/Nov/2026:23:44:09 +0000",
    }  # fmt: skip
    for name, value in values.items():
        form = re.sub(rf"\$context\.{name}\b", value, form)
    return form


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_an_access_line_that_names_another_api_stays_out(form):
    group, own = access_group(form), access_line(form, OWN)
    assert page(group, ("s", own), ("s", access_line(form, OTHER))) == [("access", own)]


def test_a_line_of_another_stage_of_the_api_stays_out_where_it_names_it():
    form = FORMATS["with its stage"]
    lines = [access_line(form, OWN, stage) for stage in ("prod", "dev")]
    assert page(access_group(form), *(("s", line) for line in lines)) == [("access", lines[0])]


@pytest.mark.parametrize("domain", ["shop.example.com", "f6g7h8i9j0.example.com"])
def test_a_domain_of_somebody_s_own_says_nothing_of_the_api(domain):
    line = access_line(FORMATS["by domain"], OTHER, domain=domain)
    assert page(access_group(FORMATS["by domain"]), ("s", line)) == [("access", line)]


def test_a_line_in_another_format_is_told_by_the_usual_names():
    """The other API's format is its own affair."""
    theirs = json.dumps({"apiId": OTHER, "requestId": "x", "status": "200"})
    assert page(access_group(FORMATS["with its stage"]), ("s", theirs)) == []


def test_where_the_format_names_no_api_that_is_known():
    silent = "$context.requestId $context.stage $context.domainPrefix $context.status"
    assert hides_strangers(access_group(silent))
    assert not hides_strangers(access_group(silent, f"/aws/apigateway/{OWN}/prod/access"))
    assert not any(map(hides_strangers, map(access_group, FORMATS.values())))
    line = access_line(silent, OTHER)
    assert page(access_group(silent), ("s", line)) == [("access", line)]

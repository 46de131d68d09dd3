"""A canary's lines stand in the stage's log group and in its own, and are shown once."""

from __future__ import annotations

from dragonctl.application.log_groups import LogGroup
from dragonctl.telemetry.logs.following import follow
from dragonctl.telemetry.logs.merging import read
from dragonctl.telemetry.logs.newest import newest
from tests.telemetry.fake_logs import JANUARY_2024, FakeLogs, Line

GROUPS = [LogGroup("log", "api"), LogGroup("log/Canary", "api", is_canary=True)]
SHOWN = ["plain", "canary", "twice", "twice", "alone"]


def two_groups():
    lines = [Line(JANUARY_2024 + at, text) for at, text in
             [(1, "plain"), (2, "canary"), (3, "twice"), (3, "twice")]]  # fmt: skip
    canary = [Line(JANUARY_2024 + at, text) for at, text in
              [(2, "canary"), (3, "twice"), (3, "twice"), (9, "alone")]]  # fmt: skip
    return FakeLogs({"log": lines, "log/Canary": canary})


def refuse(problem):
    raise AssertionError(problem)


def test_a_line_of_both_groups_is_shown_once_and_one_that_a_group_repeats_as_often():
    found = read(two_groups().fetch, GROUPS, JANUARY_2024, report=refuse)
    assert [event.text for event in found] == SHOWN


def test_the_newest_are_as_many_as_were_asked_for():
    found = newest(two_groups().fetch, GROUPS, JANUARY_2024, count=4, report=refuse)
    assert [event.text for event in found] == SHOWN[1:]


def test_what_follows_is_shown_once_too():
    fake = two_groups()
    fake.now = JANUARY_2024 / 1000 + 1
    ends = fake.now + 30
    fake.add("log", Line(JANUARY_2024 + 5_000, "late", visible=fake.now + 5))
    fake.add("log/Canary", Line(JANUARY_2024 + 5_000, "late", visible=fake.now + 8))
    found = follow(
        fake.fetch, GROUPS, JANUARY_2024, clock=fake.clock, sleep=fake.sleep, report=refuse,
        stop=lambda: fake.now > ends,
    )  # fmt: skip
    assert [event.text for event in found] == [*SHOWN, "late"]
